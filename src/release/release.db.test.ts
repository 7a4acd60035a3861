// Decisions over real statements: who may sign, what makes it GO, and what makes everything INVALID.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { aGate, aPlan, digestOf } from '../../test/decisions.ts'
import { nodeDigest } from '../../test/crypto.ts'
import { openHouse, RELEASE, startPlan, SUBJECT } from '../../test/house.ts'
import type { House, Person } from '../../test/house.ts'
import { nodeVerifyPorts } from '../verify/node.ts'
import { verifyBundle } from '../verify/index.ts'
import { parseTrust } from '../proof/index.ts'

const PLAN = aPlan([aGate({ id: 'tests' }), aGate({ id: 'health' })], {
  service: RELEASE.service,
  version: RELEASE.version,
  environment: 'staging',
  signOffs: [
    { role: 'Manager', minimum: 1 },
    { role: 'SRE', minimum: 1 },
  ],
})

interface Certified {
  readonly house: House
  readonly runner: Person
  readonly manager: Person
  readonly engineer: Person
}

async function certifiedHouse(exitCode = 0): Promise<Certified> {
  const house = await openHouse()
  const runner = await house.person('runner', [], 'runner')
  const manager = await house.person('Ann', ['Manager'])
  const engineer = await house.person('Bo', ['SRE'])
  await house.releases.open(house.tenantId, 'operator', RELEASE, null)
  const started = await startPlan(house, PLAN)
  await house.submit(runner, started, 'tests', 0)
  await house.submit(runner, started, 'health', exitCode)
  await house.runs.finish(house.tenantId, 'operator', started.run.runId)
  return { house, runner, manager, engineer }
}

test('satisfied gates and a sign-off of each role by two people make a GO', async () => {
  const { house, manager, engineer } = await certifiedHouse()
  assert.equal((await house.releases.decide(house.tenantId, RELEASE)).verdict.value, 'NOT_READY')
  await house.sign(manager, 'Manager')
  await house.sign(engineer, 'SRE')
  assert.equal((await house.releases.decide(house.tenantId, RELEASE)).verdict.value, 'GO')
})

test('a failed required gate is a NO_GO whoever signs', async () => {
  const { house, manager, engineer } = await certifiedHouse(1)
  await house.sign(manager, 'Manager')
  await house.sign(engineer, 'SRE')
  const { verdict } = await house.releases.decide(house.tenantId, RELEASE)
  assert.equal(verdict.value, 'NO_GO')
  assert.equal(verdict.reasons[0]?.gate, 'health')
})

test('a role nobody holds, a role of somebody else and the author are refused', async () => {
  const { house, manager } = await certifiedHouse()
  await assert.rejects(house.sign(manager, 'SRE'), { code: 'RELEASE_SIGN_OFF_REFUSED' })
  await assert.rejects(house.sign(manager, 'King'), { code: 'RELEASE_SIGN_OFF_REFUSED' })
  const other = await openHouse()
  const author = await other.person('Cy', ['Manager'])
  await other.releases.open(other.tenantId, 'operator', RELEASE, author.principal.id)
  await startPlan(other, PLAN)
  await assert.rejects(other.sign(author, 'Manager'), { code: 'RELEASE_SIGN_OFF_REFUSED' })
})

test('a signature over anything but what would be decided now is refused', async () => {
  const { house, manager } = await certifiedHouse()
  await assert.rejects(house.sign(manager, 'Manager', 'APPROVE', digestOf('c')), {
    code: 'RELEASE_REVIEW_CHANGED',
  })
})

