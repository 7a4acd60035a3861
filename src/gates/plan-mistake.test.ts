// Mistakes in plan files: shown where they stand, with what would be right there.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { SeaworthyError, utf8Bytes } from '../kernel/index.ts'
import { nodeDigest } from '../../test/crypto.ts'
import { importChecklist } from './import.ts'
import { formatPlanFile, parsePlanFile } from './plan-file.ts'
import { proposePlan } from './proposal.ts'

function aPlanText(): string {
  const text = '- [ ] g\n\n  ```bash\n  test -f x\n  ```\n\n  - **Time:** `____ms` (<5)\n'
  const imported = importChecklist(utf8Bytes(text), 'list.md', nodeDigest)
  return formatPlanFile(proposePlan(imported, { service: 's', version: '1.10', environment: 'e' }))
}

function refusalOf(text: string, name = 'p.yaml'): SeaworthyError {
  try {
    parsePlanFile(utf8Bytes(text), name)
  } catch (thrown) {
    assert.ok(thrown instanceof SeaworthyError)
    return thrown
  }
  return assert.fail('expected a refusal')
}

test('an unknown key is shown with its line, column and the key that was meant', () => {
  const text = aPlanText()
  const line = text.split('\n').findIndex((row) => row.includes('severity:')) + 1
  const refusal = refusalOf(text.replace('severity:', 'severty:'))
  assert.equal(refusal.code, 'GATES_PLAN_FILE_REFUSED')
  assert.match(
    refusal.message,
    new RegExp(
      `line ${line}, column 3: unknown key "severty" at gates\\[0\\]; did you mean "severity"\\?`,
    ),
  )
  assert.match(refusal.message, /\n\d+ \| {3}severty: required\n +\^$/)
})

test('a key of another kind of check or reading is told where it belongs', () => {
  const text = aPlanText()
  assert.match(
    refusalOf(text.replace('    language: bash', '    language: bash\n    question: why')).message,
    /unknown key "question" at gates\[0\]\.check: type command takes language, script, reports; "question" belongs to type manual\n/,
  )
  assert.match(
    refusalOf(text.replace('{ from: exitCode }', '{ from: exitCode, path: $.a }')).message,
    /unknown key "path" at gates\[0\]\.assertions\[0\]\.read: from exitCode takes no other key; "path" belongs to from json or percentile\n/,
  )
  assert.match(
    refusalOf(text.replace('    language: bash', '    language: bash\n    scrip: x')).message,
    /unknown key "scrip" at gates\[0\]\.check; did you mean "script"\?/,
  )
  assert.doesNotMatch(
    refusalOf(text.replace('service: s', 'service: s\nseverity: required')).message,
    /did you mean "severity"/,
  )
})

test('a file that is no plan at all is told so, whatever else is wrong with it', () => {
  const rows: readonly (readonly [string, string, RegExp])[] = [
    ['config.json', '{ "port": 80 }', /written by: seaworthy plan CHECKLIST$/],
    ['config.json', '{ "port": 80, }x', /this is no plan file/],
    [
      'list.md',
      '# Title\n\n- [ ] a: b\n- [ ] c\n',
      /a checklist becomes one with: seaworthy plan FILE/,
    ],
    ['a.yaml', '- 1\n- 2\n', /this is no plan file/],
    ['a.yaml', '', /this is no plan file/],
  ]
  for (const [name, text, expected] of rows) {
    const refusal = refusalOf(text, name)
    assert.equal(refusal.code, 'GATES_PLAN_FILE_REFUSED')
    assert.match(
      refusal.message,
      /this is no plan file: expected the line "format: seaworthy-plan\/1"/,
    )
    assert.match(refusal.message, expected)
  }
  const broken = refusalOf(aPlanText().replace('holes: []', 'holes: ['))
  assert.doesNotMatch(broken.message, /no plan file/)
})

test('a value of the wrong kind is shown where it stands', () => {
  const text = aPlanText()
  assert.match(
    refusalOf(text.replace('version: "1.10"', 'version: 1.10')).message,
    /line \d+, column 1: version: .*string/,
  )
  assert.match(
    refusalOf(text.replace('effect: read', 'effect: reads')).message,
    /column 3: gates\[0\]\.effect/,
  )
  assert.match(refusalOf(text.replace('retries: 1', 'retries: -1')).message, /gates\[0\]\.retries/)
  assert.match(refusalOf(text.replace(/ {2}title: .*\n/, '')).message, /gates\[0\]\.title/)
})
