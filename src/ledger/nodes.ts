// Hashes of a log's subtrees, read from tiles where they are full and from entries elsewhere, in one statement.
import type { Digest, SqlTx } from '../kernel/index.ts'
import { coverRange, foldSubtrees, HASH_BYTES, merkleRoot } from '../proof/index.ts'
import type { EntryRange, Subtree } from '../proof/index.ts'
import { ledgerFault } from './errors.ts'
import { selectHashRuns, TILE_WIDTH } from './store.ts'
import type { HashRun } from './store.ts'

/** Levels of the tree that one tile spans (C2SP tlog-tiles). */
const TILE_LEVELS = 8

export interface NodePorts {
  readonly digest: Digest
  readonly tx: SqlTx
  readonly logId: number
  /** Entries in the log; decides which tiles are full. */
  readonly size: number
}

/** RFC 6962 hash over each range of entries. @throws LEDGER_ENTRY_UNREADABLE when rows or tiles are missing. */
export async function hashRanges(
  ports: NodePorts,
  ranges: readonly EntryRange[],
): Promise<Uint8Array[]> {
  const covers = ranges.map(coverRange)
  const runs = covers.flat().map((subtree) => runOf(subtree, ports.size))
  const read = await selectHashRuns(ports.tx, ports.logId, runs)
  const roots = runs.map((run, at) => hashRun(ports.digest, run, read[at] ?? new Uint8Array()))
  let at = 0
  return covers.map((cover) => {
    at += cover.length
    return foldSubtrees(ports.digest, roots.slice(at - cover.length, at))
  })
}

/** A run never crosses a tile, because subtrees are aligned. */
function runOf(subtree: Subtree, size: number): HashRun {
  const tileLevel = Math.floor(subtree.level / TILE_LEVELS)
  const count = 2 ** (subtree.level % TILE_LEVELS)
  const first = subtree.index * count
  const tileIndex = Math.floor(first / TILE_WIDTH)
  const isFull = (tileIndex + 1) * TILE_WIDTH ** (tileLevel + 1) <= size
  const rows = tileLevel === 0 ? 'entries' : 'roots'
  return { source: isFull && count > 1 ? 'tile' : rows, tileLevel, first, count }
}

function hashRun(digest: Digest, run: HashRun, bytes: Uint8Array): Uint8Array {
  if (bytes.length !== run.count * HASH_BYTES) {
    throw ledgerFault(
      'LEDGER_ENTRY_UNREADABLE',
      `expected ${run.count} hashes at level ${run.tileLevel * TILE_LEVELS} from ${run.first}, got ${bytes.length} bytes`,
    )
  }
  const hashes = Array.from({ length: run.count }, (_, at) =>
    bytes.subarray(at * HASH_BYTES, (at + 1) * HASH_BYTES),
  )
  return merkleRoot(digest, hashes)
}
