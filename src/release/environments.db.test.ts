// A release that was run in several environments: each has its newest run, its verdict, its sign-offs and its bundle.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { nodeDigest } from '../../test/crypto.ts'
import { aGate, aPlan } from '../../test/decisions.ts'
import { openHouse, RELEASE, startPlan, SUBJECT } from '../../test/house.ts'
import type { House, Person } from '../../test/house.ts'
import { utf8Text } from '../kernel/index.ts'
import type { StartedRun } from '../gates/index.ts'
import { parseTrust } from '../proof/index.ts'
import { nodeVerifyPorts } from '../verify/node.ts'
import { verifyBundle } from '../verify/index.ts'

const IN = {
  staging: { ...RELEASE, environment: 'staging' },
  production: { ...RELEASE, environment: 'production' },
} as const
type Environment = keyof typeof IN

function planOf(environment: Environment): ReturnType<typeof aPlan> {
  const signOffs = [{ role: 'Manager', minimum: 1 }]
  return aPlan([aGate({ id: 'tests' })], { ...RELEASE, environment, signOffs })
}

interface Quay {
  readonly house: House
  readonly ann: Person
  /** A finished run whose only gate ends with this code. */
  run(environment: Environment, exitCode: number): Promise<StartedRun>
  verdict(environment?: Environment): Promise<string>
}

async function openQuay(): Promise<Quay> {
  const house = await openHouse()
  const { tenantId, releases, runs } = house
  const runner = await house.person('runner', [], 'runner')
  const ann = await house.person('Ann', ['Manager'])
  await releases.open(tenantId, 'operator', RELEASE, null)
  return {
    house,
    ann,
    async run(environment, exitCode) {
      house.clock.advance(1_000)
      const subject = { ...SUBJECT, environment }
      const started = await startPlan(house, planOf(environment), true, subject)
      await house.submit(runner, started, 'tests', exitCode)
      await runs.finish(tenantId, 'operator', started.run.runId)
      return started
    },
    verdict: async (environment) => {
      const release = environment === undefined ? RELEASE : IN[environment]
      const { verdict } = await releases.decide(tenantId, release)
      return verdict.value
    },
  }
}

test('a later run in staging takes nothing from the release in production', async () => {
  const { house, ann, run, verdict } = await openQuay()
  const { tenantId, releases } = house
  const { run: live } = await run('production', 0)
  await house.sign(ann, 'Manager')
  assert.equal(await verdict(), 'GO')
  await run('staging', 1)
  const review = await releases.review(tenantId, RELEASE)
  assert.equal(review.runId, live.runId)
  assert.deepEqual(review.environments, ['production', 'staging'])
  assert.equal(await verdict(), 'GO')
  assert.equal(await verdict('staging'), 'NO_GO')
  const { latestDecision } = await releases.review(tenantId, IN.staging)
  assert.equal(latestDecision?.verdict, 'NO_GO')
  assert.equal((await releases.review(tenantId, RELEASE)).latestDecision?.verdict, 'GO')
  assert.equal((await releases.replay(tenantId, RELEASE)).verdict.value, 'GO')
  assert.equal((await releases.replay(tenantId, IN.staging)).verdict.value, 'NO_GO')
  const audit = utf8Text((await releases.report(tenantId, RELEASE, 'audit')).markdown)
  assert.ok(audit.includes(live.runId) && !/NO_GO/.test(audit), audit)
})

test('a release is its own environment: where it was run first, and production as soon as it was run there', async () => {
  const { house, run } = await openQuay()
  const { tenantId, releases, runs } = house
  const own = async (): Promise<string> =>
    (await releases.review(tenantId, RELEASE)).subject.environment
  const listed = async (): Promise<string | undefined> =>
    (await runs.listReleasePage(tenantId, 10))[0]?.environment
  await run('staging', 0)
  assert.deepEqual([await own(), await listed()], ['staging', 'staging'])
  await run('production', 0)
  assert.deepEqual([await own(), await listed()], ['production', 'production'])
  await run('staging', 0)
  assert.deepEqual([await own(), await listed()], ['production', 'production'])
  const nowhere = { ...RELEASE, environment: 'moon' }
  await assert.rejects(releases.review(tenantId, nowhere), {
    code: 'GATES_RUN_UNKNOWN',
    message: /in "moon", found runs in staging, production/,
  })
})

test('a sign-off is of the environment of the run that it names', async () => {
  const { house, ann, run, verdict } = await openQuay()
  const { tenantId, releases } = house
  await run('staging', 0)
  await house.sign(ann, 'Manager')
  await run('production', 0)
  assert.equal(await verdict('staging'), 'GO')
  assert.equal(await verdict('production'), 'NOT_READY')
  const { reviewHash, runId } = await releases.review(tenantId, IN.staging)
  house.clock.advance(1_000)
  // Over production's state, and naming production's run: that of staging is not touched by it.
  await house.sign(ann, 'Manager')
  assert.equal(await verdict('production'), 'GO')
  const after = await releases.review(tenantId, IN.staging)
  assert.deepEqual([after.reviewHash, after.runId], [reviewHash, runId])
})

test('what is recorded of gates, runs and sign-offs says where it was', async () => {
  const { house, ann, run } = await openQuay()
  await run('production', 0)
  await house.sign(ann, 'Manager')
  await run('staging', 1)
  const where: string[] = []
  for (const type of ['gate.recorded', 'run.finished', 'sign-off.recorded']) {
    const { entries } = await house.ledger.list(house.tenantId, { type })
    for (const { seq } of entries) {
      const { value } = (await house.ledger.payloadOf(house.tenantId, seq))!
      where.push((value as { readonly environment: string }).environment)
    }
  }
  assert.deepEqual(where, ['production', 'staging', 'production', 'staging', 'production'])
})

test('an open run is taken up whatever was run in another environment since', async () => {
  const { house } = await openQuay()
  const open = await startPlan(house, planOf('production'), false, {
    ...SUBJECT,
    environment: 'production',
  })
  house.clock.advance(1_000)
  await startPlan(house, planOf('staging'))
  const again = await startPlan(house, planOf('production'), false, {
    ...SUBJECT,
    environment: 'production',
  })
  assert.deepEqual([again.run.runId, again.isResumed], [open.run.runId, true])
})

test('a bundle is of one environment, and a later decision about another does not supersede it', async () => {
  const { house, ann, run, verdict } = await openQuay()
  await run('production', 0)
  await house.sign(ann, 'Manager')
  await verdict('production')
  await run('staging', 1)
  await verdict('staging')
  assert.deepEqual(await sealed(house, 'production'), ['INTACT', 'GO', 'production', []])
  assert.deepEqual(await sealed(house, 'staging'), ['INTACT', 'NO_GO', 'staging', []])
})

async function sealed(house: House, environment: Environment): Promise<unknown> {
  const { bundle, trust, ...where } = await house.releases.seal(house.tenantId, IN[environment])
  assert.deepEqual([where.environment, where.ownEnvironment], [environment, 'production'])
  const parsed = parseTrust(nodeDigest, trust)
  assert.ok(parsed.ok)
  const report = await verifyBundle(house.blobs.get(bundle)!, {
    ports: nodeVerifyPorts,
    trust: { kind: 'file', trust: parsed.value },
  })
  const { verdict, release, decision, findings } = report
  return [verdict, release, decision?.environment, findings.map(({ code }) => code)]
}
