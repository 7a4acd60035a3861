// Use cases of plans: record a plan, review it, show what a run of it would do.
import type {
  Principal,
  BuiltinCheck,
  CheckDescription,
  Clock,
  ContentDigest,
  Digest,
  SeaworthyError,
  Sql,
} from '../kernel/index.ts'
import type { Evidence } from '../evidence/index.ts'
import type { Identity, OpenedStatement } from '../identity/index.ts'
import type { Ledger } from '../ledger/index.ts'
import { canonicalBytes, utf8Text } from '../kernel/index.ts'
import { findPhaseCircle, parsePlan, planHashOf } from '../verdict/index.ts'
import type { Plan } from '../verdict/index.ts'
import { blockUnknownChecks } from './built-in-names.ts'
import { gatesFault } from './errors.ts'
import { withdrawUnprovenClaims } from './proven-claims.ts'
import { nameProblem } from './release-name.ts'
import { insertPlan, insertReview, isPlanRecorded, selectReviewers } from './store.ts'

export interface PlanPorts {
  readonly sql: Sql
  readonly clock: Clock
  readonly digest: Digest
  readonly evidence: Evidence
  readonly identity: Identity
  readonly ledger: Ledger
  /** Key of this control plane that pins what must not be stored. */
  readonly confirmSecret: Uint8Array
  /** Built-in checks that the slices bring. */
  readonly checks: readonly BuiltinCheck[]
  /** Built-in checks that a runner collects for. Absent = none. */
  readonly runnerChecks?: readonly CheckDescription[]
}

export interface RecordedPlan {
  readonly plan: Plan
  readonly planHash: ContentDigest
  readonly reviewers: readonly string[]
}

export interface Plans {
  /** What a plan may name as a built-in check, wherever it runs. */
  readonly checks: readonly CheckDescription[]
  /** Pins a plan by its hash, without claims of reading that cannot be proven; recording it again is no change. */
  record(tenantId: string, actor: string, plan: unknown): Promise<RecordedPlan>
  /** What recording the plan would answer; nothing is stored. */
  look(tenantId: string, plan: unknown): Promise<RecordedPlan>
  /** @throws GATES_PLAN_UNKNOWN */
  read(tenantId: string, planHash: string): Promise<RecordedPlan>
  /** The plan alone, once it was recorded. @throws GATES_PLAN_UNKNOWN */
  readPinned(tenantId: string, planHash: string): Promise<Plan>
  /** Accepts a person's signed approval of a plan. */
  review(caller: Principal, statement: Uint8Array): Promise<RecordedPlan>
  /** What environment the plan of an approval is for. @throws GATES_STATEMENT_REFUSED, GATES_PLAN_UNKNOWN */
  environmentOfReview(tenantId: string, statement: Uint8Array): Promise<string>
}

/** Parsed plans kept at most; the next one empties the shelf. */
const PINNED_PLAN_LIMIT = 64

