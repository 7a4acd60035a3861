// The register of a service: what people recorded about its risks, waivers, conditions, freezes and the rest. Pure types.
import type { ContentDigest } from '../kernel/index.ts'
import type { WaiverPredicate } from '../proof/index.ts'
import type {
  BreakGlass,
  Condition,
  DecisionPolicy,
  Grade,
  Override,
  Risk,
  Roster,
  WaiverApproval,
} from '../verdict/index.ts'

/** Parts of the policy that people may set; what they leave out stays as it was. */
export type PolicyTerms = Partial<Omit<DecisionPolicy, 'rejectionsStand'>> & {
  /** IANA name of the release time zone, which dates without an offset are read in. Absent = UTC. */
  readonly timezone?: string
}

/**
 * One change that a person signs. Instants are RFC 3339 UTC with milliseconds. Those marked *two* take effect when a
 * second person has approved exactly this statement.
 */
export type Change =
  | {
      readonly kind: 'risk.opened'
      readonly id: string
      readonly level: Risk['level']
      readonly title: string
      /** Principal who answers for it. */
      readonly owner: string
      readonly likelihood: Grade
      readonly impact: Grade
      readonly mitigation: string
      readonly dueAt?: string
      /** Gate whose fresh evidence closes it. */
      readonly closureTest?: string
    }
  /** Two, one of them the owner. */
  | { readonly kind: 'risk.accepted'; readonly id: string; readonly until: string }
  /** With a closure test its evidence; without one, two. */
  | {
      readonly kind: 'risk.closed'
      readonly id: string
      readonly note: string
      readonly evidence?: {
        readonly version: string
        readonly gate: string
        readonly statement: ContentDigest
      }
    }
  | { readonly kind: 'risk.reopened'; readonly id: string; readonly reason: string }
  | { readonly kind: 'waiver.revoked'; readonly id: string; readonly reason: string }
  | {
      readonly kind: 'condition.set'
      readonly id: string
      readonly version: string
      readonly text: string
      readonly gate: string
      readonly owner: string
      readonly dueAt: string
      readonly onMiss: Condition['onMiss']
      readonly blocks: Condition['blocks']
    }
  /** Two. */
  | {
      readonly kind: 'condition.extended'
      readonly id: string
      readonly dueAt: string
      readonly reason: string
    }
  /** Two. */
  | { readonly kind: 'condition.withdrawn'; readonly id: string; readonly reason: string }
  | {
      readonly kind: 'freeze.set'
      readonly id: string
      readonly from: string
      readonly until: string
      readonly reason: string
    }
  /** Two. */
  | { readonly kind: 'freeze.lifted'; readonly id: string; readonly reason: string }
  /** Two; for one version. */
  | {
      readonly kind: 'freeze.overridden'
      readonly id: string
      readonly version: string
      readonly reason: string
    }
  | {
      readonly kind: 'budget.entered'
      /** Remaining share, 0 to 1. */
      readonly remaining: number
      readonly source: string
      readonly measuredAt: string
    }
  /** Two; for one version. */
  | { readonly kind: 'budget.overridden'; readonly version: string; readonly reason: string }
  | { readonly kind: 'roster.confirmed'; readonly people: readonly string[] }
  /** Two. */
  | { readonly kind: 'policy.set'; readonly policy: PolicyTerms }
  | {
      readonly kind: 'launch.planned'
      readonly version: string
      readonly at: string
      /** IANA name of the zone the times are shown in. */
      readonly timezone: string
    }
  | {
      readonly kind: 'glass.broken'
      readonly id: string
      readonly version: string
      readonly reason: string
      readonly expiresAt: string
      readonly reviewDueAt: string
    }
  | { readonly kind: 'glass.reviewed'; readonly id: string; readonly finding: string }
  /** The second person's consent to a waiver or to another change. */
  | { readonly kind: 'approved'; readonly id: string; readonly statement: ContentDigest }

export type ChangeKind = Change['kind']

/** What a signed and recorded statement does to the register. */
export interface RegisterAct {
  readonly statement: ContentDigest
  /** The person behind the key that signed. */
  readonly person: string
  /** Roles that person's key holds. */
  readonly roles: readonly string[]
  readonly atMs: number
  readonly change: Change | ({ readonly kind: 'waiver.requested' } & WaiverPredicate)
}

/** A change that waits for a second person. */
export interface Proposal {
  readonly act: RegisterAct
  /** What it is about, as `approve` takes it. */
  readonly about: string
  /** Who consented so far, the proposer first. */
  readonly people: readonly string[]
}

export interface RegisteredRisk extends Risk {
  readonly likelihood: Grade
  readonly impact: Grade
  readonly mitigation: string
}

export interface RegisteredWaiver {
  readonly request: WaiverPredicate
  readonly statement: ContentDigest
  readonly requester: string
  readonly approvals: readonly WaiverApproval[]
  readonly revoked: boolean
}

export interface RegisteredCondition extends Condition {
  readonly version: string
  readonly setBy: string
}

export interface RegisteredFreeze {
  readonly id: string
  readonly fromMs: number
  readonly untilMs: number
  readonly reason: string
  readonly lifted: boolean
  /** By version. */
  readonly overrides: ReadonlyMap<string, Override>
}

export interface RegisteredGlass extends BreakGlass {
  readonly finding?: string
}

export interface Launch {
  readonly version: string
  readonly atMs: number
  readonly timezone: string
}

export interface BudgetReading {
  readonly remaining: number
  readonly source: string
  readonly measuredAtMs: number
  readonly enteredBy: string
}

/** The register as it stands after a list of acts; maps are by id unless they say otherwise. */
export interface Register {
  readonly risks: ReadonlyMap<string, RegisteredRisk>
  readonly waivers: ReadonlyMap<string, RegisteredWaiver>
  readonly conditions: ReadonlyMap<string, RegisteredCondition>
  readonly freezes: ReadonlyMap<string, RegisteredFreeze>
  readonly budget: BudgetReading | undefined
  /** By version. */
  readonly budgetOverrides: ReadonlyMap<string, Override>
  readonly roster: Roster | undefined
  readonly policy: PolicyTerms
  /** By version. */
  readonly launches: ReadonlyMap<string, Launch>
  readonly glasses: ReadonlyMap<string, RegisteredGlass>
  /** Waiting for a second person, by the statement that proposed. */
  readonly proposals: ReadonlyMap<string, Proposal>
  /** Acts in order, for the audit trail. */
  readonly acts: readonly RegisterAct[]
}
