// The launch protocol: what has to hold a day and an hour before, at the launch, and a day after.
import { earlySteps } from '../verdict/index.ts'
import type { DecisionInputs, LaunchCheck, Verdict } from '../verdict/index.ts'
import type { Launch } from './model.ts'

const HOUR_MS = 3_600_000

export interface LaunchStep {
  readonly name: 'T-24h' | 'T-1h' | 'T-0' | 'T+24h'
  readonly atMs: number
  readonly isDue: boolean
  /** What has to hold by then, each with whether it does as things stand. */
  readonly checks: readonly LaunchCheck[]
}

/** @param terms freeze windows as the release sees them */
export function launchSteps(
  launch: Launch,
  verdict: Verdict,
  terms: Pick<DecisionInputs, 'freeze' | 'roster' | 'policy'>,
  nowMs: number,
): readonly LaunchStep[] {
  const rules = verdict.reasons.map((reason) => reason.rule)
  const isGo = ['GO', 'GO_WITH_WAIVERS', 'CONDITIONAL_GO'].includes(verdict.value)
  const step = (
    name: LaunchStep['name'],
    hours: number,
    checks: LaunchStep['checks'],
  ): LaunchStep => {
    const atMs = launch.atMs + hours * HOUR_MS
    return { name, atMs, isDue: nowMs >= atMs, checks }
  }
  return [
    ...earlySteps(launch.atMs, rules, { ...terms, asOfMs: nowMs }),
    step('T-0', 0, [{ text: `a Go is in force (now ${verdict.value})`, holds: isGo }]),
    step('T+24h', 24, [
      {
        text: 'the gates of later phases have run, in a decision for post-deploy',
        holds: verdict.notYetDue === undefined,
      },
      { text: 'no broken glass waits for its review', holds: verdict.breakGlass === undefined },
    ]),
  ]
}
