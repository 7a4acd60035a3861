// The shape of a plan: what runs and how it is judged. Pure types; all are JSON values.
import type { ContentDigest } from '../kernel/index.ts'

export type Severity = 'required' | 'advisory' | 'informational'

/** What running the check may change. Anything but `read` needs preview and confirm. */
export type Effect = 'read' | 'write-staging' | 'write-prod' | 'unknown'

/** The document a plan was made from. */
export interface PlanSource {
  readonly name: string
  readonly sha256: ContentDigest
  /** What else than boxes and tables was taken for gates; absent = nothing else. */
  readonly gates?: readonly GateSource[]
}

/** What a checklist's reader may take for gates when asked to. */
export type GateSource = 'ordered-steps' | 'headings'

/** A query of the Prometheus HTTP API, version 1: `/query`, or `/query_range` with a range. */
export interface PromqlCheck {
  readonly type: 'promql'
  /** Name of the parameter that holds the server's URL. */
  readonly connection: string
  /** May hold `$NAME` or `${NAME}` parameters whose values are one plain word. */
  readonly query: string
  /** Request headers; their values may hold parameters, such as a token. */
  readonly headers?: Readonly<Record<string, string>>
  /** Asks for every value of the last `durationMs`, one for each `stepMs`. */
  readonly range?: { readonly durationMs: number; readonly stepMs: number }
}

export type Check =
  | {
      readonly type: 'command'
      readonly language: 'bash' | 'sh'
      readonly script: string
      /** Report files that the script writes, as paths inside the workspace; kept as evidence. */
      readonly reports?: readonly string[]
    }
  | {
      readonly type: 'http'
      readonly method: string
      /** May hold `$NAME` or `${NAME}` parameters. */
      readonly url: string
      readonly headers?: Readonly<Record<string, string>>
      readonly body?: string
    }
  /** `connection` names the parameter that holds the database URL. */
  | { readonly type: 'sql'; readonly connection: string; readonly text: string }
  | PromqlCheck
  /** A check that comes with the house, by its name; `with` holds its parameters. */
  | {
      readonly type: 'builtin'
      readonly name: string
      /** Absent = the control plane looks at itself and signs; `runner` = it asks another service from where gates run. */
      readonly on?: 'runner'
      readonly with?: Readonly<Record<string, string | number | boolean>>
    }
  /** `path` is relative to the workspace; `..` and symbolic links out of it are refused. */
  | { readonly type: 'document'; readonly path: string }
  | { readonly type: 'manual'; readonly question: string }
  /** Recognised but not runnable here (powershell, an unknown built-in …): never decided, always says why. */
  | { readonly type: 'unsupported'; readonly language: string; readonly reason: string }

/** What an assertion reads; see `assertion.ts` for which capture offers which. */
export type Reading =
  | { readonly from: 'exitCode' }
  | { readonly from: 'stdout' | 'stderr' | 'body' }
  /** JSON of stdout (command), body (http) or the file (document), by a path such as `$.data.groups[0].name`. */
  | { readonly from: 'json'; readonly path: string }
  /** A percentile of the histogram at the path, as `12.5 ms`; `percent` is above 0 and at most 100. */
  | { readonly from: 'percentile'; readonly path: string; readonly percent: number }
  /**
   * A value of the reports that the check produced, such as `tests.failed`; names are in docs/evidence-formats.md. `in` is
   * one of the check's report files, `product` the package URL of what was scanned, for VEX statements about it.
   */
  | {
      readonly from: 'report'
      readonly of: string
      readonly in?: string
      readonly product?: string
    }
  | { readonly from: 'status' }
  | { readonly from: 'header'; readonly name: string }
  | { readonly from: 'durationMs' }
  | { readonly from: 'rowCount' }
  /** One cell of an sql answer: column by name, row by index (default 0). */
  | { readonly from: 'cell'; readonly column: string; readonly row?: number }
  /** All cells of a column of an sql answer, or of the only table in a document that has the column. */
  | { readonly from: 'column'; readonly column: string; readonly rows: Quantifier }
  /** How many rows satisfy all of `where`. */
  | { readonly from: 'matchingRows'; readonly where: readonly RowTest[] }
  /** How many rows repeat a value that an earlier row has in the column. */
  | { readonly from: 'duplicates'; readonly column: string }
  /** Values of a promql answer. */
  | { readonly from: 'samples'; readonly take: SampleChoice }
  /** Text of a document check's file. */
  | { readonly from: 'text' }
  /** The person's answer to a manual gate: true or false. */
  | { readonly from: 'answer' }
  /** The value found for a slot by the slot convention (`label: value`, `label=value`, or a JSON key). */
  | { readonly from: 'slot'; readonly slot: string }

/** Which of several values the claim has to hold for. None at all is no data. */
export type Quantifier = 'every' | 'any' | 'none'

/** `only`: the one value there is. The counts are facts about an empty answer too, and then 0. */
export type SampleChoice =
  | 'only'
  | Quantifier
  | 'min'
  | 'max'
  | 'avg'
  | 'sum'
  | 'seriesCount'
  | 'sampleCount'

