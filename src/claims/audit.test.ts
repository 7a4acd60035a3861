// The audit as a whole: honest reports yield nothing, the same bytes the same, and what must not matter does not.
import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import test from 'node:test'
import fc from 'fast-check'
import { readDocumentBytes } from '../document/index.ts'
import { faultsOfSarif } from '../../test/export-schemas.ts'
import { damageText } from '../../examples/checklist/damage.ts'
import { auditReport } from './audit.ts'
import type { AuditReport } from './model.ts'
import { CLAIM_VERDICTS } from './model.ts'
import { auditSarif } from './sarif.ts'

const HONEST = new URL('../../test/reports/honest/', import.meta.url)
const DISHONEST = new URL('../../test/reports/completion.md', import.meta.url)

function auditBytes(bytes: Uint8Array): AuditReport {
  return auditReport(readDocumentBytes(bytes))
}

function audit(text: string): AuditReport {
  return auditBytes(new TextEncoder().encode(text))
}

function honestReports(): (readonly [string, string])[] {
  return readdirSync(HONEST).map(
    (name) => [name, readFileSync(new URL(name, HONEST), 'utf8')] as const,
  )
}

/** Findings without their lines. */
function gist({ findings }: AuditReport): unknown {
  return findings
    .map(({ rule, level, claim, against }) => [rule, level, claim.text, against.text].join(' | '))
    .sort()
}

test('honest reports of many kinds and languages yield no finding', () => {
  const reports = honestReports()
  assert.ok(reports.length >= 24, `${reports.length} honest reports`)
  for (const [name, text] of reports) {
    const report = audit(text)
    assert.deepEqual(gist(report), [], name)
    assert.ok(report.read.passages >= 5, `${name} was read`)
  }
})

test('an open item that is required, appended to a report that declares itself ready, is a contradiction', () => {
  const ready = '# Report\n\n**Status:** READY FOR PRODUCTION\n\n## Done\n\n- [x] Keys rotated\n'
  assert.deepEqual(gist(audit(ready)), [])
  const findings = audit(
    `${ready}\n## Keys\n\n- ⏳ Rotate the spare key (ACTION REQUIRED)\n`,
  ).findings
  assert.deepEqual(
    findings.map(({ rule, level, claim, against }) => [rule, level, claim.line, against.line]),
    [['R1', 'error', 3, 11]],
  )
})

test('a tick in a column of requirements and a date that is meant to lie ahead claim nothing', () => {
  const matrix =
    '# R\n\n| Item | Required |\n| --- | --- |\n| Restore drill | ✅ |\n\n- [ ] Restore drill\n'
  assert.deepEqual(gist(audit(matrix)), [])
  assert.equal(audit(matrix.replace('Required', 'Status')).findings[0]?.rule, 'R5')
  const ahead =
    '# R\n\n**Date:** 2026-02-01\n\nThe certificate was rotated and expires on 2027-01-01.\n'
  assert.deepEqual(gist(audit(ahead)), [])
})

test('an independent validator accepts the findings as SARIF by the schema of 2.1.0', () => {
  const log = auditSarif(auditBytes(readFileSync(DISHONEST)), 'reports/completion #1.md', '1.2.3')
  assert.ok(log.runs[0].results.length >= 8)
  assert.deepEqual(faultsOfSarif(log), [])
})

test('the same bytes give the same answer', () => {
  const bytes = new Uint8Array(readFileSync(DISHONEST))
  assert.deepEqual(auditBytes(bytes), auditBytes(bytes.slice()))
})

test('blank lines and trailing blanks move findings and change none', () => {
  const text = readFileSync(DISHONEST, 'utf8')
  const before = audit(text)
  assert.ok(before.blocking.length >= 5)
  const spaced = audit(text.replaceAll('\n\n', '\n\n\n').replace('# ', '\n# '))
  assert.deepEqual(gist(spaced), gist(before))
  assert.deepEqual(gist(audit(text.replaceAll('\n', '\r\n'))), gist(before))
})

test('a section that has nothing to do with the others may stand anywhere', () => {
  const [head, ...sections] = readFileSync(DISHONEST, 'utf8').split(/^(?=## )/m)
  const before = gist(audit([head, ...sections].join('')))
  const aside = '## Weather\n\nIt rained on the day of the offsite, and nobody minded.\n\n'
  fc.assert(
    fc.property(fc.integer({ min: 0, max: sections.length }), (at) => {
      const moved = [...sections.slice(0, at), aside, ...sections.slice(at)]
      assert.deepEqual(gist(audit([head, ...moved].join(''))), before)
    }),
    { numRuns: 10 },
  )
})

test('a report whose encoding was damaged gives the findings of the intact one', () => {
  const text = readFileSync(DISHONEST, 'utf8')
  const damaged = auditBytes(damageText(text))
  const intact = audit(text)
  const lines = ({ findings }: AuditReport): unknown =>
    findings.map(({ rule, level, claim, against }) => [rule, level, claim.line, against.line])
  assert.deepEqual(lines(damaged), lines(intact))
})

test('every claim has one verdict, the counts add up, and no figure sums them up', () => {
  const report = audit(readFileSync(DISHONEST, 'utf8'))
  const sum = CLAIM_VERDICTS.reduce((all, verdict) => all + report.counts[verdict], 0)
  assert.equal(sum, report.claims.length)
  assert.ok(report.claims.length > 10)
  assert.deepEqual(Object.keys(report), [
    'claims',
    'findings',
    'counts',
    'areas',
    'blocking',
    'read',
  ])
})

test('any text is audited without a fault', () => {
  const piece = fc.constantFrom(
    '# ',
    '## A ✅\n',
    '- [ ] ',
    '- [x] ',
    '✅ ',
    '⏳ ',
    '| a | b |\n| --- | --- |\n',
    '| 1 | 2 |\n',
    '**Status:** ',
    'READY FOR PRODUCTION',
    'all tasks complete',
    '(ACTION REQUIRED)',
    '10/10',
    '31 passed, 3 skipped',
    '`src/a.ts`',
    '\n',
    '\n\n',
    '> ',
    '```\n',
    'שלום ',
    'مرحبا ',
    '👩‍💻',
    '\u202e',
    '2026-02-01',
    'p95 100 ms (7-day window)',
    '%',
    '(',
    ')',
    ':',
  )
  fc.assert(
    fc.property(
      fc.array(fc.oneof(piece, fc.string({ maxLength: 8 })), { minLength: 1, maxLength: 60 }),
      (pieces) => {
        const text = `x${pieces.join('')}`.replaceAll('\0', '')
        const { claims, findings } = audit(text)
        const count = text.split(/\r\n|\n|\r/).length
        for (const { line } of [
          ...claims,
          ...findings.flatMap((each) => [each.claim, each.against]),
        ])
          assert.ok(line >= 1 && line <= count, `line ${line} of ${count}`)
      },
    ),
    { numRuns: 300 },
  )
})
