// What can be done with a run, as one record of use cases over a shared context.
import type { Random } from '../kernel/index.ts'
import { auditRun } from './run-audit.ts'
import type { RunContext, Runs } from './run-model.ts'
import { recordGateRun, recordIntent } from './run-record.ts'
import { startRun } from './run-start.ts'
import { finishRun, readLatestRun, readRun, viewRun } from './run-view.ts'
import type { PlanPorts, Plans } from './service.ts'
import { selectRecentRuns } from './store.ts'

const RECENT_RUNS_LIMIT = 100

export function makeRuns(ports: PlanPorts & { readonly random: Random }, plans: Plans): Runs {
  const context: RunContext = { ports, plans, fixedRuns: new Map() }
  return {
    start: (tenantId, actor, request) => startRun(context, tenantId, actor, request),
    intend: (tenantId, actor, intent) => recordIntent(context, tenantId, actor, intent),
    record: (tenantId, runId, envelope) => recordGateRun(context, tenantId, runId, envelope),
    finish: (tenantId, actor, runId) => finishRun(context, tenantId, actor, runId),
    read: async (tenantId, runId) =>
      viewRun(context, tenantId, await readRun(context, tenantId, runId)),
    readLatest: (tenantId, release) => readLatestRun(context, tenantId, release),
    audit: (tenantId, runId) => auditRun(context, tenantId, runId),
    listRecent: (tenantId) =>
      ports.sql.transaction({ tenantId }, (tx) =>
        selectRecentRuns(tx, tenantId, RECENT_RUNS_LIMIT),
      ),
  }
}
