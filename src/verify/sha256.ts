// SHA-256 and HMAC in plain code, for a browser: Web Crypto hashes only asynchronously. Source: FIPS 180-4, RFC 2104.
import { hmacSha256With } from '../kernel/index.ts'

const BLOCK_BYTES = 64

/** Bytes of a message beyond this would need a longer length field; no bundle comes near. */
const MESSAGE_LIMIT_BYTES = 2 ** 50

// The constants are the first 32 bits of the fractional parts of roots of primes; computed, so that no digit can be mistyped.
const PRIMES = primesUpTo(311)
const ROUND_WORDS = Uint32Array.from(PRIMES, (prime) => fractionOf(Math.cbrt(prime)))
const START_WORDS = Uint32Array.from(PRIMES.slice(0, 8), (prime) => fractionOf(Math.sqrt(prime)))

export function sha256(bytes: Uint8Array): Uint8Array {
  if (bytes.length > MESSAGE_LIMIT_BYTES)
    throw new RangeError(`expected at most ${MESSAGE_LIMIT_BYTES} bytes`)
  const state = START_WORDS.slice()
  const schedule = new Uint32Array(64)
  const wholeBytes = bytes.length - (bytes.length % BLOCK_BYTES)
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  for (let at = 0; at < wholeBytes; at += BLOCK_BYTES) mixBlock(state, schedule, view, at)
  const tail = padTail(bytes.subarray(wholeBytes), bytes.length)
  const tailView = new DataView(tail.buffer)
  for (let at = 0; at < tail.length; at += BLOCK_BYTES) mixBlock(state, schedule, tailView, at)
  const out = new Uint8Array(32)
  const outView = new DataView(out.buffer)
  for (const [index, word] of state.entries()) outView.setUint32(index * 4, word)
  return out
}

export function hmacSha256(key: Uint8Array, bytes: Uint8Array): Uint8Array {
  return hmacSha256With(sha256, key, bytes)
}

function padTail(tail: Uint8Array, messageBytes: number): Uint8Array {
  const sizeBytes = tail.length + 9 <= BLOCK_BYTES ? BLOCK_BYTES : 2 * BLOCK_BYTES
  const out = new Uint8Array(sizeBytes)
  out.set(tail)
  out[tail.length] = 0x80
  const view = new DataView(out.buffer)
  // The length in bits as 64 bits, in two halves because bit operators hold 32.
  view.setUint32(sizeBytes - 8, Math.floor(messageBytes / 2 ** 29))
  view.setUint32(sizeBytes - 4, (messageBytes * 8) % 2 ** 32)
  return out
}

// One block of 64 bytes into the state; names as in FIPS 180-4 section 6.2.2.
function mixBlock(state: Uint32Array, w: Uint32Array, view: DataView, at: number): void {
  for (let t = 0; t < 16; t++) w[t] = view.getUint32(at + t * 4)
  for (let t = 16; t < 64; t++) {
    const x = w[t - 15]!
    const y = w[t - 2]!
    const s0 = turn(x, 7) ^ turn(x, 18) ^ (x >>> 3)
    const s1 = turn(y, 17) ^ turn(y, 19) ^ (y >>> 10)
    w[t] = w[t - 16]! + s0 + w[t - 7]! + s1
  }
  let [a = 0, b = 0, c = 0, d = 0, e = 0, f = 0, g = 0, h = 0] = state
  for (let t = 0; t < 64; t++) {
    const s1 = turn(e, 6) ^ turn(e, 11) ^ turn(e, 25)
    const t1 = (h + s1 + ((e & f) ^ (~e & g)) + ROUND_WORDS[t]! + w[t]!) | 0
    const s0 = turn(a, 2) ^ turn(a, 13) ^ turn(a, 22)
    const t2 = (s0 + ((a & b) ^ (a & c) ^ (b & c))) | 0
    h = g
    g = f
    f = e
    e = (d + t1) | 0
    d = c
    c = b
    b = a
    a = (t1 + t2) | 0
  }
  for (const [index, word] of [a, b, c, d, e, f, g, h].entries()) state[index]! += word
}

function turn(word: number, bits: number): number {
  return (word >>> bits) | (word << (32 - bits))
}

function fractionOf(root: number): number {
  return Math.floor((root % 1) * 2 ** 32)
}

function primesUpTo(limit: number): number[] {
  const out: number[] = []
  for (let candidate = 2; candidate <= limit; candidate++) {
    if (out.every((prime) => candidate % prime !== 0)) out.push(candidate)
  }
  return out
}
