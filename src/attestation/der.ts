// Writes DER (X.690), as much of it as certificates and timestamps need; reading is left to the stock library.
import { concatBytes, utf8Bytes } from '../kernel/index.ts'

const TAG = {
  boolean: 0x01,
  integer: 0x02,
  bitString: 0x03,
  octetString: 0x04,
  oid: 0x06,
  utf8String: 0x0c,
  utcTime: 0x17,
  generalizedTime: 0x18,
  sequence: 0x30,
  set: 0x31,
} as const
/** RFC 5280 has years until 2049 as UTCTime and later ones as GeneralizedTime. */
const LAST_UTC_YEAR = 2049

/** One value with its tag and length. */
export function derValue(tag: number, ...parts: readonly Uint8Array[]): Uint8Array {
  const body = concatBytes(parts)
  return concatBytes([Uint8Array.of(tag), lengthBytes(body.length), body])
}

export function derSequence(...parts: readonly Uint8Array[]): Uint8Array {
  return derValue(TAG.sequence, ...parts)
}

/** The elements of a SET OF are sorted by their encoding. */
export function derSet(...parts: readonly Uint8Array[]): Uint8Array {
  return derValue(TAG.set, ...parts.toSorted((a, b) => Buffer.compare(a, b)))
}

/** A value that a number in brackets marks in the specification, around what it holds. */
export function derMarked(number: number, ...parts: readonly Uint8Array[]): Uint8Array {
  return derValue(0xa0 + number, ...parts)
}

/** A whole number that is not negative, from its bytes, largest first. */
export function derInteger(bytes: Uint8Array): Uint8Array {
  let from = 0
  while (from < bytes.length - 1 && bytes[from] === 0) from++
  const body = bytes.subarray(from)
  return derValue(TAG.integer, ...((body[0] ?? 0) >= 0x80 ? [Uint8Array.of(0)] : []), body)
}

export function derOctets(bytes: Uint8Array): Uint8Array {
  return derValue(TAG.octetString, bytes)
}

/** @param unusedBits of the last byte */
export function derBits(bytes: Uint8Array, unusedBits = 0): Uint8Array {
  return derValue(TAG.bitString, Uint8Array.of(unusedBits), bytes)
}

export function derTrue(): Uint8Array {
  return derValue(TAG.boolean, Uint8Array.of(0xff))
}

export function derText(text: string): Uint8Array {
  return derValue(TAG.utf8String, utf8Bytes(text))
}

/** An object identifier from its dotted spelling; arcs may be as large as a UUID. */
export function derOid(text: string): Uint8Array {
  const [first = 0n, second = 0n, ...rest] = text.split('.').map(BigInt)
  return derValue(TAG.oid, ...[first * 40n + second, ...rest].map(arcBytes))
}

/** Seconds; what is below is cut. */
export function derTime(atMs: number): Uint8Array {
  const text = timeText(atMs)
  return new Date(atMs).getUTCFullYear() > LAST_UTC_YEAR
    ? derGeneralizedTime(atMs)
    : derValue(TAG.utcTime, utf8Bytes(text.slice(2)))
}

export function derGeneralizedTime(atMs: number): Uint8Array {
  return derValue(TAG.generalizedTime, utf8Bytes(timeText(atMs)))
}

function timeText(atMs: number): string {
  return `${new Date(atMs).toISOString().slice(0, 19).replace(/[-:T]/g, '')}Z`
}

function lengthBytes(length: number): Uint8Array {
  if (length < 0x80) return Uint8Array.of(length)
  const bytes: number[] = []
  for (let rest = length; rest > 0; rest = Math.floor(rest / 256)) bytes.unshift(rest % 256)
  return Uint8Array.of(0x80 + bytes.length, ...bytes)
}

/** Seven bits a byte, every byte but the last with its top bit set. */
function arcBytes(arc: bigint): Uint8Array {
  const bytes = [Number(arc % 128n)]
  for (let rest = arc / 128n; rest > 0n; rest /= 128n) bytes.unshift(Number(rest % 128n) + 0x80)
  return Uint8Array.from(bytes)
}
