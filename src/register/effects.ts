// What an accepted act does to the register.
import type { Override } from '../verdict/index.ts'
import type {
  Change,
  Launch,
  PolicyTerms,
  Proposal,
  Register,
  RegisterAct,
  RegisteredCab,
  RegisteredCondition,
  RegisteredFreeze,
  RegisteredGlass,
  RegisteredRisk,
  RegisteredWaiver,
} from './model.ts'
import { cabFrom } from './cab.ts'
import { dueOf, isLowering, reviseRisk, withoutProposals } from './revision.ts'

/** A register while it is folded. */
export interface DraftRegister {
  risks: Map<string, RegisteredRisk>
  waivers: Map<string, RegisteredWaiver>
  conditions: Map<string, RegisteredCondition>
  freezes: Map<string, RegisteredFreeze>
  budget: Register['budget']
  budgetOverrides: Map<string, Override>
  roster: Register['roster']
  policy: PolicyTerms
  launches: Map<string, Launch>
  glasses: Map<string, RegisteredGlass>
  cab: Map<string, RegisteredCab>
  controls: Register['controls']
  proposals: Map<string, Proposal>
  acts: RegisterAct[]
}

type Changed = RegisterAct['change']

/** Changes that take effect only with a second person's approval. Waivers count their approvals themselves. */
export function takesTwo(register: Register | DraftRegister, change: Changed): boolean {
  switch (change.kind) {
    case 'risk.accepted':
    case 'condition.extended':
    case 'condition.withdrawn':
    case 'freeze.lifted':
    case 'freeze.overridden':
    case 'budget.overridden':
    case 'policy.set':
      return true
    case 'risk.closed':
      return register.risks.get(change.id)?.closureTest === undefined
    case 'risk.revised': {
      const risk = register.risks.get(change.id)
      return risk === undefined || isLowering(risk, change)
    }
    default:
      return false
  }
}

/** Takes effect when two people, for a risk its owner among them, consented to exactly this statement. */
export function applyApproval(
  draft: DraftRegister,
  act: RegisterAct,
  change: Extract<Change, { kind: 'approved' }>,
): void {
  const waiver = draft.waivers.get(change.id)
  if (waiver !== undefined && waiver.statement === change.statement) {
    const approvals = [...waiver.approvals, { principal: act.person, roles: act.roles }]
    draft.waivers.set(change.id, { ...waiver, approvals })
    return
  }
  const record = draft.cab.get(change.id)
  if (record !== undefined && record.statement === change.statement) {
    const signers = [...record.signers, { principal: act.person, roles: act.roles }]
    draft.cab.set(change.id, { ...record, signers })
    return
  }
  const proposal = draft.proposals.get(change.statement)
  if (proposal === undefined) return
  const people = [...proposal.people, act.person]
  const proposed = proposal.act.change
  const isOwned =
    proposed.kind !== 'risk.accepted' || people.includes(draft.risks.get(proposed.id)?.owner ?? '')
  if (!isOwned) {
    draft.proposals.set(change.statement, { ...proposal, people })
    return
  }
  draft.proposals.delete(change.statement)
  applyChange(draft, proposal.act, people)
}

/** @param people who consented to it, the proposer first */
export function applyChange(
  draft: DraftRegister,
  act: RegisterAct,
  people: readonly string[],
): void {
  const { change, person, roles, statement, atMs } = act
  switch (change.kind) {
    case 'waiver.requested': {
      const { kind: _kind, ...request } = change
      const known = { request, statement, requester: person, approvals: [], revoked: false }
      draft.waivers.set(change.id, known)
      return
    }
    case 'waiver.revoked':
      update(draft.waivers, change.id, { revoked: true })
      return
    case 'budget.entered':
      draft.budget = {
        remaining: change.remaining,
        source: change.source,
        measuredAtMs: Date.parse(change.measuredAt),
        enteredBy: person,
      }
      return
    case 'budget.overridden':
      draft.budgetOverrides.set(change.version, { people, reason: change.reason })
      return
    case 'roster.confirmed':
      draft.roster = { people: change.people, confirmedBy: person, confirmedAtMs: atMs }
      return
    case 'policy.set':
      draft.policy = { ...draft.policy, ...change.policy }
      return
    case 'controls.mapped':
      draft.controls = change.controls
      return
    case 'launch.planned': {
      const { version, at, timezone } = change
      draft.launches.set(version, { version, atMs: Date.parse(at), timezone })
      return
    }
    case 'cab.recorded': {
      draft.cab.set(change.id, cabFrom(change, { principal: person, roles }, statement))
      return
    }
    case 'glass.broken':
      draft.glasses.set(change.id, brokenGlassOf(change, person, atMs))
      return
    case 'glass.reviewed':
      update(draft.glasses, change.id, { reviewedBy: person, finding: change.finding })
      return
    case 'approved':
      return
    default:
      applyToTerms(draft, change, act, people)
  }
}

