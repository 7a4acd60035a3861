// What the API answers, as far as the board reads it: plain shapes, no behaviour.

export type Verdict =
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
  readonly commit?: string
  readonly digests: Readonly<Record<string, string>>
}

export interface RunRow {
  readonly runId: string
  readonly planHash: `sha256:${string}`
  readonly service: string
  readonly version: string
  readonly subject: Subject
  readonly startedAt: string
  readonly finishedAt: string | null
  readonly isWaiting: boolean
  readonly lease?: { readonly holder: { readonly machine: string }; readonly until: string }
}

export interface EvidenceRef {
  readonly name: string
  readonly digest: string
  readonly mediaType: string
  readonly sizeBytes: number
}

export interface GateResult {
  readonly gate: string
  readonly status: string
  readonly reason: string
  readonly statement?: string
  readonly evidence: readonly EvidenceRef[]
  readonly finishedAtMs?: number
  readonly slots: Readonly<Record<string, string>>
}

/** Whatever a check of its kind has besides; shown as it is. */
export interface Check {
  readonly type: string
  readonly script?: string
  readonly language?: string
  readonly method?: string
  readonly url?: string
  readonly text?: string
  readonly query?: string
  readonly connection?: string
  readonly path?: string
  readonly name?: string
  readonly question?: string
  readonly reason?: string
  /** Of built-in checks that ask from where gates run. */
  readonly on?: 'runner'
  /** Files that a command writes and that are kept as evidence. */
  readonly reports?: readonly string[]
  readonly with?: Readonly<Record<string, string | number | boolean>>
}

export interface Assertion {
  readonly read: Readonly<Record<string, unknown>> & { readonly from: string }
  readonly op: string
  readonly value?: unknown
  readonly unit?: string
  readonly severity?: string
}

export interface PlanGate {
  readonly id: string
  readonly title: string
  readonly section: string
  readonly severity: 'required' | 'advisory' | 'informational'
  readonly effect: 'read' | 'write-staging' | 'write-prod' | 'unknown'
  readonly provenRead: boolean
  readonly check: Check
  readonly assertions: readonly Assertion[]
  readonly needs: readonly string[]
  readonly parameters?: readonly string[]
  readonly consumes?: Readonly<Record<string, unknown>>
  readonly holes: readonly string[]
  readonly slots: readonly { readonly id: string; readonly label: string; readonly unit?: string }[]
  /** A gate that sums up others has no check of its own. */
  readonly children?: readonly string[]
  readonly unsound: readonly string[]
  readonly owner?: string
  readonly phase?: string
  readonly timeoutMs: number
  readonly maxAgeMs?: number
  readonly source?: { readonly line: number }
}

export interface Plan {
  readonly service: string
  readonly version: string
  readonly environment: string
  readonly source: {
    readonly name: string
    readonly sha256: string
    /** What else was taken for gates. */
    readonly gates?: readonly string[]
  }
  readonly gates: readonly PlanGate[]
  readonly signOffs: readonly {
    readonly role: string
    readonly minimum: number
    readonly anyOf?: readonly string[]
  }[]
}

export interface RunState {
  readonly run: RunRow
  readonly plan: Plan
  readonly results: readonly GateResult[]
  readonly attempts: Readonly<Record<string, number>>
}

export interface Reason {
  readonly rule: string
  readonly gate?: string
  readonly evidence?: string
  readonly text: string
  readonly flip: string
}

export interface SignOff {
  readonly role: string
  readonly principal: string
  /** The person behind the key; absent where it is the same. */
  readonly person?: string
  readonly decision: 'APPROVE' | 'REJECT' | 'WITHDRAW'
  readonly reviewHash: string
  readonly atMs: number
  readonly statement: string
}

export interface Review {
  readonly release: string
  readonly runId: string
  /** Where the release was run; what is said here is of the subject's. */
  readonly environments: readonly string[]
  /** What a sign-off is over. */
  readonly reviewHash: `sha256:${string}`
  readonly subject: Subject
  readonly plan: Plan
  readonly planHash: `sha256:${string}`
  readonly planReviews: readonly { readonly principal: string; readonly statement: string }[]
  readonly results: readonly GateResult[]
  readonly signOffs: readonly SignOff[]
  /** As the verdict counts them: what was withdrawn stands no longer, and one person fills one place. */
  readonly quorum: {
    readonly rejections: readonly SignOff[]
    /** Of roles that have fewer people than they need. */
    readonly gaps: readonly {
      readonly role: string
      readonly minimum: number
      readonly filled: number
    }[]
  }
  readonly verdict: {
    readonly value: Verdict
    readonly raw: Verdict
    readonly reasons: readonly Reason[]
    readonly notes: readonly string[]
    readonly asOfMs: number
    readonly expiresAtMs?: number
    readonly horizons?: readonly { readonly what: string; readonly atMs: number }[]
    readonly usedWaivers?: readonly string[]
    readonly conditions?: readonly { readonly id: string; readonly state: string }[]
    readonly notYetDue?: readonly string[]
    readonly breakGlass?: { readonly principal: string; readonly reason: string }
  }
  readonly timezone: string
  readonly latestDecision: {
    readonly statementId: string
    readonly runId: string
    readonly inputsDigest: string
    readonly verdict: Verdict
    readonly decidedAtMs: number
  } | null
  readonly locks: readonly {
    readonly stage: string
    readonly text: string
    readonly condition?: string
  }[]
  readonly names: Readonly<Record<string, string>>
}

/** The API's own shapes, so that what the board reads is what is answered. */
export type {
  PresentedRegister as Register,
  PresentedWaiver as RegisteredWaiver,
} from '../src/release/register-answer.ts'

export interface RenderedReport {
  readonly markdown: string
  readonly html: string
  readonly isDecided: boolean
}

export interface Entry {
  readonly seq: number
  readonly time: string
  readonly leafHash: string
  readonly prev: string | null
  /** Where the entry stands that attests that the payload was erased. */
  readonly erasedBy?: number
  readonly body: {
    readonly id: string
    readonly type: string
    readonly actor: string
    readonly subject: string
    readonly payload: { readonly alg: string; readonly c: string }
    readonly refs: readonly string[]
  }
}

export interface EntryPage {
  readonly entries: readonly Entry[]
  readonly nextSeq: number | null
}

export interface Checkpoint {
  readonly origin: string
  readonly size: number
  readonly root: string
  readonly note: string
  readonly noteKey: string
}

export interface EntryProof {
  readonly seq: number
  readonly size: number
  readonly leaf: string
  readonly proof: readonly string[]
  readonly root: string
  readonly tlogProof: string
}

/** Whom the server takes a caller for. */
export interface Who {
  readonly id: string
  readonly tenant: string
  readonly role: string
  readonly displayName: string | null
  readonly email: string | null
  /** Roles that keys of the account may sign in. */
  readonly signsAs: readonly string[]
  /** Who its keys count as; null while it has none. */
  readonly person: string | null
  /** Null for whoever came with a key. */
  readonly session: {
    readonly issuer: string | null
    /** Until when they may give their word; null where they have to prove first who they are. */
    readonly provenUntil: string | null
  } | null
}

/** With whom people may sign in. */
export interface Issuers {
  readonly issuers: readonly { readonly name: string; readonly label: string }[]
}
