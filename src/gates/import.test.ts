// Import of checklists: what becomes a gate, what it is called, what is bound to it, what is noticed.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import fc from 'fast-check'
import { utf8Bytes } from '../kernel/index.ts'
import { nodeDigest } from '../../test/crypto.ts'
import { CHECKLIST_GATE_LIMIT } from './gate-sources.ts'
import { importChecklist } from './import.ts'
import type { ImportedChecklist } from './imported.ts'

function importText(...lines: string[]): ImportedChecklist {
  return importChecklist(utf8Bytes(lines.join('\n')), 'list.md', nodeDigest)
}

test('the reference checklist gives its gates, blocks, slots, toggles and sign-offs', (t) => {
  const folder = process.env['SEAWORTHY_SEEDS']
  if (folder === undefined) {
    t.skip('SEAWORTHY_SEEDS is not set')
    return
  }
  const bytes = new Uint8Array(readFileSync(join(folder, '003_146a4ac4e9b5b9a5.txt')))
  const imported = importChecklist(bytes, 'release.md', nodeDigest)
  assert.deepEqual(imported.counts, { gates: 30, blocks: 26, slots: 45, toggles: 67, signoffs: 6 })
  assert.equal(imported.gates.flatMap((gate) => gate.slots).length, 33)
  assert.equal(imported.gates.flatMap((gate) => gate.toggles).length, 59)
  assert.equal(imported.outside.slots.length, 12)
  assert.equal(imported.outside.toggles.length, 8)
  assert.deepEqual(
    imported.signOffs.map((signOff) => signOff.role),
    ['Release Manager', 'Backend Lead', 'SRE Lead', 'SecOps', 'QA Lead', 'DPO/Privacy'],
  )
  assert.equal(imported.gates.filter((gate) => gate.check === 'command').length, 26)
  assert.deepEqual(
    imported.gates.filter((gate) => gate.check === 'manual').map((gate) => gate.title),
    ['Test Evidence Attached', 'On-Call Coverage', 'Canary Phase 2 (25%)', 'Full Rollout (100%)'],
  )
  assert.deepEqual(
    imported.holes.map((hole) => [hole.text, hole.line, hole.column]),
    [
      ['_[Assign]_', 11, 22],
      ['YYYY-MM-DD', 12, 19],
    ],
  )
  assert.equal(new Set(imported.gates.map((gate) => gate.id)).size, 30)
  assert.ok(imported.gates.every((gate) => gate.severity === 'required' && !gate.checked))
})

test('the reference checklist keeps sections, ids, bounds and phases of its gates', (t) => {
  const folder = process.env['SEAWORTHY_SEEDS']
  if (folder === undefined) {
    t.skip('SEAWORTHY_SEEDS is not set')
    return
  }
  const imported = importChecklist(
    new Uint8Array(readFileSync(join(folder, '003_146a4ac4e9b5b9a5.txt'))),
    'release.md',
    nodeDigest,
  )
  const bounds = imported.gates.flatMap((gate) =>
    gate.slots.flatMap((slot) =>
      slot.bound === undefined
        ? []
        : [`${slot.label} ${slot.bound.op} ${slot.bound.value} ${slot.unit ?? ''}`.trim()],
    ),
  )
  assert.deepEqual(bounds, [
    '429 Responses gt 0',
    'Result le 7200 seconds',
    '5m Burn Rate lt 2',
    '1h Burn Rate lt 1',
    'SLO Compliance gt 95 %',
  ])
  assert.deepEqual(
    imported.outside.slots
      .filter((slot) => slot.bound !== undefined)
      .map((slot) => `${slot.label} ${slot.bound?.op} ${slot.bound?.value}`),
    ['Rollback Events eq 0', 'SLO Violations eq 0', 'Error Budget Burn lt 20'],
  )
  const gate = imported.gates.find((candidate) => candidate.line === 199)
  assert.equal(gate?.id, 'privacy-rtbf-gates/scale-performance/10m-record-processing-2h')
  assert.equal(gate?.section, 'Privacy / RTBF Gates › Scale Performance')
  assert.equal(gate?.blocks[0]?.lines[0]?.line, 202)
  assert.deepEqual(
    gate?.toggles.map((toggle) => toggle.label),
    ['Result', 'Worker Scaling'],
  )
  const phases = imported.gates.map((candidate) => candidate.phase)
  assert.deepEqual(
    [...new Set(phases)],
    ['pre-deploy', 'canary-5', 'canary-25', 'canary-100', 'post-deploy'],
  )
  assert.equal(phases.filter((phase) => phase === 'pre-deploy').length, 26)
})

