// Runners that lie, and runners that are no longer trusted: what they submit is refused, and what was accepted stands.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { nodeDigest, testSigner } from '../../test/crypto.ts'
import { aGate, aPlan } from '../../test/decisions.ts'
import { openHouse, RELEASE, sealGateRun, startPlan } from '../../test/house.ts'
import type { House, Person } from '../../test/house.ts'
import type { StartedRun } from '../gates/index.ts'
import { canonicalBytes, contentDigest } from '../kernel/index.ts'
import { parseTrust } from '../proof/index.ts'
import { verifyBundle } from '../verify/index.ts'
import { nodeVerifyPorts } from '../verify/node.ts'

const PLAN = aPlan([aGate({ id: 'tests' }), aGate({ id: 'health' })], {
  service: RELEASE.service,
  version: RELEASE.version,
  environment: 'staging',
  signOffs: [],
})

const CAPTURE = canonicalBytes({
  kind: 'command',
  exitCode: 0,
  signal: null,
  timedOut: false,
  steps: [],
  durationMs: 1,
  streams: {},
})
const KEPT = {
  digest: contentDigest(nodeDigest.sha256(CAPTURE)),
  sizeBytes: CAPTURE.length,
}

interface Watch {
  readonly house: House
  readonly runner: Person
  readonly started: StartedRun
}

async function openWatch(): Promise<Watch> {
  const house = await openHouse()
  const runner = await house.person('ci', [], 'runner')
  await house.releases.open(house.tenantId, 'operator', RELEASE, null)
  const started = await startPlan(house, PLAN)
  // The evidence itself is there: what is refused below is refused for who says what about it.
  await house.submit(runner, started, 'tests', 0)
  return { house, runner, started }
}

/** Announces an attempt and submits a statement for it, as a runner would. */
async function submitSealed(
  { house, started }: Watch,
  gate: string,
  attempt: number,
  statement: Uint8Array,
): Promise<string> {
  const { runId } = started.run
  await house.runs.intend(house.tenantId, 'operator', { runId, gate, attempt })
  return (await house.runs.record(house.operator, runId, statement)).status
}

test('a revoked runner is refused at once, and what it submitted before stands', async () => {
  const watch = await openWatch()
  const { house, runner, started } = watch
  const { id } = runner.principal
  const revoked = await house.identity.revoke(
    house.tenantId,
    'operator',
    id,
    'the machine was sold',
  )
  const again = await house.identity.revoke(house.tenantId, 'operator', id, 'once more')
  assert.equal(again.revokedAt, revoked.revokedAt)
  await assert.rejects(house.submit(runner, started, 'health', 0), { code: 'IDENTITY_REVOKED' })
  const view = await house.runs.read(house.tenantId, started.run.runId)
  const statuses = new Map(view.results.map((result) => [result.gate, result.status]))
  assert.deepEqual([statuses.get('tests'), statuses.get('health')], ['PASS', 'PENDING'])
})

test('a bundle sealed after a revocation verifies, and names the instant from which the key does not count', async () => {
  const { house, runner, started } = await openWatch()
  await house.submit(runner, started, 'health', 0)
  await house.runs.finish(house.tenantId, 'operator', started.run.runId)
  house.clock.advance(1_000)
  const { id } = runner.principal
  const { revokedAt } = await house.identity.revoke(house.tenantId, 'operator', id, 'key lost')
  await house.releases.decide(house.tenantId, RELEASE)
  const sealed = await house.releases.seal(house.tenantId, RELEASE)
  const trust = parseTrust(nodeDigest, sealed.trust)
  assert.ok(trust.ok)
  assert.equal(trust.value.keys.find((key) => key.principal === id)?.revokedAt, revokedAt)
  const report = await verifyBundle(house.blobs.get(sealed.bundle)!, {
    ports: nodeVerifyPorts,
    trust: { kind: 'file', trust: trust.value },
  })
  assert.deepEqual(report.findings, [])
  assert.deepEqual([report.verdict, report.release], ['INTACT', 'GO'])
})

