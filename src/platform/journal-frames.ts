// The bytes of a journal file: a header with a salt, then one frame per append.
import { createHash } from 'node:crypto'
import { bytesEqual, concatBytes, utf8Bytes } from '../kernel/index.ts'
import { platformFault } from './errors.ts'

/** Bytes of one append, all its records together. */
const APPEND_LIMIT_BYTES = 128 * 1024 * 1024

const FILE_MAGIC = utf8Bytes('SWJRNL1\n')
const SALT_BYTES = 16
const HASH_BYTES = 32
export const SEGMENT_HEADER_BYTES = FILE_MAGIC.length + SALT_BYTES + HASH_BYTES
const FRAME_MAGIC = utf8Bytes('SWJR')
const FRAME_HEAD_BYTES = FRAME_MAGIC.length + 4

/** `SWJRNL1\n | salt | SHA-256 of both`. @param salt 16 random bytes of this file */
export function headerOf(salt: Uint8Array): Uint8Array {
  const start = concatBytes([FILE_MAGIC, salt])
  return concatBytes([start, createHash('sha256').update(start).digest()])
}

export function segmentSalt(header: Uint8Array): Uint8Array {
  return header.slice(FILE_MAGIC.length, FILE_MAGIC.length + SALT_BYTES)
}

export interface ScannedSegment {
  readonly records: readonly Uint8Array[]
  /** Where the last whole append ends. */
  readonly end: number
  /** True when something whole comes after something that is not: a crash cannot leave that. */
  readonly isDamaged: boolean
}

export function scanSegment(bytes: Uint8Array): ScannedSegment {
  const records: Uint8Array[] = []
  // A file gets its name only when its header is on the disk.
  const salt = segmentSalt(bytes)
  if (!bytesEqual(bytes.subarray(0, SEGMENT_HEADER_BYTES), headerOf(salt)))
    return { records, end: 0, isDamaged: true }
  let at = SEGMENT_HEADER_BYTES
  while (at < bytes.length) {
    const payload = framedBytes(salt, bytes, at)
    if (payload === undefined)
      return { records, end: at, isDamaged: isFrameAfter(salt, bytes, at + 1) }
    for (const record of recordsOf(payload)) records.push(record)
    at += FRAME_HEAD_BYTES + payload.length + HASH_BYTES
  }
  return { records, end: at, isDamaged: false }
}

/**
 * `SWJR | be32 length | payload | SHA-256(salt | be64 place | payload)`, the payload being records with their be32
 * lengths. One append is one frame, so a crash can only damage the last one. The salt and the place keep anybody who
 * writes entries from writing bytes that look like a frame.
 */
export function encodeJournalFrame(
  salt: Uint8Array,
  at: number,
  records: readonly Uint8Array[],
): Uint8Array {
  const payload = concatBytes(records.flatMap((record) => [be32(record.length), record]))
  if (payload.length > APPEND_LIMIT_BYTES)
    throw platformFault(
      'PLATFORM_VALUE_REFUSED',
      `expected at most ${APPEND_LIMIT_BYTES} bytes for the journal, got ${payload.length}`,
    )
  return concatBytes([FRAME_MAGIC, be32(payload.length), payload, hashFrame(salt, at, payload)])
}

function framedBytes(salt: Uint8Array, bytes: Uint8Array, at: number): Uint8Array | undefined {
  const from = at + FRAME_HEAD_BYTES
  if (from > bytes.length) return undefined
  if (!bytesEqual(bytes.subarray(at, at + FRAME_MAGIC.length), FRAME_MAGIC)) return undefined
  const until = from + readBe32(bytes, at + FRAME_MAGIC.length)
  if (until + HASH_BYTES > bytes.length) return undefined
  const payload = bytes.subarray(from, until)
  const wanted = hashFrame(salt, at, payload)
  return bytesEqual(wanted, bytes.subarray(until, until + HASH_BYTES)) ? payload : undefined
}

function isFrameAfter(salt: Uint8Array, bytes: Uint8Array, from: number): boolean {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length)
  for (let at = text.indexOf(FRAME_MAGIC, from); at >= 0; at = text.indexOf(FRAME_MAGIC, at + 1)) {
    if (framedBytes(salt, bytes, at) !== undefined) return true
  }
  return false
}

function recordsOf(payload: Uint8Array): Uint8Array[] {
  const out: Uint8Array[] = []
  for (let at = 0; at < payload.length;) {
    const until = at + 4 + readBe32(payload, at)
    out.push(payload.slice(at + 4, until))
    at = until
  }
  return out
}

function hashFrame(salt: Uint8Array, at: number, payload: Uint8Array): Uint8Array {
  const place = new Uint8Array(8)
  new DataView(place.buffer).setBigUint64(0, BigInt(at))
  return createHash('sha256').update(salt).update(place).update(payload).digest()
}

function be32(value: number): Uint8Array {
  const out = new Uint8Array(4)
  new DataView(out.buffer).setUint32(0, value)
  return out
}

function readBe32(bytes: Uint8Array, at: number): number {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength).getUint32(at)
}
