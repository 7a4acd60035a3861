// Keeps one tree of the run at the bottom of a terminal, drawn in place; what people want to keep besides scrolls above it.
import type { Clock } from '../kernel/index.ts'
import type { RunEvent } from './events.ts'
import type { ProgressTerms, ProgressView } from './progress-terms.ts'
import { RunTree } from './run-tree.ts'

/** How often the tree is drawn again while something runs. */
const REDRAW_PAUSE_MS = 200
/** Lines of the screen left free, so that the tree never scrolls what is above it away. */
const FREE_ROWS = 2
/** Events whose line stays on the screen; all others are what the tree shows. */
const KEPT_KINDS: ReadonlySet<RunEvent['kind']> = new Set(['note', 'run-user', 'gate-retried'])

export function liveView(
  terms: ProgressTerms,
  lineOf: (event: RunEvent) => string | undefined,
): ProgressView {
  const { clock, write, isColoured } = terms
  const tree = new RunTree(terms.gates)
  const stop = new AbortController()
  let shownLines = 0
  let closing = ''
  let isRunning = false
  // Up over the tree and clear to the end of the screen (ECMA-48 CUU and ED).
  const clear = (): string => (shownLines === 0 ? '' : `\u001b[${shownLines}A\u001b[J`)
  const draw = (line?: string): void => {
    const { columns, rows } = terms.size()
    const size = { columns, rows: Math.max(1, rows - FREE_ROWS), isColoured }
    const region = tree.lines(size, clock.monotonicMs())
    const kept = line === undefined ? [] : [line]
    write(clear() + [...kept, ...region].map((each) => `${each}\n`).join(''))
    shownLines = region.length
  }
  const redrawing = redraw(clock, stop.signal, () => {
    if (isRunning) draw()
  })
  return {
    show: (event) => {
      tree.take(event, clock.monotonicMs())
      if (event.kind === 'run-started') isRunning = true
      if (event.kind === 'run-finished') closing = lineOf(event) ?? ''
      // Output comes in many small pieces, and gates may end by the hundred: the next redraw shows them.
      if (KEPT_KINDS.has(event.kind)) draw(lineOf(event))
    },
    close: async () => {
      stop.abort()
      await redrawing
      const size = { columns: terms.size().columns, rows: Number.MAX_SAFE_INTEGER, isColoured }
      const whole = [...tree.lines(size, clock.monotonicMs()), ...(closing === '' ? [] : [closing])]
      write(clear() + whole.map((line) => `${line}\n`).join(''))
      shownLines = 0
    },
  }
}

async function redraw(clock: Clock, signal: AbortSignal, draw: () => void): Promise<void> {
  while (!signal.aborted) {
    try {
      await clock.sleep(REDRAW_PAUSE_MS, signal)
    } catch (thrown) {
      if (signal.aborted) return
      throw thrown
    }
    draw()
  }
}
