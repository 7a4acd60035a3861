// Front door of attestation.
import type { Slice } from '../kernel/index.ts'
import { ATTESTATION_CHECKS } from './check.ts'
import { attestationErrors } from './errors.ts'

export { ATTESTATION_CHECKS, collectProvenance } from './check.ts'
export type { ProvenanceQuestion } from './check.ts'
export { makeAttestationRoutes } from './http.ts'
export { openOwnEnvelope } from './own-bundle.ts'
export { makeSystemLog } from './system-log.ts'
export type {
  SystemLog,
  SystemLogGuard,
  SystemLogPorts,
  SystemLogSigners,
  TenantRoot,
} from './system-log.ts'

export const attestationSlice: Slice = {
  name: 'attestation',
  migrations: new URL('./migrations/', import.meta.url),
  errors: attestationErrors,
  checks: ATTESTATION_CHECKS,
}
export * from './certificate.ts'
export * from './der.ts'
export * from './timestamp.ts'
