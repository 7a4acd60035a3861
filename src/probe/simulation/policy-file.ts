// The file that says which limits hold for which requests: rules in order, the first that fits counts; and how abnormal rates are held.
import { z } from 'zod'
import { frameOf, readYamlText } from '../../document/index.ts'
import { GuardFault, makeAnomalyGuard, makeLocalBuckets } from '../../guard/index.ts'
import type { RatePolicy } from '../../guard/index.ts'
import { utf8TextLossy } from '../../kernel/index.ts'
import { probeFault } from '../errors.ts'

const RULE_LIMIT_COUNT = 200

const count = z.int().min(1)
const policy = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('bucket'),
    name: z.string(),
    limit: count,
    windowMs: count,
    burst: count,
  }),
  z.strictObject({ kind: z.literal('window'), name: z.string(), limit: count, windowMs: count }),
])

const rule = z.strictObject({
  path: z.string().startsWith('/'),
  methods: z.array(z.string()).min(1).exactOptional(),
  key: z.enum(['tenant', 'principal', 'address']).exactOptional(),
  policy,
})

const anomaly = z.strictObject({
  key: z.enum(['tenant', 'principal', 'address']).default('tenant'),
  mode: z.enum(['enforce', 'learn']).default('enforce'),
  factor: z.number().exactOptional(),
  slackPerS: z.number().exactOptional(),
  newcomerPerS: z.number().exactOptional(),
  tenantLimit: z.number().exactOptional(),
})

const policyFile = z.strictObject({
  format: z.literal('seaworthy-guard-policy/1'),
  anomaly: anomaly.exactOptional(),
  rules: z.array(rule).min(1).max(RULE_LIMIT_COUNT),
})

export interface PolicyRule {
  /** Beginning of the paths that it is about. */
  readonly path: string
  /** Absent = every method. */
  readonly methods?: readonly string[]
  /** Absent = tenant and principal where they are known, else the address, as the guard does. */
  readonly key?: 'tenant' | 'principal' | 'address'
  readonly policy: RatePolicy
}

/** Settings as `makeAnomalyGuard` takes them; `key` = whose rates are watched. */
export type AnomalyPolicy = Readonly<z.output<typeof anomaly>>

export interface GuardPolicy {
  readonly rules: readonly PolicyRule[]
  /** Absent = rates are not watched. */
  readonly anomaly?: AnomalyPolicy
}

/** @throws PROBE_POLICY_REFUSED with the place */
export function readPolicyFile(bytes: Uint8Array, name: string): GuardPolicy {
  const text = utf8TextLossy(bytes)
  const shape = {
    schema: policyFile,
    placeAt: (path: readonly PropertyKey[]) =>
      path.length === 0
        ? { keys: Object.keys(policyFile.shape) }
        : path.length === 2
          ? { keys: Object.keys(rule.shape) }
          : path[0] === 'anomaly'
            ? { keys: Object.keys(anomaly.shape) }
            : undefined,
  }
  const read = readYamlText(text, shape)
  if (!read.ok) {
    const { detail, place } = read
    const message = place === undefined ? detail : frameOf(text, place, detail)
    throw probeFault('PROBE_POLICY_REFUSED', `${name}: ${message}`)
  }
  const { rules } = read.value
  const clock = { monotonicUs: () => 0, epochMs: () => 0, wait: () => Promise.resolve() }
  for (const each of rules) assertSense(name, () => void makeLocalBuckets(each.policy, clock, 1))
  const { key: _key, ...terms } = read.value.anomaly ?? {}
  assertSense(name, () => void makeAnomalyGuard({ ...terms, clock }))
  const names = rules.map((each) => each.policy.name)
  const twice = names.find((each, index) => names.indexOf(each) !== index)
  if (twice !== undefined)
    throw probeFault(
      'PROBE_POLICY_REFUSED',
      `${name}: expected each policy once, got ${twice} twice`,
    )
  return read.value
}

/** What the guard itself would refuse, such as a name that is no header value. */
function assertSense(name: string, make: () => void): void {
  try {
    make()
  } catch (error) {
    if (!(error instanceof GuardFault)) throw error
    throw probeFault('PROBE_POLICY_REFUSED', `${name}: ${error.message}`, { cause: error })
  }
}
