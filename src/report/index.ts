// Front door of the report room.
export { composeReport } from './compose.ts'
export { composeExport, EXPORT_FORMATS } from './export.ts'
export type { ExportFormat, ReleaseExport } from './export.ts'
export { renderReportHtml, reportStyleSource } from './html.ts'
export { escapeMarkdown, renderReportMarkdown } from './markdown.ts'
export { REPORT_KINDS } from './model.ts'
export type { DecidedState, RecordedFact, ReportFacts, ReportKind, ReportPage } from './model.ts'
export { withNames } from './words.ts'
