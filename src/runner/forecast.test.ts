// What a run would do, said before anything runs.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { aCommand, aGate, aPlan } from '../../test/runner.ts'
import type { PlanGate, RunTerms, StoredStatus } from '../verdict/index.ts'
import { chooseGates } from './choice.ts'
import { forecastRun } from './forecast.ts'
import type { Forecast } from './forecast.ts'

function forecastOf(
  gates: readonly PlanGate[],
  more: { terms?: RunTerms; kept?: Record<string, StoredStatus>; only?: readonly string[] } = {},
): Forecast {
  const plan = aPlan(gates)
  return forecastRun({
    plan,
    terms: more.terms ?? { parameters: {}, confirmed: [] },
    choice: chooseGates(plan, { only: more.only ?? [] }),
    kept: new Map(Object.entries(more.kept ?? {})),
    parallelLimit: 4,
  })
}

const prospects = (forecast: Forecast): readonly string[] =>
  forecast.gates.map(({ gate, prospect, turn }) => `${gate} ${prospect} ${turn ?? '-'}`)

const change: Partial<PlanGate> = { effect: 'write-prod', provenRead: false }

test('it says what runs first, what together, what asks, what a person answers, and what waits in vain', () => {
  const forecast = forecastOf([
    aCommand('a', 'true'),
    aCommand('b', 'true'),
    aCommand('c', 'true', { needs: ['a', 'b'] }),
    aCommand('deploy', 'deploy', { needs: ['c'], ...change }),
    aGate('look', { type: 'manual', question: 'well?' }, { needs: ['deploy'] }),
    aCommand('after', 'true', { needs: ['look'] }),
    aCommand('url', 'curl $URL', { parameters: ['URL'] }),
    aCommand('never', 'true', { needs: ['url'] }),
  ])
  assert.deepEqual(prospects(forecast), [
    'a runs 1',
    'b runs 1',
    'c runs 2',
    'deploy asks 3',
    'look person 4',
    'after runs 5',
    'url blocked -',
    'never waits -',
  ])
  assert.deepEqual(forecast.atOnce, [['a', 'b'], ['c']])
  assert.deepEqual(forecast.afterWord, [['deploy'], ['look'], ['after']])
  assert.deepEqual(forecast.longestPath, ['a', 'c', 'deploy', 'look', 'after'])
  assert.equal(forecast.longestPathLimitMs, 5 * 20_000)
  assert.match(forecast.gates.at(-1)?.reason ?? '', /needs url, which is BLOCKED/)
})

test('results that are there are kept, and a part says only what it is about', () => {
  const gates = [
    aCommand('a', 'true'),
    aCommand('b', 'true', { needs: ['a'] }),
    aCommand('c', 'true'),
  ]
  const forecast = forecastOf(gates, { kept: { a: 'PASS' }, only: ['b'] })
  assert.deepEqual(prospects(forecast), ['a kept -', 'b runs 1'])
})

test('each value says where it comes from', () => {
  const forecast = forecastOf(
    [aCommand('a', 'true', { parameters: ['GIVEN', 'HIDDEN', 'NONE', 'BLANK'] })],
    { terms: { parameters: { GIVEN: 'x', HIDDEN: '[masked]', BLANK: ' ' }, confirmed: [] } },
  )
  assert.deepEqual(
    forecast.gates[0]?.parameters.map(({ name, from }) => `${name} ${from}`),
    ['GIVEN given', 'HIDDEN secret', 'NONE missing', 'BLANK missing'],
  )
})

test('a chain of ten thousand gates is explained', () => {
  const gates = Array.from({ length: 10_000 }, (_, at) =>
    aCommand(`g${at}`, 'true', { needs: at === 0 ? [] : [`g${at - 1}`] }),
  )
  const before = process.threadCpuUsage()
  assert.equal(forecastOf(gates).longestPath.length, 10_000)
  const tookMs = process.threadCpuUsage(before).user / 1_000
  // Usually 0.7 s of processor time.
  assert.ok(tookMs < 7_000, `took ${tookMs} ms`)
})
