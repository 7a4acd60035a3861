// Shows what a tool's report says and which of its values a gate may assert; nothing is stored.
import { EXIT, harmlessLine } from '../kernel/index.ts'
import type { CommandContext, CommandOutcome, OptionValues } from '../client/index.ts'
import {
  FORMAT_TITLES,
  listReportValues,
  readReport,
  REPORT_LIMIT_BYTES,
  summarizeReport,
} from '../formats/index.ts'
import type { Report } from '../formats/index.ts'
import { evidenceFault } from './errors.ts'

/**
 * Several files are read together, as the reports of one gate are. Exit 30 when a report is doubted: a gate could not pass on it.
 * @throws EVIDENCE_REPORT_REFUSED when a file is no report of a known format
 */
export async function showReports(
  context: CommandContext,
  args: readonly string[],
  options: OptionValues,
): Promise<CommandOutcome> {
  const reports: { readonly file: string; readonly report: Report }[] = []
  const further = Array.isArray(options['with']) ? (options['with'] as readonly string[]) : []
  for (const file of [args[0] ?? '-', ...further])
    reports.push({ file, report: await openReport(context, file) })
  const product = typeof options['product'] === 'string' ? options['product'] : undefined
  const values = listReportValues(
    reports.map(({ report }) => report),
    product,
  )
  const shown = reports.map(({ file, report }) => ({
    file,
    format: report.format,
    ...(report.version === undefined ? {} : { version: report.version }),
    summary: summarizeReport(report),
    doubts: report.doubts.map(harmlessLine),
  }))
  const isDoubted = reports.some(({ report }) => report.doubts.length > 0)
  return {
    exit: isDoubted ? EXIT.noGo : EXIT.ok,
    data: { reports: shown, values: Object.fromEntries(values) },
    text: [
      ...shown.flatMap(({ file, summary }) => [
        harmlessLine(file),
        ...summary.map((each) => `  ${each}`),
      ]),
      '',
      ...renderValues(values),
    ].join('\n'),
  }
}

async function openReport(context: CommandContext, file: string): Promise<Report> {
  const bytes = await context.files.read(file, REPORT_LIMIT_BYTES)
  const reading = readReport(bytes)
  if (reading.ok) return reading.report
  const looks =
    reading.format === undefined ? '' : ` (it looks like ${FORMAT_TITLES[reading.format]})`
  throw evidenceFault('EVIDENCE_REPORT_REFUSED', `${harmlessLine(file)}${looks}: ${reading.reason}`)
}

function renderValues(
  values: readonly (readonly [field: string, value: number | string])[],
): readonly string[] {
  if (values.length === 0) return ['No value can be read: a gate that asserts one is INCONCLUSIVE.']
  const width = Math.max(...values.map(([field]) => field.length))
  return [
    'An assertion may read, as { from: report, of: FIELD }:',
    ...values.map(([field, value]) =>
      harmlessLine(`  ${field.padEnd(Math.min(width, 60))}  ${value}`),
    ),
  ]
}
