// Front door of the HTTP edge.
import type { Slice } from '../kernel/index.ts'
import { webErrors } from './errors.ts'

export type { ReadinessCheck } from './health.ts'
export { isHostName, isLoopbackHost } from './host.ts'
export { makeKeptAnswerPurge } from './kept-answer-purge.ts'
export type { WebRequest } from './identify.ts'
export { KeyedAnswers } from './keyed-answers.ts'
export { guardClockOf, makeLimitRoutes, makeRequestLimits } from './limits.ts'
export type { RequestLimits } from './limits.ts'
export type { EndedRequest, RequestWatch } from './request-watch.ts'
export { askedOfConnection } from './request-recorder.ts'
export type { AskedRefusal, AskedRequest, RequestRecorder } from './request-recorder.ts'
export type { ReferenceTerms } from './mounted-route.ts'
export type { OpenDocument } from './open-document.ts'
export { makePeerOf } from './peer.ts'
export { nextOf, pageShape, readPage } from './paging.ts'
export type { PagedList, RowPage } from './paging.ts'
export { makeWebServer } from './server.ts'
export type { WebOptions } from './server.ts'
export type { Site } from './site.ts'
export type { UpgradeDoor } from './upgrade.ts'
export type { Visit, VisitAnswer } from './visit.ts'

export const webSlice: Slice = {
  name: 'web',
  migrations: new URL('./migrations/', import.meta.url),
  errors: webErrors,
}
