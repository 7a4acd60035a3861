// Shapes of a run: what starts it, what it shows, what every use case of it is handed.
import type { Actions, IssuedPreview } from '../action/index.ts'
import type { ContentDigest, Principal, Random, Signer, SqlTx } from '../kernel/index.ts'
import type { GateResult, Judgement, Plan, StoredStatus, Subject } from '../verdict/index.ts'
import type { RunCall } from './run-call.ts'
import type { PlanPorts, Plans } from './service.ts'
import type { FixedRun, RunHolder, RunRelease, StoredRun } from './run-store.ts'

export interface StartRun {
  readonly planHash: string
  /** Values as they may be stored: secret ones masked by the caller. */
  readonly parameters: Readonly<Record<string, string>>
  /** Digest over the real values, so that a confirm token pins them without showing them. */
  readonly parametersDigest: string
  readonly subject: Subject
  readonly confirmToken?: string | undefined
  /**
   * Which open run of the same plan, values, workspace and subject to go on with: one that was cut off (the default),
   * also one that waits, necessarily one, or none.
   */
  readonly resume?: 'cut-off' | 'open' | 'must' | 'none' | undefined
  /** Gates this is about; default all. Only these are confirmed by the token that it answers. */
  readonly gates?: readonly string[] | undefined
  /** Who will execute the run; without one the run is only opened. */
  readonly runner?: RunHolder | undefined
  /** Id of a holder of the run that the caller knows to be dead. */
  readonly replaces?: string | undefined
  /** What `confirm` needs to execute the run where it was previewed. */
  readonly call?: RunCall | undefined
}

/** A run as it was asked for. */
export interface AskedRun {
  readonly planHash: ContentDigest
  /** As they are stored: secret ones masked. */
  readonly parameters: Readonly<Record<string, string>>
  readonly subject: Subject
  /** Gates that the person who asked has confirmed under a preview. */
  readonly confirmed: readonly string[]
  readonly askedBy: string
  readonly resume: 'cut-off' | 'none'
  readonly runner: RunHolder
}

/** What whoever executes a run begins with. */
export interface RunStart {
  readonly run: StoredRun
  readonly plan: Plan
  /** Status of the gates that have a result already, when the run is resumed. */
  readonly finished: Readonly<Record<string, StoredStatus>>
  /** Gates that were announced and never reported: the runner died in them. */
  readonly unfinished: readonly string[]
  /** Highest attempt announced so far, by gate. */
  readonly attempts: Readonly<Record<string, number>>
}

export interface StartedRun extends RunStart {
  /** True when the run was there before. */
  readonly isResumed: boolean
  /** What waits for a person's word; null when nothing does. */
  readonly preview: IssuedPreview | null
}

export interface RunView {
  readonly run: StoredRun
  readonly plan: Plan
  readonly results: readonly GateResult[]
  /** Highest attempt announced so far, by gate. */
  readonly attempts: Readonly<Record<string, number>>
  /** Recorded reviews of the plan, by statement. */
  readonly reviews: readonly { readonly principal: string; readonly statement: ContentDigest }[]
}

export interface GateIntent {
  readonly runId: string
  readonly gate: string
  readonly attempt: number
  /** Id of the runner that holds the run; a person's answer has none. */
  readonly holder?: string | undefined
}

export interface ReleaseName {
  readonly service: string
  readonly version: string
  /** Where it is looked at; the release's own environment when nobody names one. */
  readonly environment?: string | undefined
}

/** A release where it is looked at. */
export interface PlacedRelease extends ReleaseName {
  readonly environment: string
}

export interface ReleaseEnvironments {
  /** The one that is meant here. */
  readonly environment: string
  /** The one that is meant where nobody names one. */
  readonly own: string
  /** Every one with a run, the one that was run first in front. */
  readonly all: readonly string[]
}

/** The newest run of a release in one environment. */
export interface LatestRun extends RunView {
  readonly environments: ReleaseEnvironments
}

/** A built-in check that ran here, with the statement that the control plane signed. */
export interface PerformedBuiltin extends Judgement {
  readonly statement: ContentDigest
}

/** What whoever asks for a run does in its transaction; what either throws leaves no run. */
export interface AskedMarks {
  /** Takes what was asked for, before anything else. */
  hold(tx: SqlTx): Promise<void>
  /** Writes down which run came of it. */
  mark(tx: SqlTx, runId: string): Promise<void>
}

