// Reads OpenTimestamps proofs (.ots): which Bitcoin blocks, if any, commit to a digest. Source: opentimestamps 0.4, serialisation format.
import { bytesEqual, bytesOfHex, concatBytes, hexOf, utf8Text } from '../kernel/index.ts'
import type { Digest } from '../kernel/index.ts'
import { HASH_BYTES } from './leaf.ts'
import { accepted, refused } from './parsed.ts'
import type { Parsed } from './parsed.ts'

/** Proofs have a few hundred bytes; calendars merge a few of them. */
export const OTS_LIMIT_BYTES = 1024 * 1024

const MAGIC = bytesOfHex('004f70656e54696d657374616d7073000050726f6f6600bf89e2e884e8929401')
const TAG = { attestation: 0x00, sha256: 0x08, append: 0xf0, prepend: 0xf1, fork: 0xff } as const
/** Operations that take no argument, besides SHA-256; a path through one of them is not followed. */
const OTHER_HASHES = new Map([
  [0x02, 'SHA-1'],
  [0x03, 'RIPEMD-160'],
  [0x67, 'Keccak-256'],
  [0xf2, 'reverse'],
  [0xf3, 'hexlify'],
])
const BITCOIN = '0588960d73d71901'
const PENDING = '83dfe30d2ef90c8e'
const ATTESTATION_TAG_BYTES = 8
/** Limits of the format. */
const MESSAGE_LIMIT_BYTES = 4_096
const PAYLOAD_LIMIT_BYTES = 8_192
const DEPTH_LIMIT = 256
/** Of ours: more paths than any calendar writes. */
const STEP_LIMIT_COUNT = 10_000

/** What one path of the proof ends in. */
export type OtsEnd =
  | {
      readonly kind: 'bitcoin'
      readonly height: number
      /** The Merkle root that the block's header must have, in the order of its bytes there. */
      readonly merkleRoot: Uint8Array
    }
  /** A calendar promised to go on; it has not, as far as this file knows. */
  | { readonly kind: 'pending'; readonly calendar: string }
  /** Something else than Bitcoin, or a path that needs another hash than SHA-256. */
  | { readonly kind: 'unread'; readonly what: string }

export interface OtsProof {
  /** SHA-256 of the file that was stamped. */
  readonly fileDigest: Uint8Array
  readonly ends: readonly OtsEnd[]
}

/** Refuses bytes that are no proof over SHA-256, are cut, or have something behind their end. */
export function parseOpenTimestamps(digest: Digest, bytes: Uint8Array): Parsed<OtsProof> {
  if (bytes.length > OTS_LIMIT_BYTES) return refused(`expected at most ${OTS_LIMIT_BYTES} bytes`)
  if (!bytesEqual(bytes.subarray(0, MAGIC.length), MAGIC))
    return refused('expected an OpenTimestamps proof of version 1')
  const reader = new OtsReader(digest, bytes, MAGIC.length)
  try {
    if (reader.byte() !== TAG.sha256) return refused('expected a proof over SHA-256')
    const fileDigest = reader.take(HASH_BYTES)
    reader.timestamp(fileDigest, 0)
    if (reader.ends.length === 0) return refused('expected at least one attestation')
    if (!reader.isAtEnd) return refused('expected nothing behind the proof')
    return accepted({ fileDigest, ends: reader.ends })
  } catch (thrown) {
    if (thrown instanceof OtsMismatch) return refused(thrown.message)
    throw thrown
  }
}

class OtsMismatch extends Error {}

class OtsReader {
  readonly ends: OtsEnd[] = []
  readonly #digest: Digest
  readonly #bytes: Uint8Array
  #at: number
  #steps = 0

  constructor(digest: Digest, bytes: Uint8Array, at: number) {
    this.#digest = digest
    this.#bytes = bytes
    this.#at = at
  }

  get isAtEnd(): boolean {
    return this.#at === this.#bytes.length
  }

  byte(): number {
    return this.take(1)[0]!
  }

