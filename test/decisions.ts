// Builders of plans, results and decision inputs for tests of verdict and of whoever builds on it.
import type { ContentDigest } from '../src/kernel/index.ts'
import { definitionHashOf, planHashOf, reviewHashOf } from '../src/verdict/index.ts'
import type {
  Assertion,
  Capture,
  Condition,
  DecisionInputs,
  GateResult,
  Plan,
  PlanGate,
  Risk,
  RunTerms,
  SignOff,
  StoredStatus,
  Waiver,
} from '../src/verdict/index.ts'
import { nodeDigest } from './crypto.ts'

/** 2026-01-15T12:00:00Z */
export const NOON_MS = 1_768_478_400_000
export const HOUR_MS = 3_600_000
export const DAY_MS = 86_400_000

/** A digest that is one digit, repeated. */
export function digestOf(digit: string): ContentDigest {
  return `sha256:${digit.repeat(64)}`
}

export const NO_TERMS: RunTerms = { parameters: {}, confirmed: [] }

export const EXIT_IS_ZERO: Assertion = { read: { from: 'exitCode' }, op: 'eq', value: 0 }

/** A required, proven read that asserts exit code 0. */
export function aGate(fields: Partial<PlanGate> & { readonly id: string }): PlanGate {
  return {
    title: fields.id,
    section: 'checks',
    severity: 'required',
    needs: [],
    check: { type: 'command', language: 'bash', script: 'true' },
    assertions: [EXIT_IS_ZERO],
    effect: 'read',
    provenRead: true,
    parameters: [],
    holes: [],
    slots: [],
    toggles: [],
    timeoutMs: 60_000,
    retries: 0,
    unsound: [],
    source: { line: 1, sha256: digestOf('a') },
    ...fields,
  }
}

export function aPlan(gates: readonly PlanGate[], fields: Partial<Plan> = {}): Plan {
  return {
    format: 'seaworthy-plan/1',
    source: { name: 'checklist.md', sha256: digestOf('b') },
    service: 'harbour',
    version: '1.2.3',
    environment: 'staging',
    gates,
    signOffs: [],
    ...fields,
  }
}

export function aCommandCapture(
  fields: Partial<Extract<Capture, { kind: 'command' }>> = {},
): Extract<Capture, { kind: 'command' }> {
  return {
    kind: 'command',
    exitCode: 0,
    signal: null,
    timedOut: false,
    steps: [],
    durationMs: 12,
    streams: { stdout: { truncated: false, maskedCount: 0 } },
    ...fields,
  }
}

/** A result of the gate as it is defined now, collected an hour before noon in staging. */
export function aResult(
  gate: PlanGate,
  status: StoredStatus,
  fields: Partial<GateResult> = {},
): GateResult {
  const hasRun = !['PENDING', 'BLOCKED', 'RUNNING', 'SKIPPED'].includes(status)
  const ran = {
    statement: digestOf('c'),
    evidence: [
      { name: 'capture', digest: digestOf('d'), mediaType: 'application/json', sizeBytes: 10 },
    ],
    finishedAtMs: NOON_MS - HOUR_MS,
    environment: 'staging',
  }
  return {
    gate: gate.id,
    definition: definitionHashOf(nodeDigest, gate),
    status,
    reason: `made ${status} by a test`,
    evidence: [],
    ...(hasRun ? ran : {}),
    slots: {},
    toggles: {},
    ...fields,
  }
}

/** Inputs at noon whose gates all stand as given, PASS unless named. */
export function inputsFor(
  plan: Plan,
  statuses: Readonly<Record<string, StoredStatus>> = {},
  fields: Partial<DecisionInputs> = {},
): DecisionInputs {
  return {
    format: 'seaworthy-decision-inputs/1',
    plan: planHashOf(nodeDigest, plan),
    run: 'run-1',
    terms: NO_TERMS,
    subject: {
      service: plan.service,
      version: plan.version,
      environment: plan.environment,
      digests: { release: 'e'.repeat(64) },
    },
    author: 'ada',
    results: plan.gates.map((gate) => aResult(gate, statuses[gate.id] ?? 'PASS')),
    risks: [],
    waivers: [],
    conditions: [],
    policy: { nonWaivable: [], goLifetimeMs: DAY_MS, minimumErrorBudget: 0 },
    signOffs: [],
    freeze: [],
    asOfMs: NOON_MS,
    checkpoint: { origin: 'ledger.test/harbour', size: 8, root: 'AAAA' },
    integrity: { ok: true, findings: [] },
    ...fields,
  }
}

/** The inputs with sign-offs over their own reviewHash. */
export function withSignOffs(
  plan: Plan,
  inputs: DecisionInputs,
  signOffs: readonly (Partial<SignOff> & Pick<SignOff, 'role' | 'principal'>)[],
): DecisionInputs {
  const reviewHash = reviewHashOf(nodeDigest, plan, inputs)
  return {
    ...inputs,
    signOffs: signOffs.map((each, index) => ({
      decision: 'APPROVE',
      reviewHash,
      atMs: NOON_MS - 60_000,
      statement: `sha256:${index.toString(16).padStart(64, '0')}`,
      ...each,
    })),
  }
}

export const aRisk = (fields: Partial<Risk> = {}): Risk => ({
  id: 'R1',
  level: 'P3',
  title: 'slow start',
  owner: 'owen',
  state: 'OPEN',
  ...fields,
})

export const aWaiver = (fields: Partial<Waiver> = {}): Waiver => ({
  id: 'W1',
  gates: ['b'],
  environment: 'staging',
  version: '1.2.3',
  reason: 'known flake',
  risk: 'R1',
  requester: 'rita',
  approvers: ['paul', 'petra'],
  issuedAtMs: NOON_MS - 2 * DAY_MS,
  expiresAtMs: NOON_MS + 20 * DAY_MS,
  maxUses: 3,
  revoked: false,
  ...fields,
})

export const aCondition = (fields: Partial<Condition> = {}): Condition => ({
  id: 'C1',
  text: 'limits tested',
  gate: 'b',
  owner: 'guild',
  dueAtMs: NOON_MS + DAY_MS,
  onMiss: 'NO_GO',
  blocks: 'deploy',
  ...fields,
})
