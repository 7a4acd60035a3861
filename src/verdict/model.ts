// The shapes everything is judged by: capture, judgement, decision. Pure types; all are JSON values.
import type { ContentDigest } from '../kernel/index.ts'
import type { BuiltinCapture, PromqlCapture, SoakCapture, StreamState } from './capture-model.ts'
import type {
  BreakGlass,
  CabRecord,
  Condition,
  ConditionState,
  DecisionPolicy,
  ErrorBudgetReading,
  FreezeWindow,
  PlanReview,
  PlannedLaunch,
  Risk,
  Roster,
  SignOff,
  Waiver,
} from './people-model.ts'
import type { Assertion } from './plan-model.ts'

/** One stored piece of evidence that a capture points to. */
export interface EvidenceRef {
  /** `stdout`, `stderr`, `trace`, `body`, `rows`, `text`, `capture`. */
  readonly name: string
  readonly digest: ContentDigest
  readonly mediaType: string
  readonly sizeBytes: number
}

/** A report file that a command was to write; its bytes are the evidence `report:PATH`. */
export interface CapturedReport {
  readonly path: string
  /** Why its bytes were not kept: it is not there, was not written by this attempt, or may not be read. */
  readonly problem?: string
}

/** What a runner saw. Facts only; no field of it is an opinion about the gate. */
export type Capture =
  | PromqlCapture
  | BuiltinCapture
  | SoakCapture
  | {
      readonly kind: 'command'
      readonly exitCode: number | null
      readonly signal: string | null
      readonly timedOut: boolean
      readonly startError?: string
      /** The user it ran as, when that was not the runner's own. */
      readonly uid?: number
      /** What it left running when it ended; all of it was killed but `survivedCount`. Names are the kernel's, the first ones. */
      readonly leftovers?: {
        readonly count: number
        readonly survivedCount: number
        readonly names: readonly string[]
      }
      /** Exit code of each simple command that the strict shell traced, in order; line within the script. */
      readonly steps: readonly { readonly line: number; readonly exitCode: number }[]
      /** The report files that the check names, in its order. */
      readonly reports?: readonly CapturedReport[]
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
  | {
      readonly kind: 'manual'
      readonly answer: boolean
      readonly note: string
      readonly slots: Readonly<Record<string, string>>
    }

/** Parameters that an attempt took from other gates, by name: the value, and the gate-run statement it came from. */
export type Consumed = Readonly<
  Record<string, { readonly statement: ContentDigest; readonly value: string }>
>

/** What the statement of an attempt tells besides its evidence. */
export interface AttemptFacts extends AttemptTimes {
  /** Absent = took nothing. */
  readonly consumed?: Consumed
}

/** When an attempt began and ended, by the statement that tells of it; ms since the epoch. */
export interface AttemptTimes {
  readonly startedAtMs: number
  readonly finishedAtMs: number
}

/** Evidence bytes by name, as the judge reads them. */
export type EvidenceBytes = Readonly<Record<string, Uint8Array>>

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
  /** What the attempt took from other gates. Absent = nothing. */
  readonly consumed?: Consumed
}

/** Whether a gate may run now; pure function of plan, parameters and confirmations. */
export type Admission =
  | { readonly admitted: true }
  | {
      readonly admitted: false
      readonly status: 'BLOCKED' | 'PENDING'
      readonly reason: string
      /** What would admit it, as a sentence. */
      readonly flip: string
    }

/** The facts about a run that status depends on besides the evidence. */
export interface RunTerms {
  /** Values of parameters as the run used them; secret ones appear as `[masked]`. */
  readonly parameters: Readonly<Record<string, string>>
  /** Gate ids whose check a person confirmed (token) or reviewed; the rest run only when proven to read. */
  readonly confirmed: readonly string[]
  /** Waiver in force when the run was started or taken up, by gate: it counts as satisfied for what needs it. Absent = none. */
  readonly waived?: Readonly<Record<string, string>>
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
  /** What the attempt took from other gates. Absent = nothing. */
  readonly consumed?: Consumed
}

export type VerdictValue =
  | 'GO'
  | 'GO_WITH_WAIVERS'
  | 'CONDITIONAL_GO'
  | 'NOT_READY'
  | 'NO_GO'
  | 'INVALID'

export interface Subject {
  readonly service: string
  readonly version: string
  readonly environment: string
  /** Artefact digests by name; at least the release identity's own. */
  readonly digests: Readonly<Record<string, string>>
  readonly commit?: string
}

/** Everything a decision rests on, frozen. JSON; hashed as canonical JSON. */
export interface DecisionInputs {
  readonly format: 'seaworthy-decision-inputs/1'
  /** Edition of the rules the decision is taken under, see `edition.ts`. Absent = the first. */
  readonly edition?: number
  readonly plan: ContentDigest
  readonly run: string
  readonly terms: RunTerms
  readonly subject: Subject
  /** Account that wrote the change; may not sign off. */
  readonly author?: string
  /** Who reviewed this very plan. Absent in the first edition, which did not ask. */
  readonly planReviews?: readonly PlanReview[]
  /** The phase the decision is taken for: gates of later phases are not yet due. Absent = every gate counts. */
  readonly phase?: string
  readonly results: readonly GateResult[]
  readonly risks: readonly Risk[]
  readonly waivers: readonly Waiver[]
  readonly conditions: readonly Condition[]
  readonly policy: DecisionPolicy
  readonly signOffs: readonly SignOff[]
  readonly freeze: readonly FreezeWindow[]
  /** Remaining share of the error budget, 0–1; absent when no objective is declared. */
  readonly errorBudget?: number
  /** Where the error budget comes from; absent in inputs that only state the number. */
  readonly errorBudgetReading?: ErrorBudgetReading
  /** The on-call roster as it was confirmed last; absent when nobody ever did. */
  readonly roster?: Roster
  /** Outcomes of the change advisory board on this version, in the order of the ledger. Absent = none. */
  readonly cab?: readonly CabRecord[]
  /** Absent = none is planned. */
  readonly launch?: PlannedLaunch
  /** Glasses broken for this release, and unreviewed ones of other versions of the service. Absent = none. */
  readonly breakGlass?: readonly BreakGlass[]
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

/** When something that a Go rests on ends. */
export interface Horizon {
  /** As the subject of a sentence: `the evidence of load`. */
  readonly what: string
  readonly atMs: number
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
  /** What a GO rests on that ends, the first first, five at most; absent for other verdicts. */
  readonly horizons?: readonly Horizon[]
  /** Ids of the waivers that the verdict rests on. Absent = none. */
  readonly usedWaivers?: readonly string[]
  /** Every condition with its state at `asOf`. Absent = none. */
  readonly conditions?: readonly { readonly id: string; readonly state: ConditionState }[]
  /** Gates of later phases, which did not count. Absent = none. */
  readonly notYetDue?: readonly string[]
  /** The broken glass without which this would not be a Go; `raw` is then the verdict without it and without waivers. */
  readonly breakGlass?: BreakGlass
}
