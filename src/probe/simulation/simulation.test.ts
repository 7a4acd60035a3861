// Simulated limits: the guard's vectors on a recording's own clock, formats of traffic, and files that are none.
import assert from 'node:assert/strict'
import test from 'node:test'
import { utf8Bytes } from '../../kernel/index.ts'
import { readPolicyFile } from './policy-file.ts'
import { Simulation } from './simulation.ts'
import type { SimulationReport } from './simulation.ts'
import { linesOf, parseTrafficLine } from './traffic.ts'

const POLICY = `format: seaworthy-guard-policy/1
rules:
- path: /v1/push
  methods: [POST]
  policy: { kind: bucket, name: push, limit: 200, windowMs: 60000, burst: 60 }
- path: /v1/
  key: address
  policy: { kind: window, name: rest, limit: 5, windowMs: 60000 }
`
const START_MS = Date.UTC(2026, 0, 5, 10)

async function simulate(
  lines: readonly string[],
  callerCount = 10,
  policy = POLICY,
): Promise<SimulationReport> {
  const simulation = new Simulation(readPolicyFile(utf8Bytes(policy), 'limits.yaml'))
  for (const line of lines) {
    const request = parseTrafficLine(line)
    assert.ok(request !== undefined, line)
    await simulation.take(request)
  }
  return simulation.report(callerCount)
}

const push = (atMs: number, more: object = {}): string =>
  JSON.stringify({
    at: START_MS + atMs,
    method: 'POST',
    path: '/v1/push?x=1',
    tenant: 'acme',
    ...more,
  })

test('200 a minute with burst 60 lets 60 of 61 pass, and 260 of a whole minute', async () => {
  const burst = await simulate(Array.from({ length: 61 }, () => push(0)))
  const [rule] = burst.rules
  assert.deepEqual([rule?.requestCount, rule?.refusedCount, rule?.retryAfterS?.max], [61, 1, 1])
  assert.deepEqual(burst.callers, [
    {
      policy: 'push',
      key: 'tenant acme',
      refusedCount: 1,
      firstRefusedAt: '2026-01-05T10:00:00.000Z',
      lastRefusedAt: '2026-01-05T10:00:00.000Z',
      longestRetryAfterS: 1,
    },
  ])
  const minute = await simulate(Array.from({ length: 1_201 }, (_, index) => push(index * 50)))
  assert.equal(minute.refusedCount, 1_201 - 260)
  assert.equal(minute.hasWholeSeconds, false)
})

test('access logs are read with their zone, addresses as the guard counts them, and a rule ends at a border of the path', async () => {
  const line = (host: string, path: string, second: number): string =>
    `${host} - - [05/Jan/2026:12:00:0${second} +0200] "GET ${path} HTTP/1.1" 200 12 "-" "curl/8"`
  const report = await simulate([
    ...Array.from({ length: 7 }, (_, index) => line('::ffff:192.0.2.7', '/v1/a', index)),
    ...Array.from({ length: 3 }, (_, index) => line(`2001:db8::${index + 1}`, '/v1/a', 7)),
    ...Array.from({ length: 3 }, (_, index) => line(`2001:db8::${index + 9}`, '/v1/a', 8)),
    line('192.0.2.7', '/v10', 9),
  ])
  assert.equal(report.from, '2026-01-05T10:00:00.000Z')
  assert.deepEqual([report.requestCount, report.unmatchedCount, report.refusedCount], [14, 1, 3])
  assert.equal(report.hasWholeSeconds, true)
  assert.deepEqual(
    report.callers.map(({ key, refusedCount }) => [key, refusedCount]),
    [
      ['address 192.0.2.7', 2],
      ['address 2001:db8:0:0::/64', 1],
    ],
  )
})

/** Six minutes of 20 requests a second, but for 20 seconds of 400 in the last. */
function burstLines(): readonly string[] {
  const lines: string[] = []
  for (let second = 0; second < 360; second++) {
    const count = second >= 300 && second < 320 ? 400 : 20
    for (let index = 0; index < count; index++)
      lines.push(push(second * 1_000 + Math.floor((index * 1_000) / count)))
  }
  return lines
}

const WATCHED = `format: seaworthy-guard-policy/1
anomaly: { factor: 2 }
rules:
- path: /v1/push
  policy: { kind: bucket, name: push, limit: 60000, windowMs: 1000, burst: 60000 }
`

