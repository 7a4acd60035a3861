// Values from other gates on a database: what a runner says it took is held against what is recorded.
import assert from 'node:assert/strict'
import test from 'node:test'
import { openHouse, sealGateRun, startPlan, SUBJECT } from '../../test/house.ts'
import { aCommand, aPlan } from '../../test/runner.ts'
import type { Consumed, Plan } from '../verdict/index.ts'

/** `build` fills its slot with the exit code; `deploy` takes it. */
function anEdgePlan(): Plan {
  const { service, version, environment } = SUBJECT
  const read = { from: 'exitCode' } as const
  const build = aCommand('build', 'true', {
    assertions: [{ read, op: 'le', value: 1, fills: ['code'] }],
    slots: [{ id: 'code', label: 'code' }],
  })
  const deploy = aCommand('deploy', 'true', {
    assertions: [{ read, op: 'eq', value: 0 }],
    parameters: ['CODE'],
    consumes: { CODE: { gate: 'build', slot: 'code' } },
  })
  return { ...aPlan([build, deploy]), service, version, environment }
}

test('an attempt is recorded with exactly what its producer has, and is STALE once that ran again', async () => {
  const house = await openHouse()
  const runner = await house.person('runner', [], 'runner')
  const started = await startPlan(house, anEdgePlan(), true)
  const { runId } = started.run
  await house.submit(runner, started, 'build', 0)
  const view = await house.runs.read(house.tenantId, runId)
  const build = view.results.find(({ gate }) => gate === 'build')
  const statement = build?.statement
  const capture = build?.evidence[0]
  assert.ok(statement !== undefined && capture !== undefined)
  assert.deepEqual(build?.slots, { code: '0' })

  await house.runs.intend(house.tenantId, 'operator', { runId, gate: 'deploy', attempt: 1 })
  const record = async (consumed?: Consumed) => {
    const { digest, sizeBytes } = capture
    const seen = { digest, sizeBytes }
    const at = house.clock.nowMs()
    const bytes = await sealGateRun(runner, started, 'deploy', 1, seen, at, consumed)
    return house.runs.record(house.operator, runId, bytes)
  }
  const CODE = { statement, value: '0' }
  const own = { ...CODE, statement: `sha256:${'0'.repeat(64)}` } as const
  for (const forged of [
    undefined,
    {},
    { CODE: { ...CODE, value: '1' } },
    { CODE: own },
    { CODE, MORE: CODE },
  ])
    await assert.rejects(record(forged), { code: 'GATES_STATEMENT_REFUSED' })
  const judged = await record({ CODE })
  assert.deepEqual([judged.status, judged.consumed], ['PASS', { CODE }])
  assert.deepEqual((await house.runs.audit(house.tenantId, runId)).findings, [])

  const before = await house.releases.review(house.tenantId, SUBJECT)
  assert.equal(
    before.verdict.reasons.find(({ gate }) => gate === 'deploy'),
    undefined,
  )
  await house.submit(runner, started, 'build', 1, 2)
  const after = await house.releases.review(house.tenantId, SUBJECT)
  assert.match(
    after.verdict.reasons.find(({ gate }) => gate === 'deploy')?.text ?? '',
    /^out of date: CODE is from an earlier attempt of build/,
  )
})

test('a gate that takes nothing cannot say that it did', async () => {
  const house = await openHouse()
  const runner = await house.person('runner', [], 'runner')
  const started = await startPlan(house, anEdgePlan(), true)
  const { runId } = started.run
  await house.submit(runner, started, 'build', 0)
  const [build] = (await house.runs.read(house.tenantId, runId)).results
  const { digest, sizeBytes } = build!.evidence[0]!
  const consumed = { CODE: { statement: build!.statement!, value: '0' } }
  await house.runs.intend(house.tenantId, 'operator', { runId, gate: 'build', attempt: 2 })
  const at = house.clock.nowMs()
  const bytes = await sealGateRun(runner, started, 'build', 2, { digest, sizeBytes }, at, consumed)
  await assert.rejects(house.runs.record(house.operator, runId, bytes), {
    code: 'GATES_STATEMENT_REFUSED',
  })
})
