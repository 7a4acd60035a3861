// Front door of the checks that ask other services.
import type { Slice } from '../kernel/index.ts'
import { PROBE_CHECKS } from './checks.ts'
import { probeErrors } from './errors.ts'

export { findProbe, PROBE_CHECKS } from './checks.ts'
export type { ProbeCheck, ProbePorts, ProbeQuestion, ProbeRecord, ProbeValues } from './model.ts'

export const probeSlice: Slice = { name: 'probe', errors: probeErrors, checks: PROBE_CHECKS }