  take(count: number): Uint8Array {
    if (this.#at + count > this.#bytes.length) throw new OtsMismatch('the proof is cut')
    const part = this.#bytes.slice(this.#at, this.#at + count)
    this.#at += count
    return part
  }

  /** @param message undefined behind an operation that is not followed */
  timestamp(message: Uint8Array | undefined, depth: number, why = ''): void {
    if (depth > DEPTH_LIMIT) throw new OtsMismatch(`expected at most ${DEPTH_LIMIT} operations`)
    for (;;) {
      if (++this.#steps > STEP_LIMIT_COUNT)
        throw new OtsMismatch(`expected at most ${STEP_LIMIT_COUNT} steps`)
      const first = this.byte()
      const isFork = first === TAG.fork
      this.#step(isFork ? this.byte() : first, message, depth, why)
      if (!isFork) return
    }
  }

  #step(tag: number, message: Uint8Array | undefined, depth: number, why: string): void {
    const other = OTHER_HASHES.get(tag)
    if (tag === TAG.attestation) this.#attestation(message, why)
    else if (tag === TAG.sha256)
      this.timestamp(message && this.#digest.sha256(message), depth + 1, why)
    else if (tag === TAG.append || tag === TAG.prepend) {
      const more = this.#variable(MESSAGE_LIMIT_BYTES)
      if (more.length === 0) throw new OtsMismatch('expected bytes to add')
      const next = message && concatBytes(tag === TAG.append ? [message, more] : [more, message])
      if (next !== undefined && next.length > MESSAGE_LIMIT_BYTES)
        throw new OtsMismatch(`expected messages of at most ${MESSAGE_LIMIT_BYTES} bytes`)
      this.timestamp(next, depth + 1, why)
    } else if (other !== undefined) this.timestamp(undefined, depth + 1, `a path through ${other}`)
    else throw new OtsMismatch(`expected a known operation, got ${tag}`)
  }

  #attestation(message: Uint8Array | undefined, why: string): void {
    const tag = hexOf(this.take(ATTESTATION_TAG_BYTES))
    const payload = this.#variable(PAYLOAD_LIMIT_BYTES)
    const inside = new OtsReader(this.#digest, payload, 0)
    if (tag === PENDING) {
      const calendar = inside.#text()
      if (!inside.isAtEnd)
        throw new OtsMismatch('expected nothing behind the address of a calendar')
      this.ends.push({ kind: 'pending', calendar })
    } else if (tag !== BITCOIN) this.ends.push({ kind: 'unread', what: `attestation ${tag}` })
    else {
      const height = inside.#number()
      if (!inside.isAtEnd) throw new OtsMismatch('expected nothing behind the height of a block')
      if (message === undefined) this.ends.push({ kind: 'unread', what: why })
      else if (message.length !== HASH_BYTES)
        throw new OtsMismatch('expected a Merkle root of 32 bytes')
      else this.ends.push({ kind: 'bitcoin', height, merkleRoot: message })
    }
  }

  #text(): string {
    try {
      return utf8Text(this.#variable(1_000))
    } catch (thrown) {
      if (thrown instanceof TypeError) throw new OtsMismatch('expected UTF-8')
      throw thrown
    }
  }

  #variable(limitBytes: number): Uint8Array {
    const count = this.#number()
    if (count > limitBytes) throw new OtsMismatch(`expected at most ${limitBytes} bytes`)
    return this.take(count)
  }

  /** Seven bits a byte, smallest first. */
  #number(): number {
    let value = 0
    for (let weight = 1; weight <= 2 ** 42; weight *= 128) {
      const byte = this.byte()
      value += (byte % 128) * weight
      if (byte < 128) return value
    }
    throw new OtsMismatch('expected a number of at most seven bytes')
  }
}

export const BLOCK_HEADER_BYTES = 80

/** What 80 bytes of a Bitcoin block's header say of themselves. */
export interface BlockHeader {
  /** As block explorers print it. */
  readonly hash: string
  readonly merkleRoot: Uint8Array
  /** The miner's clock; the network takes it up to two hours ahead. */
  readonly timeMs: number
  /** log2 of the hashes that finding such a header takes on average. */
  readonly workBits: number
}

/** Refuses a header whose hash misses the target that it names: that costs nothing to write. */
export function readBlockHeader(digest: Digest, header: Uint8Array): Parsed<BlockHeader> {
  if (header.length !== BLOCK_HEADER_BYTES)
    return refused(`expected a header of ${BLOCK_HEADER_BYTES} bytes, got ${header.length}`)
  const view = new DataView(header.buffer, header.byteOffset, header.byteLength)
  const compact = view.getUint32(72, true)
  const mantissa = compact & 0x007f_ffff
  const exponent = compact >>> 24
  if (mantissa === 0 || (compact & 0x0080_0000) !== 0 || exponent > 32)
    return refused('expected a header with a target')
  const target = BigInt(mantissa) * 2n ** BigInt(8 * Math.max(0, exponent - 3))
  const hash = hexOf(digest.sha256(digest.sha256(header)).reverse())
  if (BigInt(`0x${hash}`) > target) return refused('the hash of the header misses its own target')
  return accepted({
    hash,
    merkleRoot: header.slice(36, 68),
    timeMs: view.getUint32(68, true) * 1_000,
    workBits: 256 - Math.log2(mantissa) - 8 * (exponent - 3),
  })
}