test('fresh evidence with the same statuses keeps the sign-offs, another status does not', async () => {
  const { house, manager, engineer, runner } = await certifiedHouse()
  await house.sign(manager, 'Manager')
  await house.sign(engineer, 'SRE')
  const decideAfter = async (exitCode: number): Promise<string[]> => {
    house.clock.advance(1000)
    const again = await startPlan(house, PLAN, true)
    await house.submit(runner, again, 'tests', 0)
    await house.submit(runner, again, 'health', exitCode)
    const { verdict } = await house.releases.decide(house.tenantId, RELEASE)
    return [verdict.value, ...verdict.reasons.map((reason) => reason.rule)]
  }
  assert.deepEqual(await decideAfter(0), ['GO'])
  assert.deepEqual(await decideAfter(1), ['NO_GO', '7.2', '7.6-sign-off', '7.6-sign-off'])
})

test('a rejection by any role is a NO_GO until that person withdraws it', async () => {
  const { house, manager, engineer } = await certifiedHouse()
  await house.sign(manager, 'Manager')
  await house.sign(engineer, 'SRE', 'REJECT')
  assert.equal((await house.releases.decide(house.tenantId, RELEASE)).verdict.value, 'NO_GO')
  house.clock.advance(1000)
  await assert.rejects(house.sign(engineer, 'SRE'), { code: 'RELEASE_SIGN_OFF_REFUSED' })
  await assert.rejects(house.sign(manager, 'Manager', 'WITHDRAW'), {
    code: 'RELEASE_SIGN_OFF_REFUSED',
  })
  const rejected = await house.releases.review(house.tenantId, RELEASE)
  assert.deepEqual(
    rejected.quorum.rejections.map(({ role, decision }) => [role, decision]),
    [['SRE', 'REJECT']],
  )
  await house.sign(engineer, 'SRE', 'WITHDRAW')
  const { quorum } = await house.releases.review(house.tenantId, RELEASE)
  assert.deepEqual(quorum, {
    rejections: [],
    gaps: [{ role: 'SRE', minimum: 1, filled: 0, approved: 0 }],
  })
  assert.equal((await house.releases.decide(house.tenantId, RELEASE)).verdict.value, 'NOT_READY')
  house.clock.advance(1000)
  await house.sign(engineer, 'SRE')
  assert.equal((await house.releases.decide(house.tenantId, RELEASE)).verdict.value, 'GO')
})

test('evidence that is gone or changed makes the verdict INVALID', async () => {
  const { house, manager, engineer } = await certifiedHouse()
  await house.sign(manager, 'Manager')
  await house.sign(engineer, 'SRE')
  const { results } = await house.releases.review(house.tenantId, RELEASE)
  const digest = results[0]!.evidence[0]!.digest
  const kept = house.blobs.get(digest)!
  house.blobs.delete(digest)
  const { verdict } = await house.releases.decide(house.tenantId, RELEASE)
  assert.equal(verdict.value, 'INVALID')
  house.blobs.set(digest, kept)
  assert.equal((await house.releases.decide(house.tenantId, RELEASE)).verdict.value, 'GO')
})

test('200 parallel sign-offs by one person count once', async () => {
  const { house, manager } = await certifiedHouse()
  const signed = await Promise.allSettled(
    Array.from({ length: 200 }, () => house.sign(manager, 'Manager')),
  )
  assert.ok(signed.some((one) => one.status === 'fulfilled'))
  const { verdict } = await house.releases.decide(house.tenantId, RELEASE)
  assert.equal(verdict.value, 'NOT_READY')
  assert.deepEqual(
    verdict.reasons.map((reason) => reason.rule),
    ['7.6-sign-off'],
  )
})

test('a decision taken while facts come in covers exactly what its checkpoint covers', async () => {
  const { house, manager, engineer } = await certifiedHouse()
  await Promise.all([
    house.releases.decide(house.tenantId, RELEASE),
    house.sign(manager, 'Manager'),
    house.sign(engineer, 'SRE'),
    house.releases.decide(house.tenantId, RELEASE),
  ])
  await house.releases.decide(house.tenantId, RELEASE)
  const sealed = await house.releases.seal(house.tenantId, RELEASE)
  const trust = parseTrust(nodeDigest, sealed.trust)
  assert.ok(trust.ok)
  const bytes = house.blobs.get(sealed.bundle)!
  const report = await verifyBundle(bytes, {
    ports: nodeVerifyPorts,
    trust: { kind: 'file', trust: trust.value },
  })
  assert.deepEqual(report.findings, [])
  assert.equal(report.verdict, 'INTACT')
  assert.equal(report.release, 'GO')
  assert.match(report.proven.join('\n'), /entries about "[^"]+" up to entry \d+ .* none is missing/)
})

