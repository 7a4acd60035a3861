// The register over real signatures and a real database: who may change what, races for the last use, people with two keys.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { aCrew, askWaiver, aWaivedCrew, change, CREW_PLAN } from '../../test/crew.ts'
import type { Crew } from '../../test/crew.ts'
import { nodeDigest } from '../../test/crypto.ts'
import { DAY_MS } from '../../test/decisions.ts'
import { openHouse, RELEASE, startPlan } from '../../test/house.ts'
import type { Change } from '../register/index.ts'
import { parseTrust } from '../proof/index.ts'
import { nodeVerifyPorts } from '../verify/node.ts'
import { verifyBundle } from '../verify/index.ts'

const SERVICE = RELEASE.service

async function decideNow({ house }: Pick<Crew, 'house'>): Promise<string> {
  return (await house.releases.decide(house.tenantId, RELEASE)).verdict.value
}

test('a waiver that two others approved makes a NO_GO a GO_WITH_WAIVERS, offline too, until it expires', async () => {
  const crew = await aWaivedCrew(5)
  const { house } = crew
  const { verdict } = await house.releases.decide(house.tenantId, RELEASE)
  assert.deepEqual(
    [verdict.value, verdict.raw, verdict.usedWaivers],
    ['GO_WITH_WAIVERS', 'NO_GO', ['W1']],
  )
  const sealed = await house.releases.seal(house.tenantId, RELEASE)
  const bytes = house.blobs.get(sealed.bundle)!
  const trust = parseTrust(nodeDigest, sealed.trust)
  assert.ok(trust.ok)
  const report = await verifyBundle(bytes, {
    ports: nodeVerifyPorts,
    trust: { kind: 'file', trust: trust.value },
  })
  assert.deepEqual([report.findings, report.verdict], [[], 'INTACT'])
  assert.deepEqual([report.release, report.checked.changes], ['GO_WITH_WAIVERS', 4])
  assert.match(
    report.proven.join('\n'),
    /and all 4 entries about "[a-z]+" up to entry \d+ are here/,
  )
  const replayed = await house.releases.replay(house.tenantId, RELEASE)
  assert.deepEqual([replayed.verdict.value, replayed.differences], ['GO_WITH_WAIVERS', []])
  house.clock.advance(3 * DAY_MS)
  assert.equal(await decideNow(crew), 'NO_GO')
})

test('two decisions that race for the last use of a waiver: one goes, one does not', async () => {
  const crew = await aWaivedCrew(1)
  const { house } = crew
  const decideLater = async (): ReturnType<typeof house.releases.decide> => {
    house.clock.advance(1)
    return house.releases.decide(house.tenantId, RELEASE)
  }
  const raced = await Promise.all(Array.from({ length: 5 }, decideLater))
  // Decisions at the same instant over the same facts are one decision.
  const went = raced.filter((each) => each.verdict.value === 'GO_WITH_WAIVERS')
  assert.equal(new Set(went.map((each) => each.statement)).size, 1)
  assert.equal((await decideLater()).verdict.value, 'NO_GO')
  const uses = await crew.house.releases.review(crew.house.tenantId, RELEASE)
  assert.equal(uses.terms.waivers[0]?.uses, 1)
})

test('nobody approves their own waiver, under a second key of theirs neither', async () => {
  const crew = await aCrew()
  const statement = await askWaiver(crew, 1)
  const again = await crew.house.person(' CY ', ['SRE', 'Manager'])
  assert.equal(again.principal.person, crew.cy.principal.id)
  for (const person of [crew.cy, again]) {
    await assert.rejects(change(crew, person, { kind: 'approved', id: 'W1', statement }), {
      code: 'RELEASE_CHANGE_REFUSED',
    })
  }
})

test('two keys of one person fill one place, and the author signs off under no key', async () => {
  const house = await openHouse()
  const plan = { ...CREW_PLAN, signOffs: [{ role: 'Manager', minimum: 2 }] }
  const ann = await house.person('Ann', ['Manager'])
  const annAgain = await house.person('ann', ['Manager'])
  const author = await house.person('Dora', ['Manager'])
  const authorAgain = await house.person('dora', ['Manager'])
  await house.releases.open(house.tenantId, 'operator', RELEASE, author.principal.id)
  await startPlan(house, plan)
  await house.sign(ann, 'Manager')
  await house.sign(annAgain, 'Manager')
  await assert.rejects(house.sign(authorAgain, 'Manager'), { code: 'RELEASE_SIGN_OFF_REFUSED' })
  const { verdict } = await house.releases.decide(house.tenantId, RELEASE)
  const gap = verdict.reasons.find((each) => each.rule === '7.6-sign-off')
  assert.match(gap?.text ?? '', /1 of 2/)
})