test('an unknown key, and a runner of another tenant, are refused', async () => {
  const watch = await openWatch()
  const { house, runner, started } = watch
  const stranger = { ...runner, signer: testSigner('ecdsa-p256-sha256') }
  await assert.rejects(house.submit(stranger, started, 'health', 0), {
    code: 'IDENTITY_STATEMENT_REFUSED',
  })
  const elsewhere = await (await openHouse()).person('ci', [], 'runner')
  const foreign = await sealGateRun(elsewhere, started, 'health', 1, KEPT, house.clock.nowMs())
  await assert.rejects(house.runs.record(house.operator, started.run.runId, foreign), {
    code: 'IDENTITY_STATEMENT_REFUSED',
  })
  const otherTenant = (await openHouse()).tenantId
  await assert.rejects(
    house.identity.revoke(otherTenant, 'operator', runner.principal.id, 'not mine'),
    { code: 'IDENTITY_UNKNOWN' },
  )
})

test('a statement that was altered after it was signed is refused', async () => {
  const watch = await openWatch()
  const { house, runner, started } = watch
  const sealed = await sealGateRun(runner, started, 'health', 1, KEPT, house.clock.nowMs())
  const envelope = JSON.parse(new TextDecoder().decode(sealed)) as { payload: string }
  const payload = Buffer.from(envelope.payload, 'base64').toString('utf8')
  const altered = payload.replace('"attempt":1', '"attempt":2')
  assert.notEqual(altered, payload)
  const forged = canonicalBytes({ ...envelope, payload: Buffer.from(altered).toString('base64') })
  await assert.rejects(submitSealed(watch, 'health', 2, forged), {
    code: 'IDENTITY_STATEMENT_REFUSED',
  })
})

test('evidence of other bytes than those that were signed is refused', async () => {
  const watch = await openWatch()
  const { house, runner, started } = watch
  const wrongSize = { ...KEPT, sizeBytes: KEPT.sizeBytes + 1 }
  const sealed = await sealGateRun(runner, started, 'health', 1, wrongSize, house.clock.nowMs())
  await assert.rejects(submitSealed(watch, 'health', 1, sealed), {
    code: 'GATES_STATEMENT_REFUSED',
  })
})

test('a statement of another run or of another gate’s definition is refused', async () => {
  const { house, runner, started } = await openWatch()
  const earlier = await sealGateRun(runner, started, 'health', 1, KEPT, house.clock.nowMs())
  house.clock.advance(1_000)
  const fresh = await startPlan(house, PLAN, true)
  const watch = { house, runner, started: fresh }
  await assert.rejects(submitSealed(watch, 'health', 1, earlier), {
    code: 'GATES_STATEMENT_REFUSED',
  })
  const stranger = { ...fresh, plan: aPlan([aGate({ id: 'health', assertions: [] })]) }
  const other = await sealGateRun(runner, stranger, 'health', 2, KEPT, house.clock.nowMs())
  await assert.rejects(submitSealed(watch, 'health', 2, other), {
    code: 'GATES_STATEMENT_REFUSED',
  })
})

test('a statement that is sent again is refused, and the first one stands', async () => {
  const watch = await openWatch()
  const { house, runner, started } = watch
  const sealed = await sealGateRun(runner, started, 'health', 1, KEPT, house.clock.nowMs())
  assert.equal(await submitSealed(watch, 'health', 1, sealed), 'PASS')
  await assert.rejects(house.runs.record(house.operator, started.run.runId, sealed), {
    code: 'GATES_ATTEMPT_TAKEN',
  })
})

test('a runner cannot say PASS: the status follows from the evidence', async () => {
  const { house, runner, started } = await openWatch()
  assert.equal(await house.submit(runner, started, 'health', 1), 'FAIL')
})

test('a revocation and a submission that race leave either both in order or the submission refused', async () => {
  const watch = await openWatch()
  const { house, runner, started } = watch
  const { id } = runner.principal
  const [submitted] = await Promise.allSettled([
    house.submit(runner, started, 'health', 0),
    house.identity.revoke(house.tenantId, 'operator', id, 'race'),
  ])
  const { entries } = await house.ledger.list(house.tenantId, { limit: 100 })
  const types = entries.map(({ body }) => body.type)
  const revokedAt = types.indexOf('principal.revoked')
  assert.ok(revokedAt > 0)
  assert.equal(types.slice(revokedAt).includes('gate.recorded'), false)
  assert.equal(
    types.filter((type) => type === 'gate.recorded').length,
    submitted.status === 'fulfilled' ? 2 : 1,
  )
})