function brokenGlassOf(
  { kind: _kind, expiresAt, reviewDueAt, ...rest }: Extract<Change, { kind: 'glass.broken' }>,
  person: string,
  atMs: number,
): RegisteredGlass {
  return {
    ...rest,
    principal: person,
    atMs,
    expiresAtMs: Date.parse(expiresAt),
    reviewDueAtMs: Date.parse(reviewDueAt),
  }
}

type RiskChange = Extract<Change, { kind: `risk.${string}` }>
type TermChange = RiskChange | Extract<Change, { kind: `condition.${string}` | `freeze.${string}` }>

function applyToTerms(
  draft: DraftRegister,
  change: TermChange,
  act: RegisterAct,
  people: readonly string[],
): void {
  switch (change.kind) {
    case 'condition.set': {
      const { kind: _kind, dueAt, ...terms } = change
      draft.conditions.set(change.id, { ...terms, dueAtMs: Date.parse(dueAt), setBy: act.person })
      return
    }
    case 'condition.extended':
      update(draft.conditions, change.id, { dueAtMs: Date.parse(change.dueAt) })
      return
    case 'condition.withdrawn':
      update(draft.conditions, change.id, { withdrawn: true })
      return
    case 'freeze.set': {
      const { id, from, until, reason } = change
      const [fromMs, untilMs] = [Date.parse(from), Date.parse(until)]
      draft.freezes.set(id, { id, fromMs, untilMs, reason, lifted: false, overrides: new Map() })
      return
    }
    case 'freeze.lifted':
      update(draft.freezes, change.id, { lifted: true })
      return
    case 'freeze.overridden': {
      const overrides = new Map(draft.freezes.get(change.id)?.overrides)
      overrides.set(change.version, { people, reason: change.reason })
      update(draft.freezes, change.id, { overrides })
      return
    }
    default:
      applyToRisks(draft, change, act, people)
  }
}

function applyToRisks(
  draft: DraftRegister,
  change: RiskChange,
  { person, atMs }: RegisterAct,
  people: readonly string[],
): void {
  switch (change.kind) {
    case 'risk.opened': {
      const { kind: _kind, dueAt, ...terms } = change
      const due = dueAt === undefined ? {} : { dueAtMs: Date.parse(dueAt) }
      const opened = { state: 'OPEN', openedBy: person, openedAtMs: atMs } as const
      draft.risks.set(change.id, { ...terms, ...due, ...opened })
      return
    }
    case 'risk.accepted':
      update(draft.risks, change.id, {
        state: 'ACCEPTED',
        acceptedBy: people,
        acceptedUntilMs: Date.parse(change.until),
      })
      return
    case 'risk.closed':
      closeRisk(draft, change)
      return
    case 'risk.reopened': {
      const risk = draft.risks.get(change.id)
      if (risk === undefined) return
      const { acceptedBy: _by, acceptedUntilMs: _until, isUnvouched: _unvouched, ...rest } = risk
      draft.risks.set(change.id, { ...rest, state: 'OPEN', openedAtMs: atMs })
      return
    }
    case 'risk.revised': {
      const risk = draft.risks.get(change.id)
      if (risk === undefined) return
      draft.risks.set(change.id, reviseRisk(risk, change, dueOf(risk, change)))
      draft.proposals = withoutProposals(draft.proposals, change.id)
      return
    }
  }
}

function closeRisk(
  draft: DraftRegister,
  { id, evidence }: Extract<Change, { kind: 'risk.closed' }>,
): void {
  const risk = draft.risks.get(id)
  if (risk === undefined) return
  const { isUnvouched: _before, ...rest } = risk
  const isUnvouched = evidence !== undefined && evidence.definition === undefined
  draft.risks.set(id, { ...rest, state: 'CLOSED', ...(isUnvouched ? { isUnvouched } : {}) })
}

function update<T extends object>(map: Map<string, T>, id: string, change: Partial<T>): void {
  const known = map.get(id)
  if (known !== undefined) map.set(id, { ...known, ...change })
}
