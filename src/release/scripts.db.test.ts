// Names and texts written from right to left, or as pictures, from the register through the decision into report and bundle.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { change, verifySealed } from '../../test/crew.ts'
import type { Crew } from '../../test/crew.ts'
import { aGate, aPlan } from '../../test/decisions.ts'
import { openHouse, RELEASE, startPlan } from '../../test/house.ts'
import { utf8Text } from '../kernel/index.ts'
import { REPORT_KINDS } from '../report/index.ts'

const NAMES = ['مريم الخطيب', 'שירה לוי'] as const
const GATE = { id: 'tests', title: 'اختبارات الوحدة تمر 🚢', section: 'בדיקות › יחידה' }
const RISK = 'التراجع لم يُجرَّب 👩‍👩‍👧‍👦 שלום'
/** Overrides that would show a text in another order than it is read in. */
const STEERED = 'safe \u202egnp.exe\u2066 ok'

const PLAN = aPlan([aGate(GATE), aGate({ id: 'load', title: STEERED })], {
  ...RELEASE,
  environment: 'staging',
  signOffs: [{ role: 'Manager', minimum: 1 }],
})

async function decided(): Promise<Crew> {
  const house = await openHouse()
  const runner = await house.person('runner', [], 'runner')
  const ann = await house.person(NAMES[0], ['Manager'])
  const ben = await house.person(NAMES[1], ['Manager'])
  const crew = { house, runner, ann, ben, cy: ben }
  await house.releases.open(house.tenantId, 'operator', RELEASE, null)
  const started = await startPlan(house, PLAN, true)
  for (const gate of ['tests', 'load']) await house.submit(runner, started, gate, 0)
  await house.runs.finish(house.tenantId, 'operator', started.run.runId)
  await change(crew, ann, {
    kind: 'risk.opened',
    id: 'R1',
    level: 'P3',
    title: RISK,
    owner: ann.principal.id,
    likelihood: 'low',
    impact: 'low',
    mitigation: STEERED,
  })
  await house.sign(ann, 'Manager')
  await house.releases.decide(house.tenantId, RELEASE)
  return crew
}

test('texts from right to left and pictures come through every report whole, and nothing steers how they are shown', async () => {
  const crew = await decided()
  const { house } = crew
  let shown = ''
  for (const kind of REPORT_KINDS) {
    const { markdown, html } = await house.releases.report(house.tenantId, RELEASE, kind)
    for (const text of [utf8Text(markdown), utf8Text(html)]) {
      assert.doesNotMatch(text, /[\u202a-\u202e\u2066-\u2069\u200e\u200f]/, kind)
      assert.ok(text.isWellFormed(), kind)
      shown += text
    }
  }
  for (const text of [NAMES[0], GATE.title, RISK])
    assert.ok(shown.split(text).length > 2, `${text} is shown in Markdown and HTML`)
  const report = await verifySealed(crew)
  assert.deepEqual([report.verdict, report.release, report.findings], ['INTACT', 'GO', []])
})
