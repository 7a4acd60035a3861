// Front door of the audit log.
import type { Slice } from '../kernel/index.ts'
import { auditErrors } from './errors.ts'
import { AUDIT_ERASURE, AUDIT_EVENTS } from './model.ts'

export { auditCopies } from './erased.ts'
export type { RefusalKept } from './floods.ts'
export { makeAuditRoutes } from './http.ts'
export { makeLedgerRecorder } from './recorder.ts'
export type { LedgerRecorder } from './recorder.ts'
export { makeAuditKeeper, makeAuditLog } from './service.ts'

export const auditSlice: Slice = {
  name: 'audit',
  migrations: new URL('./migrations/', import.meta.url),
  errors: auditErrors,
  events: AUDIT_EVENTS,
  erasure: AUDIT_ERASURE,
}
