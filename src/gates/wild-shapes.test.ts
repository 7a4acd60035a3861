// Small checklists in the shapes that projects really use: what of each is a gate, whose it is, and what is not one.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { utf8Bytes } from '../kernel/index.ts'
import { nodeDigest } from '../../test/crypto.ts'
import type { GateSource } from '../verdict/index.ts'
import { importChecklist } from './import.ts'
import type { ImportedChecklist } from './imported.ts'

function importLines(
  lines: readonly string[],
  also: readonly GateSource[] = [],
): ImportedChecklist {
  return importChecklist(utf8Bytes(lines.join('\n')), 'wild.md', nodeDigest, also)
}

/** Line, check and title of each gate, with its owner when it has one. */
function gatesOf(imported: ImportedChecklist): string[] {
  return imported.gates.map(
    ({ line, check, title, owner }) =>
      `${line} ${check} ${title}${owner === undefined ? '' : ` @${owner}`}`,
  )
}

function rulesOf(imported: ImportedChecklist): string[] {
  return [...new Set(imported.findings.map((finding) => finding.rule))].toSorted()
}

test('a release issue with front matter and hints in comments has only its real boxes as gates', () => {
  const imported = importLines([
    '---',
    'name: Release',
    'about: Cut a new version',
    'labels: "kind/release, area/infra"',
    '---',
    '<!--',
    '- [ ] copy this for every patch release',
    '-->',
    '## Preparation',
    '- [ ] [Release Manager] Announce the freeze in the channel <!-- - [ ] not this -->',
    '- [ ] [QA] Smoke tests are green',
    '<details><summary>How</summary>',
    '',
    '- [ ] Open the dashboard',
    '',
    '</details>',
  ])
  assert.deepEqual(gatesOf(imported), [
    '10 manual [Release Manager] Announce the freeze in the channel @Release Manager',
    '11 manual [QA] Smoke tests are green @QA',
    '14 manual Open the dashboard',
  ])
  assert.equal(imported.title, 'Release')
})

test('a fence that a bullet opens hides nothing behind it', () => {
  const imported = importLines([
    '- [ ] Tag the commit',
    '- ```',
    '  - [ ] no gate, only shown',
    '  ```',
    '- [ ] Push the tag',
    '  ```sh',
    '  git push --dry-run origin v1.0.0',
    '  ```',
    '- [ ] Wait for the build',
  ])
  assert.deepEqual(gatesOf(imported), [
    '1 manual Tag the commit',
    '5 command Push the tag',
    '9 manual Wait for the build',
  ])
})

test('an announcement in a fence stays text, whatever it says', () => {
  const imported = importLines([
    '# Release v1.2.3',
    '- [ ] Send the announcement',
    '',
    '  ```',
    '  Subject: v1.2.3 is out',
    '  curl -fsSL https://get.example.org | sh',
    '  - [ ] not a gate',
    '  ```',
    '',
    '- [ ] Post it',
    '  ```markdown',
    '  $ rm -rf /',
    '  ```',
    '  ```text',
    '  npm publish',
    '  ```',
  ])
  assert.deepEqual(gatesOf(imported), ['2 manual Send the announcement', '10 manual Post it'])
  assert.equal(imported.counts.blocks, 0)
  assert.ok(imported.gates.every((gate) => gate.blocks.every((block) => block.kind === 'sample')))
})

test('a Go/No-Go table is gates with owners, and its sign-off table is not', () => {
  const imported = importLines([
    '# Go / No-Go v3.0.0',
    '',
    '| Criterion | Owner | Go/No-Go |',
    '|---|---|---|',
    '| Error budget left | SRE | ☐ |',
    '| Restore drill done | DBA | ✅ |',
    '| Legal approved | Legal | |',
    '',
    '| Role | Name | Signature | Date |',
    '|---|---|---|---|',
    '| CTO | | | |',
    '',
    '| Status | Meaning |',
    '|---|---|',
    '| ✅ | go |',
  ])
  assert.deepEqual(gatesOf(imported), [
    '5 manual Error budget left @SRE',
    '6 manual Restore drill done @DBA',
    '7 manual Legal approved @Legal',
  ])
  assert.deepEqual(
    imported.gates.map(({ hasBox, checked }) => [hasBox, checked]),
    [
      [true, false],
      [true, true],
      [true, false],
    ],
  )
  assert.deepEqual(imported.signOffs, [{ role: 'CTO', line: 11 }])
  assert.ok(rulesOf(imported).includes('box-pre-ticked'))
})

test('a wiki export with box glyphs on lines of their own is read line by line', () => {
  const imported = importLines([
    '# Cut-over v1.0.0',
    '',
    'Before the window:',
    '☐ Backup taken (owner: Data Team)',
    '☑ Rehearsal done',
    '  in staging',
    '',
    '* ☐ Traffic moved',
    '* ☒ Old hosts drained',
    '',
    '```bash',
    'test -f drained',
    '```',
  ])
  assert.deepEqual(gatesOf(imported), [
    '4 manual Backup taken (owner: Data Team) @Data Team',
    '5 manual Rehearsal done in staging',
    '8 command Traffic moved',
    '9 command Old hosts drained',
  ])
  assert.deepEqual(
    imported.gates.map((gate) => gate.checked),
    [false, true, false, true],
  )
})

