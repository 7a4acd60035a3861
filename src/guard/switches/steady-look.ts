// One loop that looks until something holds: what is seen once and then not again has not arrived.

/** Looks in a row that have to show it. */
const STEADY_COUNT = 3

export interface SteadyLook {
  /** Whether one look shows it. */
  look(): Promise<boolean>
  elapsedMs(): number
  pause(): Promise<void>
  /** After this a look that does not show it is the last one. */
  readonly deadlineMs: number
}

/** Time of the first of three looks in a row that show it, after its answer came; null when they did not come in time. */
export async function steadyAfterMs(terms: SteadyLook): Promise<number | null> {
  let [steadyCount, firstMs] = [0, 0]
  for (;;) {
    const isShown = await terms.look()
    const elapsedMs = terms.elapsedMs()
    if (isShown && steadyCount === 0) firstMs = elapsedMs
    steadyCount = isShown ? steadyCount + 1 : 0
    if (steadyCount === STEADY_COUNT) return firstMs
    if (!isShown && elapsedMs >= terms.deadlineMs) return null
    await terms.pause()
  }
}
