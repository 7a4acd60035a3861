// The launch protocol: what has to hold a day and an hour before, at the launch, and a day after.
import type { DecisionInputs, Verdict } from '../verdict/index.ts'
import type { Launch } from './model.ts'

const HOUR_MS = 3_600_000

export interface LaunchStep {
  readonly name: 'T-24h' | 'T-1h' | 'T-0' | 'T+24h'
  readonly atMs: number
  readonly isDue: boolean
  /** What has to hold by then, each with whether it does as things stand. */
  readonly checks: readonly { readonly text: string; readonly holds: boolean }[]
}

/** @param terms freeze windows as the release sees them */
export function launchSteps(
  launch: Launch,
  verdict: Verdict,
  terms: Pick<DecisionInputs, 'freeze' | 'roster' | 'policy'>,
  nowMs: number,
): readonly LaunchStep[] {
  const rules = verdict.reasons.map((reason) => reason.rule)
  const isFree = (rule: string): boolean => !rules.some((each) => each.startsWith(rule))
  const frozen = terms.freeze.find(
    (each) =>
      each.override === undefined && each.fromMs <= launch.atMs && launch.atMs < each.untilMs,
  )
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
    step('T-24h', -24, [
      { text: 'no required gate fails', holds: isFree('7.2') },
      { text: 'no risk blocks', holds: isFree('7.3') },
      {
        text:
          frozen === undefined
            ? 'no freeze at the launch'
            : `freeze at the launch: ${frozen.reason}`,
        holds: frozen === undefined,
      },
    ]),
    step('T-1h', -1, [
      { text: 'every gate has run', holds: rules.every((rule) => rule !== '7.6') },
      {
        text: 'everybody has signed off, nobody rejected',
        holds: isFree('7.6-sign-off') && isFree('7.5-rejection'),
      },
      {
        text: 'the on-call roster is confirmed',
        holds: terms.roster !== undefined && isFree('7.6-roster'),
      },
      {
        text: 'the error budget allows it',
        holds: isFree('7.4-error-budget') && isFree('7.6-error-budget'),
      },
    ]),
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
