// Shapes of a run: what starts it, what it shows, what every use case of it is handed.
import type { Random } from '../kernel/index.ts'
import type { GateResult, Judgement, Plan, StoredStatus, Subject } from '../verdict/index.ts'
import type { Preview } from './confirmation.ts'
import type { PlanPorts, Plans } from './service.ts'
import type { FixedRun, StoredRun } from './store.ts'

export interface StartRun {
  readonly planHash: string
  /** Values as they may be stored: secret ones masked by the caller. */
  readonly parameters: Readonly<Record<string, string>>
  /** Digest over the real values, so that a confirm token pins them without showing them. */
  readonly parametersDigest: string
  readonly subject: Subject
  readonly confirmToken?: string | undefined
  /** Start anew even where an unfinished run of the same terms could be resumed. */
  readonly fresh?: boolean | undefined
}

export interface StartedRun {
  readonly run: StoredRun
  readonly plan: Plan
  readonly preview: Preview
  /** Status of the gates that have a result already, when the run is resumed. */
  readonly finished: Readonly<Record<string, StoredStatus>>
  /** Gates that were announced and never reported: the runner died in them. */
  readonly unfinished: readonly string[]
  /** Highest attempt announced so far, by gate. */
  readonly attempts: Readonly<Record<string, number>>
}

export interface RunView {
  readonly run: StoredRun
  readonly plan: Plan
  readonly results: readonly GateResult[]
  /** Highest attempt announced so far, by gate. */
  readonly attempts: Readonly<Record<string, number>>
}

export interface GateIntent {
  readonly runId: string
  readonly gate: string
  readonly attempt: number
}

export interface ReleaseName {
  readonly service: string
  readonly version: string
}

export interface Runs {
  /** @throws GATES_TOKEN_STALE when the token was minted for another plan or other parameters. */
  start(tenantId: string, actor: string, request: StartRun): Promise<StartedRun>
  /** Announces an attempt before it begins, so that a crash in the middle is seen afterwards. */
  intend(tenantId: string, actor: string, intent: GateIntent): Promise<void>
  /** Accepts a signed gate run and answers with the status recomputed from its evidence. */
  record(tenantId: string, runId: string, envelope: Uint8Array): Promise<Judgement>
  finish(tenantId: string, actor: string, runId: string): Promise<RunView>
  read(tenantId: string, runId: string): Promise<RunView>
  /** @throws GATES_RUN_UNKNOWN */
  readLatest(tenantId: string, release: ReleaseName): Promise<RunView>
  listRecent(tenantId: string): Promise<readonly StoredRun[]>
  /** Judges every recorded result again from its evidence. */
  audit(tenantId: string, runId: string): Promise<RunAudit>
}

/** What every use case of a run is handed. */
export interface RunContext {
  readonly ports: PlanPorts & { readonly random: Random }
  readonly plans: Plans
  /** Runs read before, by tenant and run id. */
  readonly fixedRuns: Map<string, FixedRun>
}

export interface RunAudit {
  /** How many recorded results were opened and judged again. */
  readonly checkedCount: number
  /** What did not agree with what is stored; empty when everything did. */
  readonly findings: readonly string[]
}
