// Reports that mean no good: too large, a table without end, text that runs right to left or is pictures.
import assert from 'node:assert/strict'
import test from 'node:test'
import { faultsOfSarif } from '../../test/export-schemas.ts'
import { readDocumentBytes } from '../document/index.ts'
import { auditReport } from './audit.ts'
import type { AuditReport } from './model.ts'
import { auditMarkdown } from './markdown.ts'
import { renderAudit } from './rendering.ts'
import { auditSarif } from './sarif.ts'
import { SCENE_LIMIT_BYTES } from './scene.ts'

/** Of the processor, so that a busy machine changes nothing; it takes 0.7 s. */
const ROWS_LIMIT_CPU_MS = 10_000

function audit(text: string): AuditReport {
  return auditReport(readDocumentBytes(new TextEncoder().encode(text)))
}

/** Empty lines are quick to read, so that the size alone is what is tried. */
function reportOf(sizeBytes: number): string {
  return `# R\n\n- [x] Drill run\n`.padEnd(sizeBytes, '\n')
}

test('a report one byte above the limit is refused with code and limit', () => {
  const size = SCENE_LIMIT_BYTES + 1
  assert.throws(
    () => audit(reportOf(size)),
    (error: Error & { code?: string }) =>
      error.code === 'CLAIMS_REPORT_SIZE_EXCEEDED' &&
      error.message.includes(`at most ${SCENE_LIMIT_BYTES} bytes, got ${size}`),
  )
})

test('a table of 10,000 rows is read to its last row, in bounded time', () => {
  const rows = Array.from({ length: 10_000 }, (_, at) => `| Drill ${at} | ✅ | run ${at} |`)
  const open = '- [ ] Rotate the spare key (ACTION REQUIRED)'
  const head =
    '# R\n\n**Status:** READY FOR PRODUCTION\n\n| item | status | evidence |\n| --- | --- | --- |'
  const before = process.cpuUsage()
  const report = audit([head, ...rows, '', open, ''].join('\n'))
  const { user, system } = process.cpuUsage(before)
  assert.ok((user + system) / 1000 < ROWS_LIMIT_CPU_MS)
  assert.equal(report.claims.filter(({ text }) => text.includes('Drill')).length, 10_000)
  assert.deepEqual(
    report.findings.map(({ rule, claim, against }) => [rule, claim.line, against.line]),
    [['R1', 3, 10_008]],
  )
})

test('right-to-left and emoji text is claimed, contradicted and quoted as it is, without what turns a line around', () => {
  const items = [
    'שחזור הגיבוי ✅',
    'اختبار الاستعادة',
    '👩‍👩‍👧‍👦 family drill 🚢',
    'e\u0301galite\u0301 \ud83c\udde9\ud83c\uddea',
  ]
  const text = `# דו״ח 🚢\n\n**Status:** ✅ ALL TASKS COMPLETE\n\n${items.map((item) => `- [x] ${item}\n- [ ] ${item} \u202e(ACTION REQUIRED)\u202c`).join('\n')}\n`
  const report = audit(text)
  for (const item of items) {
    const words = item.replace(' ✅', '')
    assert.ok(
      report.claims.some((claim) => claim.text.includes(words)),
      `${item} among ${report.claims.map((claim) => claim.text).join(' / ')}`,
    )
  }
  assert.ok(report.findings.some(({ rule, claim }) => rule === 'R1' && claim.line === 3))
  const name = 'דו״ח 🚢.md'
  const log = auditSarif(report, name, '1.2.3')
  assert.deepEqual(faultsOfSarif(log), [])
  const place = log.runs[0].results[0]!.locations[0].physicalLocation
  assert.equal(decodeURIComponent(place.artifactLocation.uri), name)
  for (const shown of [renderAudit(report, name), auditMarkdown(report, name)]) {
    assert.ok(shown.isWellFormed())
    assert.doesNotMatch(shown, /[\u202a-\u202e\u2066-\u2069]/)
    assert.match(shown, /👩‍👩‍👧‍👦/)
  }
})
