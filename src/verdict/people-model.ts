// What people put into a decision: risks, waivers, conditions, sign-offs, freezes, policy. Pure types; all are JSON values.
import type { ContentDigest } from '../kernel/index.ts'

export type Grade = 'low' | 'medium' | 'high'

export interface Risk {
  readonly id: string
  readonly level: 'P0' | 'P1' | 'P2' | 'P3'
  readonly title: string
  /** Principal who answers for it. */
  readonly owner: string
  readonly state: 'OPEN' | 'ACCEPTED' | 'CLOSED'
  readonly likelihood?: Grade
  readonly impact?: Grade
  readonly mitigation?: string
  /** Gate whose fresh, satisfied evidence closes the risk. */
  readonly closureTest?: string
  /** Definition hash of that gate as it was when the risk was opened; only evidence of it closes without a review. */
  readonly closureDefinition?: ContentDigest
  readonly dueAtMs?: number
  readonly acceptedBy?: readonly string[]
  readonly acceptedUntilMs?: number
}

/** A person who consented to a waiver, with the roles that person holds. */
export interface WaiverApproval {
  readonly principal: string
  readonly roles: readonly string[]
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
  readonly compensatingControl?: string
  /** Gate that shows when the waiver is no longer needed. */
  readonly closureTest?: string
  /** Who approved, with roles; absent in inputs that know only names, and then no area is looked at. */
  readonly approvals?: readonly WaiverApproval[]
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
  /** The key's owner, as the statement names it. */
  readonly principal: string
  /** The person behind the key, where one person has several keys. Absent = `principal`. */
  readonly person?: string
  /** WITHDRAW takes a person's earlier rejection in this role back, and says nothing else. */
  readonly decision: 'APPROVE' | 'REJECT' | 'WITHDRAW'
  readonly reviewHash: ContentDigest
  readonly atMs: number
  /** Digest of the signed statement. */
  readonly statement: ContentDigest
}

/** A person's recorded review of a plan. */
export interface PlanReview {
  /** The key's owner, as the statement names it. */
  readonly principal: string
  /** The person behind the key, where one person has several keys. Absent = `principal`. */
  readonly person?: string
  /** Digest of the signed approval. */
  readonly statement: ContentDigest
}

export interface FreezeWindow {
  readonly fromMs: number
  readonly untilMs: number
  readonly reason: string
  readonly id?: string
  /** Two people who let this release pass in spite of it, and why. Absent = nobody did. */
  readonly override?: Override
}

/** Two people's consent to pass in spite of a rule. */
export interface Override {
  readonly people: readonly string[]
  readonly reason: string
}

/** Who entered the error budget, from where, as of when. */
export interface ErrorBudgetReading {
  readonly source: string
  readonly measuredAtMs: number
  readonly enteredBy: string
  readonly override?: Override
}

/** Who is on call, confirmed by whom and when. */
export interface Roster {
  readonly people: readonly string[]
  readonly confirmedBy: string
  readonly confirmedAtMs: number
}

export type CabOutcome = 'approved' | 'approved-with-conditions' | 'deferred' | 'rejected'

/** One item of a board's agenda and what became of it. */
export interface CabItem {
  readonly about: string
  readonly outcome: CabOutcome
  readonly note?: string
  /** Ids of the conditions it was approved on. */
  readonly conditions?: readonly string[]
}

/** What a change advisory board decided on a release. */
export interface CabRecord {
  readonly id: string
  readonly heldAtMs: number
  readonly attendees: readonly string[]
  readonly items: readonly CabItem[]
  /** Of the minutes' bytes, which stay with who keeps them. */
  readonly minutes?: ContentDigest
  readonly recordedBy: string
  /** Who signed exactly this record, the one who recorded it first; only those who attended count. */
  readonly signers: readonly WaiverApproval[]
}

/** When the release is to be launched. */
export interface PlannedLaunch {
  readonly atMs: number
  /** IANA name of the zone its times are shown in. */
  readonly timezone: string
}

/** A Go in spite of everything that a named person takes upon themselves, and that somebody else has to review. */
export interface BreakGlass {
  readonly id: string
  readonly version: string
  readonly principal: string
  readonly reason: string
  readonly atMs: number
  /** The override holds until then. */
  readonly expiresAtMs: number
  /** Somebody else has to have reviewed it by then. */
  readonly reviewDueAtMs: number
  /** Who reviewed it; state. Absent = nobody yet. */
  readonly reviewedBy?: string
}

/** Gates of an area, by the beginning of their ids, and the role that owns it. */
export interface PolicyArea {
  readonly gates: string
  readonly owner: string
}

export interface DecisionPolicy {
  /** Gates no waiver may cover. */
  readonly nonWaivable: readonly string[]
  /** A GO is void after this long. */
  readonly goLifetimeMs: number
  /** Smallest remaining share of the error budget that still allows a deploy, 0–1. */
  readonly minimumErrorBudget: number
  /** An entered error budget older than this does not count. Absent = never too old. */
  readonly errorBudgetMaxAgeMs?: number
  /** Present = somebody must have confirmed the on-call roster within this time. */
  readonly rosterMaxAgeMs?: number
  /** Who owns which gates; without an entry a role of the plan's sign-offs does. */
  readonly areas?: readonly PolicyArea[]
  /** Role whose approval lets a waiver last up to 90 days instead of 30. */
  readonly securityRole?: string
  /** Somebody other than the author must have reviewed the plan. Absent = it is only said when nobody did. */
  readonly planReviewed?: boolean
  /** Role that people of the change advisory board hold; with it, or a quorum, the board has to approve. */
  readonly cabRole?: string
  /** People who attended and sign before the board's approval counts. 0 = it need not approve. Absent = 2. */
  readonly cabQuorum?: number
  /** A rejection over any state of the release stands until the person withdraws it. Absent = only over this state. */
  readonly rejectionsStand?: boolean
}
