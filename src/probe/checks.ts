// The checks that this room brings, by their names.
import type { CheckDescription } from '../kernel/index.ts'
import { auditLogCheck } from './audit-log-check.ts'
import { corsCheck } from './cors-check.ts'
import { graphBombsCheck } from './graph-bombs-check.ts'
import { headersCheck } from './headers-check.ts'
import { loadCheck } from './load-check.ts'
import { malformedCheck } from './malformed-check.ts'
import type { ProbeCheck } from './model.ts'
import { rateLimitCheck } from './rate-limit-check.ts'
import { slowBodiesCheck } from './slow-bodies-check.ts'
import { spikeCheck } from './spike-check.ts'
import { switchCheck } from './switch-check.ts'

const PROBES: readonly ProbeCheck[] = [
  loadCheck,
  rateLimitCheck,
  spikeCheck,
  headersCheck,
  corsCheck,
  malformedCheck,
  graphBombsCheck,
  slowBodiesCheck,
  switchCheck,
  auditLogCheck,
]

/** The checks as people choose them. */
export const PROBE_CHECKS: readonly CheckDescription[] = PROBES

/** What collects for the check of that name; undefined for a check that this room does not bring. */
export function findProbe(name: string): ProbeCheck | undefined {
  return PROBES.find((probe) => probe.name === name)
}
