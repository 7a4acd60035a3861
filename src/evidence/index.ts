// Front door of the evidence room.
import type { Slice } from '../kernel/index.ts'
import { evidenceErrors } from './errors.ts'

export { makeEvidenceRoutes } from './http.ts'
export { makeEvidence } from './service.ts'
export type { Evidence } from './service.ts'
export type { ObjectRow, RecordedStatement } from './store.ts'

export const evidenceSlice: Slice = {
  name: 'evidence',
  migrations: new URL('./migrations/', import.meta.url),
  errors: evidenceErrors,
}
