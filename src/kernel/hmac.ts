// HMAC-SHA256 on any SHA-256: two plain hashes are cheaper than what engines offer for it. Source: RFC 2104.

const BLOCK_BYTES = 64
const INNER = 0x36
const OUTER = 0x5c

export function hmacSha256With(
  sha256: (bytes: Uint8Array) => Uint8Array,
  key: Uint8Array,
  bytes: Uint8Array,
): Uint8Array {
  const short = key.length > BLOCK_BYTES ? sha256(key) : key
  return sha256(pad(short, OUTER, sha256(pad(short, INNER, bytes))))
}

/** What is hashed for a short message, made once: a hash reads its input before it answers, and keeps none of it. */
const scratch = new Uint8Array(BLOCK_BYTES + 4_096)

function pad(key: Uint8Array, mask: number, message: Uint8Array): Uint8Array {
  const sizeBytes = BLOCK_BYTES + message.length
  const out =
    sizeBytes > scratch.length ? new Uint8Array(sizeBytes) : scratch.subarray(0, sizeBytes)
  for (let at = 0; at < key.length; at++) out[at] = key[at]! ^ mask
  out.fill(mask, key.length, BLOCK_BYTES)
  out.set(message, BLOCK_BYTES)
  return out
}
