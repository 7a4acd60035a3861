// Findings on screen, as SARIF and as the rules page.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import test from 'node:test'
import { faultsOfSarif } from '../../test/export-schemas.ts'
import { aBlock } from '../../test/shell-texts.ts'
import type { Finding } from './block.ts'
import { lintBlock } from './lint.ts'
import { renderFindings } from './rendering.ts'
import { explainRule, renderRulesPage } from './rules-page.ts'
import { LINT_RULES } from './rules.ts'
import { toSarif } from './sarif.ts'

const FINDING: Finding = {
  rule: 'no-fail-curl',
  gate: 'a/b',
  line: 2,
  column: 3,
  level: 'error',
  message: 'a message',
  fix: 'a fix',
}

test('a finding shows place, level, rule, message, fix and a caret under the column', () => {
  assert.equal(
    renderFindings([FINDING], 'one\n  curl x\n'),
    [
      '2:3 error no-fail-curl [a/b]',
      '  a message',
      '  2 |   curl x',
      '    |   ^',
      '  fix: a fix',
      '',
      '1 error, 0 warnings, 0 notes',
      '',
    ].join('\n'),
  )
})

test('nothing of the input can move the cursor, reorder text or hide', () => {
  const hostile = '\u001b[2J\u0007\u202e\u200b\u009b\r'
  const text = renderFindings(
    [{ ...FINDING, line: 1, column: 4, message: hostile, rule: hostile, gate: hostile }],
    `a${hostile.replace('\r', '')}b`,
  )
  assert.doesNotMatch(text, /[\0-\u0009\u000b-\u001f\u007f-\u009f\u200b\u202e]/)
  assert.match(text, /\\u\{1b\}/)
})

test('a secret in the line is covered, and the caret still points at it', () => {
  const secret = 'correct-horse-battery'
  const source = `DB_PASSWORD=${secret}`
  const text = renderFindings(lintBlock(aBlock(source)), source)
  assert.ok(!text.includes(secret))
  assert.match(text, /DB_PASSWORD=•{21}\n {4}\| {13}\^/)
})

test('findings come in document order, and one beyond the text has no frame', () => {
  const text = renderFindings(
    [
      { ...FINDING, line: 99 },
      { ...FINDING, line: 1, column: 300, level: 'note' },
    ],
    'x'.repeat(400),
  )
  assert.ok(text.indexOf('1:300 note') < text.indexOf('99:3 error'))
  assert.equal(text.split('|').length - 1, 2)
  assert.match(text, /1 error, 0 warnings, 1 note\n$/)
})

test('the SARIF log describes every rule and places every finding', () => {
  const findings: readonly Finding[] = [
    FINDING,
    { rule: 'zero-gates', line: 1, column: 1, level: 'note', message: 'm', fix: 'f' },
  ]
  const log = toSarif(findings, { documentName: 'docs/a checklist.md', toolVersion: '1.2.3' })
  const [run] = log.runs
  assert.equal(log.version, '2.1.0')
  assert.deepEqual(
    run.tool.driver.rules.map(({ id }) => id),
    LINT_RULES.map(({ id }) => id),
  )
  assert.deepEqual(run.results[0], {
    ruleId: 'no-fail-curl',
    ruleIndex: 0,
    level: 'error',
    message: { text: 'a/b: a message. a fix' },
    locations: [
      {
        physicalLocation: {
          artifactLocation: { uri: 'docs/a%20checklist.md' },
          region: { startLine: 2, startColumn: 3 },
        },
      },
    ],
  })
  assert.equal(run.results[1]?.ruleIndex, undefined)
  assert.equal(run.tool.driver.version, '1.2.3')
  assert.deepEqual(JSON.parse(JSON.stringify(log)), log)
  assert.deepEqual(faultsOfSarif(log), [])
})

test('SARIF keeps to the schema of 2.1.0 whatever the document is called', () => {
  const documentName = 'C:/a b#1/50%?\u{1f6a2} \u05e9\u05dc\u05d5\u05dd \ud800.md'
  assert.deepEqual(faultsOfSarif(toSarif([FINDING], { documentName, toolVersion: '1.2.3' })), [])
  const wrong = toSarif([{ ...FINDING, line: 0 }], { documentName, toolVersion: '1.2.3' })
  assert.match(faultsOfSarif(wrong).join(), /startLine must be >= 1/)
})

test('the rules page is what the rule table says, and names no other rule', () => {
  const page = readFileSync(new URL('../../docs/lint-rules.md', import.meta.url), 'utf8')
  assert.equal(page, renderRulesPage())
  const sections = [...page.matchAll(/^## (.+)$/gm)].map((match) => match[1])
  assert.deepEqual(sections, ['Strict mode', ...LINT_RULES.map(({ id }) => id)])
})

test('a rule is explained by its name, and another name is unknown', () => {
  for (const { id, why, fix } of LINT_RULES) {
    const text = explainRule(id) ?? ''
    assert.ok(text.includes(why) && text.includes(fix), id)
  }
  assert.equal(explainRule('no-such-rule'), undefined)
})
