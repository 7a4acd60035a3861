// The register of a service: what people recorded about its risks, waivers, conditions, freezes and the rest. Pure types.
import type { ContentDigest } from '../kernel/index.ts'
import type { WaiverPredicate } from '../proof/index.ts'
import type {
  BreakGlass,
  CabItem,
  CabRecord,
  Condition,
  DecisionPolicy,
  Grade,
  Override,
  PlannedLaunch,
  Risk,
  Roster,
  WaiverApproval,
} from '../verdict/index.ts'

/** Parts of the policy that people may set; what they leave out stays as it was. */
export type PolicyTerms = Partial<Omit<DecisionPolicy, 'rejectionsStand'>> & {
  /** IANA name of the release time zone, which dates without an offset are read in. Absent = UTC. */
  readonly timezone?: string
}

/** A control of a framework, and the gates and risks whose evidence speaks for it. */
export interface MappedControl {
  /** e.g. `SOC 2`. */
  readonly framework: string
  /** As the framework numbers it, e.g. `CC7.2`. */
  readonly id: string
  readonly title: string
  /** Ids of gates of the plan. */
  readonly gates: readonly string[]
  /** Ids of risks of the register that a closure test shows mitigated. */
  readonly risks: readonly string[]
}

/** New terms of a risk. */
export interface RiskRevision {
  readonly level?: Risk['level']
  readonly owner?: string
  readonly likelihood?: Grade
  readonly impact?: Grade
  readonly mitigation?: string
  /** RFC 3339, or `none` for a risk that is due at no time any more. */
  readonly dueAt?: string
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
      /** Its definition hash now: evidence of exactly this closes the risk, by anybody but who opened it. */
      readonly closureDefinition?: ContentDigest
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
        /** Definition hash of the gate that ran. Absent in closings of the first edition, which pinned nothing. */
        readonly definition?: ContentDigest
        /** Recorded review of the plan that ran, by somebody else; needed unless the opening pinned the definition. */
        readonly review?: ContentDigest
      }
    }
  | { readonly kind: 'risk.reopened'; readonly id: string; readonly reason: string }
  /**
   * What is left out stays. Two when it says less of the risk than before (`isLowering`), one when it says more. An
   * acceptance does not outlive it.
   */
  | ({ readonly kind: 'risk.revised'; readonly id: string; readonly reason: string } & RiskRevision)
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
  /** What a change advisory board decided; counts by the signatures of those who attended. */
  | {
      readonly kind: 'cab.recorded'
      readonly id: string
      readonly version: string
      readonly heldAt: string
      readonly attendees: readonly string[]
      readonly items: readonly CabItem[]
      readonly minutes?: ContentDigest
    }
  /** The whole mapping; it replaces the one before and no verdict reads it. */
  | { readonly kind: 'controls.mapped'; readonly controls: readonly MappedControl[] }
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
  /** Who opened it, and so said what closes it. */
  readonly openedBy: string
  /** When it was opened last: only evidence collected later closes it. */
  readonly openedAtMs: number
  /** Closed in the first edition, when nobody else had to vouch for the closure test: closes nothing in the second. */
  readonly isUnvouched?: true
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

export interface Launch extends PlannedLaunch {
  readonly version: string
}

export interface RegisteredCab extends CabRecord {
  readonly version: string
  readonly statement: ContentDigest
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
  /** In the order in which they were recorded. */
  readonly cab: ReadonlyMap<string, RegisteredCab>
  readonly controls: readonly MappedControl[]
  /** Waiting for a second person, by the statement that proposed. */
  readonly proposals: ReadonlyMap<string, Proposal>
  /** Acts in order, for the audit trail. */
  readonly acts: readonly RegisterAct[]
}
