// What an accepted act does to the register.
import type { Override } from '../verdict/index.ts'
import type {
  Change,
  Launch,
  PolicyTerms,
  Proposal,
  Register,
  RegisterAct,
  RegisteredCondition,
  RegisteredFreeze,
  RegisteredGlass,
  RegisteredRisk,
  RegisteredWaiver,
} from './model.ts'

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
  { change, person, statement, atMs }: RegisterAct,
  people: readonly string[],
): void {
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
    case 'launch.planned': {
      const { version, at, timezone } = change
      draft.launches.set(version, { version, atMs: Date.parse(at), timezone })
      return
    }
    case 'glass.broken': {
      const { kind: _kind, expiresAt, reviewDueAt, ...rest } = change
      draft.glasses.set(change.id, {
        ...rest,
        principal: person,
        atMs,
        expiresAtMs: Date.parse(expiresAt),
        reviewDueAtMs: Date.parse(reviewDueAt),
      })
      return
    }
    case 'glass.reviewed':
      update(draft.glasses, change.id, { reviewedBy: person, finding: change.finding })
      return
    case 'approved':
      return
    default:
      applyToTerms(draft, change, person, people)
  }
}

type TermChange = Extract<
  Change,
  { kind: `risk.${string}` | `condition.${string}` | `freeze.${string}` }
>

function applyToTerms(
  draft: DraftRegister,
  change: TermChange,
  person: string,
  people: readonly string[],
): void {
  switch (change.kind) {
    case 'risk.opened': {
      const { kind: _kind, dueAt, ...terms } = change
      const due = dueAt === undefined ? {} : { dueAtMs: Date.parse(dueAt) }
      draft.risks.set(change.id, { ...terms, ...due, state: 'OPEN' })
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
      update(draft.risks, change.id, { state: 'CLOSED' })
      return
    case 'risk.reopened': {
      const risk = draft.risks.get(change.id)
      if (risk === undefined) return
      const { acceptedBy: _by, acceptedUntilMs: _until, ...rest } = risk
      draft.risks.set(change.id, { ...rest, state: 'OPEN' })
      return
    }
    case 'condition.set': {
      const { kind: _kind, dueAt, ...terms } = change
      draft.conditions.set(change.id, { ...terms, dueAtMs: Date.parse(dueAt), setBy: person })
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
    }
  }
}

function update<T extends object>(map: Map<string, T>, id: string, change: Partial<T>): void {
  const known = map.get(id)
  if (known !== undefined) map.set(id, { ...known, ...change })
}
