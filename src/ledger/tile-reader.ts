// Reads a log as static pieces (C2SP tlog-tiles): hashes of a tile and bundles of entries, never beyond what is signed.
import { HASH_BYTES } from '../proof/index.ts'
import { SeaworthyError } from '../kernel/index.ts'
import type { SqlTx } from '../kernel/index.ts'
import { ledgerFault } from './errors.ts'
import type { LogReader } from './log-reader.ts'
import type { LogTiles, TilePart } from './model.ts'
import { selectLastCheckpoint } from './signed-store.ts'
import { selectHashRuns, selectLeaves, TILE_WIDTH } from './store.ts'
import type { HashRun, StoredLog } from './store.ts'

const LENGTH_BYTES = 2

export class TileReader implements LogTiles {
  readonly #reader: LogReader

  constructor(reader: LogReader) {
    this.#reader = reader
  }

  async hashes(tenantId: string, part: TilePart): Promise<Uint8Array | undefined> {
    const { level, index, width } = part
    const first = index * TILE_WIDTH
    return this.#readSigned(tenantId, part, async (tx, log) => {
      const rows = level === 0 ? 'entries' : 'roots'
      const source: HashRun['source'] = width === TILE_WIDTH ? 'tile' : rows
      const runs = [{ source, tileLevel: level, first, count: width }]
      const [bytes] = await selectHashRuns(tx, log.logId, runs)
      if (bytes?.length === width * HASH_BYTES) return bytes
      throw ledgerFault(
        'LEDGER_ENTRY_UNREADABLE',
        `expected ${width} hashes of tile ${level}/${index}, got ${bytes?.length ?? 0} bytes`,
      )
    })
  }

  async entries(tenantId: string, part: Omit<TilePart, 'level'>): Promise<Uint8Array | undefined> {
    const { index, width } = part
    const fromSeq = index * TILE_WIDTH
    return this.#readSigned(tenantId, { ...part, level: 0 }, async (tx, log) => {
      const range = { fromSeq, untilSeq: fromSeq + width, limit: width }
      const leaves = (await selectLeaves(tx, log.logId, range)).map(({ leaf }) => leaf)
      if (leaves.length === width) return encodeBundle(leaves)
      throw ledgerFault(
        'LEDGER_ENTRY_UNREADABLE',
        `expected ${width} entries from ${fromSeq}, got ${leaves.length}`,
      )
    })
  }

  #readSigned(
    tenantId: string,
    { level, index, width }: TilePart,
    read: (tx: SqlTx, log: StoredLog) => Promise<Uint8Array>,
  ): Promise<Uint8Array | undefined> {
    const until = (index * TILE_WIDTH + width) * TILE_WIDTH ** level
    return this.#reader.readLog(tenantId, async (tx, log) => {
      const signed = log === undefined ? undefined : await selectLastCheckpoint(tx, log.logId)
      if (log === undefined || signed === undefined || until > signed.size) return undefined
      return read(tx, log)
    })
  }
}

/** Leaves have at most 65,535 bytes, so that a length always fits. */
function encodeBundle(leaves: readonly Uint8Array[]): Uint8Array {
  const out = new Uint8Array(leaves.reduce((sum, leaf) => sum + LENGTH_BYTES + leaf.length, 0))
  const view = new DataView(out.buffer)
  let at = 0
  for (const leaf of leaves) {
    view.setUint16(at, leaf.length)
    out.set(leaf, at + LENGTH_BYTES)
    at += LENGTH_BYTES + leaf.length
  }
  return out
}

/** Tiles never change, so what a replica has is right; what it does not have yet is asked of the log itself. */
export function tilesBehind(replica: LogTiles, log: LogTiles): LogTiles {
  type Tile = Promise<Uint8Array | undefined>
  const either = async (there: () => Tile, here: () => Tile): Tile => {
    try {
      return (await there()) ?? (await here())
    } catch (error) {
      if (!(error instanceof SeaworthyError)) throw error
      return here()
    }
  }
  return {
    hashes: (tenantId, part) =>
      either(
        () => replica.hashes(tenantId, part),
        () => log.hashes(tenantId, part),
      ),
    entries: (tenantId, part) =>
      either(
        () => replica.entries(tenantId, part),
        () => log.entries(tenantId, part),
      ),
  }
}
