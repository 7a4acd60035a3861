// Why an act may not enter the register; the control plane asks before it records, the verifier asks again.
import { refuseCab, refuseCabSignature } from './cab.ts'
import type { DraftRegister } from './effects.ts'
import type { Change, Register, RegisterAct, RegisteredRisk } from './model.ts'
import { refuseControls } from './controls.ts'
import { refuseRevision } from './revision.ts'

/** Longest life of a waiver whatever anybody approves. Source: release semantics, section 5. */
const WAIVER_LIFETIME_LIMIT_DAYS = 90
/** A glass stays broken for at most this long. */
const GLASS_LIFETIME_LIMIT_HOURS = 24
/** Somebody else has to have reviewed it within this time at most. */
const GLASS_REVIEW_LIMIT_HOURS = 72
const HOUR_MS = 3_600_000
const DAY_MS = 24 * HOUR_MS
/** Waivers are used so often at most. */
const WAIVER_USE_LIMIT = 1_000

/** One sentence, or undefined when the act may enter. */
export function refuseAct(
  register: Register | DraftRegister,
  act: RegisterAct,
): string | undefined {
  const { change } = act
  switch (change.kind) {
    case 'waiver.requested':
      return refuseRequest(register, act, change)
    case 'waiver.revoked':
      return (
        refuseMissing(register.waivers, 'waiver', change.id) ??
        (register.waivers.get(change.id)?.revoked === true
          ? `waiver ${change.id} is revoked already`
          : undefined)
      )
    case 'approved':
      return refuseApproval(register, act, change)
    case 'glass.broken':
      return refuseGlass(register, act, change)
    case 'glass.reviewed':
      return refuseReview(register, act, change.id)
    case 'budget.entered':
      return Date.parse(change.measuredAt) > act.atMs
        ? 'expected an error budget measured in the past'
        : undefined
    case 'roster.confirmed':
      return change.people.length === 0 ? 'expected at least one person on call' : undefined
    case 'cab.recorded':
      return refuseCab(register, act, change)
    case 'budget.overridden':
      return register.budget === undefined ? 'no error budget was entered yet' : undefined
    case 'policy.set':
      return Object.keys(change.policy).length === 0
        ? 'expected a policy that sets something'
        : undefined
    case 'controls.mapped':
      return refuseControls(change.controls)
    case 'launch.planned':
      return undefined
    default:
      return refuseTerms(register, act, change)
  }
}

type TermChange = Extract<
  Change,
  { kind: `risk.${string}` | `condition.${string}` | `freeze.${string}` }
>

function refuseTerms(
  register: Register | DraftRegister,
  act: RegisterAct,
  change: TermChange,
): string | undefined {
  switch (change.kind) {
    case 'risk.opened':
      return refuseTaken(register.risks, 'risk', change.id)
    case 'condition.set':
      // A date in the past is let in: conditions are imported from documents whose dates have gone by.
      return refuseTaken(register.conditions, 'condition', change.id)
    case 'freeze.set':
      return (
        refuseTaken(register.freezes, 'freeze', change.id) ??
        (Date.parse(change.until) <= Date.parse(change.from)
          ? 'expected a freeze that ends after it begins'
          : undefined)
      )
    case 'freeze.lifted':
    case 'freeze.overridden':
      return (
        refuseMissing(register.freezes, 'freeze', change.id) ??
        (register.freezes.get(change.id)?.lifted === true
          ? `freeze ${change.id} is lifted already`
          : undefined)
      )
    case 'condition.extended':
    case 'condition.withdrawn':
      return refuseCondition(register, act, change)
    case 'risk.revised':
      return refuseRevision(register.risks.get(change.id), change)
    default:
      return refuseRisk(register, act, change)
  }
}

function refuseRisk(
  register: Register | DraftRegister,
  act: RegisterAct,
  change: Extract<Change, { kind: 'risk.accepted' | 'risk.closed' | 'risk.reopened' }>,
): string | undefined {
  const risk = register.risks.get(change.id)
  if (risk === undefined) return `there is no risk ${change.id}`
  if (change.kind === 'risk.reopened')
    return risk.state === 'OPEN' ? `risk ${change.id} is open already` : undefined
  if (risk.state === 'CLOSED' && risk.isUnvouched !== true) return `risk ${change.id} is closed`
  if (change.kind === 'risk.accepted') {
    if (risk.level === 'P0') return `risk ${change.id} is P0, which can only be closed`
    return Date.parse(change.until) <= act.atMs
      ? 'expected an acceptance until a time in the future'
      : undefined
  }
  return refuseClosing(risk, act, change)
}

/** Whoever closes a risk alone may not also be the only one who says what closes it. */
function refuseClosing(
  risk: RegisteredRisk,
  act: RegisterAct,
  { id, evidence }: Extract<Change, { kind: 'risk.closed' }>,
): string | undefined {
  const { closureTest, closureDefinition, openedBy } = risk
  if (closureTest === undefined) {
    return evidence === undefined
      ? undefined
      : `risk ${id} has no closure test that evidence could satisfy`
  }
  if (evidence === undefined)
    return `risk ${id} closes only with evidence of its closure test ${closureTest}`
  const { gate, definition, review } = evidence
  if (gate !== closureTest) return `expected evidence of ${closureTest}, got some of ${gate}`
  // Without a definition it is of the first edition; the second takes it for no closing.
  if (definition === undefined || review !== undefined) return undefined
  if (closureDefinition === undefined)
    return `expected a plan that somebody other than ${act.person} reviewed: the opening of ${id} did not pin what ${closureTest} is`
  if (closureDefinition !== definition)
    return `expected evidence of ${closureTest} as it was defined when ${id} was opened, or a plan that somebody other than ${act.person} reviewed`
  return openedBy === act.person
    ? `${act.person} opened ${id} and said what closes it: somebody else closes it, or reviews the plan`
    : undefined
}

