// Signed notes: a text and, after a blank line, who signed it. Source: C2SP signed-note v1.0.0.
import {
  base64Of,
  readBase64,
  bytesOfHex,
  concatBytes,
  hexOf,
  utf8Bytes,
  utf8Text,
} from '../kernel/index.ts'
import type { Digest, SignatureVerifier, Signer } from '../kernel/index.ts'
import { ed25519KeyOf, ed25519SpkiOf } from './keyid.ts'
import { accepted, refused } from './parsed.ts'
import type { Parsed } from './parsed.ts'

/** Longer notes are refused before they are read. */
export const NOTE_LIMIT_BYTES = 1_000_000
export const NOTE_SIGNATURE_LIMIT = 100

const ED25519_TYPE = 0x01
const KEY_HASH_BYTES = 4
const ED25519_SIGNATURE_BYTES = 64
const NOTE_KEY_TEXT = /^([^+]+)\+([0-9a-f]{8})\+([A-Za-z0-9+/=]+)$/
const SIGNATURE_LINE = /^— (\S+) (\S+)$/
// Anything below U+0020 but the line feed could hide text from a reader.
// oxlint-disable-next-line no-control-regex
const CONTROL = /[\u0000-\u0009\u000b-\u001f]/

/** A key that notes are checked with: Ed25519 (signature type 0x01) under a name. */
export interface NoteKey {
  readonly name: string
  /** 8 lower-case hexadecimal digits: SHA-256(name | 0A | 01 | key), first 4 bytes. */
  readonly hash: string
  /** SubjectPublicKeyInfo, DER. */
  readonly publicKey: Uint8Array
}

export interface NoteSignature {
  readonly name: string
  readonly hash: string
  readonly signature: Uint8Array
}

export interface Note {
  /** The signed text, with its last line feed. */
  readonly text: string
  readonly signatures: readonly NoteSignature[]
}

export interface VerifiedNote {
  readonly text: string
  /** Keys that signed, each once, in the order of their lines. */
  readonly signers: readonly NoteKey[]
  /** How many signatures were by keys that were not given. */
  readonly unverifiedCount: number
}

/** True for names a key may have: not empty, no white space, no plus sign. */
export function isNoteName(name: string): boolean {
  return name !== '' && !/[\s+\u0085]/.test(name) && !CONTROL.test(name) && name.isWellFormed()
}

/**
 * A key under a name.
 * @throws RangeError when the name may not stand in a note or the SPKI holds no Ed25519 key.
 */
export function noteKeyOf(digest: Digest, name: string, spki: Uint8Array): NoteKey {
  const rawKey = ed25519KeyOf(spki)
  if (rawKey === undefined) throw new RangeError('expected an Ed25519 key')
  if (!isNoteName(name))
    throw new RangeError(`expected a name without white space or "+", got ${JSON.stringify(name)}`)
  return { name, hash: hexOf(noteKeyHash(digest, name, ED25519_TYPE, rawKey)), publicKey: spki }
}

/** Verifier key text, `name+hash+base64(type | key)`. */
export function formatNoteKey(key: NoteKey): string {
  const rawKey = ed25519KeyOf(key.publicKey)
  if (rawKey === undefined) throw new RangeError('expected an Ed25519 key')
  return `${key.name}+${key.hash}+${base64Of(concatBytes([new Uint8Array([ED25519_TYPE]), rawKey]))}`
}

export function parseNoteKey(digest: Digest, text: string): Parsed<NoteKey> {
  const read = readNoteKeyText(digest, text)
  if (!read.ok) return read
  const { name, hash, type, rawKey } = read.value
  if (type !== ED25519_TYPE || rawKey.length !== 32) {
    return refused('expected an Ed25519 verifier key (type 01, 32 bytes)')
  }
  return accepted({ name, hash, publicKey: ed25519SpkiOf(rawKey) })
}

/** The parts of any verifier key text, whatever its type; the hash is that of name, type and key. */
export function readNoteKeyText(
  digest: Digest,
  text: string,
): Parsed<{ name: string; hash: string; type: number; rawKey: Uint8Array }> {
  const [, name = '', hash = '', encoded = ''] = NOTE_KEY_TEXT.exec(text) ?? []
  if (!isNoteName(name)) return refused('expected a verifier key "name+hash+key"')
  const bytes = readBase64(encoded)
  if (bytes === undefined || bytes.length < 2)
    return refused('expected a verifier key with type and key in base64')
  const type = bytes[0]!
  const rawKey = bytes.slice(1)
  if (hexOf(noteKeyHash(digest, name, type, rawKey)) !== hash)
    return refused('expected the key hash to belong to name and key')
  return accepted({ name, hash, type, rawKey })
}