export function makePlans(ports: PlanPorts): Plans {
  const { sql, clock, digest, evidence, identity, ledger } = ports
  const nowText = (): string => new Date(clock.nowMs()).toISOString()

  // Bytes under a digest never change, so a plan that was recorded once is parsed once.
  const pinned = new Map<string, Plan>()
  async function parsePinned(
    tenantId: string,
    planHash: string,
    unknown: (cause: unknown) => SeaworthyError,
  ): Promise<Plan> {
    const key = keyOfPlan(tenantId, planHash)
    const known = pinned.get(key)
    if (known !== undefined) return known
    const bytes = await evidence.read(tenantId, planHash).catch((error: unknown) => {
      throw unknown(error)
    })
    const plan = parsePlan(JSON.parse(utf8Text(bytes)))
    if (pinned.size >= PINNED_PLAN_LIMIT) pinned.clear()
    pinned.set(key, plan)
    return plan
  }

  async function readPlan(tenantId: string, planHash: string): Promise<RecordedPlan> {
    const unknown = (cause?: unknown): SeaworthyError =>
      gatesFault(
        'GATES_PLAN_UNKNOWN',
        `expected a recorded plan, found none with the hash ${JSON.stringify(planHash.slice(0, 80))}`,
        { cause },
      )
    const reviewers = await sql.transaction({ tenantId }, async (tx) => {
      // Evidence may hold any bytes that look like a plan; only one that was recorded had its claims checked.
      if (!(await isPlanRecorded(tx, tenantId, planHash))) throw unknown()
      return selectReviewers(tx, tenantId, planHash)
    })
    return {
      plan: await parsePinned(tenantId, planHash, unknown),
      planHash: planHash as ContentDigest,
      reviewers,
    }
  }

  const checks = [...ports.checks, ...(ports.runnerChecks ?? [])]
  return {
    checks,
    async record(tenantId, actor, candidate) {
      const plan = acceptPlan(candidate, checks)
      const planHash = planHashOf(digest, plan)
      const bytes = canonicalBytes(plan)
      await evidence.keep(tenantId, planHash, bytes)
      await sql.transaction({ tenantId }, async (tx) => {
        if (!(await insertPlan(tx, tenantId, planHash, plan, nowText()))) return
        const ref = {
          name: 'plan',
          digest: planHash,
          mediaType: 'application/json',
          sizeBytes: bytes.length,
        }
        await evidence.describeInTx(tx, tenantId, [ref], nowText())
        await ledger.appendInTx(tx, tenantId, [
          {
            type: 'plan.recorded',
            actor,
            subject: `${plan.service}@${plan.version}`,
            payload: { gates: plan.gates.length, plan: planHash, source: plan.source.sha256 },
            refs: [planHash],
          },
        ])
      })
      return readPlan(tenantId, planHash)
    },
    async look(tenantId, candidate) {
      const plan = acceptPlan(candidate, checks)
      const planHash = planHashOf(digest, plan)
      const reviewers = await sql.transaction({ tenantId }, (tx) =>
        selectReviewers(tx, tenantId, planHash),
      )
      return { plan, planHash, reviewers }
    },
    read: readPlan,
    // On the shelf are only plans that were found recorded, and no plan is ever taken away again.
    readPinned: async (tenantId, planHash) =>
      pinned.get(keyOfPlan(tenantId, planHash)) ?? (await readPlan(tenantId, planHash)).plan,
    async environmentOfReview(tenantId, envelope) {
      const { planHash } = await openReview(identity, tenantId, envelope)
      return (await readPlan(tenantId, planHash)).plan.environment
    },
    async review(caller, envelope) {
      const { tenantId } = caller
      const { opened, planHash } = await openReview(identity, tenantId, envelope)
      if (opened.predicate.principal !== opened.signer.id) {
        throw gatesFault(
          'GATES_STATEMENT_REFUSED',
          "expected the approval in the signer's own name",
        )
      }
      const recorded = await readPlan(tenantId, planHash)
      await evidence.keep(tenantId, opened.id, envelope)
      await sql.transaction({ tenantId }, async (tx) => {
        const speaker = await identity.assertInForce(
          tx,
          tenantId,
          opened.signer.id,
          recorded.plan.environment,
        )
        await identity.assertOwnWord(tx, caller, opened.signer)
        const review = { planHash, principalId: opened.signer.id, statementId: opened.id }
        if (!(await insertReview(tx, tenantId, review, nowText()))) return
        await evidence.recordStatementInTx(tx, tenantId, opened.row, nowText())
        await ledger.appendInTx(tx, tenantId, [
          {
            type: 'plan.reviewed',
            actor: opened.signer.id,
            subject: `${recorded.plan.service}@${recorded.plan.version}`,
            payload: { plan: planHash, statement: opened.id, ...speaker },
            refs: [opened.id, planHash],
          },
        ])
      })
      return readPlan(tenantId, planHash)
    },
  }
}

/** A person's approval of a plan, whose it may yet not be. @throws IDENTITY_STATEMENT_REFUSED, GATES_STATEMENT_REFUSED */
async function openReview(
  identity: Pick<Identity, 'openStatement'>,
  tenantId: string,
  envelope: Uint8Array,
): Promise<{ readonly opened: OpenedStatement<'approval'>; readonly planHash: ContentDigest }> {
  const opened = await identity.openStatement(tenantId, envelope, 'approval', ['person'])
  if (opened.predicate.what === 'plan') return { opened, planHash: opened.predicate.digest }
  throw gatesFault('GATES_STATEMENT_REFUSED', 'expected an approval of a plan, got one of a change')
}

/** A plan as it may be pinned. @throws GATES_PLAN_NAME_REFUSED, GATES_PLAN_CIRCLE_FOUND, and what `parsePlan` throws */
function acceptPlan(candidate: unknown, checks: readonly CheckDescription[]): Plan {
  const plan = parsePlan(candidate)
  const misnamed = nameProblem(plan)
  if (misnamed !== undefined) throw gatesFault('GATES_PLAN_NAME_REFUSED', misnamed)
  const circle = findPhaseCircle(plan.gates)
  if (circle !== undefined) {
    throw gatesFault(
      'GATES_PLAN_CIRCLE_FOUND',
      `expected an order in which every gate can run, got a circle: ${circle.join(' → ')}`,
      { details: { path: circle } },
    )
  }
  return blockUnknownChecks(withdrawUnprovenClaims(plan), checks)
}

function keyOfPlan(tenantId: string, planHash: string): string {
  return JSON.stringify([tenantId, planHash])
}
