// Prints one digest over every report of the same facts; run in other time zones and locales by a test.
import { createHash } from 'node:crypto'
import {
  composeReport,
  REPORT_KINDS,
  renderReportHtml,
  renderReportMarkdown,
} from '../src/report/index.ts'
import { nodeDigest } from './crypto.ts'
import { someReportFacts } from './report-facts.ts'

const hash = createHash('sha256')
for (const kind of REPORT_KINDS) {
  const page = composeReport(nodeDigest, kind, someReportFacts())
  hash.update(renderReportMarkdown(page)).update(renderReportHtml(nodeDigest, page))
}
process.stdout.write(hash.digest('hex'))
