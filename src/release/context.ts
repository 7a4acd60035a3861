// What every use case of a release is handed.
import type { Evidence } from '../evidence/index.ts'
import type { Runs } from '../gates/index.ts'
import type { Identity } from '../identity/index.ts'
import type { Clock, Digest, Signer, Sql } from '../kernel/index.ts'
import type { Erasures, Ledger, SignedCheckpoint } from '../ledger/index.ts'
import type { SystemLog } from '../attestation/index.ts'

export interface ReleasePorts {
  readonly sql: Sql
  readonly clock: Clock
  readonly digest: Digest
  readonly evidence: Evidence
  readonly identity: Identity
  readonly ledger: Ledger
  /** Of entries whose payloads are gone, for bundles. */
  readonly erasures: Pick<Erasures, 'prove'>
  /** The control plane's ECDSA key: decisions and manifests. */
  readonly signer: Signer
  readonly systemLog: SystemLog
  gzip(bytes: Uint8Array): Promise<Uint8Array>
  /** Asks the operator's witnesses, and refuses without their quorum; absent where none are named. */
  cosign?(tenantId: string, signed: SignedCheckpoint): Promise<SignedCheckpoint>
}

/** What every use case of a release is handed. */
export interface ReleaseContext {
  readonly ports: ReleasePorts
  readonly runs: Runs
  /** Principal id and key id of the control plane. */
  readonly controlPlane: { readonly id: string; readonly keyId: string }
}
