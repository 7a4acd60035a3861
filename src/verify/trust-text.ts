// Reads what a person gives as trust: a trust file, a PEM public key, a base64 key, or a key id.
import { bytesOfBase64, utf8Text } from '../kernel/index.ts'
import type { Digest } from '../kernel/index.ts'
import {
  algorithmOfKey,
  keyIdOf,
  isWitnessPolicy,
  parseNoteKey,
  parseTrust,
  parseWitnessPolicy,
  policyOfLog,
  TRUST_LIMIT_BYTES,
} from '../proof/index.ts'
import type { Parsed, WitnessPolicy } from '../proof/index.ts'
import type { TrustInput } from './model.ts'

const PEM = /^\s*-----BEGIN PUBLIC KEY-----([A-Za-z0-9+/=\s]+)-----END PUBLIC KEY-----\s*$/

/** Refused with a reason when the bytes are none of the four; a key must be ECDSA P-256. */
export function parseTrustText(digest: Digest, bytes: Uint8Array): Parsed<TrustInput> {
  if (bytes.length > TRUST_LIMIT_BYTES)
    return refuse(`expected at most ${TRUST_LIMIT_BYTES} bytes, got ${bytes.length}`)
  const text = readText(bytes)
  if (text === undefined) return refuse('expected text in UTF-8')
  if (text.trimStart().startsWith('{')) {
    const trust = parseTrust(digest, bytes)
    return trust.ok ? { ok: true, value: { kind: 'file', trust: trust.value } } : trust
  }
  if (isKeyId(text.trim())) return { ok: true, value: { kind: 'key', keyId: text.trim() } }
  return parseKey(digest, (PEM.exec(text)?.[1] ?? text).replace(/\s+/g, ''))
}

/** The key of a log (`name+hash+key`), what a trust file names, or a C2SP policy with its witnesses. */
export function parseLogTrustText(digest: Digest, bytes: Uint8Array): Parsed<WitnessPolicy> {
  if (bytes.length > TRUST_LIMIT_BYTES)
    return refuse(`expected at most ${TRUST_LIMIT_BYTES} bytes, got ${bytes.length}`)
  const text = readText(bytes)
  if (text === undefined) return refuse('expected text in UTF-8')
  if (isWitnessPolicy(text)) return parseWitnessPolicy(digest, text)
  const isFile = text.trimStart().startsWith('{')
  const trust = isFile ? parseTrust(digest, bytes) : undefined
  if (trust?.ok === false) return trust
  const key = parseNoteKey(digest, trust === undefined ? text.trim() : trust.value.ledger.vkey)
  return key.ok ? { ok: true, value: policyOfLog(key.value) } : key
}

/** A C2SP policy that asks somebody. */
export function parseWitnessesText(digest: Digest, bytes: Uint8Array): Parsed<WitnessPolicy> {
  const text = readText(bytes)
  if (text === undefined) return refuse('expected text in UTF-8')
  const policy = parseWitnessPolicy(digest, text)
  return policy.ok && policy.value.witnesses.length === 0
    ? refuse('expected a policy with witnesses')
    : policy
}

/** True for 64 lower-case hexadecimal digits. */
export function isKeyId(text: string): boolean {
  return /^[0-9a-f]{64}$/.test(text)
}

function parseKey(digest: Digest, base64: string): Parsed<TrustInput> {
  const expected =
    'expected a trust file (JSON), a PEM public key, a P-256 key in base64, or a key id of 64 hexadecimal digits'
  let spki: Uint8Array
  try {
    spki = bytesOfBase64(base64)
  } catch {
    return refuse(expected)
  }
  if (algorithmOfKey(spki) !== 'ecdsa-p256-sha256') return refuse(expected)
  return { ok: true, value: { kind: 'key', keyId: keyIdOf(digest, spki) } }
}

function readText(bytes: Uint8Array): string | undefined {
  try {
    return utf8Text(bytes)
  } catch {
    // The caller says what was expected.
    return undefined
  }
}

function refuse(reason: string): { readonly ok: false; readonly reason: string } {
  return { ok: false, reason }
}
