// Builds Merkle roots and proofs: from all leaf hashes, from a compact frontier, or from stored subtrees.
import type { Digest } from '../kernel/index.ts'
import { HASH_BYTES } from './leaf.ts'
import { emptyRoot, hashNode } from './merkle.ts'
import { accepted, refused } from './parsed.ts'
import type { Parsed } from './parsed.ts'

/** Entries `from` to `until` (exclusive); its RFC 6962 tree hash is one node of a proof. */
export interface EntryRange {
  readonly from: number
  readonly until: number
}

/** A full subtree: 2^level entries starting at index · 2^level. */
export interface Subtree {
  readonly level: number
  readonly index: number
}

/** Everything needed to extend a tree and to know its root: the hashes of its full subtrees, largest first. */
export interface Frontier {
  readonly size: number
  readonly nodes: readonly Uint8Array[]
}

export const EMPTY_FRONTIER: Frontier = { size: 0, nodes: [] }

/** RFC 6962 tree hash of the given leaf hashes; O(n). */
export function merkleRoot(digest: Digest, leafHashes: readonly Uint8Array[]): Uint8Array {
  return frontierRoot(digest, extendFrontier(digest, EMPTY_FRONTIER, leafHashes))
}

export function extendFrontier(
  digest: Digest,
  frontier: Frontier,
  leafHashes: readonly Uint8Array[],
): Frontier {
  const nodes = [...frontier.nodes]
  let size = frontier.size
  for (const leafHash of leafHashes) {
    let hash = leafHash
    // Each trailing one bit of the size is a full subtree that the new entry completes into a larger one.
    for (let rest = size; rest % 2 === 1; rest = (rest - 1) / 2)
      hash = hashNode(digest, nodes.pop()!, hash)
    nodes.push(hash)
    size++
  }
  return { size, nodes }
}

export function frontierRoot(digest: Digest, frontier: Frontier): Uint8Array {
  return foldSubtrees(digest, frontier.nodes)
}

/** Hash of neighbouring full subtrees, largest first: folded from the right, as RFC 6962 splits. */
export function foldSubtrees(digest: Digest, hashes: readonly Uint8Array[]): Uint8Array {
  const last = hashes.at(-1)
  if (last === undefined) return emptyRoot(digest)
  let hash = last
  for (let i = hashes.length - 2; i >= 0; i--) hash = hashNode(digest, hashes[i]!, hash)
  return hash
}

export function encodeFrontier(frontier: Frontier): Uint8Array {
  const out = new Uint8Array(frontier.nodes.length * HASH_BYTES)
  frontier.nodes.forEach((node, at) => out.set(node, at * HASH_BYTES))
  return out
}

/** Refuses bytes that do not hold exactly one hash per set bit of `size`. */
export function decodeFrontier(size: number, bytes: Uint8Array): Parsed<Frontier> {
  const wanted = coverRange({ from: 0, until: size }).length
  if (bytes.length !== wanted * HASH_BYTES) {
    return refused(`expected ${wanted} hashes for size ${size}, got ${bytes.length} bytes`)
  }
  const nodes = Array.from({ length: wanted }, (_, at) =>
    bytes.slice(at * HASH_BYTES, (at + 1) * HASH_BYTES),
  )
  return accepted({ size, nodes })
}

/**
 * The full subtrees that make up the range, left to right.
 * @throws RangeError unless 0 ≤ from ≤ until.
 */
export function coverRange(range: EntryRange): Subtree[] {
  if (
    !Number.isSafeInteger(range.from) ||
    !Number.isSafeInteger(range.until) ||
    range.from < 0 ||
    range.from > range.until
  ) {
    throw new RangeError(`expected a range of entries, got ${range.from} to ${range.until}`)
  }
  const out: Subtree[] = []
  let at = range.from
  while (at < range.until) {
    let level = 0
    let width = 1
    while (at % (width * 2) === 0 && at + width * 2 <= range.until) {
      level++
      width *= 2
    }
    out.push({ level, index: at / width })
    at += width
  }
  return out
}

