// Every value that given reports hold, for whoever writes an assertion and wants to see what there is.
import { isReportField, readField, REPORT_FIELDS } from './fields.ts'
import type { Report } from './report.ts'

/** Metrics listed at most; a load test that tags by URL has thousands. */
const METRIC_FIELD_LIMIT = 500

/** Fields with their values, in the order of the reference page; fields without data are left out. */
export function listReportValues(
  reports: readonly Report[],
  product?: string,
): readonly (readonly [field: string, value: number | string])[] {
  const metrics = reports.flatMap((report) => report.metrics ?? [])
  const metricFields = metrics
    .flatMap(({ name, numbers }) => [...numbers.keys()].map((each) => `metrics.${name}.${each}`))
    .filter(isReportField)
  const fields = new Set([...REPORT_FIELDS, ...metricFields.slice(0, METRIC_FIELD_LIMIT)])
  return [...fields].flatMap((field) => {
    const found = readField(field, reports, product)
    return found.state === 'value' ? [[field, found.value] as const] : []
  })
}
