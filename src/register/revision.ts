// Revising a risk: what may be revised, which revisions lower it, and what becomes of it.
import type { Grade, Risk } from '../verdict/index.ts'
import type { Change, Proposal, RegisteredRisk, RiskRevision } from './model.ts'

type RiskRevised = Extract<Change, { kind: 'risk.revised' }>

/** From the least to the most that a risk can weigh. */
const LEVELS: readonly Risk['level'][] = ['P3', 'P2', 'P1', 'P0']
const GRADES: readonly Grade[] = ['low', 'medium', 'high']

/**
 * Whether less follows from the risk afterwards, or somebody else answers for it: a lower level or grade, a later date or
 * none, another owner (who could then accept it). One person may say more of a risk, never less.
 */
export function isLowering(risk: RegisteredRisk, revision: RiskRevision): boolean {
  const { level = risk.level, likelihood, impact, owner = risk.owner } = revision
  const isLower = (now: Grade, next: Grade = now): boolean =>
    GRADES.indexOf(next) < GRADES.indexOf(now)
  return (
    LEVELS.indexOf(level) < LEVELS.indexOf(risk.level) ||
    isLower(risk.likelihood, likelihood) ||
    isLower(risk.impact, impact) ||
    owner !== risk.owner ||
    dueOf(risk, revision) > (risk.dueAtMs ?? Infinity)
  )
}

/** One sentence, or undefined when the risk may be revised so. */
export function refuseRevision(
  risk: RegisteredRisk | undefined,
  { id, kind: _kind, reason: _reason, ...revision }: RiskRevised,
): string | undefined {
  if (risk === undefined) return `there is no risk ${id}`
  if (risk.state === 'CLOSED') return `risk ${id} is closed; open it again first`
  const { dueAt: _dueAt, ...plain } = revision
  const isNew = Object.entries(plain).some(
    ([key, value]) => risk[key as keyof typeof plain] !== value,
  )
  return isNew || dueOf(risk, revision) !== (risk.dueAtMs ?? Infinity)
    ? undefined
    : `expected a revision of risk ${id} that changes something`
}

/** People accept a risk as it stands before them: revised, it is open until they accept it again. */
export function reviseRisk(
  risk: RegisteredRisk,
  { id: _id, kind: _kind, reason: _reason, dueAt: _dueAt, ...plain }: RiskRevised,
  dueAtMs: number,
): RegisteredRisk {
  const { acceptedBy: _by, acceptedUntilMs: _until, dueAtMs: _due, ...rest } = risk
  const due = dueAtMs === Infinity ? {} : { dueAtMs }
  return { ...rest, ...plain, ...due, state: 'OPEN' }
}

/** When the revised risk is due; Infinity = never. */
export function dueOf(risk: RegisteredRisk, { dueAt }: RiskRevision): number {
  if (dueAt === undefined) return risk.dueAtMs ?? Infinity
  return dueAt === 'none' ? Infinity : Date.parse(dueAt)
}

/** Consent to an acceptance, closure or revision was given to the risk as it was, so it ends with these terms. */
export function withoutProposals(
  proposals: Map<string, Proposal>,
  id: string,
): Map<string, Proposal> {
  return new Map(
    [...proposals].filter(
      ([, { act, about }]) => about !== id || !act.change.kind.startsWith('risk.'),
    ),
  )
}
