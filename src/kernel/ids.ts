// Names for things: time-ordered ids, content digests and path slugs.
import { hexOf } from './bytes.ts'

/** Content address: `sha256:` and 64 lower-case hexadecimal digits. */
export type ContentDigest = `sha256:${string}`

export function isContentDigest(text: string): text is ContentDigest {
  return /^sha256:[0-9a-f]{64}$/.test(text)
}

/** The content address of a raw SHA-256 hash (32 bytes). */
export function contentDigest(hash: Uint8Array): ContentDigest {
  if (hash.length !== 32) throw new RangeError(`expected a hash of 32 bytes, got ${hash.length}`)
  return `sha256:${hexOf(hash)}`
}

/** Random bytes of a UUID version 7. */
export const UUID_CHANCE_BYTES = 10

/**
 * UUID version 7 (RFC 9562 section 5.7): sorts by time.
 * @param nowMs milliseconds since the epoch @param chance at least `UUID_CHANCE_BYTES` random bytes
 */
export function uuidV7(nowMs: number, chance: Uint8Array): string {
  if (chance.length < UUID_CHANCE_BYTES)
    throw new RangeError(`expected ${UUID_CHANCE_BYTES} random bytes`)
  const bytes = new Uint8Array(16)
  let rest = nowMs
  for (let i = 5; i >= 0; i--) {
    bytes[i] = rest % 256
    rest = Math.floor(rest / 256)
  }
  bytes.set(chance.subarray(0, UUID_CHANCE_BYTES), 6)
  bytes[6] = 0x70 | (bytes[6]! & 0x0f)
  bytes[8] = 0x80 | (bytes[8]! & 0x3f)
  const hex = hexOf(bytes)
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`
}

/** Lower-case words joined by hyphens, letters of any script kept; empty when nothing is left. */
export function slugOf(text: string): string {
  // Text without accents is most text, and taking them off costs most of the time.
  const bare = /[^\0-\u007f]/.test(text) ? text.normalize('NFKD').replace(/\p{M}/gu, '') : text
  return bare
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, '-')
    .replace(/^-+|-+$/g, '')
}
