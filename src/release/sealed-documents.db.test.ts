// What a bundle shows to people is what was decided, also where the checklist was changed and run again before it was sealed.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { aCrew, CREW_PLAN, verifySealed } from '../../test/crew.ts'
import { nodeDigest } from '../../test/crypto.ts'
import { aGate } from '../../test/decisions.ts'
import { openHouse, RELEASE, startPlan } from '../../test/house.ts'
import { contentDigest, utf8Bytes } from '../kernel/index.ts'
import type { ContentDigest } from '../kernel/index.ts'
import type { Plan } from '../verdict/index.ts'

const FIRST = utf8Bytes('# Harbour\n\n- [ ] tests\n- [ ] load\n')
const SECOND = utf8Bytes('# Harbour\n\n- [ ] tests\n- [ ] load\n- [ ] more\n')
const digestOf = (bytes: Uint8Array): ContentDigest => contentDigest(nodeDigest.sha256(bytes))
const planOf = (bytes: Uint8Array, gates: Plan['gates']): Plan => ({
  ...CREW_PLAN,
  source: { name: 'checklist.md', sha256: digestOf(bytes) },
  gates,
})

test('a bundle that is sealed after a run of another checklist is intact and shows the report and the checklist of its decision', async () => {
  const crew = await aCrew(0, planOf(FIRST, CREW_PLAN.gates))
  const { house, ann } = crew
  const { tenantId, releases, evidence } = house
  for (const bytes of [FIRST, SECOND]) await evidence.keepBytes(tenantId, bytes)
  await house.sign(ann, 'Manager')
  assert.equal((await releases.decide(tenantId, RELEASE)).verdict.value, 'GO')
  const decided = await releases.documents(tenantId, RELEASE)
  house.clock.advance(1_000)
  await startPlan(house, planOf(SECOND, [...CREW_PLAN.gates, aGate({ id: 'more' })]), true)
  const report = await verifySealed(crew)
  assert.deepEqual([report.findings, report.verdict, report.release], [[], 'INTACT', 'GO'])
  const { bundle } = await releases.seal(tenantId, RELEASE)
  const bytes = Buffer.from(house.blobs.get(bundle)!)
  for (const shown of [
    decided.reportMarkdown,
    decided.reportHtml,
    decided.original!,
    decided.filled!,
  ])
    assert.ok(bytes.includes(shown))
})

test('the documents of a release without a checklist are sealed as well', async () => {
  const house = await openHouse()
  const runner = await house.person('runner', [], 'runner')
  const started = await startPlan(house, { ...CREW_PLAN, signOffs: [] })
  for (const gate of ['tests', 'load']) await house.submit(runner, started, gate, 0)
  await house.releases.decide(house.tenantId, RELEASE)
  const { bundle } = await house.releases.seal(house.tenantId, RELEASE)
  const text = Buffer.from(house.blobs.get(bundle)!).toString('latin1')
  assert.ok(text.includes('documents/report.md') && !text.includes('documents/original.md'))
})
