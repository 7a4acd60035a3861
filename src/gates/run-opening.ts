// Finds the open run that a wish is about, opens a new one, and keeps the terms of a run: confirmed and waived gates.
import { canonicalize, UUID_CHANCE_BYTES, uuidV7 } from '../kernel/index.ts'
import type { ContentDigest, SqlTx } from '../kernel/index.ts'
import type { Plan, Subject } from '../verdict/index.ts'
import { gatesFault } from './errors.ts'
import type { RunContext, StandingWaivers } from './run-model.ts'
import { insertRun, selectLatestRun, selectNewestRunId, updateRunTerms } from './run-store.ts'
import type { StoredRun } from './run-store.ts'
import { instantText } from './run-view.ts'

/** What somebody wants to have run. */
export interface RunWish {
  readonly plan: Plan
  readonly planHash: ContentDigest
  /** Secret ones masked. */
  readonly parameters: Readonly<Record<string, string>>
  /** MAC over the real values, the workspace and the subject. */
  readonly pin: string
  readonly subject: Subject
}

/** Rights go by the environment that a request names, so it must be the one of the plan. @throws GATES_SUBJECT_DIFFERS */
export function assertOwnSubject(plan: Plan, subject: Subject): void {
  const nameOf = (of: Pick<Subject, 'service' | 'version' | 'environment'>): string =>
    `${of.service}@${of.version} in ${of.environment}`
  if (nameOf(plan) === nameOf(subject)) return
  throw gatesFault(
    'GATES_SUBJECT_DIFFERS',
    `expected a run of ${nameOf(plan)}, as the plan says, got ${nameOf(subject)}`,
  )
}

/** The newest run of the release in the plan's environment, if it is open and on the same plan, values, workspace and subject. */
export async function findOpenRun(
  tx: SqlTx,
  tenantId: string,
  wish: RunWish,
): Promise<StoredRun | undefined> {
  const latest = await selectLatestRun(tx, tenantId, wish.plan)
  const isSame =
    latest !== undefined &&
    latest.finishedAt === null &&
    latest.planHash === wish.planHash &&
    (latest.pin === null || latest.pin === wish.pin) &&
    canonicalize(latest.terms.parameters) === canonicalize(wish.parameters) &&
    canonicalize(latest.subject) === canonicalize(wish.subject)
  return isSame ? latest : undefined
}

export async function openRun(
  context: RunContext,
  tx: SqlTx,
  tenantId: string,
  actor: string,
  wish: RunWish,
): Promise<StoredRun> {
  const { ledger } = context.ports
  const { plan, planHash, subject } = wish
  const terms = { parameters: wish.parameters, confirmed: [] }
  const run: StoredRun = {
    runId: await nextRunId(context, tx, tenantId, plan),
    planHash,
    service: plan.service,
    version: plan.version,
    terms,
    subject,
    startedAt: instantText(context),
    finishedAt: null,
    isWaiting: false,
  }
  await insertRun(tx, tenantId, run, wish.pin)
  await ledger.appendInTx(tx, tenantId, [
    {
      type: 'run.started',
      actor,
      subject: `${run.service}@${run.version}`,
      payload: { plan: planHash, run: run.runId, subject, terms },
      refs: [planHash],
    },
  ])
  return run
}

/**
 * The greatest id of a release is its newest run, and its verdict rests on that one. Clocks of servers differ and are set back,
 * so an id is later than every one before it, whatever the clock says. Under the release's lock.
 */
async function nextRunId(
  { ports: { clock, random } }: RunContext,
  tx: SqlTx,
  tenantId: string,
  release: Plan,
): Promise<string> {
  const newest = await selectNewestRunId(tx, tenantId, release)
  const digits = /^([0-9a-f]{8})-([0-9a-f]{4})-/.exec(newest ?? '')
  const lastMs = digits === null ? 0 : Number.parseInt(`${digits[1]!}${digits[2]!}`, 16)
  return uuidV7(Math.max(clock.nowMs(), lastMs + 1), random.bytes(UUID_CHANCE_BYTES))
}

/** The run with these gates confirmed as well; the ledger says by whose word. No change when all of them are. */
export async function appendConfirmed(
  context: RunContext,
  tx: SqlTx,
  tenantId: string,
  actor: string,
  run: StoredRun,
  gates: readonly string[],
  by: 'review' | 'token',
): Promise<StoredRun> {
  const added = gates.filter((gate) => !run.terms.confirmed.includes(gate)).sort()
  if (added.length === 0) return run
  const terms = { ...run.terms, confirmed: [...run.terms.confirmed, ...added].sort() }
  await updateRunTerms(tx, tenantId, run.runId, terms)
  await context.ports.ledger.appendInTx(tx, tenantId, [
    {
      type: 'run.confirmed',
      actor,
      subject: `${run.service}@${run.version}`,
      payload: { by, gates: added, run: run.runId },
      refs: [run.planHash],
    },
  ])
  return { ...run, terms }
}

/** The run with these gates waived and no others; the ledger says what that follows from. No change when they were. */
export async function appendWaived(
  context: RunContext,
  tx: SqlTx,
  tenantId: string,
  actor: string,
  run: StoredRun,
  standing: StandingWaivers,
): Promise<StoredRun> {
  const { waived: before, ...rest } = run.terms
  const { gates, changeCount, asOfMs } = standing
  if (canonicalize(before ?? {}) === canonicalize(gates)) return run
  const terms = Object.keys(gates).length === 0 ? rest : { ...rest, waived: gates }
  await updateRunTerms(tx, tenantId, run.runId, terms)
  await context.ports.ledger.appendInTx(tx, tenantId, [
    {
      type: 'run.waived',
      actor,
      subject: `${run.service}@${run.version}`,
      payload: {
        asOf: new Date(asOfMs).toISOString(),
        changes: changeCount,
        gates,
        run: run.runId,
      },
      refs: [run.planHash],
    },
  ])
  return { ...run, terms }
}
