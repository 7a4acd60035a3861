// Cosignatures: what a witness signs about somebody's checkpoint. Source: C2SP tlog-cosignature v1.1.
import { base64Of, concatBytes, hexOf, utf8Bytes } from '../kernel/index.ts'
import type { Digest, SignatureVerifier, Signer } from '../kernel/index.ts'
import { parseCheckpoint } from './checkpoint.ts'
import { ed25519KeyOf, ed25519SpkiOf, mlDsa44KeyOf, mlDsa44SpkiOf } from './keyid.ts'
import { formatNoteSignature, isNoteName, noteKeyHash, parseNote, readNoteKeyText } from './note.ts'
import type { NoteSignature } from './note.ts'
import { accepted, refused } from './parsed.ts'
import type { Parsed } from './parsed.ts'

const TIME_BYTES = 8
const NAME_LIMIT_BYTES = 255
const LABEL = 'subtree/v1\n\0'

/** How each kind is marked in a key's text, and how long its signatures are. */
const KINDS = {
  ed25519: { type: 0x04, signatureBytes: 64, rawOf: ed25519KeyOf, spkiOf: ed25519SpkiOf },
  'ml-dsa-44': { type: 0x06, signatureBytes: 2_420, rawOf: mlDsa44KeyOf, spkiOf: mlDsa44SpkiOf },
} as const

export type CosignerAlgorithm = keyof typeof KINDS

/** A witness's key under the witness's name. */
export interface CosignerKey {
  readonly name: string
  /** 8 lower-case hexadecimal digits: SHA-256(name | 0A | type | key), first 4 bytes. */
  readonly hash: string
  readonly algorithm: CosignerAlgorithm
  /** SubjectPublicKeyInfo, DER. */
  readonly publicKey: Uint8Array
}

export interface Cosignature {
  readonly key: CosignerKey
  /** When the witness says that it saw the checkpoint as the newest, seconds since the epoch. */
  readonly atSeconds: number
}

/** @throws RangeError when the name may not stand in a note or the SPKI is of another kind. */
export function cosignerKeyOf(digest: Digest, name: string, spki: Uint8Array): CosignerKey {
  const algorithm = ed25519KeyOf(spki) === undefined ? 'ml-dsa-44' : 'ed25519'
  const { type, rawOf } = KINDS[algorithm]
  const rawKey = rawOf(spki)
  if (rawKey === undefined) throw new RangeError('expected an Ed25519 or ML-DSA-44 key')
  if (!isNoteName(name) || utf8Bytes(name).length > NAME_LIMIT_BYTES)
    throw new RangeError(`expected a name without white space or "+", got ${JSON.stringify(name)}`)
  const hash = hexOf(noteKeyHash(digest, name, type, rawKey))
  return { name, hash, algorithm, publicKey: spki }
}

/** `name+hash+base64(type | key)` */
export function formatCosignerKey(key: CosignerKey): string {
  const { type, rawOf } = KINDS[key.algorithm]
  const rawKey = rawOf(key.publicKey)
  if (rawKey === undefined) throw new RangeError(`expected a key of ${key.algorithm}`)
  return `${key.name}+${key.hash}+${base64Of(concatBytes([new Uint8Array([type]), rawKey]))}`
}

export function parseCosignerKey(digest: Digest, text: string): Parsed<CosignerKey> {
  const read = readNoteKeyText(digest, text)
  if (!read.ok) return read
  const { name, hash, type, rawKey } = read.value
  const kind = Object.values(KINDS).find((each) => each.type === type)
  if (kind === undefined) return refused('expected the key of a cosigner (type 04 or 06)')
  try {
    const key = cosignerKeyOf(digest, name, kind.spkiOf(rawKey))
    return key.hash === hash ? accepted(key) : refused('expected another key hash')
  } catch (thrown) {
    if (!(thrown instanceof RangeError)) throw thrown
    return refused(thrown.message)
  }
}

/** A signature line over the text of a checkpoint. @throws RangeError when the text is none */
export async function cosignCheckpoint(
  digest: Digest,
  signer: Signer,
  name: string,
  text: string,
  atSeconds: number,
): Promise<string> {
  const key = cosignerKeyOf(digest, name, signer.publicKey)
  const message = messageOfCosigner(key, text, atSeconds)
  if (!message.ok) throw new RangeError(message.reason)
  const signature = concatBytes([timeBytes(atSeconds), await signer.sign(message.value)])
  return formatNoteSignature({ name, hash: key.hash, signature })
}

/**
 * The cosignatures by the given keys, each key once. Refused when a line that names a given key does not verify; lines of
 * strangers are ignored.
 */
export async function verifyCosignatures(
  verifier: SignatureVerifier,
  note: string,
  keys: readonly CosignerKey[],
): Promise<Parsed<readonly Cosignature[]>> {
  const parsed = parseNote(note)
  if (!parsed.ok) return parsed
  const { text, signatures } = parsed.value
  const found = new Map<CosignerKey, Cosignature>()
  for (const line of signatures) {
    const key = keys.find(({ name, hash }) => name === line.name && hash === line.hash)
    if (key === undefined || found.has(key)) continue
    const atSeconds = await readCosignature(verifier, text, line, key)
    if (atSeconds === undefined)
      return refused(`expected a valid cosignature by ${key.name}+${key.hash}`)
    found.set(key, { key, atSeconds })
  }
  return accepted([...found.values()])
}

async function readCosignature(
  verifier: SignatureVerifier,
  text: string,
  { signature }: NoteSignature,
  key: CosignerKey,
): Promise<number | undefined> {
  if (signature.length !== TIME_BYTES + KINDS[key.algorithm].signatureBytes) return undefined
  const view = new DataView(signature.buffer, signature.byteOffset, signature.byteLength)
  const atSeconds = Number(view.getBigUint64(0))
  // A cosignature without a time says nothing about what is newest.
  if (!Number.isSafeInteger(atSeconds) || atSeconds === 0) return undefined
  const message = messageOfCosigner(key, text, atSeconds)
  const isValid =
    message.ok &&
    (await verifier.verify(
      key.algorithm,
      key.publicKey,
      message.value,
      signature.subarray(TIME_BYTES),
    ))
  return isValid ? atSeconds : undefined
}

function messageOfCosigner(key: CosignerKey, text: string, atSeconds: number): Parsed<Uint8Array> {
  const checkpoint = parseCheckpoint(text)
  if (!checkpoint.ok) return checkpoint
  if (key.algorithm === 'ed25519')
    return accepted(utf8Bytes(`cosignature/v1\ntime ${atSeconds}\n${text}`))
  const { origin, size, root } = checkpoint.value
  const originBytes = utf8Bytes(origin)
  if (originBytes.length > NAME_LIMIT_BYTES) return refused('expected an origin of 1 to 255 bytes')
  return accepted(
    concatBytes([
      utf8Bytes(LABEL),
      lengthPrefixed(utf8Bytes(key.name)),
      timeBytes(atSeconds),
      lengthPrefixed(originBytes),
      timeBytes(0),
      timeBytes(size),
      root,
    ]),
  )
}

function lengthPrefixed(bytes: Uint8Array): Uint8Array {
  return concatBytes([new Uint8Array([bytes.length]), bytes])
}

function timeBytes(value: number): Uint8Array {
  const out = new Uint8Array(TIME_BYTES)
  new DataView(out.buffer).setBigUint64(0, BigInt(value))
  return out
}
