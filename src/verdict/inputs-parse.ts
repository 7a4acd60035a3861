// Reads decision inputs strictly: every key known, every id once, so that a replay reads what was frozen.
import { RULES_EDITION, SECOND_EDITION } from './edition.ts'
import { shownText } from './shown-text.ts'
import { verdictFault } from './errors.ts'
import { INSTANT_LIMIT_MS } from './instant.ts'
import type { DecisionInputs } from './model.ts'
import {
  readBoolean,
  readDigest,
  readInteger,
  readList,
  readMap,
  readName,
  readNumber,
  readOneOf,
  readRecord,
  readShare,
  readText,
} from './shape.ts'
import type { Place, Reader } from './shape.ts'

/** Most sign-offs one decision may read. */
export const SIGN_OFF_LIMIT = 5_000

const readLastInstantMs = readInteger(0, INSTANT_LIMIT_MS)

const readBudget: Reader<number> = (value, at) => {
  const share = readNumber(value, at)
  // Below 0 is real: more was burnt than there was.
  if (share > 1)
    throw at.refuse(`expected a remaining share of at most 1 at ${at.path}, got ${share}`)
  return share
}

export const readTerms = readRecord(
  { parameters: readMap(readText), confirmed: readList(readName) },
  { waived: readMap(readName) },
)

export const readSubject = readRecord(
  { service: readName, version: readName, environment: readName, digests: readMap(readText) },
  { commit: readName },
)

const readEvidence = readRecord(
  { name: readName, digest: readDigest, mediaType: readName, sizeBytes: readInteger(0) },
  {},
)

export const readResult = readRecord(
  {
    gate: readName,
    definition: readDigest,
    status: readOneOf([
      'PENDING',
      'BLOCKED',
      'RUNNING',
      'PASS',
      'WARN',
      'FAIL',
      'ERROR',
      'INCONCLUSIVE',
      'NOT_APPLICABLE',
      'SKIPPED',
    ]),
    reason: readText,
    evidence: readList(readEvidence),
    slots: readMap(readText),
    toggles: readMap(readBoolean),
  },
  {
    statement: readDigest,
    finishedAtMs: readLastInstantMs,
    environment: readName,
    consumed: readMap(readRecord({ statement: readDigest, value: readText }, {})),
  },
)

const readGrade = readOneOf(['low', 'medium', 'high'])

const readRisk = readRecord(
  {
    id: readName,
    level: readOneOf(['P0', 'P1', 'P2', 'P3']),
    title: readText,
    owner: readName,
    state: readOneOf(['OPEN', 'ACCEPTED', 'CLOSED']),
  },
  {
    dueAtMs: readLastInstantMs,
    acceptedBy: readList(readName),
    acceptedUntilMs: readLastInstantMs,
    likelihood: readGrade,
    impact: readGrade,
    mitigation: readText,
    closureTest: readName,
    closureDefinition: readDigest,
  },
)

const readWaiver = readRecord(
  {
    id: readName,
    gates: readList(readName, 1),
    environment: readName,
    version: readName,
    reason: readText,
    risk: readName,
    requester: readName,
    approvers: readList(readName),
    issuedAtMs: readLastInstantMs,
    expiresAtMs: readLastInstantMs,
    maxUses: readInteger(1),
    revoked: readBoolean,
  },
  {
    uses: readInteger(0),
    compensatingControl: readText,
    closureTest: readName,
    approvals: readList(readRecord({ principal: readName, roles: readList(readName) }, {})),
  },
)

const readCondition = readRecord(
  {
    id: readName,
    text: readText,
    gate: readName,
    owner: readName,
    dueAtMs: readLastInstantMs,
    onMiss: readOneOf(['NO_GO', 'EXTEND']),
    blocks: readOneOf(['freeze', 'deploy', 'phase', 'post']),
  },
  { withdrawn: readBoolean },
)

const readSignOff = readRecord(
  {
    role: readName,
    principal: readName,
    decision: readOneOf(['APPROVE', 'REJECT', 'WITHDRAW']),
    reviewHash: readDigest,
    atMs: readLastInstantMs,
    statement: readDigest,
  },
  { person: readName },
)

const readOverride = readRecord({ people: readList(readName), reason: readText }, {})

const readFreeze = readRecord(
  { fromMs: readLastInstantMs, untilMs: readLastInstantMs, reason: readText },
  { id: readName, override: readOverride },
)

