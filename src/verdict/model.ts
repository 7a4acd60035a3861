// The shapes everything is judged by: plan, capture, judgement, decision. Pure types; all are JSON values.
import type { ContentDigest } from '../kernel/index.ts'

/* ---------------------------------------------------------------- plan */

export type Severity = 'required' | 'advisory' | 'informational'

/** What running the check may change. Anything but `read` needs preview and confirm. */
export type Effect = 'read' | 'write-staging' | 'write-prod' | 'unknown'

/** The document a plan was made from. */
export interface PlanSource {
  readonly name: string
  readonly sha256: ContentDigest
}

export type Check =
  | { readonly type: 'command'; readonly language: 'bash' | 'sh'; readonly script: string }
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
  /** `path` is relative to the workspace; `..` and symbolic links out of it are refused. */
  | { readonly type: 'document'; readonly path: string }
  | { readonly type: 'manual'; readonly question: string }
  /** Recognised but not runnable here (promql, powershell …): never decided, always says why. */
  | { readonly type: 'unsupported'; readonly language: string; readonly reason: string }

/** What an assertion reads; see `assertion.ts` for which capture offers which. */
export type Reading =
  | { readonly from: 'exitCode' }
  | { readonly from: 'stdout' | 'stderr' | 'body' }
  /** JSON of stdout (command), body (http) or the file (document), by a path such as `$.data.groups[0].name`. */
  | { readonly from: 'json'; readonly path: string }
  | { readonly from: 'status' }
  | { readonly from: 'header'; readonly name: string }
  | { readonly from: 'durationMs' }
  | { readonly from: 'rowCount' }
  /** One cell of an sql answer: column by name, row by index (default 0). */
  | { readonly from: 'cell'; readonly column: string; readonly row?: number }
  /** Text of a document check's file. */
  | { readonly from: 'text' }
  /** The person's answer to a manual gate: true or false. */
  | { readonly from: 'answer' }
  /** The value found for a slot by the slot convention (`label: value`, `label=value`, or a JSON key). */
  | { readonly from: 'slot'; readonly slot: string }

export type Operator = 'eq' | 'ne' | 'lt' | 'le' | 'gt' | 'ge' | 'contains' | 'matches' | 'exists'

