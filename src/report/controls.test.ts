// What a report says of controls: their evidence, and plainly which ones have none.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { nodeDigest } from '../../test/crypto.ts'
import { someReportFacts } from '../../test/report-facts.ts'
import type { MappedControl } from '../register/index.ts'
import { composeReport, renderReportMarkdown } from './index.ts'

function controlled(controls: readonly MappedControl[]): string {
  const page = composeReport(nodeDigest, 'controls', { ...someReportFacts(), controls })
  return renderReportMarkdown(page).replaceAll('\\', '')
}

function aControl(id: string, gates: readonly string[], risks: readonly string[] = []) {
  return { framework: 'SOC 2', id, title: `control ${id}`, gates, risks }
}

/** A gate of the facts with this kind of standing. */
function gateWith(isHeld: boolean): string {
  const { inputs } = someReportFacts()
  const found = inputs.results.find(
    (each) => each.statement !== undefined && (each.status === 'PASS') === isHeld,
  )
  assert.ok(found)
  return found.gate
}

test('a control is evidenced by gates that hold, open by one that does not, and else without evidence', () => {
  const held = gateWith(true)
  const text = controlled([
    aControl('CC1', [held]),
    aControl('CC2', [held, gateWith(false)]),
    aControl('CC3', []),
    aControl('CC4', ['no/such-gate']),
    aControl('CC5', [held], ['R404']),
  ])
  const wordOf = (id: string): string | undefined =>
    new RegExp(`\\| ([A-Z ]+) \\| SOC 2 \\| ${id} `).exec(text)?.[1]
  assert.deepEqual(['CC1', 'CC2', 'CC3', 'CC4', 'CC5'].map(wordOf), [
    'EVIDENCED',
    'OPEN',
    'NO EVIDENCE',
    'NO EVIDENCE',
    'OPEN',
  ])
  assert.match(text, /\| SOC 2 \| CC3 \| control CC3 \| no gate and no risk is mapped to it \|/)
  assert.match(text, /\| SOC 2 CC4 \| no\/such-gate \| NOT IN THIS PLAN \| none \|/)
  assert.match(text, /\| SOC 2 CC5 \| R404 \| NOT IN THE REGISTER \|/)
  const page = composeReport(nodeDigest, 'controls', {
    ...someReportFacts(),
    controls: [aControl('CC3', [])],
  })
  assert.doesNotMatch(JSON.stringify(page.facts), /%/)
})

test('a waived gate is named with its waiver, and its control stays open', () => {
  const waived = gateWith(false)
  const facts = someReportFacts()
  assert.deepEqual(facts.verdict.usedWaivers, ['W1'])
  const text = controlled([aControl('CC1', [waived])])
  assert.match(text, /\| OPEN \| SOC 2 \| CC1 /)
  assert.match(text, /\| SOC 2 CC1 \| [^|]+ \| FAIL, waived by W1 \|/)
})

test('without a mapping the report says so', () => {
  assert.match(controlled([]), /No control is mapped/)
})