const readPolicy = readRecord(
  {
    nonWaivable: readList(readName),
    goLifetimeMs: readInteger(1, INSTANT_LIMIT_MS),
    minimumErrorBudget: readShare,
  },
  {
    errorBudgetMaxAgeMs: readInteger(1, INSTANT_LIMIT_MS),
    rosterMaxAgeMs: readInteger(1, INSTANT_LIMIT_MS),
    areas: readList(readRecord({ gates: readText, owner: readName }, {})),
    securityRole: readName,
    planReviewed: readBoolean,
    rejectionsStand: readBoolean,
    cabRole: readName,
    cabQuorum: readInteger(0, 50),
  },
)

const readErrorBudgetReading = readRecord(
  { source: readText, measuredAtMs: readLastInstantMs, enteredBy: readName },
  { override: readOverride },
)

const readRoster = readRecord(
  { people: readList(readName), confirmedBy: readName, confirmedAtMs: readLastInstantMs },
  {},
)

const readBreakGlass = readRecord(
  {
    id: readName,
    version: readName,
    principal: readName,
    reason: readText,
    atMs: readLastInstantMs,
    expiresAtMs: readLastInstantMs,
    reviewDueAtMs: readLastInstantMs,
  },
  { reviewedBy: readName },
)

const readCabItem = readRecord(
  {
    about: readName,
    outcome: readOneOf(['approved', 'approved-with-conditions', 'deferred', 'rejected']),
  },
  { note: readText, conditions: readList(readName) },
)

const readCab = readRecord(
  {
    id: readName,
    heldAtMs: readLastInstantMs,
    attendees: readList(readName, 1),
    items: readList(readCabItem, 1),
    recordedBy: readName,
    signers: readList(readRecord({ principal: readName, roles: readList(readName) }, {})),
  },
  { minutes: readDigest },
)

const readLaunch = readRecord({ atMs: readLastInstantMs, timezone: readName }, {})

const readInputs: Reader<DecisionInputs> = readRecord(
  {
    format: readOneOf(['seaworthy-decision-inputs/1']),
    plan: readDigest,
    run: readName,
    terms: readTerms,
    subject: readSubject,
    results: readList(readResult),
    risks: readList(readRisk),
    waivers: readList(readWaiver),
    conditions: readList(readCondition),
    policy: readPolicy,
    signOffs: readList(readSignOff),
    freeze: readList(readFreeze),
    asOfMs: readLastInstantMs,
    checkpoint: readRecord({ origin: readText, size: readInteger(0), root: readText }, {}),
    integrity: readRecord({ ok: readBoolean, findings: readList(readText) }, {}),
  },
  {
    edition: readInteger(SECOND_EDITION, RULES_EDITION),
    planReviews: readList(
      readRecord({ principal: readName, statement: readDigest }, { person: readName }),
    ),
    author: readName,
    errorBudget: readBudget,
    phase: readName,
    errorBudgetReading: readErrorBudgetReading,
    roster: readRoster,
    breakGlass: readList(readBreakGlass),
    cab: readList(readCab),
    launch: readLaunch,
  },
)

/**
 * The decision inputs in a parsed JSON value.
 * @throws VERDICT_INPUTS_SHAPE_REFUSED for a missing, unknown, repeated or ill-kinded key or id; the message names the
 * place.
 */
export function parseDecisionInputs(json: unknown): DecisionInputs {
  const place: Place = {
    path: 'inputs',
    refuse: (message) => verdictFault('VERDICT_INPUTS_SHAPE_REFUSED', message),
  }
  const inputs = readInputs(json, place)
  if (inputs.signOffs.length > SIGN_OFF_LIMIT) {
    throw place.refuse(
      `expected at most ${SIGN_OFF_LIMIT} sign-offs, got ${inputs.signOffs.length}`,
    )
  }
  const lists: readonly (readonly [string, readonly string[]])[] = [
    ['result', inputs.results.map((each) => each.gate)],
    ['risk', inputs.risks.map((each) => each.id)],
    ['waiver', inputs.waivers.map((each) => each.id)],
    ['condition', inputs.conditions.map((each) => each.id)],
    ['broken glass', (inputs.breakGlass ?? []).map((each) => each.id)],
    ['plan review', (inputs.planReviews ?? []).map((each) => each.statement)],
    ['outcome of the board', (inputs.cab ?? []).map((each) => each.id)],
    ['sign-off statement', inputs.signOffs.map((each) => each.statement)],
  ]
  for (const [what, ids] of lists) {
    const seen = new Set<string>()
    const repeated = ids.find((id) => seen.size === seen.add(id).size)
    if (repeated !== undefined)
      throw place.refuse(`expected each ${what} once, got "${shownText(repeated)}" twice`)
  }
  return inputs
}
