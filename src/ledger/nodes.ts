// Hashes of a log's subtrees, read from tiles where they are full and from entries elsewhere.
import type { Digest, SqlTx } from '../kernel/index.ts'
import { coverRange, foldSubtrees, merkleRoot } from '../proof/index.ts'
import type { EntryRange, Subtree } from '../proof/index.ts'
import { ledgerFault } from './errors.ts'
import { selectLeafHashes, selectTile, selectTileRoots } from './store.ts'

const HASH_BYTES = 32
/** Levels of the tree that one tile spans, and hashes in a full tile (C2SP tlog-tiles). */
const TILE_LEVELS = 8
const TILE_WIDTH = 256

export interface NodePorts {
  readonly digest: Digest
  readonly tx: SqlTx
  readonly logId: number
  /** Entries in the log; decides which tiles are full. */
  readonly size: number
}

/** RFC 6962 hash over a range of entries. @throws LEDGER_ENTRY_UNREADABLE when rows or tiles are missing. */
export async function hashRange(ports: NodePorts, range: EntryRange): Promise<Uint8Array> {
  const hashes: Uint8Array[] = []
  for (const subtree of coverRange(range)) hashes.push(await hashSubtree(ports, subtree))
  return foldSubtrees(ports.digest, hashes)
}

async function hashSubtree(ports: NodePorts, subtree: Subtree): Promise<Uint8Array> {
  const tileLevel = Math.floor(subtree.level / TILE_LEVELS)
  const count = 2 ** (subtree.level % TILE_LEVELS)
  const from = subtree.index * count
  const hashes = await readHashes(ports, tileLevel, from, count)
  if (hashes.length !== count) {
    throw ledgerFault(
      'LEDGER_ENTRY_UNREADABLE',
      `expected ${count} hashes at level ${tileLevel * TILE_LEVELS} from ${from}, got ${hashes.length}`,
    )
  }
  return merkleRoot(ports.digest, hashes)
}

/** `count` hashes of one tile level; they never cross a tile, because subtrees are aligned. */
async function readHashes(
  ports: NodePorts,
  tileLevel: number,
  from: number,
  count: number,
): Promise<Uint8Array[]> {
  const { tx, logId, size } = ports
  const tileIndex = Math.floor(from / TILE_WIDTH)
  const isFull = (tileIndex + 1) * TILE_WIDTH ** (tileLevel + 1) <= size
  if (isFull && count > 1) {
    const data = await selectTile(tx, logId, tileLevel, tileIndex)
    if (data === undefined) return []
    const at = from % TILE_WIDTH
    return Array.from({ length: count }, (_, i) =>
      data.slice((at + i) * HASH_BYTES, (at + i + 1) * HASH_BYTES),
    )
  }
  return tileLevel === 0
    ? selectLeafHashes(tx, logId, from, from + count)
    : selectTileRoots(tx, logId, tileLevel - 1, from, from + count)
}