test('a report made before anybody decided says that it is provisional', async () => {
  const { house } = await certifiedHouse()
  const before = await house.releases.documents(house.tenantId, RELEASE)
  assert.match(new TextDecoder().decode(before.reportMarkdown), /provisional/)
  await house.releases.decide(house.tenantId, RELEASE)
  const after = await house.releases.documents(house.tenantId, RELEASE)
  assert.doesNotMatch(new TextDecoder().decode(after.reportMarkdown), /provisional/)
})

test('the same decision renders the same report, byte for byte', async () => {
  const { house } = await certifiedHouse()
  await house.releases.decide(house.tenantId, RELEASE)
  const first = await house.releases.documents(house.tenantId, RELEASE)
  house.clock.advance(3_600_000)
  const second = await house.releases.documents(house.tenantId, RELEASE)
  assert.deepEqual(first.reportHtml, second.reportHtml)
  assert.deepEqual(first.reportMarkdown, second.reportMarkdown)
})

test('a release without a decision cannot be sealed', async () => {
  const { house } = await certifiedHouse()
  await assert.rejects(house.releases.seal(house.tenantId, RELEASE), {
    code: 'RELEASE_DECISION_MISSING',
  })
})

test('a word dated before the same person’s last one, or far from now, is refused and not lost', async () => {
  const { house, engineer } = await certifiedHouse()
  await house.sign(engineer, 'SRE', 'APPROVE')
  await assert.rejects(house.sign(engineer, 'SRE', 'REJECT'), { code: 'RELEASE_SIGN_OFF_REFUSED' })
  house.clock.advance(1)
  await house.sign(engineer, 'SRE', 'REJECT')
  assert.equal((await house.releases.decide(house.tenantId, RELEASE)).verdict.value, 'NO_GO')
})

test('a rejection is not lost to a withdrawal that the same person dated later under another key', async () => {
  const { house, engineer } = await certifiedHouse()
  const second = await house.person(engineer.principal.displayName.toUpperCase(), ['SRE'])
  await house.sign(engineer, 'SRE', 'REJECT')
  // The clock of their other machine is ahead.
  house.clock.advance(60_000)
  await house.sign(second, 'SRE', 'WITHDRAW')
  house.clock.advance(-30_000)
  await assert.rejects(house.sign(engineer, 'SRE', 'REJECT'), { code: 'RELEASE_SIGN_OFF_REFUSED' })
  house.clock.advance(30_001)
  await house.sign(engineer, 'SRE', 'REJECT')
  assert.equal((await house.releases.decide(house.tenantId, RELEASE)).verdict.value, 'NO_GO')
})

test('a statement about another subject is accepted neither from people nor from runners', async () => {
  const { house, runner, manager } = await certifiedHouse()
  const foreign = { ...SUBJECT, digests: { release: 'f'.repeat(64) } }
  await assert.rejects(house.sign(manager, 'Manager', 'APPROVE', undefined, foreign), {
    code: 'RELEASE_SIGN_OFF_REFUSED',
  })
  const again = await startPlan(house, PLAN, true)
  await assert.rejects(
    house.submit(runner, { ...again, run: { ...again.run, subject: foreign } }, 'tests', 0),
    { code: 'GATES_STATEMENT_REFUSED' },
  )
})

test('a result that nobody announced is refused', async () => {
  const { house, runner } = await certifiedHouse()
  const again = await startPlan(house, PLAN, true)
  await assert.rejects(house.submit(runner, again, 'tests', 0, 2, 1), {
    code: 'GATES_STATEMENT_REFUSED',
  })
})