test('two hundred sign-offs of one person at once count once', async () => {
  const { house, ann } = await aCrew(0)
  house.clock.advance(1)
  await startPlan(house, { ...CREW_PLAN, signOffs: [{ role: 'Manager', minimum: 2 }] }, true)
  const results = await Promise.allSettled(
    Array.from({ length: 200 }, () => house.sign(ann, 'Manager')),
  )
  assert.ok(results.some((each) => each.status === 'fulfilled'))
  const { verdict } = await house.releases.decide(house.tenantId, RELEASE)
  assert.match(verdict.reasons.find((each) => each.rule === '7.6-sign-off')?.text ?? '', /1 of 2/)
})

test('a risk closes only on fresh evidence of its closure test', async () => {
  const crew = await aCrew()
  const { house, ann, runner } = crew
  await change(crew, ann, {
    kind: 'risk.opened',
    id: 'R7',
    level: 'P0',
    title: 'load unknown',
    owner: ann.principal.id,
    likelihood: 'high',
    impact: 'high',
    mitigation: '',
    closureTest: 'load',
  })
  const close = async (): Promise<unknown> => {
    const review = await house.releases.review(house.tenantId, RELEASE)
    const { statement } = review.results.find((each) => each.gate === 'load')!
    const evidence = { version: RELEASE.version, gate: 'load', statement: statement! }
    return change(crew, ann, { kind: 'risk.closed', id: 'R7', note: '', evidence })
  }
  const refused = { code: 'RELEASE_CHANGE_REFUSED' }
  await assert.rejects(change(crew, ann, { kind: 'risk.closed', id: 'R7', note: '' }), refused)
  await assert.rejects(close(), refused)
  house.clock.advance(1)
  const again = await startPlan(house, CREW_PLAN, true)
  await house.submit(runner, again, 'load', 0)
  await close()
  const register = await house.releases.register(house.tenantId, SERVICE)
  assert.equal(register.risks.get('R7')?.state, 'CLOSED')
})

test('changes dated in the future or the past, of a runner, and sent twice are refused', async () => {
  const crew = await aCrew()
  const { house, ann, runner } = crew
  const refused = { code: 'RELEASE_CHANGE_REFUSED' }
  const roster = { kind: 'roster.confirmed', people: ['ann'] } as const
  for (const offMs of [6 * 60_000, -6 * 60_000])
    await assert.rejects(change(crew, ann, roster, house.clock.nowMs() + offMs), refused)
  await assert.rejects(change(crew, runner, roster), { code: 'IDENTITY_STATEMENT_REFUSED' })
  const lift = { kind: 'freeze.lifted', id: 'F1', reason: 'none there' } as const
  await assert.rejects(change(crew, ann, lift), refused)
})

test('twenty people who open the same risk at once get one risk, with positions without a hole', async () => {
  const crew = await aCrew()
  const opened = (id: string): Change => ({
    kind: 'risk.opened',
    id,
    level: 'P3',
    title: 'same',
    owner: 'ann',
    likelihood: 'low',
    impact: 'low',
    mitigation: '',
  })
  const results = await Promise.allSettled([
    ...Array.from({ length: 20 }, () => change(crew, crew.ann, opened('R1'))),
    ...Array.from({ length: 10 }, (_, index) => change(crew, crew.ben, opened(`S${index}`))),
  ])
  assert.equal(results.filter((each) => each.status === 'fulfilled').length, 11)
  const { acts } = await crew.house.releases.register(crew.house.tenantId, SERVICE)
  assert.equal(acts.length, 11)
})

test('break-glass goes in spite of a NO_GO, loudly, and blocks the next version until somebody else looked', async () => {
  const crew = await aCrew()
  const { house, ann, ben } = crew
  const nowMs = house.clock.nowMs()
  await change(crew, ann, {
    kind: 'glass.broken',
    id: 'B1',
    version: RELEASE.version,
    reason: 'outage',
    expiresAt: new Date(nowMs + 3_600_000).toISOString(),
    reviewDueAt: new Date(nowMs + DAY_MS).toISOString(),
  })
  const { verdict } = await house.releases.decide(house.tenantId, RELEASE)
  assert.deepEqual([verdict.value, verdict.raw], ['GO_WITH_WAIVERS', 'NO_GO'])
  assert.equal(verdict.reasons[0]?.rule, 'break-glass')
  await assert.rejects(
    change(crew, ann, { kind: 'glass.reviewed', id: 'B1', finding: 'I was right' }),
    { code: 'RELEASE_CHANGE_REFUSED' },
  )
  await change(crew, ben, { kind: 'glass.reviewed', id: 'B1', finding: 'justified' })
  house.clock.advance(3_600_000)
  assert.equal(await decideNow(crew), 'NO_GO')
})