/** A condition on one cell of a row. */
export interface RowTest {
  readonly column: string
  readonly op: Operator
  readonly value?: string | number | boolean
  readonly unit?: string
}

export type Operator =
  | 'eq'
  | 'ne'
  | 'lt'
  | 'le'
  | 'gt'
  | 'ge'
  | 'between'
  | 'contains'
  | 'matches'
  | 'exists'

export interface Assertion {
  readonly read: Reading
  readonly op: Operator
  /** Absent for `exists`. A number may carry its unit in `unit`. `matches` takes a bounded pattern. */
  readonly value?: string | number | boolean
  /** Of `between`: the upper bound; both bounds belong to the range. */
  readonly upper?: number
  readonly unit?: string
  /** A numeric miss within this distance of the bound is WARN, not FAIL. */
  readonly tolerance?: number
  /** The same as a percentage of the bound. */
  readonly tolerancePercent?: number
  /** The reading that says how much was measured, and the least of it; fewer is no data. */
  readonly sampleSize?: { readonly read: Reading; readonly minimum: number }
  /** How long the evidence must have observed, up to its end; less is no data. */
  readonly windowMs?: number
  /** Longest time within the window without a sample; default two and a half steps, half of the window at most. */
  readonly maxGapMs?: number
  readonly severity?: 'required' | 'advisory'
  /** Default `inconclusive`. */
  readonly onNoData?: 'inconclusive' | 'pass' | 'fail'
  /** Ids of slots and toggles that this assertion's reading or outcome fills in the document. */
  readonly fills?: readonly string[]
}

/** A place in the document that a value belongs in: `____` with what surrounds it. */
export interface PlanSlot {
  readonly id: string
  readonly label: string
  readonly unit?: string
  /** A bound stated beside the slot, such as `expected >0` or `≤7200`. */
  readonly bound?: { readonly op: Operator; readonly value: number }
}

/** An undecided `✅❌` pair. */
export interface PlanToggle {
  readonly id: string
  readonly label: string
}

/** A check that is asked again and again, and has to hold the whole time. */
export interface Soak {
  /** Length of the window. */
  readonly forMs: number
  /** Time from the beginning of one sample to that of the next. */
  readonly everyMs: number
  /** Longest time between two samples; more interrupts the window, which then begins anew. Default two and a half steps. */
  readonly maxGapMs?: number
  /** Share of the samples that may fail, from 0 to 1; then the gate is WARN. Default 0. */
  readonly allowedFailureShare?: number
}

/** A value that another gate of the plan produces. */
export interface DataEdge {
  /** Id of the gate that produces it. */
  readonly gate: string
  /** Id of a slot of that gate, or of a toggle, whose value is then `true` or `false`. */
  readonly slot: string
}

export interface PlanGate {
  /** Slug path of headings and title; unique in the plan, stable under re-order. */
  readonly id: string
  readonly title: string
  readonly section: string
  readonly phase?: string
  /** Who the document says is to see to it: a role, a team or a person, as it stands there. */
  readonly owner?: string
  readonly severity: Severity
  readonly needs: readonly string[]
  readonly check: Check
  /** For people: the block as the document has it, when the check's script differs from it. */
  readonly assertions: readonly Assertion[]
  readonly effect: Effect
  /**
   * True when the lint proved that the check only reads, so that it may run before anybody reviewed the plan.
   * Pinned by the plan hash like all else.
   */
  readonly provenRead: boolean
  /** Parameters (`$NAME`) the check needs; a missing one blocks the gate. */
  readonly parameters: readonly string[]
  /** Parameters whose value another gate produces, by name; that gate is then a dependency. Absent = none. */
  readonly consumes?: Readonly<Record<string, DataEdge>>
  /** Holes of the text (`<X>`, `vX.Y.Z`, `[TBD]`) left in the check, slots or title; any one blocks the gate. */
  readonly holes: readonly string[]
  readonly slots: readonly PlanSlot[]
  readonly toggles: readonly PlanToggle[]
  /** Children of a roll-up gate: its status is the worst of theirs and it has no check of its own. */
  readonly children?: readonly string[]
  readonly timeoutMs: number
  /** Evidence older than this is STALE; absent = never by age. */
  readonly maxAgeMs?: number
  /** Further tries after ERROR, reads only. */
  readonly retries: number
  /** Reads only. `timeoutMs` then bounds each sample. */
  readonly soak?: Soak
  /** Gates naming the same resource never run at the same time. */
  readonly exclusive?: string
  /** To be tried again after the deploy, against production. Absent = no. */
  readonly regenerate?: boolean
  /** Lint findings of level error on the check, shown wherever the gate is. */
  readonly unsound: readonly string[]
  readonly source: { readonly line: number; readonly sha256: ContentDigest }
}

export interface SignOffRole {
  readonly role: string
  /** Distinct people needed for the role. */
  readonly minimum: number
  /** Roles whose holders may fill it too: any one of them is as good. Absent = only the role itself. */
  readonly anyOf?: readonly string[]
}

export interface Plan {
  readonly format: 'seaworthy-plan/1'
  readonly source: PlanSource
  readonly service: string
  readonly version: string
  readonly environment: string
  readonly gates: readonly PlanGate[]
  readonly signOffs: readonly SignOffRole[]
}
