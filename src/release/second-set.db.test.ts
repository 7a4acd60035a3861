// A bundle with a second set: a run after the deploy goes in beside what was decided on, and the verifier decides it again.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { nodeDigest } from '../../test/crypto.ts'
import { aGate, aPlan } from '../../test/decisions.ts'
import { openHouse, RELEASE, startPlan } from '../../test/house.ts'
import { parseTrust } from '../proof/index.ts'
import { verifyBundle } from '../verify/index.ts'
import { nodeVerifyPorts } from '../verify/node.ts'

const PLAN = aPlan([aGate({ id: 'tests' }), aGate({ id: 'health', regenerate: true })], {
  ...RELEASE,
  environment: 'staging',
  signOffs: [],
})

test('a gate that failed after the deploy is proven from its own evidence; the decided run is no second one', async () => {
  const house = await openHouse()
  const { tenantId } = house
  const runner = await house.person('runner', [], 'runner')
  await house.releases.open(tenantId, 'operator', RELEASE, null)
  const first = await startPlan(house, PLAN)
  await house.submit(runner, first, 'tests', 0)
  await house.submit(runner, first, 'health', 0)
  assert.equal((await house.releases.decide(tenantId, RELEASE)).verdict.value, 'GO')
  house.clock.advance(3_600_000)
  const again = await startPlan(house, PLAN, true)
  await house.submit(runner, again, 'health', 1)

  const sealed = await house.releases.seal(tenantId, RELEASE, again.run.runId)
  const trust = parseTrust(nodeDigest, sealed.trust)
  assert.ok(trust.ok)
  const report = await verifyBundle(house.blobs.get(sealed.bundle)!, {
    ports: nodeVerifyPorts,
    trust: { kind: 'file', trust: trust.value },
  })
  assert.deepEqual([report.findings, report.verdict, report.release], [[], 'INTACT', 'GO'])
  assert.deepEqual(
    report.regenerated?.gates.map(({ gate, word, before, after }) => [gate, word, before, after]),
    [['health', 'worse', 'PASS', 'FAIL']],
  )
  await assert.rejects(house.releases.seal(tenantId, RELEASE, first.run.runId), {
    code: 'RELEASE_SECOND_RUN_REFUSED',
  })
  await assert.rejects(house.releases.seal(tenantId, RELEASE, 'nosuch'), {
    code: 'GATES_RUN_UNKNOWN',
  })
})
