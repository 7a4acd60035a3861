// What a report is rendered from, and the page it becomes before it is Markdown or HTML.
import type { ContentDigest, Json } from '../kernel/index.ts'
import type { MappedControl } from '../register/index.ts'
import type { DecisionInputs, Plan, Verdict, VerdictValue } from '../verdict/index.ts'

/** Reports that can be asked for, by the question each one answers. */
export const REPORT_KINDS = [
  'decision',
  'evaluation',
  'readiness',
  'closure',
  'audit',
  'metrics',
  'diff',
  'controls',
] as const

export type ReportKind = (typeof REPORT_KINDS)[number]

/** One fact of the release as the ledger has it. */
export interface RecordedFact {
  readonly seq: number
  /** The ledger's clock, ms since the epoch; no producer's clock enters a report's figures. */
  readonly atMs: number
  readonly type: string
  readonly actor: string
  /** Absent when it was erased. */
  readonly payload?: Json
}

/** What one decision rested on, and what followed from it. */
export interface DecidedState {
  readonly plan: Plan
  readonly inputs: DecisionInputs
  readonly verdict: Verdict
}

/** Everything a report is rendered from: frozen inputs and recorded facts; nothing is typed in. */
export interface ReportFacts extends DecidedState {
  /** `service@version`. */
  readonly release: string
  /** Digest of the signed decision; absent while the verdict is provisional. */
  readonly statement?: ContentDigest
  /** Display names by principal id. */
  readonly names: Readonly<Record<string, string>>
  /** Every fact of the release, in the ledger's order. */
  readonly facts: readonly RecordedFact[]
  /** Controls as they are mapped now, in the order of the file. */
  readonly controls?: readonly MappedControl[]
  /** The release's first recorded decision, when that is another one. */
  readonly first?: DecidedState
  /** The newest decision on another run of the release: the evidence to compare with. */
  readonly earlier?: DecidedState
}

/** How a word is coloured; the word itself always says it too. */
export type Tone = 'go' | 'wait' | 'stop'

export type Cell = string | { readonly text: string; readonly tone: Tone }

export interface ReportTable {
  readonly title: string
  /** One sentence under the title: how to read it. */
  readonly lead?: string
  readonly columns: readonly string[]
  readonly rows: readonly (readonly Cell[])[]
  /** True when its cells are tinted by their tone, so that the eye finds the worst first. */
  readonly isHeatMap?: boolean
  /** Said instead of the table when there is no row. */
  readonly empty: string
}

export interface ReportPage {
  readonly kind: ReportKind
  /** e.g. `Pre-update evaluation`. */
  readonly name: string
  /** Service and version. */
  readonly title: string
  readonly verdict: VerdictValue
  /** May it go? One sentence. */
  readonly answer: string
  /** Why: the first reasons, at most `WHY_LIMIT_COUNT`. */
  readonly why: readonly string[]
  /** What next? One sentence. */
  readonly next: string
  readonly facts: readonly (readonly [string, string])[]
  readonly tables: readonly ReportTable[]
}
