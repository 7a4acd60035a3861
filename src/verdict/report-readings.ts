// Reads values out of the reports that a check produced, and keeps a gate from being green on a report that is not there.
import {
  FORMAT_TITLES,
  isReportField,
  readField,
  readReport,
  REPORT_FIELDS,
  summarizeReport,
} from '../formats/index.ts'
import type { FieldReading, Report } from '../formats/index.ts'
import { harmlessLine, nearestName } from '../kernel/index.ts'
import type { Ruling } from './breakage.ts'
import { closedReason } from './closed-stream.ts'
import type { Found } from './found.ts'
import type { Capture, EvidenceBytes } from './model.ts'
import type { PlanGate, Reading } from './plan-model.ts'
import {
  matchesReportPath,
  reportFilesOf,
  reportPathsOf,
  reportStreamName,
} from './report-paths.ts'

const PROBLEM_LENGTH_LIMIT = 300
/** Reports whose summary a reason quotes. */
const SUMMARY_LIMIT = 3

export type ReportReading = Extract<Reading, { readonly from: 'report' }>

/** One report of a gate: a file that the check names, or the main stream. */
interface Source {
  readonly name: string
  readonly opened:
    | { readonly ok: true; readonly report: Report }
    | { readonly ok: false; readonly why: string; readonly tainted: boolean }
}

export interface GateReports {
  read(reading: ReportReading): FieldReading
}

/** The reports of one capture, parsed once, when first asked for. */
export function gateReports(
  gate: PlanGate,
  capture: Capture,
  evidence: EvidenceBytes,
  mainStream: string,
): GateReports {
  let known: readonly Source[] | undefined
  const sources = (): readonly Source[] => (known ??= openAll(gate, capture, evidence, mainStream))
  return {
    read: (reading) =>
      reading.of === 'summary' ? summaryOf(sources()) : readFrom(sources(), reading),
  }
}

function openAll(
  gate: PlanGate,
  capture: Capture,
  evidence: EvidenceBytes,
  mainStream: string,
): readonly Source[] {
  const open = (stream: string): Source['opened'] => {
    const bytes =
      (Object.hasOwn(evidence, stream) ? evidence[stream] : undefined) ?? new Uint8Array()
    const shut = closedReason(stream, capture, bytes)
    if (shut !== undefined) return { ok: false, why: shut.why, tainted: shut.tainted }
    const reading = readReport(bytes)
    if (reading.ok) return reading
    const looks = reading.format === undefined ? '' : ` (${FORMAT_TITLES[reading.format]})`
    return { ok: false, why: `${shortName(stream)}${looks}: ${reading.reason}`, tainted: false }
  }
  const files = reportFilesOf(gate, capture)
  if (files.length === 0) return [{ name: mainStream, opened: open(mainStream) }]
  return files.map(({ path, problem }) => ({
    name: path,
    opened:
      problem === undefined
        ? open(reportStreamName(path))
        : { ok: false, why: shownProblem(problem), tainted: true },
  }))
}

function shortName(stream: string): string {
  return stream.startsWith('report:') ? stream.slice('report:'.length) : stream
}

/** The runner's words, which are as hostile as any. */
function shownProblem(problem: string): string {
  return harmlessLine(problem.slice(0, PROBLEM_LENGTH_LIMIT))
}

/** Without `in` every report of the gate has to be readable: one that is not could hold the missing part. */
function readFrom(sources: readonly Source[], reading: ReportReading): FieldReading {
  const chosen =
    reading.in === undefined
      ? sources
      : sources.filter((each) => matchesReportPath(reading.in!, each.name))
  if (chosen.length === 0) return { state: 'absent', why: 'there is no report to read' }
  const reports: Report[] = []
  for (const { opened } of chosen) {
    if (!opened.ok) return { state: 'unreadable', why: opened.why, tainted: opened.tainted }
    reports.push(opened.report)
  }
  return readField(reading.of, reports, reading.product)
}

function summaryOf(sources: readonly Source[]): FieldReading {
  const lines = sources
    .slice(0, SUMMARY_LIMIT)
    .map(({ opened }) => (opened.ok ? summarizeReport(opened.report).join('; ') : opened.why))
  const rest =
    sources.length > SUMMARY_LIMIT ? ` (and ${sources.length - SUMMARY_LIMIT} more reports)` : ''
  return lines.length === 0
    ? { state: 'absent', why: 'there is no report to read' }
    : { state: 'value', value: lines.join(' | ') + rest }
}

/** A report that the check names and that this attempt did not write keeps the gate from being green; the rest is summed up. */
export function withReports(
  gate: PlanGate,
  capture: Capture,
  ruling: Ruling,
  readSummary: () => Found,
): Ruling {
  const files = reportFilesOf(gate, capture)
  const isRead = gate.assertions.some((each) => each.read.from === 'report')
  if (!isRead && files.length === 0) return ruling
  const problem = files.find((each) => each.problem !== undefined)?.problem
  const isGreen = ruling.status === 'PASS' || ruling.status === 'WARN'
  if (problem !== undefined && isGreen)
    return { status: 'INCONCLUSIVE', reason: shownProblem(problem) }
  const summary = readSummary()
  if (summary.state !== 'value' || typeof summary.value !== 'string') return ruling
  if (ruling.reason.includes(summary.value)) return ruling
  return { status: ruling.status, reason: `${ruling.reason}; ${summary.value}` }
}

/** What is wrong with a reading of reports, if anything. */
export function reportReadingProblem(gate: PlanGate, reading: Reading): string | undefined {
  if (reading.from !== 'report') return undefined
  if (reading.of !== 'summary' && !isReportField(reading.of)) {
    const near = nearestName(reading.of, REPORT_FIELDS)
    const hint =
      near === undefined
        ? `known are ${REPORT_FIELDS.slice(0, 12).join(', ')} …`
        : `did you mean ${near}?`
    return `no report has the value ${JSON.stringify(reading.of.slice(0, 80))}; ${hint}`
  }
  if (reading.in === undefined || gate.check.type === 'unsupported') return undefined
  return reportPathsOf(gate).includes(reading.in)
    ? undefined
    : `reads a report ${JSON.stringify(reading.in.slice(0, 80))} that the check does not name`
}
