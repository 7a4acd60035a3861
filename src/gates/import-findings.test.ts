// What import says about a checklist so that nothing is left out, lowered or unsigned in silence.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { utf8Bytes } from '../kernel/index.ts'
import type { Finding } from '../soundness/index.ts'
import { nodeDigest } from '../../test/crypto.ts'
import { importChecklist } from './import.ts'
import type { ImportedChecklist } from './imported.ts'

function importText(...lines: string[]): ImportedChecklist {
  return importChecklist(utf8Bytes(lines.join('\n')), 'list.md', nodeDigest)
}

function findingsOf(imported: ImportedChecklist, rule: string): Finding[] {
  return imported.findings.filter((finding) => finding.rule === rule)
}

const COMMANDS = [
  '| Check | Command | Expected |',
  '|---|---|---|',
  '| Tests | `npm test` | green |',
]

test('a table of commands without ids or a status is named with its line and what to add', () => {
  const imported = importText('- [ ] a', '', ...COMMANDS)
  assert.equal(imported.gates.length, 1)
  const [finding, ...more] = findingsOf(imported, 'table-not-gates')
  assert.deepEqual([finding?.line, finding?.level, more], [3, 'warning', []])
  assert.match(finding?.fix ?? '', /ID or Status/)
  assert.deepEqual(
    findingsOf(importText('- [ ] a', '', '| A | B |', '|--|--|', '| 1 | 2 |'), 'table-not-gates'),
    [],
  )
  assert.throws(() => importText(...COMMANDS), {
    code: 'GATES_CHECKLIST_GATELESS',
    message: /the table at line 1 has commands, and needs an ID or Status column/,
  })
})

test('a checklist without a sign-off table is told that nobody signs', () => {
  const [finding] = findingsOf(importText('- [ ] a'), 'no-sign-offs')
  assert.deepEqual([finding?.line, finding?.level], [1, 'note'])
  const signed = importText(
    '- [ ] a',
    '',
    '| Rolle | Name | Datum | Unterschrift |',
    '|-|-|-|-|',
    '| Betrieb | | | |',
  )
  assert.deepEqual(signed.signOffs, [{ role: 'Betrieb', line: 5 }])
  assert.deepEqual(findingsOf(signed, 'no-sign-offs'), [])
})

test('a command inside a sentence stays with a person and the finding says why', () => {
  const imported = importText(
    '- [ ] Unit tests are green: `node --test tests/`',
    '- [ ] Run `npm test`',
    '- [ ] `npm run lint`',
    '- [ ] The flag `dark_mode` is off',
    '- [ ] Time is noted',
    '  - Took: `about ____ s`',
  )
  assert.deepEqual(
    imported.gates.map((gate) => gate.check),
    ['manual', 'command', 'command', 'manual', 'manual'],
  )
  assert.deepEqual(
    findingsOf(imported, 'inline-not-run').map(({ gate, line, column, level }) => [
      gate,
      line,
      column,
      level,
    ]),
    [['unit-tests-are-green-node-test-tests', 1, 30, 'note']],
  )
})

test('a word in brackets behind a title makes the gate advisory, each time with a finding', () => {
  const imported = importText(
    '- [ ] Load test (optional)',
    '- [ ] **Docs** reviewed [Optional].',
    '- [ ] Chaos day _(recommended)_',
    '- [ ] Group (optional)',
    '  - [ ] Child',
    '- [ ] (Optional) stays required',
    '- [ ] optional fields are validated',
  )
  assert.deepEqual(
    imported.gates.map((gate) => gate.severity),
    ['advisory', 'advisory', 'advisory', 'advisory', 'advisory', 'required', 'required'],
  )
  const lowered = findingsOf(imported, 'severity-lowered')
  assert.deepEqual(
    lowered.map(({ line }) => line),
    [1, 2, 3, 4, 5],
  )
  assert.match(lowered[0]?.message ?? '', /"optional" behind its title makes the gate "Load test/)
  assert.match(lowered[4]?.message ?? '', /an item around it/)
})

test('a title that is wholly struck out is no gate, is reported, and keeps what stands below it', () => {
  const imported = importText(
    '- [ ] ~~Old check~~',
    '- [ ] **~~Older~~**',
    '- [ ] ~~Group~~',
    '  - [ ] Child',
    '- [ ] Parent',
    '  - [ ] ~~only child~~',
    '- [ ] ~~old~~ new words',
    '- [ ] ~~one~~ and ~~two~~',
    '- [ ] Look at ~/notes',
    '',
    '| ID | Check |',
    '|---|---|',
    '| A | ~~gone~~ |',
    '| B | stays |',
  )
  assert.deepEqual(
    imported.gates.map((gate) => [gate.title, gate.children]),
    [
      ['Child', undefined],
      ['Parent', undefined],
      ['old new words', undefined],
      ['one and two', undefined],
      ['Look at ~/notes', undefined],
      ['B stays', undefined],
    ],
  )
  assert.deepEqual(
    findingsOf(imported, 'item-struck').map(({ line, level }) => [line, level]),
    [1, 2, 3, 6, 13].map((line) => [line, 'note']),
  )
  assert.throws(() => importText('- [ ] ~~gone~~'), {
    code: 'GATES_CHECKLIST_GATELESS',
    message: /1 item is struck out/,
  })
})
