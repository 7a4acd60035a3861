// The two spellings of an ECDSA P-256 signature: DER, which the house and Sigstore keep, and r beside s, which browsers read and write.
import { concatBytes } from '../kernel/index.ts'

const DER_SEQUENCE = 0x30
const DER_INTEGER = 0x02
const P256_BYTES = 32

/** @throws RangeError unless it is 32 bytes of r and 32 of s */
export function derOfRaw(raw: Uint8Array): Uint8Array {
  if (raw.length !== 2 * P256_BYTES)
    throw new RangeError(`expected ${2 * P256_BYTES} bytes of signature, got ${raw.length}`)
  const integers = concatBytes([
    writeInteger(raw.subarray(0, P256_BYTES)),
    writeInteger(raw.subarray(P256_BYTES)),
  ])
  return concatBytes([Uint8Array.of(DER_SEQUENCE, integers.length), integers])
}

/** Undefined unless the DER is exact: one spelling per signature. */
export function rawOfDer(der: Uint8Array): Uint8Array | undefined {
  if (der[0] !== DER_SEQUENCE || der[1] !== der.length - 2) return undefined
  const r = readInteger(der, 2)
  const s = r && readInteger(der, r.end)
  if (r === undefined || s === undefined || s.end !== der.length) return undefined
  return concatBytes([r.bytes, s.bytes])
}

/** The shortest spelling that is not negative. */
function writeInteger(bytes: Uint8Array): Uint8Array {
  const at = bytes.findIndex((byte) => byte !== 0)
  const value = at === -1 ? bytes.subarray(-1) : bytes.subarray(at)
  const sign = (value[0] ?? 0) >= 0x80 ? [0] : []
  return Uint8Array.of(DER_INTEGER, sign.length + value.length, ...sign, ...value)
}

function readInteger(
  der: Uint8Array,
  at: number,
): { readonly bytes: Uint8Array; readonly end: number } | undefined {
  const size = der[at + 1] ?? 0
  const from = at + 2
  const end = from + size
  if (der[at] !== DER_INTEGER || size === 0 || end > der.length) return undefined
  const [first = 0, second = 0] = der.subarray(from, end)
  const isNegative = first >= 0x80
  const isPadded = first === 0 && size > 1 && second < 0x80
  const value = first === 0 ? der.subarray(from + 1, end) : der.subarray(from, end)
  if (isNegative || isPadded || value.length > P256_BYTES) return undefined
  const bytes = new Uint8Array(P256_BYTES)
  bytes.set(value, P256_BYTES - value.length)
  return { bytes, end }
}
