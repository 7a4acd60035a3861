// Front door of background work.
import type { Slice } from '../kernel/index.ts'
import { jobErrors } from './errors.ts'
import { JOB_EVENTS } from './model.ts'

export { makeDrillJob } from './drill.ts'
export { countOpenJobs } from './figures.ts'
export { makeJobRoutes } from './http.ts'
export { dropSchedule, keepSchedule } from './own-schedule.ts'
export { makeJobDesk, makeJobs } from './service.ts'
export { makeJobWorker } from './worker.ts'
export type { JobWorker } from './worker.ts'

export const jobSlice: Slice = {
  name: 'job',
  migrations: new URL('./migrations/', import.meta.url),
  errors: jobErrors,
  events: JOB_EVENTS,
}