/**
 * The ranges whose hashes make the inclusion proof of entry `seq` in a tree of `size`, leaf upwards.
 * @throws RangeError unless 0 ≤ seq < size.
 */
export function inclusionRanges(seq: number, size: number): EntryRange[] {
  if (!Number.isSafeInteger(size) || !Number.isSafeInteger(seq) || seq < 0 || seq >= size) {
    throw new RangeError(`expected an entry below size ${size}, got ${seq}`)
  }
  const out: EntryRange[] = []
  let from = 0
  let until = size
  while (until - from > 1) {
    const middle = from + largestPowerBelow(until - from)
    if (seq < middle) {
      out.push({ from: middle, until })
      until = middle
    } else {
      out.push({ from, until: middle })
      from = middle
    }
  }
  return out.reverse()
}

/**
 * The ranges whose hashes make the consistency proof between two sizes; empty when they are equal.
 * @throws RangeError unless 0 < size1 ≤ size2.
 */
export function consistencyRanges(size1: number, size2: number): EntryRange[] {
  if (!Number.isSafeInteger(size1) || !Number.isSafeInteger(size2) || size1 < 1 || size1 > size2) {
    throw new RangeError(`expected sizes with 0 < size1 ≤ size2, got ${size1} and ${size2}`)
  }
  const out: EntryRange[] = []
  let from = 0
  let until = size2
  // RFC 6962 section 2.1.2: walk towards the right edge of the first tree.
  while (until !== size1) {
    const middle = from + largestPowerBelow(until - from)
    if (size1 <= middle) {
      out.push({ from: middle, until })
      until = middle
    } else {
      out.push({ from, until: middle })
      from = middle
    }
  }
  // The node over [0, size1) is the first root itself, which the verifier has.
  if (from > 0) out.push({ from, until })
  return out.reverse()
}

/** Hashes of all full subtrees by level, the leaf hashes first; O(n). */
export function subtreeLevels(
  digest: Digest,
  leafHashes: readonly Uint8Array[],
): readonly (readonly Uint8Array[])[] {
  const levels = [leafHashes]
  for (let below = leafHashes; below.length > 1; below = levels.at(-1)!)
    levels.push(
      Array.from({ length: Math.floor(below.length / 2) }, (_, index) =>
        hashNode(digest, below[2 * index]!, below[2 * index + 1]!),
      ),
    )
  return levels
}

/** Inclusion proofs of many entries of one tree: O(n) once, then O(log n) hashes for each. */
export function makeInclusionProver(
  digest: Digest,
  leafHashes: readonly Uint8Array[],
): (seq: number) => Uint8Array[] {
  const levels = subtreeLevels(digest, leafHashes)
  return (seq) =>
    inclusionRanges(seq, leafHashes.length).map((range) =>
      foldSubtrees(
        digest,
        coverRange(range).map(({ level, index }) => levels[level]![index]!),
      ),
    )
}

/** Inclusion proof from all leaf hashes; O(n), for small trees and tests. */
export function buildInclusionProof(
  digest: Digest,
  leafHashes: readonly Uint8Array[],
  seq: number,
): Uint8Array[] {
  return inclusionRanges(seq, leafHashes.length).map((range) =>
    rangeRoot(digest, leafHashes, range),
  )
}

/** Consistency proof from `size1` to the whole list; O(n), for small trees and tests. */
export function buildConsistencyProof(
  digest: Digest,
  leafHashes: readonly Uint8Array[],
  size1: number,
): Uint8Array[] {
  return consistencyRanges(size1, leafHashes.length).map((range) =>
    rangeRoot(digest, leafHashes, range),
  )
}

function rangeRoot(
  digest: Digest,
  leafHashes: readonly Uint8Array[],
  range: EntryRange,
): Uint8Array {
  return merkleRoot(digest, leafHashes.slice(range.from, range.until))
}

function largestPowerBelow(count: number): number {
  let power = 1
  while (power * 2 < count) power *= 2
  return power
}
