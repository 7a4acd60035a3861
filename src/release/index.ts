// Front door of the release room.
import type { Slice } from '../kernel/index.ts'
import { releaseErrors } from './errors.ts'
import { RELEASE_ERASURE, RELEASE_EVENTS } from './model.ts'

export { controlsJsonSchema } from './controls-file.ts'
export { runBundle, runDecide, runSign } from './cli.ts'
export { renderDecisionSummary } from './decision-summary.ts'
export { writeDocuments } from './files.ts'
export { makeReleaseRoutes } from './http.ts'
export type { DecidedRelease, ReleaseReview } from './model.ts'
export { makeReleases } from './service.ts'
export { makeStandingWaivers } from './standing-waivers.ts'
export type { Releases } from './service.ts'

export const releaseSlice: Slice = {
  name: 'release',
  migrations: new URL('./migrations/', import.meta.url),
  errors: releaseErrors,
  events: RELEASE_EVENTS,
  erasure: RELEASE_ERASURE,
}
