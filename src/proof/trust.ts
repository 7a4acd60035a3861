// Whom a verifier believes: the ledger's key and the statement keys, with what each may sign.
import {
  base64Of,
  bytesOfBase64,
  canonicalBytes,
  messageOf,
  parseStrictJson,
  SeaworthyError,
  utf8Text,
} from '../kernel/index.ts'
import type { Digest, Json } from '../kernel/index.ts'
import { algorithmOfKey, keyIdOf } from './keyid.ts'
import { accepted, refused } from './parsed.ts'
import type { Parsed } from './parsed.ts'
import {
  asArray,
  asInstant,
  asObject,
  asOneOf,
  asText,
  expectKeys,
  ShapeMismatch,
} from './reading.ts'

export const TRUST_FORMAT = 'seaworthy-trust/1'

/** More bytes or keys than this are refused unread. */
export const TRUST_LIMIT_BYTES = 4 * 1024 * 1024
export const TRUST_KEY_LIMIT = 10_000

const KEY_USES = ['manifest', 'decision', 'gate-run', 'sign-off', 'approval'] as const

/** What a key may sign. A statement under a key without its use does not count. */
export type KeyUse = (typeof KEY_USES)[number]

export interface TrustKey {
  /** Lower-case hex SHA-256 of `spki`. */
  readonly keyId: string
  readonly algorithm: 'ecdsa-p256-sha256'
  /** SubjectPublicKeyInfo, DER. */
  readonly spki: Uint8Array
  readonly uses: readonly KeyUse[]
  /** Id of the person, runner or control plane that holds the private key. */
  readonly principal: string
  /** The person behind the holder, where one person has several keys. Absent = the holder. */
  readonly person?: string
  /** Roles the holder may sign off in. */
  readonly roles: readonly string[]
  /** What the ledger records from this instant on under this key does not count; RFC 3339. Absent: it is in force. */
  readonly revokedAt?: string
}

/** The content of a trust file, and of a bundle's `keys.json`. */
export interface Trust {
  /** `vkey` is the signed-note verifier key text of the ledger (C2SP signed-note). */
  readonly ledger: { readonly origin: string; readonly vkey: string }
  /** Sorted by keyId, each once. */
  readonly keys: readonly TrustKey[]
}

/** The file's bytes: canonical JSON, keys sorted. */
export function formatTrust(trust: Trust): Uint8Array {
  const keys = trust.keys
    .toSorted((a, b) => (a.keyId < b.keyId ? -1 : a.keyId > b.keyId ? 1 : 0))
    .map((key) => ({
      keyId: key.keyId,
      algorithm: key.algorithm,
      publicKey: base64Of(key.spki),
      uses: key.uses,
      principal: key.principal,
      ...(key.person === undefined ? {} : { person: key.person }),
      roles: key.roles,
      ...(key.revokedAt === undefined ? {} : { revokedAt: key.revokedAt }),
    }))
  return canonicalBytes({ format: TRUST_FORMAT, ledger: trust.ledger, keys })
}

/** Reads a trust file strictly: known members only, keys sorted and unique, each key's id derived from it. */
export function parseTrust(digest: Digest, bytes: Uint8Array): Parsed<Trust> {
  if (bytes.length > TRUST_LIMIT_BYTES)
    return refused(`expected at most ${TRUST_LIMIT_BYTES} bytes, got ${bytes.length}`)
  try {
    return accepted(readTrust(digest, parseStrictJson(utf8Text(bytes))))
  } catch (thrown) {
    if (isRefusalOfText(thrown)) return refused(messageOf(thrown))
    throw thrown
  }
}

function readTrust(digest: Digest, value: Json): Trust {
  const trust = asObject(value, 'the trust file')
  expectKeys(trust, ['format', 'ledger', 'keys'], [], 'the trust file')
  asOneOf(trust['format'], [TRUST_FORMAT], 'format')
  const ledger = asObject(trust['ledger'], 'ledger')
  expectKeys(ledger, ['origin', 'vkey'], [], 'ledger')
  const listed = asArray(trust['keys'], 'keys')
  if (listed.length > TRUST_KEY_LIMIT)
    throw new ShapeMismatch(`expected at most ${TRUST_KEY_LIMIT} keys`)
  const keys = listed.map((key, index) => readTrustKey(digest, key, `keys[${index}]`))
  for (const [index, key] of keys.entries()) {
    const before = keys[index - 1]
    if (before !== undefined && before.keyId >= key.keyId) {
      throw new ShapeMismatch(
        `expected keys sorted by keyId, each once, got keys[${index}] out of order`,
      )
    }
  }
  return {
    ledger: { origin: asText(ledger['origin'], 'origin'), vkey: asText(ledger['vkey'], 'vkey') },
    keys,
  }
}

function readTrustKey(digest: Digest, value: Json, where: string): TrustKey {
  const key = asObject(value, where)
  expectKeys(
    key,
    ['keyId', 'algorithm', 'publicKey', 'uses', 'principal', 'roles'],
    ['person', 'revokedAt'],
    where,
  )
  const algorithm = asOneOf(key['algorithm'], ['ecdsa-p256-sha256'], `${where}.algorithm`)
  const spki = bytesOfBase64(asText(key['publicKey'], `${where}.publicKey`))
  if (algorithmOfKey(spki) !== algorithm)
    throw new ShapeMismatch(`expected ${where}.publicKey to be a P-256 key`)
  const keyId = asText(key['keyId'], `${where}.keyId`)
  if (keyIdOf(digest, spki) !== keyId)
    throw new ShapeMismatch(`expected ${where}.keyId to be the SHA-256 of its key`)
  const uses = asArray(key['uses'], `${where}.uses`).map((use) =>
    asOneOf(use, KEY_USES, `${where}.uses`),
  )
  if (uses.length === 0 || new Set(uses).size !== uses.length) {
    throw new ShapeMismatch(`expected ${where}.uses to name at least one use, each once`)
  }
  const roles = asArray(key['roles'], `${where}.roles`).map((role) =>
    asText(role, `${where}.roles`),
  )
  const revokedAt = key['revokedAt']
  return {
    ...(revokedAt === undefined ? {} : { revokedAt: asInstant(revokedAt, `${where}.revokedAt`) }),
    keyId,
    algorithm,
    spki,
    uses,
    principal: asText(key['principal'], `${where}.principal`),
    ...(key['person'] === undefined ? {} : { person: asText(key['person'], `${where}.person`) }),
    roles,
  }
}

// What reading hostile text may throw: another shape, bad JSON, bad UTF-8, bad base64.
function isRefusalOfText(thrown: unknown): boolean {
  return (
    thrown instanceof ShapeMismatch ||
    thrown instanceof SeaworthyError ||
    thrown instanceof TypeError ||
    thrown instanceof RangeError
  )
}
