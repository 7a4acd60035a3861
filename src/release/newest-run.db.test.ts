// The newest run of a release is the one that was started last, also where the clock was set back in between or two servers' differ.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { aGate, aPlan } from '../../test/decisions.ts'
import { openHouse, RELEASE, startPlan, SUBJECT } from '../../test/house.ts'

const planIn = (environment: string): ReturnType<typeof aPlan> =>
  aPlan([aGate({ id: 'tests' })], { ...RELEASE, environment })

test('a run that fails after the clock was set back is not passed over for an earlier one that held', async () => {
  const house = await openHouse()
  const { tenantId, clock, releases } = house
  const runner = await house.person('runner', [], 'runner')
  const held = await startPlan(house, planIn('staging'), true)
  await house.submit(runner, held, 'tests', 0)
  assert.equal((await releases.decide(tenantId, RELEASE)).verdict.value, 'GO')
  clock.advance(-120_000)
  const failed = await startPlan(house, planIn('staging'), true)
  assert.ok(failed.run.runId > held.run.runId)
  await house.submit(runner, failed, 'tests', 1)
  const decided = await releases.decide(tenantId, RELEASE)
  assert.deepEqual([decided.runId, decided.verdict.value], [failed.run.runId, 'NO_GO'])
})

test('ids rise over the environments of a release and within one millisecond, and another release is not moved', async () => {
  const house = await openHouse()
  const start = async (environment: string, version: string): Promise<string> => {
    const subject = { ...SUBJECT, environment, version }
    const plan = aPlan([aGate({ id: 'tests' })], { ...RELEASE, version, environment })
    return (await startPlan(house, plan, true, subject)).run.runId
  }
  const ids: string[] = []
  for (const environment of ['staging', 'production', 'staging', 'staging'])
    ids.push(await start(environment, RELEASE.version))
  assert.deepEqual(ids, ids.toSorted())
  assert.equal(new Set(ids.map((id) => id.slice(0, 13))).size, ids.length)
  const other = await start('staging', '9.9.9')
  assert.equal(other.slice(0, 13), ids[0]?.slice(0, 13))
})