test('a burst is held as abnormal when it is one, before it reaches a rule, and let go after it', async () => {
  const report = await simulate(burstLines(), 10, WATCHED)
  assert.equal(report.requestCount, 340 * 20 + 20 * 400)
  const { anomaly } = report
  assert.equal(anomaly?.throttleCount, 1)
  const [throttle] = anomaly.throttles
  assert.deepEqual([throttle?.key, throttle?.end], ['tenant acme', 'calm'])
  const afterS = (text: string | null | undefined): number =>
    (Date.parse(text ?? '') - START_MS) / 1_000
  assert.ok(afterS(throttle?.beganAt) > 300 && afterS(throttle?.beganAt) <= 305)
  assert.ok(afterS(throttle?.endedAt) > 320 && afterS(throttle?.endedAt) <= 350)
  assert.ok(throttle !== undefined && throttle.allowedPerS >= 40 && throttle.allowedPerS <= 60)
  assert.ok(anomaly.refusedCount > 15 * 300 && anomaly.refusedCount < 20 * 400)
  assert.deepEqual(
    [throttle.refusedCount, report.refusedCount, report.rules[0]?.requestCount],
    [anomaly.refusedCount, anomaly.refusedCount, report.requestCount - anomaly.refusedCount],
  )
})

test('while rates are only learned nothing is refused, and who has no name is not watched', async () => {
  const policy = WATCHED.replace('factor: 2', 'mode: learn')
  const { anomaly, refusedCount } = await simulate(burstLines(), 10, policy)
  assert.deepEqual(
    [refusedCount, anomaly?.throttleCount, anomaly?.throttles[0]?.refusedCount],
    [0, 1, 0],
  )
  const unnamed = await simulate([push(0, { tenant: '' }), push(1)], 10, policy)
  assert.deepEqual([unnamed.anomaly?.unnamedCount, unnamed.anomaly?.throttles], [1, []])
  assert.equal((await simulate([push(0)])).anomaly, null)
})

test('a throttle that is on when the recording ends says so with its refusals, and one name too many is counted', async () => {
  const cut = burstLines().slice(0, 300 * 20 + 10 * 400)
  const report = await simulate(
    [...cut, push(310_000, { tenant: 'late' })],
    10,
    WATCHED.replace('factor: 2', 'tenantLimit: 1'),
  )
  const [throttle] = report.anomaly?.throttles ?? []
  assert.deepEqual([throttle?.endedAt, throttle?.end], [null, null])
  assert.equal(throttle?.refusedCount, report.anomaly?.refusedCount)
  assert.ok(throttle !== undefined && throttle.refusedCount > 5 * 300)
  assert.equal(report.anomaly?.untrackedCount, 1)
})

test('what is older than what came before counts with it, and what costs too much would wait for ever', async () => {
  const report = await simulate([push(5_000, { cost: 60 }), push(1_000), push(6_000, { cost: 61 })])
  assert.equal(report.disorderedCount, 1)
  assert.equal(report.rules[0]?.neverCount, 1)
  assert.deepEqual([report.refusedCount, report.callers[0]?.longestRetryAfterS], [2, null])
})

test('the worst hit come first, ties by name, and no more than are asked for', async () => {
  const lines = ['b', 'a', 'c'].flatMap((tenant) =>
    Array.from({ length: tenant === 'c' ? 63 : 62 }, () => push(0, { tenant })),
  )
  assert.deepEqual(
    (await simulate(lines, 2)).callers.map(({ key }) => key),
    ['tenant c', 'tenant a'],
  )
})

test('lines come whole out of pieces, and one without an end is left out', async () => {
  async function* pieces(): AsyncGenerator<Uint8Array> {
    yield utf8Bytes('one\ntw')
    yield utf8Bytes(`o\n${'x'.repeat(70_000)}`)
    yield utf8Bytes(`${'x'.repeat(70_000)}\nlast`)
    await Promise.resolve()
  }
  const lines: (string | undefined)[] = []
  for await (const line of linesOf(pieces())) lines.push(line)
  assert.deepEqual(lines, ['one', 'two', undefined, 'last'])
})

test('lines that tell of no request are none', () => {
  for (const line of [
    '',
    'hello',
    '{"path":"/v1"}',
    '{"at":1}',
    '{"at":"soon","path":"/"}',
    '{"at":1,"path":"/","cost":-1}',
    '{"at":1e20,"path":"/"}',
    '{',
    'a - - [99/Foo/2026:12:00:00 +0200] "GET / HTTP/1.1" 200 1',
  ])
    assert.equal(parseTrafficLine(line), undefined, line)
})

test('a file of limits that makes no sense is refused with the place', () => {
  const refused = (text: string, message: RegExp): void =>
    assert.throws(() => readPolicyFile(utf8Bytes(text), 'limits.yaml'), {
      code: 'PROBE_POLICY_REFUSED',
      message,
    })
  refused(POLICY.replace('burst: 60', 'burst: 0'), /limits\.yaml:[\s\S]*5/)
  refused(POLICY.replace('methods', 'methode'), /methode/)
  refused(POLICY.replace('name: push', 'name: "a b"'), /a name of letters/)
  refused(POLICY.replace('name: rest', 'name: push'), /each policy once, got push twice/)
  refused(`${POLICY}anomaly: { factors: 2 }\n`, /factors/)
  refused(`${POLICY}anomaly: { factor: 0 }\n`, /a factor from 1 to 100, got 0/)
  refused('- 1', /limits\.yaml/)
  refused(POLICY.replace('format: ', 'formal: '), /format/)
})
