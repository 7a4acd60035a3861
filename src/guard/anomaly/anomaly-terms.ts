// Checks the settings of the rate anomaly guard and fills in their defaults.
import { GuardFault } from '../errors.ts'
import type { AnomalyMode } from './anomaly-event.ts'
import type { AnomalyTerms } from './anomaly-model.ts'

export type CheckedAnomalyTerms = Required<Omit<AnomalyTerms, 'sink' | 'modeOf'>> &
  Pick<AnomalyTerms, 'sink' | 'modeOf'>

const MODES: readonly unknown[] = ['enforce', 'learn', 'off'] satisfies AnomalyMode[]

/** @throws GuardFault GUARD_ANOMALY_INVALID */
export function checkAnomalyTerms(terms: AnomalyTerms): CheckedAnomalyTerms {
  const checked = {
    mode: 'enforce',
    factor: 2,
    slackPerS: 10,
    newcomerPerS: Number.POSITIVE_INFINITY,
    tenantLimit: 50_000,
    ...terms,
  } as const
  const refuse = (what: string, got: unknown): never => {
    throw new GuardFault('GUARD_ANOMALY_INVALID', `expected ${what}, got ${String(got)}`)
  }
  const { mode, factor, slackPerS, newcomerPerS, tenantLimit } = checked
  if (!MODES.includes(mode)) refuse('mode enforce, learn or off', mode)
  if (!(factor >= 1 && factor <= 100)) refuse('a factor from 1 to 100', factor)
  if (!(slackPerS >= 1 && slackPerS <= 1_000_000))
    refuse('slackPerS from 1 to 1,000,000', slackPerS)
  if (!(newcomerPerS >= slackPerS)) refuse('newcomerPerS of at least slackPerS', newcomerPerS)
  if (!(Number.isSafeInteger(tenantLimit) && tenantLimit >= 1 && tenantLimit <= 1_000_000))
    refuse('a tenantLimit from 1 to 1,000,000', tenantLimit)
  return checked
}
