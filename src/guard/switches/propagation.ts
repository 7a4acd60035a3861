// Measures how long a flip takes to show on every node, and puts the switch back whatever happened.
import type { GuardClock } from '../model.ts'
import { steadyAfterMs } from './steady-look.ts'

const US_PER_MS = 1_000

export interface PropagationTerms {
  /** Turns the switch; resolves when its place of truth has acknowledged. */
  flip(): Promise<void>
  /** Turns it back. Called once, also after a failed flip. */
  restore(): Promise<void>
  /** What each node shows of the switch; a rejection counts as not showing anything. */
  readonly nodes: readonly { readonly name: string; show(): Promise<string> }[]
  /** What every node must show before the flip and after the restoration, and what after the flip. */
  readonly before: string
  readonly after: string
  readonly clock: GuardClock
  /** How long is waited for a node, either way. */
  readonly deadlineMs: number
  /** Pause between two looks at a node; the measure is at most this and one look too long, never too short. */
  readonly everyMs: number
}

export interface NodePropagation {
  readonly node: string
  /** From the acknowledged flip to the first of three looks in a row that showed it; null when they did not come in time. */
  readonly flipMs: number | null
  readonly restoreMs: number | null
  /** What it showed last when it did not come round, or why it showed nothing. */
  readonly reason: string | null
}

export interface Propagation {
  /** False when a node did not show `before` to begin with: then nothing was flipped and nothing is known. */
  readonly isMeasured: boolean
  readonly nodes: readonly NodePropagation[]
  /** Of the flip; null when a node never showed it, or without nodes. */
  readonly slowestMs: number | null
  /** True when every node shows `before` again. */
  readonly isRestored: boolean
  /** Why flip or restoration failed; null when neither did. */
  readonly fault: string | null
}

/** Never rejects. */
export async function measurePropagation(terms: PropagationTerms): Promise<Propagation> {
  const { nodes, before, after } = terms
  const idle = await lookAtAll(terms, before, 0)
  if (idle.some(({ ms }) => ms === null) || nodes.length === 0) {
    const asNodes = idle.map(({ ms, shown }, index) =>
      nodeResult(nodes[index]!.name, null, null, ms === null ? shown : null),
    )
    return { isMeasured: false, nodes: asNodes, slowestMs: null, isRestored: true, fault: null }
  }
  let fault: string | null = null
  let flipped: readonly Look[] = nodes.map(() => ({ ms: null, shown: 'the flip failed' }))
  try {
    await terms.flip()
    flipped = await lookAtAll(terms, after, terms.deadlineMs)
  } catch (error) {
    fault = `flip: ${reasonOf(error)}`
  }
  let restored: readonly Look[] = nodes.map(() => ({ ms: null, shown: 'the restoration failed' }))
  try {
    await terms.restore()
    restored = await lookAtAll(terms, before, terms.deadlineMs)
  } catch (error) {
    fault = `${fault === null ? '' : `${fault}; `}restore: ${reasonOf(error)}`
  }
  const results = nodes.map(({ name }, index) => {
    const there = flipped[index]!
    const back = restored[index]!
    const reason = there.ms === null ? there.shown : back.ms === null ? back.shown : null
    return nodeResult(name, there.ms, back.ms, reason)
  })
  const times = results.map(({ flipMs }) => flipMs)
  return {
    isMeasured: true,
    nodes: results,
    slowestMs: times.includes(null) ? null : Math.max(...times.map((ms) => ms ?? 0)),
    isRestored: results.every(({ restoreMs }) => restoreMs !== null),
    fault,
  }
}

interface Look {
  readonly ms: number | null
  readonly shown: string
}

function lookAtAll(
  terms: PropagationTerms,
  wanted: string,
  deadlineMs: number,
): Promise<readonly Look[]> {
  const { nodes, clock, everyMs } = terms
  const startedUs = clock.monotonicUs()
  return Promise.all(
    nodes.map(async ({ show }): Promise<Look> => {
      let shown = ''
      const ms = await steadyAfterMs({
        async look() {
          shown = await show().catch((error: unknown) => `nothing: ${reasonOf(error)}`)
          return shown === wanted
        },
        elapsedMs: () => Math.ceil((clock.monotonicUs() - startedUs) / US_PER_MS),
        pause: () => clock.wait(everyMs),
        deadlineMs,
      })
      return { ms, shown }
    }),
  )
}

function nodeResult(
  node: string,
  flipMs: number | null,
  restoreMs: number | null,
  reason: string | null,
): NodePropagation {
  return { node, flipMs, restoreMs, reason }
}

function reasonOf(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).slice(0, 300)
}
