// What release shows: the review a person signs, the decision, the documents.
import type {
  GateResult,
  Lock,
  Plan,
  PlanReview,
  Quorum,
  SignOff,
  Subject,
  Verdict,
} from '../verdict/index.ts'
import type { ContentDigest } from '../kernel/index.ts'
import type { RegisterTerms } from '../register/index.ts'
import type { StoredDecision } from './store.ts'

export const RELEASE_EVENTS = [
  'release.opened',
  'sign-off.recorded',
  'release.decided',
  'bundle.begun',
  'bundle.sealed',
  'register.changed',
  'waiver.requested',
] as const

/** Who said yes to what is kept under legal obligation. */
export const RELEASE_ERASURE = {
  'sign-off.recorded': 'record',
  'register.changed': 'record',
  'waiver.requested': 'record',
} as const

/** What a person reads before signing, and the hash they sign. */
export interface ReleaseReview {
  readonly release: string
  readonly runId: string
  /** Where the release was run, the first one in front; what is said here is of the subject's. */
  readonly environments: readonly string[]
  readonly reviewHash: ContentDigest
  readonly subject: Subject
  readonly plan: Plan
  readonly planHash: ContentDigest
  readonly results: readonly GateResult[]
  /** Recorded reviews of this very plan. */
  readonly planReviews: readonly PlanReview[]
  readonly signOffs: readonly SignOff[]
  /** Rejections that stand, and roles that people do not fill yet, as the verdict counts them. */
  readonly quorum: Pick<Quorum, 'rejections' | 'gaps'>
  /** What would be decided now, before anything is verified. */
  readonly verdict: Verdict
  readonly terms: RegisterTerms
  /** The release time zone, an IANA name. */
  readonly timezone: string
  /** The newest recorded decision in this environment, which may be of an earlier run or state; null before the first one. */
  readonly latestDecision: StoredDecision | null
  /** What the release may not do although it may do other things. */
  readonly locks: readonly Lock[]
  /** Display names by principal id. */
  readonly names: Readonly<Record<string, string>>
}

export interface DecidedRelease {
  readonly release: string
  /** The release time zone, an IANA name. */
  readonly timezone: string
  readonly runId: string
  readonly verdict: Verdict
  /** Display names by principal id. */
  readonly names: Readonly<Record<string, string>>
  /** Digest of the signed decision statement. */
  readonly statement: ContentDigest
  readonly inputs: ContentDigest
  readonly locks: readonly Lock[]
}
