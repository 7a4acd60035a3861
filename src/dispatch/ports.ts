// What the use cases of requests for runs are handed.
import type { Clock, Digest, Jobs, Random, SignatureVerifier, Sql } from '../kernel/index.ts'
import type { Actions } from '../action/index.ts'
import type { Plans, ReleaseName, Runs } from '../gates/index.ts'
import type { Identity } from '../identity/index.ts'
import type { Ledger } from '../ledger/index.ts'

export interface DispatchPorts {
  readonly sql: Sql
  readonly clock: Clock
  readonly random: Random
  readonly digest: Digest
  readonly verifier: SignatureVerifier
  readonly ledger: Ledger
  readonly identity: Identity
  readonly jobs: Jobs
  readonly plans: Plans
  readonly runs: Runs
  readonly actions: Actions
  /** Makes the release known before anything is run for it; no change when it is. */
  openRelease(tenantId: string, actor: string, release: ReleaseName): Promise<void>
  /** Who tells the ledger what nobody did. */
  readonly actor: string
}
