// The part of a decision's inputs that follows from the register.
import { isSecondEdition } from '../verdict/index.ts'
import type {
  DecisionInputs,
  DecisionPolicy,
  FreezeWindow,
  Risk,
  Waiver,
} from '../verdict/index.ts'
import type { Register, RegisteredRisk, RegisteredWaiver } from './model.ts'

/** A GO is void after this long when no policy says otherwise. Source: release semantics, section 7. */
export const GO_LIFETIME_MS = 24 * 3_600_000

/** The policy where people set none. */
export const DEFAULT_POLICY: DecisionPolicy = {
  nonWaivable: [],
  goLifetimeMs: GO_LIFETIME_MS,
  minimumErrorBudget: 0,
  rejectionsStand: true,
}

/** Approvals from which a waiver is part of what people sign; a mere request is not, or anybody could void sign-offs. */
const WAIVER_APPROVAL_MINIMUM = 2

export type RegisterTerms = Pick<
  DecisionInputs,
  | 'risks'
  | 'waivers'
  | 'conditions'
  | 'policy'
  | 'freeze'
  | 'errorBudget'
  | 'errorBudgetReading'
  | 'roster'
  | 'breakGlass'
  | 'cab'
  | 'launch'
>

/**
 * What the register says about one release.
 * @param uses earlier Go decisions that rested on each waiver, by waiver id
 * @param rules edition of the rules, and nothing else of the inputs
 */
export function termsOf(
  register: Register,
  release: { readonly version: string; readonly environment: string },
  uses: ReadonlyMap<string, number>,
  rules: Pick<DecisionInputs, 'edition'>,
): RegisterTerms {
  const { version, environment } = release
  const { budget, roster } = register
  const glasses = [...register.glasses.values()].filter(
    (each) => each.version === version || each.reviewedBy === undefined,
  )
  // The time zone decides how dates are read when they are entered, and nothing afterwards.
  const { timezone: _timezone, ...decisive } = register.policy
  const override = register.budgetOverrides.get(version)
  return {
    risks: [...register.risks.values()].map((risk) => riskOf(risk, isSecondEdition(rules))),
    waivers: [...register.waivers.values()]
      .filter(
        ({ request, approvals }) =>
          request.version === version &&
          request.environment === environment &&
          approvals.length >= WAIVER_APPROVAL_MINIMUM,
      )
      .map((each) => waiverOf(each, uses.get(each.request.id) ?? 0)),
    conditions: [...register.conditions.values()]
      .filter((each) => each.version === version)
      .map(({ version: _version, setBy: _setBy, ...condition }) => condition),
    policy: { ...DEFAULT_POLICY, ...decisive },
    freeze: freezesFor(register, version),
    ...(budget === undefined
      ? {}
      : {
          errorBudget: budget.remaining,
          errorBudgetReading: {
            source: budget.source,
            measuredAtMs: budget.measuredAtMs,
            enteredBy: budget.enteredBy,
            ...(override === undefined ? {} : { override }),
          },
        }),
    ...(isSecondEdition(rules) ? boardAndLaunch(register, version) : {}),
    ...(roster === undefined ? {} : { roster }),
    ...(glasses.length === 0
      ? {}
      : { breakGlass: glasses.map(({ finding: _finding, ...glass }) => glass) }),
  }
}

function riskOf(registered: RegisteredRisk, isVouchingAsked: boolean): Risk {
  const { openedBy: _by, openedAtMs: _at, isUnvouched, ...risk } = registered
  return isUnvouched === true && isVouchingAsked ? { ...risk, state: 'OPEN' } : risk
}

/** What decisions of the first edition knew nothing of. */
function boardAndLaunch(
  register: Register,
  version: string,
): Pick<DecisionInputs, 'cab' | 'launch'> {
  const launch = register.launches.get(version)
  const cab = [...register.cab.values()].filter((each) => each.version === version)
  return {
    ...(cab.length === 0
      ? {}
      : { cab: cab.map(({ version: _version, statement: _statement, ...record }) => record) }),
    ...(launch === undefined ? {} : { launch: { atMs: launch.atMs, timezone: launch.timezone } }),
  }
}

function freezesFor(register: Register, version: string): readonly FreezeWindow[] {
  return [...register.freezes.values()]
    .filter((each) => !each.lifted)
    .map(({ id, fromMs, untilMs, reason, overrides }) => {
      const passed = overrides.get(version)
      return {
        id,
        fromMs,
        untilMs,
        reason,
        ...(passed === undefined ? {} : { override: passed }),
      }
    })
}

function waiverOf(waiver: RegisteredWaiver, uses: number): Waiver {
  const { request, requester, approvals, revoked } = waiver
  return {
    id: request.id,
    gates: request.gates,
    environment: request.environment,
    version: request.version,
    reason: request.reason,
    risk: request.risk,
    requester,
    approvers: approvals.map((each) => each.principal),
    issuedAtMs: Date.parse(request.at),
    expiresAtMs: Date.parse(request.expiresAt),
    maxUses: request.maxUses,
    revoked,
    compensatingControl: request.compensatingControl,
    ...(request.closureTest === undefined ? {} : { closureTest: request.closureTest }),
    approvals,
    ...(uses === 0 ? {} : { uses }),
  }
}