export interface Assertion {
  readonly read: Reading
  readonly op: Operator
  /** Absent for `exists`. A number may carry its unit in `unit`. `matches` takes a bounded pattern. */
  readonly value?: string | number | boolean
  readonly unit?: string
  /** A numeric miss within this distance of the bound is WARN, not FAIL. */
  readonly tolerance?: number
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

export interface PlanGate {
  /** Slug path of headings and title; unique in the plan, stable under re-order. */
  readonly id: string
  readonly title: string
  readonly section: string
  readonly phase?: string
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
  /** Gates naming the same resource never run at the same time. */
  readonly exclusive?: string
  /** Lint findings of level error on the check, shown wherever the gate is. */
  readonly unsound: readonly string[]
  readonly source: { readonly line: number; readonly sha256: ContentDigest }
}

export interface SignOffRole {
  readonly role: string
  /** Distinct people needed for the role. */
  readonly minimum: number
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

/* ------------------------------------------------------------- capture */

/** One stored piece of evidence that a capture points to. */
export interface EvidenceRef {
  /** `stdout`, `stderr`, `trace`, `body`, `rows`, `text`, `capture`. */
  readonly name: string
  readonly digest: ContentDigest
  readonly mediaType: string
  readonly sizeBytes: number
}

/** State of one captured stream: cut or masked content makes assertions that read it INCONCLUSIVE. */
export interface StreamState {
  readonly truncated: boolean
  readonly maskedCount: number
}

/** What a runner saw. Facts only; no field of it is an opinion about the gate. */
export type Capture =
  | {
      readonly kind: 'command'
      readonly exitCode: number | null
      readonly signal: string | null
      readonly timedOut: boolean
      readonly startError?: string
      /** Exit code of each simple command that the strict shell traced, in order; line within the script. */
      readonly steps: readonly { readonly line: number; readonly exitCode: number }[]
      readonly durationMs: number
      readonly streams: Readonly<Record<string, StreamState>>
    }
  | {
      readonly kind: 'http'
      readonly status: number | null
      readonly headers: Readonly<Record<string, string>>
      /** Set when no answer came: refused, timeout, TLS … */
      readonly error?: string
      readonly durationMs: number
      readonly streams: Readonly<Record<string, StreamState>>
    }
  | {
      readonly kind: 'sql'
      /** Columns and rows are the JSON evidence `rows`: `{ "columns": [..], "rows": [[..]] }`. */
      readonly rowCount: number | null
      readonly error?: string
      readonly durationMs: number
      readonly streams: Readonly<Record<string, StreamState>>
    }
  | {
      readonly kind: 'document'
      readonly found: boolean
      readonly error?: string
      readonly durationMs: number
      readonly streams: Readonly<Record<string, StreamState>>
    }
  | { readonly kind: 'manual'; readonly answer: boolean; readonly note: string; readonly slots: Readonly<Record<string, string>> }

/** Evidence bytes by name, as the judge reads them. */
export type EvidenceBytes = Readonly<Record<string, Uint8Array>>

/* ----------------------------------------------------------- judgement */

/** What is stored about a gate. STALE and WAIVED never are: one is computed at read time, one is an overlay. */
export type StoredStatus =
  | 'PENDING'
  | 'BLOCKED'
  | 'RUNNING'
  | 'PASS'
  | 'WARN'
  | 'FAIL'
  | 'ERROR'
  | 'INCONCLUSIVE'
  | 'NOT_APPLICABLE'
  | 'SKIPPED'

export type Status = StoredStatus | 'STALE'

export interface AssertionOutcome {
  readonly assertion: Assertion
  readonly outcome: 'true' | 'false' | 'tolerated' | 'no-data'
  /** What was read, as short text; absent without data. */
  readonly observed?: string
}

export interface Judgement {
  readonly status: StoredStatus
  /** One sentence: what was expected, what was got. */
  readonly reason: string
  readonly assertions: readonly AssertionOutcome[]
  /** Values for slots, by slot id. */
  readonly slots: Readonly<Record<string, string>>
  /** Decided toggles, by toggle id. */
  readonly toggles: Readonly<Record<string, boolean>>
}

/** Whether a gate may run now; pure function of plan, parameters and confirmations. */
export type Admission =
  | { readonly admitted: true }
  | { readonly admitted: false; readonly status: 'BLOCKED' | 'PENDING'; readonly reason: string }

/** The facts about a run that status depends on besides the evidence. */
export interface RunTerms {
  /** Values of parameters as the run used them; secret ones appear as `[masked]`. */
  readonly parameters: Readonly<Record<string, string>>
  /** Gate ids whose check a person confirmed (token) or reviewed; the rest run only when proven to read. */
  readonly confirmed: readonly string[]
}

/** One gate's result: what the decision reads. */
export interface GateResult {
  readonly gate: string
  readonly definition: ContentDigest
  readonly status: StoredStatus
  readonly reason: string
  /** Digest of the gate-run statement the status rests on, when there is one. */
  readonly statement?: ContentDigest
  readonly evidence: readonly EvidenceRef[]
  /** When the evidence was collected, ms since the epoch. */
  readonly finishedAtMs?: number
  /** Environment and subject the evidence was bound to. */
  readonly environment?: string
  readonly slots: Readonly<Record<string, string>>
  readonly toggles: Readonly<Record<string, boolean>>
}

/* ------------------------------------------------------------ decision */

export type VerdictValue = 'GO' | 'GO_WITH_WAIVERS' | 'CONDITIONAL_GO' | 'NOT_READY' | 'NO_GO' | 'INVALID'

export interface Subject {
  readonly service: string
  readonly version: string
  readonly environment: string
  /** Artefact digests by name; at least the release identity's own. */
  readonly digests: Readonly<Record<string, string>>
  readonly commit?: string
}

export interface Risk {
  readonly id: string
  readonly level: 'P0' | 'P1' | 'P2' | 'P3'
  readonly title: string
  readonly owner: string
  readonly state: 'OPEN' | 'ACCEPTED' | 'CLOSED'
  readonly dueAtMs?: number
  readonly acceptedBy?: readonly string[]
  readonly acceptedUntilMs?: number
}

export interface Waiver {
  readonly id: string
  readonly gates: readonly string[]
  readonly environment: string
  readonly version: string
  readonly reason: string
  readonly risk: string
  readonly requester: string
  readonly approvers: readonly string[]
  readonly issuedAtMs: number
  readonly expiresAtMs: number
  readonly maxUses: number
  readonly revoked: boolean
  /** Earlier decisions that used it; state, not a term. Absent = none. */
  readonly uses?: number
}

export interface Condition {
  readonly id: string
  readonly text: string
  readonly gate: string
  readonly owner: string
  readonly dueAtMs: number
  readonly onMiss: 'NO_GO' | 'EXTEND'
  readonly blocks: 'freeze' | 'deploy' | 'phase' | 'post'
  /** Taken back; its gate counts as any other. State, not a term. Absent = false. */
  readonly withdrawn?: boolean
}

export type ConditionState = 'OPEN' | 'MET' | 'MISSED' | 'WITHDRAWN'

export interface SignOff {
  readonly role: string
  readonly principal: string
  readonly decision: 'APPROVE' | 'REJECT'
  readonly reviewHash: ContentDigest
  readonly atMs: number
  /** Digest of the signed statement. */
  readonly statement: ContentDigest
}

export interface FreezeWindow {
  readonly fromMs: number
  readonly untilMs: number
  readonly reason: string
}

export interface DecisionPolicy {
  /** Gates no waiver may cover. */
  readonly nonWaivable: readonly string[]
  /** A GO is void after this long. */
  readonly goLifetimeMs: number
  /** Smallest remaining share of the error budget that still allows a deploy, 0–1. */
  readonly minimumErrorBudget: number
}

/** Everything a decision rests on, frozen. JSON; hashed as canonical JSON. */
export interface DecisionInputs {
  readonly format: 'seaworthy-decision-inputs/1'
  readonly plan: ContentDigest
  readonly run: string
  readonly terms: RunTerms
  readonly subject: Subject
  /** Account that wrote the change; may not sign off. */
  readonly author?: string
  readonly results: readonly GateResult[]
  readonly risks: readonly Risk[]
  readonly waivers: readonly Waiver[]
  readonly conditions: readonly Condition[]
  readonly policy: DecisionPolicy
  readonly signOffs: readonly SignOff[]
  readonly freeze: readonly FreezeWindow[]
  /** Remaining share of the error budget, 0–1; absent when no objective is declared. */
  readonly errorBudget?: number
  readonly asOfMs: number
  /** Ledger state the decision was taken on: size and root (base64). */
  readonly checkpoint: { readonly origin: string; readonly size: number; readonly root: string }
  /** False when ledger, a signature or stored evidence did not verify; findings say which. */
  readonly integrity: { readonly ok: boolean; readonly findings: readonly string[] }
}

export interface Reason {
  /** Rule of release.md section 7 by its number, e.g. `7.2`; or a named sub-rule `7.6-sign-off`. */
  readonly rule: string
  readonly gate?: string
  /** Digest of the statement or evidence the reason rests on. */
  readonly evidence?: string
  readonly text: string
  /** What would flip it. */
  readonly flip: string
}

export interface Verdict {
  readonly value: VerdictValue
  /** The verdict had no waiver been granted. */
  readonly raw: VerdictValue
  readonly reasons: readonly Reason[]
  /** Listed, never blocking: WARNs, P3 risks, horizon warnings, unused waivers. */
  readonly notes: readonly string[]
  readonly reviewHash: ContentDigest
  readonly decisionHash: ContentDigest
  readonly asOfMs: number
  /** When a GO is void; absent for other verdicts. */
  readonly expiresAtMs?: number
}