function refuseCondition(
  register: Register | DraftRegister,
  act: RegisterAct,
  change: Extract<Change, { kind: 'condition.extended' | 'condition.withdrawn' }>,
): string | undefined {
  const condition = register.conditions.get(change.id)
  if (condition === undefined) return `there is no condition ${change.id}`
  if (condition.withdrawn === true) return `condition ${change.id} is withdrawn`
  if (change.kind === 'condition.withdrawn') return undefined
  if (Date.parse(change.dueAt) <= condition.dueAtMs)
    return `expected a date after ${new Date(condition.dueAtMs).toISOString()}`
  // What counts is when the second person agrees; a proposal made in time does not hold the date open.
  return condition.onMiss === 'NO_GO' && act.atMs >= condition.dueAtMs
    ? `condition ${change.id} was due; one that is a NO_GO when missed is not moved after its date`
    : undefined
}

function refuseRequest(
  register: Register | DraftRegister,
  act: RegisterAct,
  change: Extract<RegisterAct['change'], { kind: 'waiver.requested' }>,
): string | undefined {
  const lifeMs = Date.parse(change.expiresAt) - act.atMs
  if (register.waivers.has(change.id)) return `there is a waiver ${change.id} already`
  if (change.gates.length === 0) return 'expected a waiver that names at least one gate'
  const pattern = change.gates.find((gate) => /[*?]/.test(gate) || gate.trim() === '')
  if (pattern !== undefined) return `expected exact gate ids, got ${JSON.stringify(pattern)}`
  if (change.reason.trim() === '') return 'expected a reason'
  if (change.compensatingControl.trim() === '') return 'expected a compensating control'
  if (!register.risks.has(change.risk)) return `there is no risk ${change.risk} in the register`
  if (lifeMs <= 0) return 'expected a waiver that ends in the future'
  if (lifeMs > WAIVER_LIFETIME_LIMIT_DAYS * DAY_MS)
    return `expected a waiver of at most ${WAIVER_LIFETIME_LIMIT_DAYS} days`
  return change.maxUses >= 1 && change.maxUses <= WAIVER_USE_LIMIT
    ? undefined
    : `expected 1 to ${WAIVER_USE_LIMIT} uses, got ${change.maxUses}`
}

function refuseApproval(
  register: Register | DraftRegister,
  act: RegisterAct,
  change: Extract<Change, { kind: 'approved' }>,
): string | undefined {
  const waiver = register.waivers.get(change.id)
  if (waiver !== undefined && waiver.statement === change.statement) {
    if (waiver.requester === act.person)
      return `${act.person} asked for waiver ${change.id} and cannot approve it`
    if (waiver.approvals.some((each) => each.principal === act.person))
      return `${act.person} has approved waiver ${change.id} already`
    if (waiver.revoked) return `waiver ${change.id} is revoked`
    return act.atMs >= Date.parse(waiver.request.expiresAt)
      ? `waiver ${change.id} has expired`
      : undefined
  }
  const record = register.cab.get(change.id)
  if (record !== undefined && record.statement === change.statement)
    return refuseCabSignature(record, act)
  const proposal = register.proposals.get(change.statement)
  if (proposal === undefined || proposal.about !== change.id)
    return `nothing about ${change.id} waits for a second person with this statement`
  if (proposal.people.includes(act.person))
    return `${act.person} has consented to it already; a second person has to`
  // The world may have moved since: what could not be proposed now cannot take effect now.
  const proposed = proposal.act.change
  return proposed.kind === 'approved'
    ? undefined
    : refuseAct(register, { ...proposal.act, atMs: act.atMs })
}

function refuseGlass(
  register: Register | DraftRegister,
  act: RegisterAct,
  change: Extract<Change, { kind: 'glass.broken' }>,
): string | undefined {
  const taken = refuseTaken(register.glasses, 'broken glass', change.id)
  if (taken !== undefined) return taken
  const openMs = Date.parse(change.expiresAt) - act.atMs
  const reviewMs = Date.parse(change.reviewDueAt) - act.atMs
  if (openMs <= 0 || openMs > GLASS_LIFETIME_LIMIT_HOURS * HOUR_MS)
    return `expected a glass broken for at most ${GLASS_LIFETIME_LIMIT_HOURS} hours`
  return reviewMs <= 0 || reviewMs > GLASS_REVIEW_LIMIT_HOURS * HOUR_MS
    ? `expected a review within ${GLASS_REVIEW_LIMIT_HOURS} hours`
    : undefined
}

function refuseReview(
  register: Register | DraftRegister,
  act: RegisterAct,
  id: string,
): string | undefined {
  const glass = register.glasses.get(id)
  if (glass === undefined) return `there is no broken glass ${id}`
  if (glass.principal === act.person) return `${act.person} broke ${id} and cannot review it`
  return glass.reviewedBy === undefined ? undefined : `${id} is reviewed already`
}

function refuseTaken(
  map: ReadonlyMap<string, unknown>,
  what: string,
  id: string,
): string | undefined {
  return map.has(id) ? `there is a ${what} ${id} already` : undefined
}

function refuseMissing(
  map: ReadonlyMap<string, unknown>,
  what: string,
  id: string,
): string | undefined {
  return map.has(id) ? undefined : `there is no ${what} ${id}`
}
