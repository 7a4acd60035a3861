// What a report says, in one to three lines for people; everything from the report is bounded and made harmless.
import { harmlessLine } from '../kernel/index.ts'
import { FORMAT_TITLES } from './report.ts'
import type { FindingSeverity, Report } from './report.ts'

/** Longest line, in UTF-16 code units. */
export const SUMMARY_LINE_LIMIT = 200
/** Names of failures shown. */
const SHOWN_LIMIT = 3

/** Counts; then what failed, if anything; then why the counts are not taken, if they are not. */
export function summarizeReport(report: Report): readonly string[] {
  const tool = report.tool === undefined ? '' : ` by ${report.tool}`
  const parts = [
    testsPart(report),
    findingsPart(report),
    componentsPart(report),
    report.statements === undefined
      ? undefined
      : countOf(report.statements.length, 'VEX statement'),
    loadPart(report),
    samplesPart(report),
  ].filter((part) => part !== undefined)
  const counts = `${FORMAT_TITLES[report.format]}${tool}: ${parts.join('; ') || 'nothing counted'}`
  const names = failedNames(report)
  return [
    counts,
    ...(names.length === 0 ? [] : [`failed: ${listNames(names)}`]),
    ...(report.doubts.length === 0 ? [] : [`not taken for the whole: ${report.doubts.join('; ')}`]),
  ].map(shownLine)
}

function shownLine(text: string): string {
  const line = harmlessLine(text.slice(0, SUMMARY_LINE_LIMIT * 2))
  return line.length <= SUMMARY_LINE_LIMIT
    ? line
    : `${line.slice(0, SUMMARY_LINE_LIMIT - 1).toWellFormed()}…`
}

function countOf(count: number, word: string): string {
  return `${count} ${word}${count === 1 ? '' : 's'}`
}

function testsPart({ tests }: Report): string | undefined {
  if (tests === undefined) return undefined
  const rows: readonly (readonly [number, string])[] = [
    [tests.passed, 'passed'],
    [tests.failed, tests.errored === 0 ? 'failed' : `failed (${tests.errored} errored)`],
    [tests.skipped, 'skipped'],
    [tests.flaky, 'flaky'],
  ]
  const shown = rows.filter(([count]) => count > 0).map(([count, word]) => `${count} ${word}`)
  return shown.length === 0 ? 'no test' : shown.join(', ')
}

function findingsPart({ findings }: Report): string | undefined {
  if (findings === undefined) return undefined
  const { open, suppressedCount } = findings
  const cleared = open.filter((each) => each.cleared !== undefined).length
  const words: readonly FindingSeverity[] = ['critical', 'high', 'medium', 'low']
  const rated = words.flatMap((word) => {
    const count = open.filter((each) => each.severity === word).length
    return count === 0 ? [] : [`${count} ${word}`]
  })
  const levels = (['error', 'warning', 'note'] as const).flatMap((word) => {
    const count = open.filter((each) => each.level === word).length
    return count === 0 ? [] : [`${count} ${word}`]
  })
  const detail = rated.length > 0 ? rated : levels
  return [
    countOf(open.length, 'finding') + (detail.length === 0 ? '' : ` (${detail.join(', ')})`),
    ...(cleared === 0 ? [] : [`${cleared} analysed as not affected or fixed`]),
    ...(suppressedCount === 0 ? [] : [`${suppressedCount} suppressed`]),
  ].join(', ')
}

function componentsPart({ components }: Report): string | undefined {
  if (components === undefined) return undefined
  const { total, withoutLicense = 0, withoutVersion } = components
  return [
    countOf(total, 'component'),
    ...(withoutLicense === 0 ? [] : [`${withoutLicense} without a licence`]),
    ...(withoutVersion === 0 ? [] : [`${withoutVersion} without a version`]),
  ].join(', ')
}

function loadPart({ metrics, thresholds }: Report): string | undefined {
  if (metrics === undefined) return undefined
  const kept =
    thresholds === undefined || thresholds.total === 0
      ? 'no threshold'
      : `${thresholds.total - thresholds.failed} of ${countOf(thresholds.total, 'threshold')} held`
  return `${countOf(metrics.length, 'metric')}, ${kept}`
}

function samplesPart({ series }: Report): string | undefined {
  if (series === undefined) return undefined
  const count = series.reduce((sum, each) => sum + each.points.length, 0)
  return `${countOf(count, 'sample')} in ${series.length} series`
}

function failedNames(report: Report): readonly string[] {
  return [...(report.tests?.failedNames ?? []), ...(report.thresholds?.failedNames ?? [])]
}

function listNames(names: readonly string[]): string {
  const shown = names.slice(0, SHOWN_LIMIT).map((name) => name.slice(0, 60))
  return shown.join(', ') + (names.length > SHOWN_LIMIT ? ' …' : '')
}
