// A queue that gives the entry of the lowest rank first; a binary heap, so that ten thousand gates wait cheaply.

export class RankHeap<T extends { readonly rank: number }> {
  readonly #entries: T[] = []

  push(entry: T): void {
    const entries = this.#entries
    let at = entries.length
    entries.push(entry)
    while (at > 0) {
      const parent = (at - 1) >> 1
      const above = entries[parent]!
      if (above.rank <= entry.rank) break
      entries[at] = above
      at = parent
    }
    entries[at] = entry
  }

  pop(): T | undefined {
    const entries = this.#entries
    const first = entries[0]
    const last = entries.pop()
    if (first === undefined || last === undefined || entries.length === 0) return first
    let at = 0
    for (let child = 1; child < entries.length; child = 2 * at + 1) {
      const right = entries[child + 1]
      if (right !== undefined && right.rank < entries[child]!.rank) child++
      const below = entries[child]!
      if (last.rank <= below.rank) break
      entries[at] = below
      at = child
    }
    entries[at] = last
    return first
  }
}