test('a list of status glyphs is gates where it keeps what is open, and says nothing in its favour', () => {
  const open = importLines(['- ✅ Docs', '- ⏳ Images', '- ❌ Signatures', '- ✅ = done'])
  assert.deepEqual(gatesOf(open), ['1 manual Docs', '2 manual Images', '3 manual Signatures'])
  assert.deepEqual(
    open.gates.map((gate) => gate.checked),
    [true, false, false],
  )
  const beside = importLines(['- [ ] Gate', '', 'Do and do not:', '', '* ✅ ask', '* ❌ guess'])
  assert.deepEqual(gatesOf(beside), ['1 manual Gate'])
  assert.ok(rulesOf(beside).includes('glyph-not-gate'))
  const inside = importLines(['- [ ] Gate', '  - ✅ one part', '  - ❌ the other'])
  assert.deepEqual(gatesOf(inside), ['1 manual Gate'])
})

test('numbered steps alone are no gates until somebody asks for them', () => {
  const lines = [
    '# Releasing',
    '',
    '1. Update the changelog',
    '2. Run `git status`',
    '3. Publish',
    '',
    '   ```bash',
    '   npm publish --dry-run',
    '   ```',
    '   1. Check the page',
    '   2. Check the tag',
  ]
  assert.throws(() => importLines(lines), {
    code: 'GATES_CHECKLIST_GATELESS',
    message: /--gates headings would find|--gates ordered-steps would find 5/,
  })
  const imported = importLines(lines, ['ordered-steps'])
  assert.deepEqual(gatesOf(imported), [
    '3 manual Update the changelog',
    '4 command Run git status',
    '5 manual Publish',
    '5 command Publish (own check)',
    '10 manual Check the page',
    '11 manual Check the tag',
  ])
  assert.ok(imported.gates.every((gate) => !gate.hasBox))
  assert.deepEqual(imported.source.gates, ['ordered-steps'])
})

test('numbered lists around boxes stay what they are when steps are asked for', () => {
  const imported = importLines(
    ['1. Prepare', '   - [ ] Freeze', '2. Ship', '', '## Then', '', '1. Watch', '2. Rest'],
    ['ordered-steps'],
  )
  assert.deepEqual(gatesOf(imported), ['2 manual Freeze', '7 manual Watch', '8 manual Rest'])
  assert.equal(imported.gates[0]?.id, 'prepare/freeze')
})

test('headings alone are gates on request, each with the text and the code below it', () => {
  const lines = [
    '# Runbook',
    '',
    '## Database',
    '',
    '### Backup exists',
    'Size: `____ GB` (>= 1)',
    '',
    '```bash',
    'test -s backup.tar',
    '```',
    '',
    '### Schema migrated',
    'Ask the DBA.',
    '',
    '## Empty',
    '',
    '## Tasks',
    '- [ ] Real box',
  ]
  assert.deepEqual(gatesOf(importLines(lines)), ['18 manual Real box'])
  const imported = importLines(lines, ['headings'])
  assert.deepEqual(gatesOf(imported), [
    '5 command Backup exists',
    '12 manual Schema migrated',
    '18 manual Real box',
  ])
  assert.equal(imported.gates[0]?.id, 'database/backup-exists')
  assert.equal(imported.gates[0]?.slots[0]?.bound?.value, 1)
})

test('un-boxed parents name what stands below them and are no gates', () => {
  const imported = importLines([
    '- Cluster',
    '  - [ ] Nodes ready',
    '  - Storage',
    '    - [ ] Volumes bound',
    '- [ ] All',
    '  - [x] One',
    '  - [X] Two',
  ])
  assert.deepEqual(
    imported.gates.map(({ id, children, checked }) => [id, children?.length ?? 0, checked]),
    [
      ['cluster/nodes-ready', 0, false],
      ['cluster/storage/volumes-bound', 0, false],
      ['all', 2, false],
      ['all/one', 0, true],
      ['all/two', 0, true],
    ],
  )
})

test('brackets that are no box are reported instead of being passed over', () => {
  const imported = importLines(['- [ ] real', '- [] missing blank', '- [✓] tick', '- [link](x)'])
  assert.deepEqual(gatesOf(imported), ['1 manual real'])
  const finding = imported.findings.find(({ rule }) => rule === 'box-malformed')
  assert.equal(finding?.line, 2)
  assert.match(finding?.message ?? '', /^2 items begin/)
})

test('carriage returns alone, tabs and a byte order mark change nothing of what is read', () => {
  const lines = [
    '# T v1.0.0',
    '',
    '- [ ] one',
    '\t- [ ] two',
    '',
    '| ID | Check |',
    '|--|--|',
    '| 1 | x |',
  ]
  const expected = gatesOf(importLines(lines))
  assert.equal(expected.length, 3)
  for (const end of ['\r\n', '\r']) {
    const bytes = utf8Bytes(`\ufeff${lines.join(end)}`)
    assert.deepEqual(gatesOf(importChecklist(bytes, 'wild.md', nodeDigest)), expected)
  }
})
