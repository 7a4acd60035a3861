// Front door of checklists, plans and runs.
import type { Slice } from '../kernel/index.ts'
import { GATES_CHECKS } from './checks.ts'
import { gatesErrors } from './errors.ts'
import { GATES_EVENTS } from './run-model.ts'

export { planChecklist, runImport, runPlanReview } from './cli.ts'
export { makeGatesChecks } from './checks.ts'
export { makeGatesRoutes } from './http.ts'
export type { ImportedChecklist } from './imported.ts'
export { fillChecklist } from './fill.ts'
export { sealGateRun } from './gate-run-seal.ts'
export type * from './gate-run-seal.ts'
export { sealAnswer, type GivenAnswer } from './signed-answer.ts'
export * from './release-name.ts'
export { makeRuns } from './runs.ts'
export { rereadStarted } from './run-http.ts'
export type { FindWaivers, LatestRun, ReleaseName, Runs, RunStart, RunView } from './run-model.ts'
export type { PlacedRelease, StartedRun } from './run-model.ts'
export { planJsonSchema } from './plan-json-schema.ts'
export { chooseFile, draftPlan, uploadPlan } from './upload.ts'
export { makePlans, type PlanPorts, type Plans, type RecordedPlan } from './service.ts'
export { describeCheck, riskOf, waitingChanges } from './confirmation.ts'
export { planSchema, startedSchema } from './answers.ts'
export { selectLatestRun, selectRun } from './run-store.ts'
export { selectReviews } from './store.ts'
export { OUTWARD_WORDS } from './screen.ts'
export { LEASE_MS } from './run-lease.ts'
export type { RunCall } from './run-call.ts'
export type { RunHolder, RunLease, RunRelease, StoredRun } from './run-store.ts'

export const gatesSlice: Slice = {
  name: 'gates',
  migrations: new URL('./migrations/', import.meta.url),
  errors: gatesErrors,
  events: GATES_EVENTS,
  checks: GATES_CHECKS,
}
