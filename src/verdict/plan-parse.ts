// Reads a plan strictly: every key known, every id unique, every reference resolved, every assertion judgeable.
import {
  CHECK_TIMEOUT_LIMIT_MS,
  MAX_AGE_LIMIT_MS,
  readAssertion,
  readCheck,
  readOperator,
} from './check-parse.ts'
import { shownText } from './shown-text.ts'
import { verdictFault } from './errors.ts'
import type { Plan, PlanGate, PlanSlot, PlanToggle, SignOffRole, Soak } from './plan-model.ts'
import { orderGates } from './plan.ts'
import { checkReferences, refuseDuplicates } from './plan-references.ts'
import { sharedReportProblem } from './report-paths.ts'
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

/** Most gates one plan may have. */
export const PLAN_GATE_LIMIT = 10_000
const SIGN_OFF_ROLE_LIMIT = 100
const RETRY_LIMIT = 100
/** A shorter step would measure the runner. */
const SOAK_STEP_MINIMUM_MS = 100
const SIGN_OFF_MINIMUM_LIMIT = 1_000

const readSlot: Reader<PlanSlot> = readRecord(
  { id: readName, label: readText },
  { unit: readName, bound: readRecord({ op: readOperator, value: readNumber }, {}) },
)

const readToggle: Reader<PlanToggle> = readRecord({ id: readName, label: readText }, {})

const readSoak: Reader<Soak> = readRecord(
  {
    forMs: readInteger(1, CHECK_TIMEOUT_LIMIT_MS),
    everyMs: readInteger(SOAK_STEP_MINIMUM_MS, CHECK_TIMEOUT_LIMIT_MS),
  },
  { maxGapMs: readInteger(1, CHECK_TIMEOUT_LIMIT_MS), allowedFailureShare: readShare },
)

const readGate: Reader<PlanGate> = readRecord(
  {
    id: readName,
    title: readText,
    section: readText,
    severity: readOneOf(['required', 'advisory', 'informational']),
    needs: readList(readName),
    check: readCheck,
    assertions: readList(readAssertion),
    effect: readOneOf(['read', 'write-staging', 'write-prod', 'unknown']),
    provenRead: readBoolean,
    parameters: readList(readName),
    holes: readList(readText),
    slots: readList(readSlot),
    toggles: readList(readToggle),
    timeoutMs: readInteger(1, CHECK_TIMEOUT_LIMIT_MS),
    retries: readInteger(0, RETRY_LIMIT),
    unsound: readList(readText),
    source: readRecord({ line: readInteger(0), sha256: readDigest }, {}),
  },
  {
    consumes: readMap(readRecord({ gate: readName, slot: readName }, {})),
    phase: readName,
    owner: readName,
    children: readList(readName, 1),
    maxAgeMs: readInteger(1, MAX_AGE_LIMIT_MS),
    exclusive: readName,
    regenerate: readBoolean,
    soak: readSoak,
  },
)

const readSignOffRole: Reader<SignOffRole> = readRecord(
  { role: readName, minimum: readInteger(1, SIGN_OFF_MINIMUM_LIMIT) },
  { anyOf: readList(readName, 1) },
)

const readPlan: Reader<Plan> = readRecord(
  {
    format: readOneOf(['seaworthy-plan/1']),
    source: readRecord(
      { name: readText, sha256: readDigest },
      { gates: readList(readOneOf(['ordered-steps', 'headings']), 1) },
    ),
    service: readName,
    version: readName,
    environment: readName,
    gates: readList(readGate, 1),
    signOffs: readList(readSignOffRole),
  },
  {},
)

/**
 * The plan in a parsed JSON value.
 * @throws VERDICT_PLAN_SHAPE_REFUSED, …_ID_DUPLICATE, …_NEED_UNKNOWN, …_CHILD_UNKNOWN, …_EDGE_REFUSED, …_CYCLE_FOUND (with the path),
 * …_ASSERTION_REFUSED, …_PATTERN_REFUSED, …_PATH_REFUSED; the message names the place.
 */
export function parsePlan(json: unknown): Plan {
  const place: Place = {
    path: 'plan',
    refuse: (message) => verdictFault('VERDICT_PLAN_SHAPE_REFUSED', message),
  }
  const plan = readPlan(json, place)
  if (plan.gates.length > PLAN_GATE_LIMIT) {
    throw place.refuse(`expected at most ${PLAN_GATE_LIMIT} gates, got ${plan.gates.length}`)
  }
  if (plan.signOffs.length > SIGN_OFF_ROLE_LIMIT) {
    throw place.refuse(
      `expected at most ${SIGN_OFF_ROLE_LIMIT} sign-off roles, got ${plan.signOffs.length}`,
    )
  }
  refuseDuplicates(
    'gate',
    plan.gates.map((gate) => gate.id),
  )
  // Two gates at once could each take the other's file for their own.
  refuseDuplicates(
    'report file',
    plan.gates.flatMap((gate) => (gate.check.type === 'command' ? (gate.check.reports ?? []) : [])),
  )
  const shared = sharedReportProblem(plan.gates)
  if (shared !== undefined) throw place.refuse(shared)
  refuseDuplicates(
    'sign-off role',
    plan.signOffs.map((role) => role.role),
  )
  const byId = new Map(plan.gates.map((gate) => [gate.id, gate]))
  for (const gate of plan.gates) checkReferences(gate, byId)
  const order = orderGates(plan.gates)
  if (!order.ok) {
    const path = order.path.map(shownText).join(' → ')
    throw verdictFault('VERDICT_PLAN_CYCLE_FOUND', `expected gates without a circle, got ${path}`, {
      details: { path: order.path },
    })
  }
  return plan
}
