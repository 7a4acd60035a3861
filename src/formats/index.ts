// Front door of formats.
export { isReportField, readField, REPORT_FIELDS } from './fields.ts'
export { readReport } from './read-report.ts'
export type { ReportReading } from './read-report.ts'
export { FORMAT_TITLES, REPORT_LIMIT_BYTES } from './report.ts'
export type { FieldReading, Report } from './report.ts'
export { summarizeReport } from './summary.ts'
export { listReportValues } from './value-list.ts'