/** Splits a note and checks its form; says nothing about who signed. */
export function parseNote(input: string | Uint8Array): Parsed<Note> {
  const note = typeof input === 'string' ? input : decodeText(input)
  if (note === undefined || !note.isWellFormed()) return refused('expected a note in UTF-8')
  if (note.length > NOTE_LIMIT_BYTES)
    return refused(`expected a note of at most ${NOTE_LIMIT_BYTES} bytes`)
  if (CONTROL.test(note)) return refused('expected a note without control characters')
  const split = note.lastIndexOf('\n\n')
  if (split < 0 || !note.endsWith('\n'))
    return refused('expected a text, a blank line and signature lines')
  const block = note.slice(split + 2)
  if (block === '') return refused('expected at least one signature line')
  const lines = block.slice(0, -1).split('\n')
  if (lines.length > NOTE_SIGNATURE_LIMIT)
    return refused(`expected at most ${NOTE_SIGNATURE_LIMIT} signatures`)
  const signatures: NoteSignature[] = []
  for (const line of lines) {
    const signature = parseSignatureLine(line)
    if (signature === undefined) return refused('expected signature lines "— name base64"')
    signatures.push(signature)
  }
  return accepted({ text: note.slice(0, split + 1), signatures })
}

/**
 * Checks the signatures by the given keys. Refused when a given key's signature is wrong, when no given key signed, or
 * when two given keys share name and hash; signatures by other keys are counted and otherwise ignored.
 */
export async function verifyNote(
  verifier: SignatureVerifier,
  input: string | Uint8Array,
  keys: readonly NoteKey[],
): Promise<Parsed<VerifiedNote>> {
  const parsed = parseNote(input)
  if (!parsed.ok) return parsed
  const { text, signatures } = parsed.value
  const message = utf8Bytes(text)
  const signers: NoteKey[] = []
  let unverifiedCount = 0
  for (const { name, hash, signature } of signatures) {
    const candidates = keys.filter((key) => key.name === name && key.hash === hash)
    const key = candidates[0]
    if (key === undefined) {
      unverifiedCount++
      continue
    }
    if (candidates.length > 1)
      return refused(`expected one key ${name}+${hash}, got ${candidates.length}`)
    if (signers.includes(key)) continue
    if (!(await verifier.verify('ed25519', key.publicKey, message, signature))) {
      return refused(`expected a valid signature by ${name}+${hash}`)
    }
    signers.push(key)
  }
  if (signers.length === 0) return refused('expected a signature by a known key')
  return accepted({ text, signers, unverifiedCount })
}

/**
 * The note with one signature under `name`.
 * @throws RangeError unless the text ends with a line feed and has no control characters, and the key is Ed25519.
 */
export async function signNote(
  digest: Digest,
  signer: Signer,
  name: string,
  text: string,
): Promise<string> {
  if (!text.endsWith('\n') || CONTROL.test(text) || !text.isWellFormed()) {
    throw new RangeError('expected lines of text, the last one ended')
  }
  const key = noteKeyOf(digest, name, signer.publicKey)
  const signature = await signer.sign(utf8Bytes(text))
  if (signature.length !== ED25519_SIGNATURE_BYTES)
    throw new RangeError(`expected 64 bytes of signature`)
  return `${text}\n${formatNoteSignature({ name, hash: key.hash, signature })}`
}

/** A signature line, ended. */
export function formatNoteSignature({ name, hash, signature }: NoteSignature): string {
  return `— ${name} ${base64Of(concatBytes([bytesOfHex(hash), signature]))}\n`
}

/** SHA-256(name | 0A | type | key), first 4 bytes. */
export function noteKeyHash(
  digest: Digest,
  name: string,
  type: number,
  rawKey: Uint8Array,
): Uint8Array {
  const input = concatBytes([utf8Bytes(`${name}\n`), new Uint8Array([type]), rawKey])
  return digest.sha256(input).slice(0, KEY_HASH_BYTES)
}

function parseSignatureLine(line: string): NoteSignature | undefined {
  const [, name = '', encoded = ''] = SIGNATURE_LINE.exec(line) ?? []
  const bytes = readBase64(encoded)
  if (!isNoteName(name) || bytes === undefined || bytes.length <= KEY_HASH_BYTES) return undefined
  return {
    name,
    hash: hexOf(bytes.subarray(0, KEY_HASH_BYTES)),
    signature: bytes.slice(KEY_HASH_BYTES),
  }
}

function decodeText(bytes: Uint8Array): string | undefined {
  if (bytes.length > NOTE_LIMIT_BYTES) return undefined
  try {
    return utf8Text(bytes)
  } catch {
    // The caller says what was expected.
    return undefined
  }
}
