// Hashes of the system log's full subtrees, kept beside its entries, so that a signature reads a few of them and not every entry.
import { bytesEqual } from '../kernel/index.ts'
import type { Digest, SqlTx } from '../kernel/index.ts'
import { coverRange, foldSubtrees, hashNode, merkleRoot, subtreeLevels } from '../proof/index.ts'
import type { EntryRange, Subtree } from '../proof/index.ts'
import { attestationFault } from './errors.ts'
import { insertNodes, selectLeafHashes, selectNodes } from './store.ts'
import type { StoredNode } from './store.ts'

export interface NodePorts {
  readonly digest: Digest
  /** Holds the log's turn. */
  readonly tx: SqlTx
  readonly origin: string
}

/** Keeps the subtrees that the entry at `seq` completes: one of them an entry, on average. */
export async function keepNodes(
  ports: NodePorts,
  seq: number,
  leafHash: Uint8Array,
): Promise<void> {
  const siblings: Subtree[] = []
  for (let level = 0, index = seq; index % 2 === 1; level++, index = (index - 1) / 2)
    siblings.push({ level, index: index - 1 })
  const left = await readNodes(ports, siblings)
  const made: StoredNode[] = []
  let hash = leafHash
  siblings.forEach(({ level, index }, at) => {
    hash = hashNode(ports.digest, left[at]!, hash)
    made.push({ level: level + 1, index: index / 2, hash })
  })
  await insertNodes(ports.tx, ports.origin, made)
}

/** RFC 6962 hash over each range of entries. @throws ATTESTATION_LOG_CHANGED when entries are missing */
export async function hashSystemRanges(
  ports: NodePorts,
  ranges: readonly EntryRange[],
): Promise<Uint8Array[]> {
  const covers = ranges.map(coverRange)
  const nodes = await readNodes(ports, covers.flat())
  let at = 0
  return covers.map((cover) => {
    at += cover.length
    return foldSubtrees(ports.digest, nodes.slice(at - cover.length, at))
  })
}

/**
 * Hashes the log from its entries alone and holds what is kept against it: once for each process, because it reads all of them.
 * @throws ATTESTATION_LOG_CHANGED when entries are missing, or hash to something else than the subtrees
 */
export async function assertNodes(ports: NodePorts): Promise<void> {
  const leafHashes = await readLeaves(ports)
  const size = leafHashes.length
  const [kept] = await hashSystemRanges(ports, [{ from: 0, until: size }])
  if (!bytesEqual(merkleRoot(ports.digest, leafHashes), kept!))
    throw changed(ports.origin, `the root of its ${size} entries that was kept`)
}

async function readNodes(ports: NodePorts, wanted: readonly Subtree[]): Promise<Uint8Array[]> {
  if (wanted.length === 0) return []
  const { tx, origin } = ports
  const found = await selectNodes(tx, origin, wanted)
  if (found.every(isHash)) return found
  // Entries of a version that kept no subtrees.
  await makeNodes(ports)
  const again = await selectNodes(tx, origin, wanted)
  if (again.every(isHash)) return again
  throw changed(origin, 'every entry')
}

async function makeNodes(ports: NodePorts): Promise<void> {
  const [, ...levels] = subtreeLevels(ports.digest, await readLeaves(ports))
  for (const [at, hashes] of levels.entries()) {
    const made = hashes.map((hash, index) => ({ level: at + 1, index, hash }))
    await insertNodes(ports.tx, ports.origin, made)
  }
}

async function readLeaves({ tx, origin }: NodePorts): Promise<readonly Uint8Array[]> {
  const entries = await selectLeafHashes(tx, origin)
  if (!entries.every(({ seq }, at) => seq === at)) throw changed(origin, 'every entry')
  return entries.map(({ leafHash }) => leafHash)
}

function isHash(hash: Uint8Array | null): hash is Uint8Array {
  return hash !== null
}

function changed(origin: string, wanted: string): Error {
  return attestationFault(
    'ATTESTATION_LOG_CHANGED',
    `expected ${wanted} in ${origin}, got a log that was changed behind its back`,
  )
}
