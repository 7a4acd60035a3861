// Grows the tree of a log page by page, and holds it against every root that was ever signed of it.
import { bytesEqual } from '../kernel/index.ts'
import type { Digest } from '../kernel/index.ts'
import { EMPTY_FRONTIER, extendFrontier, frontierRoot, HASH_BYTES } from '../proof/index.ts'
import type { Frontier } from '../proof/index.ts'
import type { KnownRoot } from './model.ts'
import { TILE_WIDTH } from './store.ts'

export class RootCheck {
  readonly #digest: Digest
  #frontier: Frontier = EMPTY_FRONTIER
  #pending: readonly KnownRoot[]
  #count = 0

  /** @param roots by size, the smallest first */
  constructor(digest: Digest, roots: readonly KnownRoot[]) {
    this.#digest = digest
    this.#pending = roots
  }

  get frontier(): Frontier {
    return this.#frontier
  }

  get checkedCount(): number {
    return this.#count
  }

  /**
   * Extends the tree by a page that begins where a tile does, stopping at every size a root is known for.
   * @param tileRoots of each full tile of the page, made from the same hashes
   * @returns what is wrong; undefined when all is right
   */
  add(leafHashes: readonly Uint8Array[], tileRoots: readonly Uint8Array[]): string | undefined {
    const page = { from: this.#frontier.size, leafHashes, tileRoots }
    const until = page.from + leafHashes.length
    for (let [next] = this.#pending; next !== undefined && next.size <= until;) {
      this.#extendTo(next.size, page)
      const isSame =
        next.root.length === HASH_BYTES &&
        bytesEqual(frontierRoot(this.#digest, this.#frontier), next.root)
      if (!isSame) return `expected the root of the checkpoint of size ${next.size}, got another`
      this.#count++
      this.#pending = this.#pending.slice(1)
      next = this.#pending[0]
    }
    this.#extendTo(until, page)
    return undefined
  }

  // The hash over a full tile is a node of the tree, so it is not made a second time.
  #extendTo(size: number, page: Page): void {
    const { from, leafHashes, tileRoots } = page
    const firstTile = Math.ceil(this.#frontier.size / TILE_WIDTH)
    const lastTile = Math.floor(size / TILE_WIDTH)
    if (firstTile < lastTile) {
      const start = firstTile * TILE_WIDTH
      this.#extend(leafHashes.slice(this.#frontier.size - from, start - from))
      const skipped = from / TILE_WIDTH
      const tiles = tileRoots.slice(firstTile - skipped, lastTile - skipped)
      const { nodes } = this.#frontier
      const grown = extendFrontier(this.#digest, { size: firstTile, nodes }, tiles)
      this.#frontier = { size: grown.size * TILE_WIDTH, nodes: grown.nodes }
    }
    this.#extend(leafHashes.slice(this.#frontier.size - from, size - from))
  }

  #extend(leafHashes: readonly Uint8Array[]): void {
    this.#frontier = extendFrontier(this.#digest, this.#frontier, leafHashes)
  }
}

interface Page {
  readonly from: number
  readonly leafHashes: readonly Uint8Array[]
  readonly tileRoots: readonly Uint8Array[]
}