export interface Runs {
  /** @throws GATES_RUN_HELD, GATES_RUN_NOT_RESUMABLE, and the ACTION_ codes of a token that does not fit */
  start(principal: Principal, request: StartRun): Promise<StartedRun>
  /** Starts a run that somebody asked a waiting runner for, together with what `mark` writes. @throws GATES_RUN_HELD */
  startAsked(tenantId: string, asked: AskedRun, marks: AskedMarks): Promise<StartedRun>
  /** What a start answered, as it stands now. @throws GATES_RUN_UNKNOWN */
  readStart(tenantId: string, runId: string): Promise<RunStart>
  /** A sign of life of the runner that holds the run. @throws GATES_RUN_LOST */
  renew(tenantId: string, runId: string, holderId: string): Promise<void>
  /** Lets the run go and leaves it open. */
  pause(tenantId: string, runId: string, holderId: string, isWaiting: boolean): Promise<StoredRun>
  /** Announces an attempt before it begins, so that a crash in the middle is seen afterwards. */
  intend(tenantId: string, actor: string, intent: GateIntent): Promise<void>
  /**
   * Accepts a signed gate run and answers with the status recomputed from its evidence. Whoever signed in hands on what a key of
   * their own account signed. @throws IDENTITY_SIGNER_FOREIGN
   */
  record(caller: Principal, runId: string, envelope: Uint8Array): Promise<Judgement>
  /** Runs a built-in check here, records it under the control plane's key, and answers with its status. */
  perform(tenantId: string, actor: string, intent: GateIntent): Promise<PerformedBuiltin>
  finish(tenantId: string, actor: string, runId: string): Promise<RunView>
  read(tenantId: string, runId: string): Promise<RunView>
  /** What environment the run looks at. @throws GATES_RUN_UNKNOWN */
  environmentOf(tenantId: string, runId: string): Promise<string>
  /** In the environment that the release names, or else in its own. @throws GATES_RUN_UNKNOWN */
  readLatest(tenantId: string, release: ReleaseName): Promise<LatestRun>
  /** Where the release was run, and where it is looked at. @throws GATES_RUN_UNKNOWN */
  environmentsOf(tenantId: string, release: ReleaseName): Promise<ReleaseEnvironments>
  /** Newest first. @param before only runs older than the one of this id */
  listPage(tenantId: string, limit: number, before?: string): Promise<readonly StoredRun[]>
  /** Releases with a run, those that were run last first. @param before only those whose newest run is older than this one */
  listReleasePage(tenantId: string, limit: number, before?: string): Promise<readonly RunRelease[]>
  /** Judges every recorded result again from its evidence. */
  audit(tenantId: string, runId: string): Promise<RunAudit>
}

/** Waivers in force at a moment. */
export interface StandingWaivers {
  /** Waiver by gate id. */
  readonly gates: Readonly<Record<string, string>>
  /** Changes of the service's register that it follows from. */
  readonly changeCount: number
  readonly asOfMs: number
}

/** Which gates of a plan are waived now for this subject. */
export type FindWaivers = (
  tenantId: string,
  plan: Plan,
  subject: Subject,
) => Promise<StandingWaivers>

/** What runs need besides what plans do. */
export interface RunPorts extends PlanPorts {
  readonly findWaivers: FindWaivers
  readonly random: Random
  /** Whose key signs what built-in checks collected. */
  readonly controlPlane: { readonly id: string; readonly version: string; readonly signer: Signer }
}

/** What every use case of a run is handed. */
export interface RunContext {
  readonly ports: RunPorts
  readonly plans: Plans
  readonly actions: Actions
  /** Runs read before, by tenant and run id. */
  readonly fixedRuns: Map<string, FixedRun>
}

export interface RunAudit {
  /** How many recorded results were opened and judged again. */
  readonly checkedCount: number
  /** What did not agree with what is stored; empty when everything did. */
  readonly findings: readonly string[]
}

export const GATES_EVENTS = [
  'plan.recorded',
  'plan.reviewed',
  'run.started',
  'run.confirmed',
  'run.waived',
  'gate.intended',
  'gate.recorded',
  'run.finished',
] as const