test('a document without a gate is refused, and so is one with too many', () => {
  for (const text of [
    '# Release\n\ntext',
    '```\n- [ ] x\n```',
    '<!--\n- [ ] x\n-->',
    '| A | B |\n|---|---|\n| 1 | 2 |',
    '- [ ]',
  ]) {
    assert.throws(() => importText(text), { code: 'GATES_CHECKLIST_GATELESS' })
  }
  assert.throws(() => importText('- [ ] x\n'.repeat(CHECKLIST_GATE_LIMIT + 1)), {
    code: 'GATES_CHECKLIST_GATES_EXCEEDED',
  })
})

test('ids are made of headings and title, and stay when items and sections move', () => {
  const section = (name: string, items: string[]): string =>
    `## ${name}\n\n${items.map((item) => `- [ ] ${item}\n`).join('')}\n`
  const items = ['**Alpha** one', 'Beta `two`', 'Gamma', 'Gamma with more', 'Ünïcode ✅ title']
  const idsOf = (text: string): string[] =>
    importText(`# Title\n\n${text}`)
      .gates.map((gate) => gate.id)
      .toSorted()
  const reference = idsOf(section('One', items) + section('Two', items))
  assert.ok(reference.includes('one/alpha-one'))
  assert.ok(reference.includes('two/unicode-title'))
  const order = fc.shuffledSubarray(items, { minLength: items.length })
  fc.assert(
    fc.property(order, order, fc.boolean(), (first, second, swapped) => {
      const sections = [section('One', first), section('Two', second)]
      assert.deepEqual(idsOf((swapped ? sections.toReversed() : sections).join('')), reference)
    }),
  )
})

test('items with the same path get a mark of their content, and only equal ones are numbered', () => {
  const text = (order: string[]): string => `## S\n\n${order.join('')}`
  const items = [
    '- [ ] Same\n\n  ```bash\n  true\n  ```\n\n',
    '- [ ] Same\n\n  ```bash\n  false\n  ```\n\n',
    '- [ ] Other\n\n',
  ]
  const idOf = (imported: ImportedChecklist, source: string): string | undefined =>
    imported.gates.find((gate) => gate.blocks[0]?.source === source)?.id
  const first = importText(text(items))
  const second = importText(text(items.toReversed()))
  assert.match(idOf(first, 'true') ?? '', /^s\/same-[0-9a-f]{8}$/)
  assert.equal(idOf(first, 'true'), idOf(second, 'true'))
  assert.equal(idOf(first, 'false'), idOf(second, 'false'))
  const twins = importText('- [ ] Twin\n- [ ] Twin\n').gates.map((gate) => gate.id)
  assert.match(
    twins.join(' '),
    /^twin-[0-9a-f]{8} twin-[0-9a-f]{8}$|^twin-[0-9a-f]{8}-1 twin-[0-9a-f]{8}-2$/,
  )
  assert.equal(new Set(twins).size, 2)
})

test('a title without letters gets an id of its content', () => {
  assert.match(importText('- [ ] ✅✅✅\n').gates[0]?.id ?? '', /^gate-[0-9a-f]{8}$/)
})

