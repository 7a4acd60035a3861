// Times the audit of reports of about a megabyte and of the largest ones that are read; prints markdown lines.
import { readFileSync } from 'node:fs'
import { cpus } from 'node:os'
import { readDocumentBytes } from '../src/document/index.ts'
import { auditReport } from '../src/claims/index.ts'

const MEGABYTE = 1_000_000
/** A little below the limit, because titles of copies differ in length. */
const LARGEST = 8_000_000
const ROUNDS = 3

const report = readFileSync(new URL('../test/reports/completion.md', import.meta.url), 'utf8')

/** Copies of the report with titles that differ, until there are about so many bytes. */
function copies(sizeBytes: number): string {
  const count = Math.floor(sizeBytes / (Buffer.byteLength(report) + 40))
  return Array.from({ length: count }, (_, i) => report.replaceAll('## ', `## Part ${i} `)).join(
    '\n',
  )
}

function lines(count: number, line: (i: number) => string): string {
  return Array.from({ length: count }, (_, i) => line(i)).join('\n')
}

const head = '# Report\n\n**Status:** ✅ ALL TASKS COMPLETE\n\n'
const table = '| item | status | evidence |\n| --- | --- | --- |\n'
const wanted = process.argv[2] ?? ''
const texts: readonly (readonly [string, string])[] = [
  ['1 MB of a report with contradictions', copies(MEGABYTE)],
  [
    '1 MB of ticked items',
    head + lines(16_000, (i) => `- [x] Restore drill ${i} of the queue executed, run ${i} passed`),
  ],
  [
    '1 MB of open items',
    head + lines(20_000, (i) => `- [ ] Rotate secret ${i} of the queue (ACTION REQUIRED)`),
  ],
  [
    'a table of 10,000 rows',
    head +
      table +
      lines(10_000, (i) => `| Restore drill ${i} | ${i % 2 === 0 ? '✅' : '⏳'} | run ${i} |`),
  ],
  ['100,000 headings', head + lines(100_000, (i) => `## Part ${i} ✅`)],
  ['1 MB in one line', head + 'All tests pass, and 3 tests were skipped. '.repeat(24_000)],
  ['1 MB without a blank', head + 'a'.repeat(MEGABYTE)],
  ['1 MB right to left with emoji', head + lines(20_000, (i) => `- [x] גיבוי ${i} 👩‍💻 اختبار ✅`)],
  ['8 MB of a report with contradictions', copies(LARGEST)],
]

process.stdout.write(
  `${cpus().length} × ${cpus()[0]?.model ?? 'unknown'}, Node ${process.versions.node}, median of ${ROUNDS}: node bench/claims.ts\n\n`,
)
process.stdout.write(
  '| what | bytes | ms | ms of processor | claims | findings |\n| --- | --- | --- | --- | --- | --- |\n',
)
for (const [name, text] of texts.filter(([n]) => n.includes(wanted))) {
  const bytes = new TextEncoder().encode(text)
  const rounds = bytes.length > 5 * MEGABYTE ? 1 : ROUNDS
  const results = Array.from({ length: rounds }, () => {
    const startedAt = performance.now()
    const usedBefore = process.cpuUsage()
    const { claims, findings } = auditReport(readDocumentBytes(bytes))
    const used = process.cpuUsage(usedBefore)
    return {
      ms: performance.now() - startedAt,
      cpuMs: (used.user + used.system) / 1000,
      claims: claims.length,
      findings: findings.length,
    }
  }).sort((a, b) => a.ms - b.ms)
  const { ms, cpuMs, claims, findings } = results[Math.floor(rounds / 2)]!
  process.stdout.write(
    `| ${name} | ${bytes.length} | ${Math.round(ms)} | ${Math.round(cpuMs)} | ${claims} | ${findings} |\n`,
  )
}
