// A waived gate counts as satisfied for what needs it: the run is told, the ledger says so, the verifier finds the same.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { aWaivedCrew, change } from '../../test/crew.ts'
import type { Crew } from '../../test/crew.ts'
import { nodeDigest } from '../../test/crypto.ts'
import { aGate, aPlan, DAY_MS } from '../../test/decisions.ts'
import { RELEASE, startPlan } from '../../test/house.ts'
import type { StartedRun } from '../gates/index.ts'
import { parseTrust } from '../proof/index.ts'
import { nodeVerifyPorts } from '../verify/node.ts'
import { verifyBundle } from '../verify/index.ts'

const PLAN = aPlan(
  [
    aGate({ id: 'tests' }),
    aGate({ id: 'load' }),
    aGate({ id: 'capacity', needs: ['load'] }),
    aGate({ id: 'later', needs: ['capacity'] }),
  ],
  { service: RELEASE.service, version: RELEASE.version, environment: 'staging', signOffs: [] },
)

async function statusesOf({ house }: Crew): Promise<string> {
  const { results } = await house.runs.readLatest(house.tenantId, RELEASE)
  return results.map(({ gate, status }) => `${gate}=${status}`).join(' ')
}

async function runAgain({ house, runner }: Crew, gates: readonly string[]): Promise<StartedRun> {
  house.clock.advance(1_000)
  const started = await startPlan(house, PLAN, true)
  for (const gate of gates) await house.submit(runner, started, gate, gate === 'load' ? 1 : 0)
  await house.runs.finish(house.tenantId, 'operator', started.run.runId)
  return started
}

test('what needs a waived gate runs in the next run, and plane, decision and bundle agree on it', async () => {
  const crew = await aWaivedCrewOf(5)
  const { house } = crew
  assert.equal(
    await statusesOf(crew),
    'tests=PASS load=FAIL capacity=SKIPPED later=SKIPPED',
    'the first run ended before the waiver was there',
  )
  const early = await house.releases.decide(house.tenantId, RELEASE)
  const skipped = early.verdict.reasons.find((each) => each.gate === 'capacity')
  assert.deepEqual([early.verdict.value, skipped?.rule], ['NO_GO', '7.2'])
  assert.match(skipped?.flip ?? '', /^Run again: what it needs is waived now/)
  const halfway = await runAgain(crew, ['tests', 'load'])
  assert.deepEqual(halfway.run.terms.waived, { load: 'W1' })
  assert.equal(await statusesOf(crew), 'tests=PASS load=FAIL capacity=PENDING later=PENDING')
  await runAgain(crew, ['tests', 'load', 'capacity', 'later'])
  const { verdict } = await house.releases.decide(house.tenantId, RELEASE)
  assert.deepEqual([verdict.value, verdict.raw], ['GO_WITH_WAIVERS', 'NO_GO'])
  const sealed = await house.releases.seal(house.tenantId, RELEASE)
  const trust = parseTrust(nodeDigest, sealed.trust)
  assert.ok(trust.ok)
  const report = await verifyBundle(house.blobs.get(sealed.bundle)!, {
    ports: nodeVerifyPorts,
    trust: { kind: 'file', trust: trust.value },
  })
  assert.deepEqual([report.findings, report.release], [[], 'GO_WITH_WAIVERS'])
})

test('a run is not told of a waiver that expired, was revoked or is used up', async () => {
  const expired = await aWaivedCrewOf(5)
  expired.house.clock.advance(3 * DAY_MS)
  assert.equal((await runAgain(expired, [])).run.terms.waived, undefined)
  const used = await aWaivedCrewOf(1)
  await runAgain(used, ['tests', 'load', 'capacity', 'later'])
  const { verdict } = await used.house.releases.decide(used.house.tenantId, RELEASE)
  assert.equal(verdict.value, 'GO_WITH_WAIVERS')
  assert.equal((await runAgain(used, [])).run.terms.waived, undefined)
  const revoked = await aWaivedCrewOf(5)
  await change(revoked, revoked.ann, { kind: 'waiver.revoked', id: 'W1', reason: 'rig is back' })
  assert.equal((await runAgain(revoked, [])).run.terms.waived, undefined)
})

test('a run that goes on after its waiver was revoked counts the gate as unsatisfied again', async () => {
  const crew = await aWaivedCrewOf(5)
  const { house, runner, ann } = crew
  house.clock.advance(1_000)
  const started = await startPlan(house, PLAN, true)
  await house.submit(runner, started, 'load', 1)
  assert.match(await statusesOf(crew), /capacity=PENDING/)
  await change(crew, ann, { kind: 'waiver.revoked', id: 'W1', reason: 'rig is back' })
  const resumed = await startPlan(house, PLAN)
  assert.deepEqual([resumed.isResumed, resumed.run.terms.waived], [true, undefined])
  assert.match(await statusesOf(crew), /capacity=SKIPPED/)
})

function aWaivedCrewOf(maxUses: number): Promise<Crew> {
  return aWaivedCrew(maxUses, PLAN)
}
