// What release shows: the review a person signs, the decision, the documents.
import type { GateResult, Plan, SignOff, Subject, Verdict } from '../verdict/index.ts'
import type { ContentDigest } from '../kernel/index.ts'
import type { RegisterTerms } from '../register/index.ts'

export const RELEASE_EVENTS = [
  'release.opened',
  'sign-off.recorded',
  'release.decided',
  'bundle.sealed',
  'register.changed',
  'waiver.requested',
] as const

/** What a person reads before signing, and the hash they sign. */
export interface ReleaseReview {
  readonly release: string
  readonly runId: string
  readonly reviewHash: ContentDigest
  readonly subject: Subject
  readonly plan: Plan
  readonly planHash: ContentDigest
  readonly results: readonly GateResult[]
  readonly signOffs: readonly SignOff[]
  /** What would be decided now, before anything is verified. */
  readonly verdict: Verdict
  readonly terms: RegisterTerms
  /** Display names by principal id. */
  readonly names: Readonly<Record<string, string>>
}

export interface DecidedRelease {
  readonly release: string
  readonly runId: string
  readonly verdict: Verdict
  /** Display names by principal id. */
  readonly names: Readonly<Record<string, string>>
  /** Digest of the signed decision statement. */
  readonly statement: ContentDigest
  readonly inputs: ContentDigest
}
