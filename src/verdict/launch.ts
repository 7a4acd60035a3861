// The launch protocol up to the launch: what has to hold a day and an hour before it, and which step is late.
import { isSecondEdition } from './edition.ts'
import { describeInstant } from './instant.ts'
import type { DecisionInputs, Reason } from './model.ts'
import { isOverridden } from './release-rules.ts'

const HOUR_MS = 3_600_000
/** A roster confirmed longer ago than this does not count at a launch where no policy says otherwise. Source: release semantics, section 4. */
const ROSTER_LIFETIME_MS = 12 * HOUR_MS

export interface LaunchCheck {
  readonly text: string
  readonly holds: boolean
}

/** A step before the launch, with whether what it asks for holds as things stand. */
export interface EarlyStep {
  readonly name: 'T-24h' | 'T-1h'
  readonly atMs: number
  readonly isDue: boolean
  readonly checks: readonly LaunchCheck[]
}

/**
 * The steps T-24h and T-1h of a planned launch.
 * @param rules of the reasons that stand against the release as of `asOfMs`
 */
export function earlySteps(
  launchAtMs: number,
  rules: readonly string[],
  inputs: Pick<DecisionInputs, 'freeze' | 'roster' | 'policy' | 'asOfMs'>,
): readonly EarlyStep[] {
  const { asOfMs } = inputs
  const isFree = (rule: string): boolean => !rules.some((each) => each.startsWith(rule))
  const step = (name: EarlyStep['name'], hours: number, checks: readonly LaunchCheck[]) => {
    const atMs = launchAtMs - hours * HOUR_MS
    return { name, atMs, isDue: asOfMs >= atMs, checks }
  }
  return [
    step('T-24h', 24, [
      { text: 'no required gate fails', holds: isFree('7.2') },
      { text: 'no risk blocks', holds: isFree('7.3') },
      freezeCheck(launchAtMs, inputs),
    ]),
    step('T-1h', 1, [
      { text: 'every gate has run', holds: !rules.includes('7.6') },
      {
        text: 'everybody has signed off, nobody rejected',
        holds: isFree('7.6-sign-off') && isFree('7.5-rejection') && isFree('7.5-cab'),
      },
      rosterCheck(inputs),
      {
        text: 'the error budget allows it',
        holds: isFree('7.4-error-budget') && isFree('7.6-error-budget'),
      },
    ]),
  ]
}

/** Rule 6 of the second edition: a step before the launch is due and does not hold. A decision for after the deploy is past them. */
export function launchReasons(inputs: DecisionInputs, blocking: readonly Reason[]): Reason[] {
  const { launch, phase } = inputs
  if (!isSecondEdition(inputs) || launch === undefined || phase === 'post-deploy') return []
  const rules = blocking.map(({ rule }) => rule)
  return earlySteps(launch.atMs, rules, inputs).flatMap(({ name, atMs, isDue, checks }) => {
    const open = checks.filter((check) => !check.holds).map((check) => check.text)
    if (!isDue || open.length === 0) return []
    return [
      {
        rule: '7.6-launch',
        text: `the launch step ${name} was due ${describeInstant(atMs)} and is not done; open: ${open.join('; ')}`,
        flip: 'Do what is open, or plan the launch for later.',
      },
    ]
  })
}

function freezeCheck(atMs: number, { freeze }: Pick<DecisionInputs, 'freeze'>): LaunchCheck {
  const frozen = freeze.find(
    (each) => each.fromMs <= atMs && atMs < each.untilMs && !isOverridden(each.override),
  )
  return {
    text: `no freeze at the launch${frozen === undefined ? '' : ` (there is one: ${frozen.reason})`}`,
    holds: frozen === undefined,
  }
}

function rosterCheck({
  roster,
  policy,
  asOfMs,
}: Pick<DecisionInputs, 'roster' | 'policy' | 'asOfMs'>): LaunchCheck {
  const lifetimeMs = policy.rosterMaxAgeMs ?? ROSTER_LIFETIME_MS
  const holds = roster !== undefined && asOfMs <= roster.confirmedAtMs + lifetimeMs
  return {
    text: `the on-call roster is confirmed${roster === undefined || holds ? '' : ` (last ${describeInstant(roster.confirmedAtMs)})`}`,
    holds,
  }
}
