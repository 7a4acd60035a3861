// What plain JavaScript can get wrong in silence is refused where it is written, with the words that are known.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as guard from './index.ts'
import type { GuardFault } from './index.ts'
import { nodeGuardClock as clock, nodeSha256 as sha256 } from './node.ts'

const policy = { kind: 'bucket', name: 'x', limit: 1, windowMs: 1_000, burst: 1 } as const
const endpointClass = 'protective'
const limiter = guard.makeLimiter({ policy, clock, endpointClass })
const rateGuard = guard.makeRateGuard({ limiter, clock })
const definitions = { bookings: { kind: 'kill-switch', boot: 'on' } } as const
const switches = guard.makeSwitches({ definitions, sources: [], clock, environment: {} })

/** A caller without types. */
const untyped: Readonly<Record<string, unknown>> = { ...guard }
const call = (name: string, given: readonly unknown[]): unknown => {
  const make = untyped[name]
  assert.ok(typeof make === 'function', name)
  return Reflect.apply(make, undefined, given)
}

test('a word that nobody knows, a clock that is missing and a name that is not declared are refused at construction', () => {
  const table: readonly (readonly [string, readonly unknown[], RegExp])[] = [
    [
      'makeLimiter',
      [{ policy, clock, endpointClass: 'available' }],
      /availability or protective, got "available"/,
    ],
    ['makeLimiter', [{ policy, clock }], /endpointClass/],
    ['makeLimiter', [{ policy, endpointClass }], /clock of the limiter/],
    [
      'makeLimiter',
      [{ policy: { ...policy, kind: 'buckets' }, clock, endpointClass }],
      /bucket or window, got "buckets"/,
    ],
    ['makeLimiter', [{ clock, endpointClass }], /kind of the policy/],
    ['makeRateGuard', [{ clock }], /limiter of the rate guard/],
    ['makeRateGuard', [{ limiter }], /clock of the rate guard/],
    ['expressRateGuard', [rateGuard], /description of a request/],
    ['expressRateGuard', [limiter, () => ({ endpoint: 'x' })], /what makeRateGuard gives/],
    ['fastifyRateHook', [rateGuard], /description of a request/],
    ['makeIngestGuard', [{ clock }], /nodeSha256/],
    ['makeIngestGuard', [{ sha256 }], /clock of the ingest guard/],
    ['makeGraphGuard', [{ clock, mode: 'reporting' }], /enforce or report, got "reporting"/],
    ['makeGraphGuard', [{ clock, limits: { dept: 3 } }], /limit of the graph guard.*"dept"/],
    ['makeGraphGuard', [{ clock, introspection: 'off' }], /bounded or refused/],
    ['securityHeaders', ['apis'], /page or api or download/],
    ['expressSwitch', [switches, 'booking'], /expected bookings, got "booking"/],
    ['fastifySwitchHook', [switches, 'booking'], /expected bookings/],
    ['makeBreaker', [{ name: 'x', clock }], /rule of the breaker/],
    [
      'makeBreaker',
      [{ name: 'x', clock, settings: { rule: { kind: 'counting' }, openMs: 5 } }],
      /consecutive or sampling/,
    ],
  ]
  for (const [name, given, why] of table)
    assert.throws(
      () => call(name, given),
      (fault: GuardFault) => fault.code === 'GUARD_TERMS_INVALID' && why.test(fault.message),
      `${name} ${why}`,
    )
  assert.throws(() => call('makeCorsPolicy', [{ origins: 'https://a.example' }]), {
    code: 'GUARD_CORS_INVALID',
  })
})
