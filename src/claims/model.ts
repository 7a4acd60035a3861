// What the audit of a report speaks of: claims with their place and support, findings with both sides quoted.

/** T1 status, T2 quantity, T3 existence, T4 event, T5 capability, T6 verdict, T7 approval. */
export type ClaimType = 'T1' | 'T2' | 'T3' | 'T4' | 'T5' | 'T6' | 'T7'

/** The rungs of the maturity ladder, lowest first; a claim's level is its index. */
export const LADDER = [
  'planned',
  'documented',
  'implemented',
  'configured',
  'deployed',
  'operating',
  'verified',
] as const

export type LadderLevel = 0 | 1 | 2 | 3 | 4 | 5 | 6

/** S4 fresh evidence, S3 pointer resolved now, S2 pointer, S1 number or detail, S0 bare assertion. */
export type Support = 'S0' | 'S1' | 'S2' | 'S3' | 'S4'

export const CLAIM_VERDICTS = [
  'SUPPORTED',
  'WEAK',
  'UNSUPPORTED',
  'OVERSTATED',
  'CONTRADICTED',
  'UNVERIFIABLE',
] as const

export type ClaimVerdict = (typeof CLAIM_VERDICTS)[number]

export const RULE_IDS = [
  'R1',
  'R2',
  'R3',
  'R4',
  'R5',
  'R6',
  'R7',
  'R8',
  'R9',
  'R10',
  'R11',
  'R12',
  'R13',
  'R14',
] as const

export type RuleId = (typeof RULE_IDS)[number]

/** A place in a document, quoted: one line without control characters, at most `QUOTE_LIMIT_CHARACTERS` long. */
export interface Quote {
  /** Counted from 1. */
  readonly line: number
  readonly text: string
  /** Set when the place stands in another document than the report. */
  readonly document?: string
}

export interface Claim extends Quote {
  readonly type: ClaimType
  /** Index into `LADDER`; null where the ladder says nothing, as for quantities and approvals. */
  readonly level: LadderLevel | null
  readonly support: Support
  readonly verdict: ClaimVerdict
  /** Headings above it, outermost first. */
  readonly area: readonly string[]
  /** Set with support S4: what it rests on. */
  readonly evidence?: ClaimEvidence
}

/** What the ledger of a release has for a claim. */
export interface ClaimEvidence {
  /** Gate that passed; absent when it is the decision itself that bears the claim out. */
  readonly gate?: string
  readonly status: string
  /** `sha256:…` of the signed statement, or of the evidence itself. */
  readonly digest: string
}

export interface ClaimFinding {
  readonly rule: RuleId
  /** `error` contradicts the claim; `note` is worth reading and never decides the exit code. */
  readonly level: 'error' | 'note'
  readonly claim: Quote
  readonly against: Quote
  /** Further places that say the same as `against`, at most `ALSO_LIMIT_QUOTES`. */
  readonly also: readonly Quote[]
  readonly verdict: ClaimVerdict
  /** One sentence that ends without a full stop. */
  readonly message: string
}

export interface AreaLevel {
  readonly area: string
  readonly line: number
  /** Highest rung that a claim of the area reaches without being contradicted. */
  readonly level: LadderLevel
}

export interface AuditReport {
  readonly claims: readonly Claim[]
  readonly findings: readonly ClaimFinding[]
  /** How many claims have each verdict; never folded into one figure. */
  readonly counts: Readonly<Record<ClaimVerdict, number>>
  readonly areas: readonly AreaLevel[]
  /** Findings of level error, as `R1 4 against 200`. */
  readonly blocking: readonly string[]
  /** What was read, so that an empty answer can be told from an unread document. */
  readonly read: {
    readonly lines: number
    readonly passages: number
    readonly languages: readonly string[]
    /** True when more claims were found than are listed. */
    readonly isCut: boolean
  }
}

export const QUOTE_LIMIT_CHARACTERS = 240
export const ALSO_LIMIT_QUOTES = 20
