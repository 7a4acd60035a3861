// What release shows: the review a person signs, the decision, the documents.
import type { GateResult, Plan, SignOff, Subject, Verdict } from '../verdict/index.ts'
import type { ContentDigest } from '../kernel/index.ts'

export const RELEASE_EVENTS = [
  'release.opened',
  'sign-off.recorded',
  'release.decided',
  'bundle.sealed',
] as const

/** How long a GO holds when nothing else is said. Source: release.md section 7. */
export const GO_LIFETIME_MS = 24 * 60 * 60 * 1000

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
}

export interface DecidedRelease {
  readonly release: string
  readonly runId: string
  readonly verdict: Verdict
  /** Digest of the signed decision statement. */
  readonly statement: ContentDigest
  readonly inputs: ContentDigest
}
