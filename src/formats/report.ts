// The one small shape that every report format is read into: what was counted, and every doubt about it.

export type ReportFormat =
  | 'junit'
  | 'ctrf'
  | 'tap'
  | 'sarif'
  | 'cyclonedx'
  | 'spdx'
  | 'openvex'
  | 'k6'
  | 'prometheus'

/** Names of the formats for people. */
export const FORMAT_TITLES: Readonly<Record<ReportFormat, string>> = {
  junit: 'JUnit XML',
  ctrf: 'CTRF',
  tap: 'TAP',
  sarif: 'SARIF',
  cyclonedx: 'CycloneDX',
  spdx: 'SPDX',
  openvex: 'OpenVEX',
  k6: 'k6 summary',
  prometheus: 'Prometheus answer',
}

/** Larger reports are refused: 16 MiB. */
export const REPORT_LIMIT_BYTES = 16 * 1024 * 1024
/** Names kept of failed tests, of crossed thresholds and of findings, for people. */
export const NAME_LIMIT = 20

/** Test cases by outcome; their sum is the total. */
export interface TestOutcomes {
  readonly passed: number
  /** Failed or errored: everything that ran and did not pass, and everything whose outcome is not known. */
  readonly failed: number
  /** The part of `failed` that broke instead of finding something false. */
  readonly errored: number
  /** Skipped, pending, disabled or marked as still to be done. */
  readonly skipped: number
  /** The part of `passed` that needed more than one try. */
  readonly flaky: number
  readonly failedNames: readonly string[]
}

/** By CVSS bands; `unknown` where the report rates nothing. */
export type FindingSeverity = 'critical' | 'high' | 'medium' | 'low' | 'none' | 'unknown'
/** SARIF result levels. */
export type FindingLevel = 'error' | 'warning' | 'note' | 'none'

/** One thing a scanner found, that its own report does not suppress. */
export interface ReportFinding {
  /** Every name it has, such as the rule and the CVE. */
  readonly ids: readonly string[]
  /** Absent where the format has no levels. */
  readonly level?: FindingLevel
  readonly severity: FindingSeverity
  /** What it was found in, as package URLs or other ids; empty where the report names nothing that can be compared. */
  readonly products: readonly string[]
  /** Set when the report itself says, with a reason, that the product is not affected or that it is fixed. */
  readonly cleared?: 'not_affected' | 'fixed'
}

export interface ScanFindings {
  readonly open: readonly ReportFinding[]
  /** Results that the report itself marks as suppressed; not in `open`. */
  readonly suppressedCount: number
}

export interface ComponentCounts {
  readonly total: number
  /** Absent where the format states licences in a way that is not read here. */
  readonly withoutLicense?: number
  readonly withoutVersion: number
}

export type VexStatus = 'affected' | 'not_affected' | 'fixed' | 'under_investigation'

/** One product that a VEX statement names, and the parts of it that the statement is about (all of it when empty). */
export interface VexProduct {
  readonly ids: readonly string[]
  readonly parts: readonly (readonly string[])[]
}

export interface VexStatement {
  /** Names of the vulnerability, its aliases included. */
  readonly ids: readonly string[]
  readonly products: readonly VexProduct[]
  readonly status: VexStatus
  /** False for a `not_affected` that gives no reason (OpenVEX 0.2.0, "Status Labels"). */
  readonly hasReason: boolean
  /** Milliseconds since the epoch; absent when neither statement nor document is dated. */
  readonly atMs?: number
}

/** A number of a load test. */
export interface MetricNumber {
  readonly value: number
  /** `ms`, `%`, `B` or `/s`; absent where the report does not say. */
  readonly unit?: string
}

export interface LoadMetric {
  readonly name: string
  /** By statistic: `avg`, `p(95)`, `rate`, `count` … */
  readonly numbers: ReadonlyMap<string, MetricNumber>
  /** Measurements behind it; absent where the report does not say. */
  readonly sampleCount?: number
}

export interface ThresholdCounts {
  readonly total: number
  readonly failed: number
  readonly failedNames: readonly string[]
}

/** One time series: instants in seconds since the epoch with their values. */
export interface SampleSeries {
  readonly points: readonly (readonly [atSeconds: number, value: number])[]
}

export interface Report {
  readonly format: ReportFormat
  /** Version of the format, as the report states it. */
  readonly version?: string
  /** What wrote the report. */
  readonly tool?: string
  /**
   * Why its numbers may not be taken for the whole: totals that contradict what is listed, a scanner that says that it
   * did not finish. With any, every reading of the report is no data.
   */
  readonly doubts: readonly string[]
  readonly tests?: TestOutcomes
  readonly findings?: ScanFindings
  readonly components?: ComponentCounts
  readonly statements?: readonly VexStatement[]
  readonly metrics?: readonly LoadMetric[]
  readonly thresholds?: ThresholdCounts
  readonly series?: readonly SampleSeries[]
}

/** One value read over reports. */
export type FieldReading =
  | { readonly state: 'value'; readonly value: number | string }
  /** The reports do not say it: no data. */
  | { readonly state: 'absent'; readonly why: string }
  /** The reports contradict themselves or are known to be incomplete; nothing may override that when `tainted`. */
  | { readonly state: 'unreadable'; readonly why: string; readonly tainted: boolean }

/** Thrown inside a parser and turned into a reason at the door; never leaves this room. */
export class ReportMismatch extends Error {}

/** Counts tests one by one. */
export class TestTally {
  readonly #counts = { passed: 0, failed: 0, errored: 0, skipped: 0, flaky: 0 }
  readonly #failedNames: string[] = []

  get total(): number {
    return this.#counts.passed + this.#counts.failed + this.#counts.skipped
  }

  get failed(): number {
    return this.#counts.failed
  }

  pass(isFlaky = false): void {
    this.#counts.passed++
    if (isFlaky) this.#counts.flaky++
  }

  skip(): void {
    this.#counts.skipped++
  }

  fail(name: string, isError = false): void {
    this.#counts.failed++
    if (isError) this.#counts.errored++
    if (this.#failedNames.length < NAME_LIMIT) this.#failedNames.push(name)
  }

  outcomes(): TestOutcomes {
    return { ...this.#counts, failedNames: this.#failedNames }
  }
}
