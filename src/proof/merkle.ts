// Checks Merkle proofs (RFC 6962 hashing, RFC 9162 algorithms): inclusion of an entry, consistency of two sizes.
import { bytesEqual } from '../kernel/index.ts'
import type { Digest } from '../kernel/index.ts'
import { HASH_BYTES } from './leaf.ts'

const NODE_TAG = 0x01

/** What is hashed for a node, made once: a digest reads its input before it answers, and keeps none of it. */
const nodeInput = new Uint8Array(1 + 2 * HASH_BYTES)
nodeInput[0] = NODE_TAG

/** Interior node: SHA-256(01 | left | right), RFC 6962 section 2.1. */
export function hashNode(digest: Digest, left: Uint8Array, right: Uint8Array): Uint8Array {
  if (left.length === HASH_BYTES && right.length === HASH_BYTES) {
    nodeInput.set(left, 1)
    nodeInput.set(right, 1 + HASH_BYTES)
    return digest.sha256(nodeInput)
  }
  const input = new Uint8Array(1 + left.length + right.length)
  input[0] = NODE_TAG
  input.set(left, 1)
  input.set(right, 1 + left.length)
  return digest.sha256(input)
}

/** Root of the tree without entries: SHA-256 of nothing. */
export function emptyRoot(digest: Digest): Uint8Array {
  return digest.sha256(new Uint8Array(0))
}

export interface InclusionClaim {
  readonly leafHash: Uint8Array
  /** Position of the entry, from 0. */
  readonly seq: number
  /** Number of entries the root stands for. */
  readonly size: number
  readonly root: Uint8Array
  /** Sibling hashes from the leaf upwards. */
  readonly proof: readonly Uint8Array[]
}

/** True when the proof shows that the leaf is entry `seq` of the tree (RFC 9162 section 2.1.3.2). */
export function verifyInclusion(digest: Digest, claim: InclusionClaim): boolean {
  return makeInclusionVerifier(digest)(claim)
}

/** Hashes proven to lie at a level of one tree, by their position there. */
type ProvenLevel = Map<number, Uint8Array>

/**
 * As `verifyInclusion`, for many entries: what one proof led to the root is proven at its place in that tree, and a later
 * proof over the same two children takes their parent from there instead of hashing again. The answers are the same.
 */
export function makeInclusionVerifier(digest: Digest): (claim: InclusionClaim) => boolean {
  let levels: ProvenLevel[] = []
  let tree: Pick<InclusionClaim, 'size' | 'root'> | undefined
  return (claim) => {
    const isSameTree = tree?.size === claim.size && bytesEqual(tree.root, claim.root)
    if (!isSameTree) levels = []
    tree = { size: claim.size, root: claim.root }
    return walkUp(digest, claim, levels)
  }
}

function walkUp(digest: Digest, claim: InclusionClaim, levels: ProvenLevel[]): boolean {
  if (!isPosition(claim.seq) || !isPosition(claim.size) || claim.seq >= claim.size) return false
  if (!areHashes([claim.leafHash, claim.root, ...claim.proof])) return false
  const fresh: (readonly [level: number, at: number, hash: Uint8Array])[] = []
  let level = 0
  let node = claim.seq
  let last = claim.size - 1
  let hash = claim.leafHash
  for (const sibling of claim.proof) {
    if (last === 0) return false
    // The last node of a level without a neighbour rises until it is a right child.
    while (node === last && !isOdd(node) && node !== 0) {
      node = half(node)
      last = half(last)
      level++
    }
    const isRight = isOdd(node)
    const own = levels[level]?.get(node)
    const other = levels[level]?.get(isRight ? node - 1 : node + 1)
    const isKnown = isSame(own, hash) && isSame(other, sibling)
    if (!isKnown) fresh.push([level, node, hash], [level, isRight ? node - 1 : node + 1, sibling])
    node = half(node)
    last = half(last)
    level++
    const parent = isKnown ? levels[level]?.get(node) : undefined
    hash = parent ?? (isRight ? hashNode(digest, sibling, hash) : hashNode(digest, hash, sibling))
  }
  if (last !== 0 || !bytesEqual(hash, claim.root)) return false
  for (const [at, position, shown] of fresh) (levels[at] ??= new Map()).set(position, shown)
  return true
}

function isSame(known: Uint8Array | undefined, shown: Uint8Array): boolean {
  return known !== undefined && (known === shown || bytesEqual(known, shown))
}

export interface ConsistencyClaim {
  readonly size1: number
  readonly root1: Uint8Array
  readonly size2: number
  readonly root2: Uint8Array
  readonly proof: readonly Uint8Array[]
}

/**
 * True when the proof shows that the first tree is a prefix of the second (RFC 9162 section 2.1.4.2).
 * `size1` of 0 is refused: every tree extends the empty one, so such a proof would show nothing. A caller that starts
 * from nothing (a witness on first contact, for one) must say so itself instead of asking here.
 */
export function verifyConsistency(digest: Digest, claim: ConsistencyClaim): boolean {
  const { size1, size2, root1, root2, proof } = claim
  if (!isPosition(size1) || !isPosition(size2) || size1 === 0 || size1 > size2) return false
  if (!areHashes(proof)) return false
  if (size1 === size2) return proof.length === 0 && bytesEqual(root1, root2)
  if (proof.length === 0 || !areHashes([root1, root2])) return false
  let node = size1 - 1
  let last = size2 - 1
  while (isOdd(node)) {
    node = half(node)
    last = half(last)
  }
  // When size1 is a power of two its root is itself the first node of the path.
  const path = node === 0 ? [root1, ...proof] : proof
  let hash1 = path[0]!
  let hash2 = path[0]!
  for (const sibling of path.slice(1)) {
    if (last === 0) return false
    if (isOdd(node) || node === last) {
      hash1 = hashNode(digest, sibling, hash1)
      hash2 = hashNode(digest, sibling, hash2)
      while (!isOdd(node) && node !== 0) {
        node = half(node)
        last = half(last)
      }
    } else {
      hash2 = hashNode(digest, hash2, sibling)
    }
    node = half(node)
    last = half(last)
  }
  return last === 0 && bytesEqual(hash1, root1) && bytesEqual(hash2, root2)
}

function isPosition(value: number): boolean {
  return Number.isSafeInteger(value) && value >= 0
}

function areHashes(hashes: readonly Uint8Array[]): boolean {
  return hashes.every((hash) => hash.length === HASH_BYTES)
}

// Bit operators would cut positions to 32 bits; these hold up to 2^53-1.
function isOdd(value: number): boolean {
  return value % 2 === 1
}

function half(value: number): number {
  return Math.floor(value / 2)
}
