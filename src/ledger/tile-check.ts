// Holds stored tiles against the entries they were made from, level by level.
import { bytesEqual, concatBytes } from '../kernel/index.ts'
import type { Digest, SqlTx } from '../kernel/index.ts'
import { merkleRoot } from '../proof/index.ts'
import { selectTiles } from './verify-store.ts'

const TILE_WIDTH = 256

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

  /** Why a tile that these entries complete is wrong; undefined when all are right. */
  async add(tx: SqlTx, leafHashes: readonly Uint8Array[]): Promise<string | undefined> {
    this.#open[0]!.push(...leafHashes)
    for (let level = 0; level < this.#open.length; level++) {
      const reason = await this.#checkLevel(tx, level)
      if (reason !== undefined) return reason
    }
    return undefined
  }

  async #checkLevel(tx: SqlTx, level: number): Promise<string | undefined> {
    const hashes = this.#open[level]!
    const fullCount = Math.floor(hashes.length / TILE_WIDTH)
    if (fullCount === 0) return undefined
    const from = this.#counts[level] ?? 0
    const tiles = await selectTiles(tx, this.#logId, level, from, from + fullCount)
    for (let i = 0; i < fullCount; i++) {
      const wanted = hashes.slice(i * TILE_WIDTH, (i + 1) * TILE_WIDTH)
      const root = merkleRoot(this.#digest, wanted)
      const tile = tiles.find((each) => each.idx === from + i)
      if (tile === undefined) return `tile ${level}/${from + i} is missing`
      if (!bytesEqual(tile.data, concatBytes(wanted)) || !bytesEqual(tile.root, root)) {
        return `tile ${level}/${from + i} differs from the entries`
      }
      ;(this.#open[level + 1] ??= []).push(root)
    }
    this.#counts[level] = from + fullCount
    this.#open[level] = hashes.slice(fullCount * TILE_WIDTH)
    return undefined
  }
}
