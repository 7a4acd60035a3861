// One runner at a time executes a run: it holds a lease, renews it, and lets it go.
import type { SqlTx } from '../kernel/index.ts'
import { gatesFault } from './errors.ts'
import type { RunContext } from './run-model.ts'
import { readRun } from './run-view.ts'
import { releaseRunLease, renewRunLease, updateRunLease } from './run-store.ts'
import type { RunHolder, StoredRun } from './run-store.ts'

/** How long a run stays with a holder that is not heard of; four times what a runner waits between two signs of life. */
export const LEASE_MS = 60_000

function untilText(context: RunContext): string {
  return new Date(context.ports.clock.nowMs() + LEASE_MS).toISOString()
}

/**
 * Refuses a run that somebody executes.
 * @param replaces id of a holder that the caller knows to be dead
 * @throws GATES_RUN_HELD with the holder in `details`
 */
export function assertNotHeld(context: RunContext, run: StoredRun, replaces?: string): void {
  const { lease } = run
  if (lease === undefined || lease.holder.id === replaces) return
  if (Date.parse(lease.until) < context.ports.clock.nowMs()) return
  const { holder, until } = lease
  throw gatesFault(
    'GATES_RUN_HELD',
    `expected a run that nobody executes; process ${holder.pid} on ${holder.machine} executes ${run.runId}, and holds it until ${until} at least`,
    { details: { run: run.runId, holder, until } },
  )
}

/** Gives the run to the holder. @throws GATES_RUN_HELD */
export async function takeRun(
  context: RunContext,
  tx: SqlTx,
  tenantId: string,
  run: StoredRun,
  holder: RunHolder,
  replaces?: string,
): Promise<StoredRun> {
  assertNotHeld(context, run, replaces)
  const lease = { holder, until: untilText(context) }
  await updateRunLease(tx, tenantId, run.runId, lease)
  return { ...run, lease, isWaiting: false }
}

/** A sign of life. @throws GATES_RUN_LOST when somebody else executes the run by now */
export async function renewRun(
  context: RunContext,
  tenantId: string,
  runId: string,
  holderId: string,
): Promise<void> {
  const isHeld = await context.ports.sql.transaction({ tenantId }, (tx) =>
    renewRunLease(tx, tenantId, runId, holderId, untilText(context)),
  )
  if (!isHeld) throw lostFault(runId)
}

/** Lets the run go and leaves it open: cut off, or waiting for a person or for its other gates. */
export async function pauseRun(
  context: RunContext,
  tenantId: string,
  runId: string,
  holderId: string,
  isWaiting: boolean,
): Promise<StoredRun> {
  await context.ports.sql.transaction({ tenantId }, (tx) =>
    releaseRunLease(tx, tenantId, runId, holderId, isWaiting),
  )
  return readRun(context, tenantId, runId)
}

export function lostFault(runId: string): Error {
  return gatesFault(
    'GATES_RUN_LOST',
    `expected to execute ${runId} still, another runner took it over`,
  )
}
