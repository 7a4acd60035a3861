// Components and reach of directed graphs given by numbers, without recursion: the graphs come from what users wrote.

/**
 * Strongly connected components (Tarjan 1972). Numbers rise against the edges: whatever a component leads to has a lower one.
 * @returns the component of each node
 */
export function componentsOf(
  nodeCount: number,
  nextOf: (node: number) => readonly number[],
): Int32Array {
  const componentOf = new Int32Array(nodeCount).fill(-1)
  const order = new Int32Array(nodeCount).fill(-1)
  const low = new Int32Array(nodeCount)
  const open: number[] = []
  let [visited, components] = [0, 0]
  const close = (node: number): void => {
    if (low[node] !== order[node]) return
    let member: number
    do {
      member = open.pop()!
      componentOf[member] = components
    } while (member !== node)
    components++
  }
  for (let root = 0; root < nodeCount; root++) {
    if (order[root] !== -1) continue
    const path: { readonly node: number; readonly next: readonly number[]; index: number }[] = []
    const enter = (node: number): void => {
      order[node] = low[node] = visited++
      open.push(node)
      path.push({ node, next: nextOf(node), index: 0 })
    }
    enter(root)
    while (path.length > 0) {
      const top = path.at(-1)!
      const to = top.next[top.index++]
      if (to === undefined) {
        path.pop()
        close(top.node)
        const above = path.at(-1)
        if (above !== undefined) low[above.node] = Math.min(low[above.node]!, low[top.node]!)
      } else if (order[to] === -1) enter(to)
      else if (componentOf[to] === -1) low[top.node] = Math.min(low[top.node]!, order[to]!)
    }
  }
  return componentOf
}

/** The nodes that can be reached from some, themselves included. */
export function reachOf(
  nodeCount: number,
  from: readonly number[],
  nextOf: (node: number) => readonly number[],
): Uint8Array {
  const seen = new Uint8Array(nodeCount)
  for (const node of from) seen[node] = 1
  const open = [...from]
  while (open.length > 0) {
    for (const to of nextOf(open.pop()!)) {
      if (seen[to] === 1) continue
      seen[to] = 1
      open.push(to)
    }
  }
  return seen
}
