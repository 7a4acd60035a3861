// Holds stored tiles against the entries they were made from, level by level.
import { bytesEqual, concatBytes } from '../kernel/index.ts'
import type { Digest, SqlTx } from '../kernel/index.ts'
import { merkleRoot } from '../proof/index.ts'
import { TILE_WIDTH } from './store.ts'
import { selectTiles } from './verify-store.ts'

export interface CheckedTiles {
  /** Why a tile that these entries complete is wrong; undefined when all are right. */
  readonly fault: string | undefined
  /** The hash over each tile of entries that these complete. */
  readonly roots: readonly Uint8Array[]
}

/** Collects the hashes of one level; every full tile among them must be stored, and right. */
export class TileCheck {
  readonly #digest: Digest
  readonly #logId: number
  /** Hashes of each level that no full tile holds yet. */
  readonly #open: Uint8Array[][] = [[]]
  /** How many tiles of each level were looked at. */
  readonly #counts: number[] = [0]

  constructor(digest: Digest, logId: number) {
    this.#digest = digest
    this.#logId = logId
  }

  get checkedCount(): number {
    return this.#counts.reduce((sum, count) => sum + count, 0)
  }

  async add(tx: SqlTx, leafHashes: readonly Uint8Array[]): Promise<CheckedTiles> {
    this.#open[0]!.push(...leafHashes)
    let roots: readonly Uint8Array[] = []
    for (let level = 0; level < this.#open.length; level++) {
      const checked = await this.#checkLevel(tx, level)
      if (level === 0) roots = checked.roots
      if (checked.fault !== undefined) return { fault: checked.fault, roots }
    }
    return { fault: undefined, roots }
  }

  async #checkLevel(tx: SqlTx, level: number): Promise<CheckedTiles> {
    const hashes = this.#open[level]!
    const fullCount = Math.floor(hashes.length / TILE_WIDTH)
    const roots: Uint8Array[] = []
    if (fullCount === 0) return { fault: undefined, roots }
    const from = this.#counts[level] ?? 0
    const tiles = await selectTiles(tx, this.#logId, level, from, from + fullCount)
    for (let i = 0; i < fullCount; i++) {
      const wanted = hashes.slice(i * TILE_WIDTH, (i + 1) * TILE_WIDTH)
      const root = merkleRoot(this.#digest, wanted)
      const tile = tiles.find((each) => each.idx === from + i)
      const name = `tile ${level}/${from + i}`
      if (tile === undefined) return { fault: `${name} is missing`, roots }
      if (!bytesEqual(tile.data, concatBytes(wanted)) || !bytesEqual(tile.root, root))
        return { fault: `${name} differs from the entries`, roots }
      roots.push(root)
      ;(this.#open[level + 1] ??= []).push(root)
    }
    this.#counts[level] = from + fullCount
    this.#open[level] = hashes.slice(fullCount * TILE_WIDTH)
    return { fault: undefined, roots }
  }
}
