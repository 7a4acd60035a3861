// What a release may not do yet although it has a verdict: the stages that open conditions, or the verdict itself, lock.
import type { Condition } from './people-model.ts'
import type { Verdict } from './model.ts'
import { exitCodeOfVerdict } from './status.ts'

/** Stages of a release in their order; what locks one locks what comes after it. */
export const STAGES = ['freeze', 'deploy', 'phase', 'post'] as const

/** `freeze`: the code freeze; `deploy`: the first traffic; `phase`: the next phase of a rollout; `post`: the end of the release. */
export type Stage = (typeof STAGES)[number]

/** One reason why a stage, and every one after it, may not begin. */
export interface Lock {
  readonly stage: Stage
  /** The condition that locks it; absent when the verdict does. */
  readonly condition?: string
  /** Gate that opens the lock. */
  readonly gate?: string
  /** ms since the epoch; the condition is missed from then on. */
  readonly dueAtMs?: number
  readonly text: string
}

/** Every lock, in the order of the stages; none = nothing is locked. A verdict that is no Go locks the deploy. */
export function locksOf(verdict: Verdict, conditions: readonly Condition[]): readonly Lock[] {
  const states = new Map((verdict.conditions ?? []).map(({ id, state }) => [id, state]))
  const isGo = ['GO', 'GO_WITH_WAIVERS', 'CONDITIONAL_GO'].includes(verdict.value)
  const out: Lock[] = conditions
    .filter(({ id }) => states.get(id) === 'OPEN' || states.get(id) === 'MISSED')
    .map(({ id, blocks, gate, dueAtMs, text }) => ({
      stage: blocks,
      condition: id,
      gate,
      dueAtMs,
      text: `condition ${id} is ${states.get(id) ?? 'OPEN'}: ${text}`,
    }))
  if (!isGo) out.push({ stage: 'deploy', text: `the verdict is ${verdict.value}` })
  return out.toSorted(
    (a, b) =>
      STAGES.indexOf(a.stage) - STAGES.indexOf(b.stage) ||
      ((a.condition ?? '') < (b.condition ?? '') ? -1 : 1),
  )
}

/** The locks that keep a stage from beginning: its own and those of the stages before it. */
export function locksBefore(locks: readonly Lock[], stage: Stage): readonly Lock[] {
  return locks.filter((lock) => STAGES.indexOf(lock.stage) <= STAGES.indexOf(stage))
}

/**
 * The exit code of a verdict; asked for one stage, a conditional Go exits as a plain one where no condition locks it.
 */
export function exitCodeFor(
  verdict: Verdict,
  locks: readonly Lock[],
  stage: Stage | undefined,
): ReturnType<typeof exitCodeOfVerdict> {
  const isOpen = stage !== undefined && locksBefore(locks, stage).length === 0
  if (verdict.value !== 'CONDITIONAL_GO' || !isOpen) return exitCodeOfVerdict(verdict.value)
  return exitCodeOfVerdict(verdict.usedWaivers === undefined ? 'GO' : 'GO_WITH_WAIVERS')
}
