// What can be done with a run, as one record of use cases over a shared context.
import type { Actions } from '../action/index.ts'
import type { Action } from '../kernel/index.ts'
import { performBuiltin } from './built-in.ts'
import { runConfirmAction } from './run-action.ts'
import { startAskedRun } from './run-asked.ts'
import { readEnvironments } from './release-scope.ts'
import { auditRun } from './run-audit.ts'
import { pauseRun, renewRun } from './run-lease.ts'
import type { RunContext, RunPorts, Runs } from './run-model.ts'
import { recordGateRun, recordIntent } from './run-record.ts'
import { readStart, startRun } from './run-start.ts'
import { finishRun, readFixedRun, readLatestRun, readRun, viewRun } from './run-view.ts'
import type { Plans } from './service.ts'
import { selectReleasePage, selectRunPage } from './run-store.ts'

/** The use cases of runs, and the actions they bring. */
export function makeRuns(
  ports: RunPorts,
  plans: Plans,
  actions: Actions,
): { readonly runs: Runs; readonly runActions: readonly Action[] } {
  const context: RunContext = { ports, plans, actions, fixedRuns: new Map() }
  return { runs: runsOf(context), runActions: [runConfirmAction(context)] }
}

function runsOf(context: RunContext): Runs {
  const { sql } = context.ports
  return {
    start: (principal, request) => startRun(context, principal, request),
    startAsked: (tenantId, asked, marks) => startAskedRun(context, tenantId, asked, marks),
    readStart: (tenantId, runId) => readStart(context, tenantId, runId),
    renew: (tenantId, runId, holderId) => renewRun(context, tenantId, runId, holderId),
    pause: (tenantId, runId, holderId, isWaiting) =>
      pauseRun(context, tenantId, runId, holderId, isWaiting),
    intend: (tenantId, actor, intent) => recordIntent(context, tenantId, actor, intent),
    record: (caller, runId, envelope) => recordGateRun(context, caller, runId, envelope),
    perform: (tenantId, actor, intent) => performBuiltin(context, tenantId, actor, intent),
    finish: (tenantId, actor, runId) => finishRun(context, tenantId, actor, runId),
    read: async (tenantId, runId) =>
      viewRun(context, tenantId, await readRun(context, tenantId, runId)),
    environmentOf: async (tenantId, runId) =>
      (await readFixedRun(context, tenantId, runId)).subject.environment,
    readLatest: (tenantId, release) => readLatestRun(context, tenantId, release),
    environmentsOf: (tenantId, release) =>
      sql.transaction({ tenantId }, (tx) => readEnvironments(tx, tenantId, release)),
    audit: (tenantId, runId) => auditRun(context, tenantId, runId),
    listReleasePage: (tenantId, limit, before) =>
      sql.transaction({ tenantId }, (tx) => selectReleasePage(tx, tenantId, limit, before ?? null)),
    listPage: (tenantId, limit, before) =>
      sql.transaction({ tenantId }, (tx) => selectRunPage(tx, tenantId, limit, before ?? null)),
  }
}
