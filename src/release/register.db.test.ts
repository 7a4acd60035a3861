// The register over real signatures and a real database: who may change what, races for the last use, people with two keys.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { aCrew, askWaiver, aWaivedCrew, change, CREW_PLAN, verifySealed } from '../../test/crew.ts'
import type { Crew } from '../../test/crew.ts'
import { DAY_MS } from '../../test/decisions.ts'
import { openHouse, RELEASE, startPlan } from '../../test/house.ts'
import type { Change } from '../register/index.ts'

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
  const report = await verifySealed(crew)
  assert.deepEqual([report.findings, report.verdict], [[], 'INTACT'])
  assert.deepEqual([report.release, report.checked.changes], ['GO_WITH_WAIVERS', 4])
  assert.match(
    report.proven.join('\n'),
    /and all 5 entries about "[a-z]+" up to entry \d+ are here/,
  )
  const replayed = await house.releases.replay(house.tenantId, RELEASE)
  assert.deepEqual([replayed.verdict.value, replayed.differences], ['GO_WITH_WAIVERS', []])
  house.clock.advance(3 * DAY_MS)
  assert.equal(await decideNow(crew), 'NO_GO')
})

const UNSIGNED = { ...CREW_PLAN, signOffs: [] }

test('two decisions that race for the last use of a waiver: one goes, one does not', async () => {
  const crew = await aWaivedCrew(1, UNSIGNED)
  const { house } = crew
  // Over different phases people would sign different things, so these are two uses.
  const phases = ['pre-deploy', 'post-deploy'] as const
  const raced = await Promise.all(
    phases.map((phase) => house.releases.decide(house.tenantId, RELEASE, phase)),
  )
  const values = raced.map(({ verdict }) => verdict.value).toSorted()
  assert.deepEqual(values, ['GO_WITH_WAIVERS', 'NO_GO'])
  const lost = raced.find(({ verdict }) => verdict.value === 'NO_GO')
  assert.ok(lost?.verdict.notes.includes('waiver W1 has no force: it is used up'))
})

test('a decision repeated over an unchanged review uses a waiver once, however many take it at once', async () => {
  const crew = await aWaivedCrew(1, UNSIGNED)
  const { house } = crew
  const decideLater = async (): ReturnType<typeof house.releases.decide> => {
    house.clock.advance(1)
    return house.releases.decide(house.tenantId, RELEASE)
  }
  const raced = await Promise.all(Array.from({ length: 5 }, decideLater))
  assert.deepEqual(
    raced.map(({ verdict }) => verdict.value),
    raced.map(() => 'GO_WITH_WAIVERS'),
  )
  assert.equal((await decideLater()).verdict.value, 'GO_WITH_WAIVERS')
  const report = await verifySealed(crew)
  assert.deepEqual([report.findings, report.release], [[], 'GO_WITH_WAIVERS'])
  const other = await house.releases.decide(house.tenantId, RELEASE, 'post-deploy')
  assert.equal(other.verdict.value, 'NO_GO')
  const after = await verifySealed(crew)
  assert.deepEqual([after.findings, after.release], [[], 'NO_GO'])
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
  house.clock.advance(1)
  await house.sign(annAgain, 'Manager')
  await assert.rejects(house.sign(authorAgain, 'Manager'), { code: 'RELEASE_SIGN_OFF_REFUSED' })
  const { verdict } = await house.releases.decide(house.tenantId, RELEASE)
  const gap = verdict.reasons.find((each) => each.rule === '7.6-sign-off')
  assert.match(gap?.text ?? '', /1 of 2/)
})

test('an author is a registered person, so that no key they register later signs off', async () => {
  const house = await openHouse()
  const opening = house.releases.open(house.tenantId, 'operator', RELEASE, 'person-of-nobody')
  await assert.rejects(opening, { code: 'RELEASE_AUTHOR_UNKNOWN' })
  const author = await house.person('Dora', [])
  await house.releases.open(house.tenantId, 'operator', RELEASE, author.principal.id)
  await startPlan(house, CREW_PLAN)
  const later = await house.person('dora', ['Manager'])
  await assert.rejects(house.sign(later, 'Manager'), { code: 'RELEASE_SIGN_OFF_REFUSED' })
  await house.releases.decide(house.tenantId, RELEASE)
  const report = await verifySealed({ house })
  assert.deepEqual(report.findings, [])
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

test('a change that was signed for the ledger of another tenant, or for none in particular, is refused', async () => {
  const [here, there] = [await aCrew(), await aCrew()]
  const roster = { kind: 'roster.confirmed', people: ['ann'] } as const
  const elsewhere = await there.house.ledger.identify(there.house.tenantId)
  const nowMs = here.house.clock.nowMs()
  const refused = { code: 'RELEASE_CHANGE_REFUSED', message: /expected a statement for the ledger/ }
  for (const audience of [elsewhere!.origin, '', null])
    await assert.rejects(change(here, here.ann, roster, nowMs, audience), refused)
  await change(here, here.ann, roster)
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
  const breakOne = async (id: string): Promise<unknown> =>
    change(crew, ann, {
      kind: 'glass.broken',
      id,
      version: RELEASE.version,
      reason: 'outage',
      expiresAt: new Date(house.clock.nowMs() + 3_600_000).toISOString(),
      reviewDueAt: new Date(house.clock.nowMs() + DAY_MS).toISOString(),
    })
  await breakOne('B1')
  const { verdict } = await house.releases.decide(house.tenantId, RELEASE)
  assert.deepEqual([verdict.value, verdict.raw], ['GO_WITH_WAIVERS', 'NO_GO'])
  assert.equal(verdict.reasons[0]?.rule, 'break-glass')
  await assert.rejects(
    change(crew, ann, { kind: 'glass.reviewed', id: 'B1', finding: 'I was right' }),
    { code: 'RELEASE_CHANGE_REFUSED' },
  )
  house.clock.advance(3_600_000)
  await assert.rejects(breakOne('B2'), { code: 'RELEASE_CHANGE_REFUSED' })
  await change(crew, ben, { kind: 'glass.reviewed', id: 'B1', finding: 'justified' })
  assert.equal(await decideNow(crew), 'NO_GO')
  await breakOne('B2')
  assert.equal(await decideNow(crew), 'GO_WITH_WAIVERS')
})
