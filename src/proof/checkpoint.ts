// Checkpoints: what a log signs about itself. Source: C2SP tlog-checkpoint v1.0.0 inside a signed note.
import { base64Of, readBase64 } from '../kernel/index.ts'
import type { Digest, SignatureVerifier, Signer } from '../kernel/index.ts'
import { HASH_BYTES } from './leaf.ts'
import { isNoteName, signNote, verifyNote } from './note.ts'
import type { NoteKey } from './note.ts'
import { accepted, refused } from './parsed.ts'
import type { Parsed } from './parsed.ts'

export interface Checkpoint {
  /** The log's name; also the name of its note key. */
  readonly origin: string
  /** Number of entries. */
  readonly size: number
  /** RFC 6962 root of those entries, 32 bytes. */
  readonly root: Uint8Array
}

/** The text of a note: origin, size and root, a line each; the house writes no extension lines. */
export function formatCheckpoint(checkpoint: Checkpoint): string {
  if (!isNoteName(checkpoint.origin))
    throw new RangeError(`expected an origin without white space or "+"`)
  if (
    !Number.isSafeInteger(checkpoint.size) ||
    checkpoint.size < 0 ||
    checkpoint.root.length !== HASH_BYTES
  ) {
    throw new RangeError('expected a size from 0 and a root of 32 bytes')
  }
  return `${checkpoint.origin}\n${checkpoint.size}\n${base64Of(checkpoint.root)}\n`
}

/**
 * Reads the text of a note. Extension lines of other logs are allowed when not empty, and are not returned: they mean
 * nothing here. Sizes beyond 2^53-1, leading zeros and roots of another length are refused.
 */
export function parseCheckpoint(text: string): Parsed<Checkpoint> {
  const lines = text.split('\n')
  if (lines.pop() !== '' || lines.length < 3)
    return refused('expected origin, size and root, each line ended')
  const [origin = '', sizeText = '', rootText = ''] = lines
  if (origin === '') return refused('expected an origin')
  if (lines.slice(3).includes('')) return refused('expected no empty extension line')
  const size = Number(sizeText)
  if (!/^(?:0|[1-9][0-9]*)$/.test(sizeText) || !Number.isSafeInteger(size)) {
    return refused('expected a size in plain decimal up to 2^53-1')
  }
  const root = decodeRoot(rootText)
  if (root === undefined) return refused('expected a root of 32 bytes in base64')
  return accepted({ origin, size, root })
}

/** Signs a checkpoint with the log's Ed25519 key, under the origin as key name. */
export function sealCheckpoint(
  digest: Digest,
  signer: Signer,
  checkpoint: Checkpoint,
): Promise<string> {
  return signNote(digest, signer, checkpoint.origin, formatCheckpoint(checkpoint))
}

/** Reads a signed checkpoint of the log that `key` belongs to; refused when unsigned by it or of another origin. */
export async function openCheckpoint(
  verifier: SignatureVerifier,
  note: string | Uint8Array,
  key: NoteKey,
): Promise<Parsed<Checkpoint>> {
  const verified = await verifyNote(verifier, note, [key])
  if (!verified.ok) return verified
  const parsed = parseCheckpoint(verified.value.text)
  if (parsed.ok && parsed.value.origin !== key.name) {
    return refused(`expected the origin ${key.name}, got ${parsed.value.origin}`)
  }
  return parsed
}

function decodeRoot(text: string): Uint8Array | undefined {
  const root = readBase64(text)
  return root?.length === HASH_BYTES ? root : undefined
}
