// What a filled checklist shows: gates as they stand at the decision, and whose word counts.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { aCrew, askWaiver, change, CREW_PLAN } from '../../test/crew.ts'
import type { Crew } from '../../test/crew.ts'
import { nodeDigest } from '../../test/crypto.ts'
import { RELEASE, startPlan } from '../../test/house.ts'
import { contentDigest, utf8Bytes, utf8Text } from '../kernel/index.ts'
import { importChecklist } from '../gates/import.ts'

const HOUR_MS = 3_600_000
const CHECKLIST = utf8Bytes(
  '# Harbour\n\n- [ ] tests\n- [ ] load\n\n## Sign-offs\n\n| Role | Name | Decision | Date |\n|---|---|---|---|\n| Manager | | | |\n',
)

/** A checklist of two gates that hold, one for an hour only. */
async function aFilledCrew(): Promise<Crew & { filled(): Promise<string> }> {
  const { gates } = importChecklist(CHECKLIST, 'checklist.md', nodeDigest)
  const ids = gates.map(({ id }) => id)
  const plan = {
    ...CREW_PLAN,
    source: { name: 'checklist.md', sha256: contentDigest(nodeDigest.sha256(CHECKLIST)) },
    gates: CREW_PLAN.gates.map((gate, at) => ({
      ...gate,
      id: ids[at]!,
      ...(at === 0 ? { maxAgeMs: HOUR_MS } : {}),
    })),
  }
  const crew = await aCrew(0)
  const { house, runner } = crew
  await house.evidence.keepBytes(house.tenantId, CHECKLIST)
  house.clock.advance(1_000)
  const started = await startPlan(house, plan, true)
  for (const { id } of plan.gates) await house.submit(runner, started, id, 0)
  return {
    ...crew,
    async filled() {
      const { filled } = await house.releases.documents(house.tenantId, RELEASE)
      assert.ok(filled)
      return utf8Text(filled)
    },
  }
}

test('evidence that is too old at the decision earns no tick any more', async () => {
  const { house, filled } = await aFilledCrew()
  assert.match(await filled(), /- \[x\] tests\n- \[x\] load/)
  house.clock.advance(2 * HOUR_MS)
  await house.releases.decide(house.tenantId, RELEASE)
  assert.match(await filled(), /- \[ \] tests\n- \[x\] load/)
})

test('a rejection stands in its row whatever was signed afterwards, and a withdrawn one does not', async () => {
  const { house, ann, ben, filled } = await aFilledCrew()
  const rowOf = async (): Promise<string> => /\| Manager .*/.exec(await filled())?.[0] ?? ''
  await house.sign(ann, 'Manager', 'REJECT')
  house.clock.advance(1_000)
  await house.sign(ben, 'Manager')
  assert.match(await rowOf(), /Ann/)
  house.clock.advance(1_000)
  await house.sign(ann, 'Manager', 'WITHDRAW')
  assert.match(await rowOf(), /Ben/)
  assert.doesNotMatch(await rowOf(), /Ann/)
})

test('a rejection is withdrawn in its role although the plan that is run now asks for another one', async () => {
  const crew = await aCrew(0)
  const { house, ann, cy, runner } = crew
  await house.sign(ann, 'Manager', 'REJECT')
  house.clock.advance(1_000)
  const started = await startPlan(
    house,
    { ...CREW_PLAN, signOffs: [{ role: 'SRE', minimum: 1 }] },
    true,
  )
  for (const gate of ['tests', 'load']) await house.submit(runner, started, gate, 0)
  await house.sign(cy, 'SRE')
  const verdict = async (): Promise<string> =>
    (await house.releases.decide(house.tenantId, RELEASE)).verdict.value
  assert.equal(await verdict(), 'NO_GO')
  house.clock.advance(1_000)
  const refused = { code: 'RELEASE_SIGN_OFF_REFUSED', message: /one of the roles SRE/ }
  for (const word of ['APPROVE', 'REJECT'] as const)
    await assert.rejects(house.sign(ann, 'Manager', word), refused)
  await assert.rejects(house.sign(crew.ben, 'Manager', 'WITHDRAW'), refused)
  await house.sign(ann, 'Manager', 'WITHDRAW')
  assert.equal(await verdict(), 'GO')
})

test('a waiver and an owner may be called as what every object has', async () => {
  const crew = await aCrew(1)
  const { house, ann, ben } = crew
  const statement = await askWaiver(crew, 3, { id: 'constructor' })
  for (const person of [ann, ben])
    await change(crew, person, { kind: 'approved', id: 'constructor', statement })
  await change(crew, ann, {
    kind: 'risk.opened',
    id: 'R2',
    level: 'P3',
    title: 'nobody minds',
    owner: 'constructor',
    likelihood: 'low',
    impact: 'low',
    mitigation: '',
  })
  await house.sign(ann, 'Manager')
  const { verdict } = await house.releases.decide(house.tenantId, RELEASE)
  assert.deepEqual([verdict.value, verdict.usedWaivers], ['GO_WITH_WAIVERS', ['constructor']])
  const { markdown } = await house.releases.report(house.tenantId, RELEASE, 'decision')
  assert.match(utf8Text(markdown), /nobody minds \|.*\| constructor \|/)
})