test('a parent with boxes below it rolls them up, and code of its own becomes one more child', () => {
  const imported = importText(
    '- [ ] Parent',
    '',
    '  ```bash',
    '  test -f x',
    '  ```',
    '',
    '  - [ ] Child one',
    '  - [ ] Child two',
    '- [ ] Alone',
  )
  const parent = imported.gates.find((gate) => gate.title === 'Parent')
  assert.deepEqual(parent?.children, [
    'parent/child-one',
    'parent/child-two',
    'parent/parent-own-check',
  ])
  assert.deepEqual(parent?.blocks, [])
  const own = imported.gates.find((gate) => gate.id === 'parent/parent-own-check')
  assert.equal(own?.check, 'command')
  assert.equal(own?.hasBox, false)
})

test('a box that was ticked before does not count and is reported', () => {
  const imported = importText(
    '- [x] done',
    '- [ ] open',
    '',
    '| ID | Gate | Status |',
    '|---|---|---|',
    '| A | x | ✅ Done |',
    '| B | y | ❌ |',
  )
  assert.deepEqual(
    imported.gates.map((gate) => gate.checked),
    [true, false, true, false],
  )
  assert.equal(imported.findings.filter((finding) => finding.rule === 'box-pre-ticked').length, 2)
})

test('rows of a table with ids or states are gates, with commands from their command column', () => {
  const imported = importText(
    '## Checks',
    '',
    '| ID | Check | Command | Status |',
    '|---|---|---|---|',
    '| G1 | Notes exist | `test -s NOTES.md` | ✅❌ |',
    '| G2 | Owner named | ask | ✅❌ |',
  )
  assert.deepEqual(
    imported.gates.map((gate) => [gate.id, gate.check, gate.toggles.length]),
    [
      ['checks/g1-notes-exist', 'command', 1],
      ['checks/g2-owner-named', 'manual', 1],
    ],
  )
})

test('holes in title, slots or code belong to their gate, others to the document', () => {
  const imported = importText(
    'Owner: _[Name]_',
    '',
    '- [ ] Deploy <SERVICE> vX.Y.Z',
    '',
    '  ```bash',
    '  kubectl -n <NAMESPACE> get $POD',
    '  ```',
    '  - Date: YYYY-MM-DD',
  )
  assert.deepEqual(imported.gates[0]?.holes, ['<SERVICE>', 'vX.Y.Z', 'YYYY-MM-DD', '<NAMESPACE>'])
  assert.ok(imported.gates[0]?.parameters.includes('POD'))
  assert.deepEqual(
    imported.holes.filter((hole) => hole.gate === undefined).map((hole) => hole.text),
    ['_[Name]_'],
  )
  assert.deepEqual(
    imported.holes
      .filter((hole) => hole.text === '<NAMESPACE>')
      .map((hole) => [hole.line, hole.column]),
    [[6, 14]],
  )
})

test('a heading that makes gates optional says so in a finding', () => {
  const imported = importText(
    '## Gates',
    '- [ ] a',
    '## Recommended',
    '- [ ] b',
    '## Release Metrics (Post-Deploy)',
    '- [ ] c',
    '## Metrics gates',
    '- [ ] d',
  )
  assert.deepEqual(
    imported.gates.map((gate) => gate.severity),
    ['required', 'advisory', 'informational', 'required'],
  )
  assert.equal(imported.findings.filter((finding) => finding.rule === 'severity-lowered').length, 2)
})

test('gates of tables and own checks stand in document order and take the phase of their place', () => {
  const imported = importText(
    '## Security',
    '| ID | Gate |',
    '|---|---|',
    '| S1 | scan |',
    '',
    '- [ ] parent',
    '  - [ ] child',
    '',
    '  ```bash',
    '  test -f x',
    '  ```',
    '',
    '## Canary (5%)',
    '- [ ] five',
  )
  assert.deepEqual(
    imported.gates.map((gate) => [gate.title, gate.phase]),
    [
      ['S1 scan', 'pre-deploy'],
      ['parent', 'pre-deploy'],
      ['parent (own check)', 'pre-deploy'],
      ['child', 'pre-deploy'],
      ['five', 'canary-5'],
    ],
  )
})
