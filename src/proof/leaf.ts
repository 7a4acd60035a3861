// The leaf: a 52-byte header that links entries into a chain, and the body that says what happened.
import { concatBytes, utf8Bytes } from '../kernel/index.ts'
import type { Digest } from '../kernel/index.ts'
import { accepted, refused } from './parsed.ts'
import type { Parsed } from './parsed.ts'

/** `SW`, version 2, zero. */
export const LEAF_MAGIC: readonly number[] = [0x53, 0x57, 0x02, 0x00]
export const LEAF_HEADER_BYTES = 52
/** Header and body together; the limit of C2SP tlog-tiles entry bundles (uint16 length). */
export const LEAF_LIMIT_BYTES = 65_535
/** Bytes of every hash here: SHA-256. */
export const HASH_BYTES = 32

const SEQ_AT = 4
const TIME_AT = 12
const PREV_AT = 20
const LEAF_TAG = new Uint8Array([0x00])

export interface Leaf {
  /** Position in the log, from 0. */
  readonly seq: number
  /** The sequencer's clock, ms since the epoch; never decreases along a log. */
  readonly timeMs: number
  /** Leaf hash of the entry before, or the genesis link for seq 0. */
  readonly prev: Uint8Array
  /** Canonical JSON (RFC 8785), UTF-8. */
  readonly body: Uint8Array
}

/**
 * The stored bytes: `53 57 02 00 | be64(seq) | be64(unix ms) | prev | body`.
 * @throws RangeError when seq or time is no safe non-negative integer, prev has not 32 bytes or the leaf exceeds its limit.
 */
export function encodeLeaf(leaf: Leaf): Uint8Array {
  const sizeBytes = LEAF_HEADER_BYTES + leaf.body.length
  if (sizeBytes > LEAF_LIMIT_BYTES)
    throw new RangeError(`expected a leaf of at most 65535 bytes, got ${sizeBytes}`)
  const out = new Uint8Array(sizeBytes)
  encodeLeafInto(out, leaf)
  out.set(leaf.body, LEAF_HEADER_BYTES)
  return out
}

/** Writes the header of a leaf whose body is, or will be, in `out`. @throws RangeError as `encodeLeaf` */
export function encodeLeafInto(out: Uint8Array, leaf: Omit<Leaf, 'body'>): void {
  const { seq, timeMs, prev } = leaf
  if (prev.length !== HASH_BYTES)
    throw new RangeError(`expected a link of 32 bytes, got ${prev.length}`)
  if (out.length > LEAF_LIMIT_BYTES)
    throw new RangeError(`expected a leaf of at most 65535 bytes, got ${out.length}`)
  out.set(LEAF_MAGIC)
  writeBe64(out, SEQ_AT, seq)
  writeBe64(out, TIME_AT, timeMs)
  out.set(prev, PREV_AT)
}

/** The parts are views into `bytes`, not copies. Refuses a wrong magic or version, a short header, an oversized leaf and numbers beyond 2^53-1. */
export function decodeLeaf(bytes: Uint8Array): Parsed<Leaf> {
  if (bytes.length < LEAF_HEADER_BYTES)
    return refused(`expected a header of 52 bytes, got ${bytes.length}`)
  if (bytes.length > LEAF_LIMIT_BYTES)
    return refused(`expected at most 65535 bytes, got ${bytes.length}`)
  if (!LEAF_MAGIC.every((byte, at) => bytes[at] === byte))
    return refused('expected the leaf magic 53570200')
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const seq = view.getUint32(SEQ_AT) * 2 ** 32 + view.getUint32(SEQ_AT + 4)
  const timeMs = view.getUint32(TIME_AT) * 2 ** 32 + view.getUint32(TIME_AT + 4)
  if (!Number.isSafeInteger(seq) || !Number.isSafeInteger(timeMs))
    return refused('expected seq and time up to 2^53-1')
  return accepted({
    seq,
    timeMs,
    prev: bytes.subarray(PREV_AT, PREV_AT + HASH_BYTES),
    body: bytes.subarray(LEAF_HEADER_BYTES),
  })
}

/** RFC 6962 section 2.1 leaf hash, SHA-256(00 | leaf); it is also what the next leaf's `prev` holds. */
export function hashLeaf(digest: Digest, leafBytes: Uint8Array): Uint8Array {
  if (leafBytes.length > LEAF_LIMIT_BYTES) return digest.sha256(concatBytes([LEAF_TAG, leafBytes]))
  leafInput.set(leafBytes, 1)
  return digest.sha256(leafInput.subarray(0, 1 + leafBytes.length))
}

/** What is hashed for a leaf, made once: a digest reads its input before it answers, and keeps none of it. */
const leafInput = new Uint8Array(1 + LEAF_LIMIT_BYTES)

/** What `prev` of entry 0 holds, so that two logs never share a first leaf. */
export function genesisLink(digest: Digest, origin: string, epoch: number): Uint8Array {
  return digest.sha256(utf8Bytes(`seaworthy-ledger/v2\n${origin}\n${epoch}\n`))
}

function writeBe64(out: Uint8Array, at: number, value: number): void {
  if (!Number.isSafeInteger(value) || value < 0)
    throw new RangeError(`expected a safe non-negative integer, got ${value}`)
  let rest = value
  for (let byte = at + 7; byte >= at; byte--) {
    out[byte] = rest % 256
    rest = Math.floor(rest / 256)
  }
}
