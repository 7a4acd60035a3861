// Words of the migration from a first-version ledger: what it needs, and what it answers.
import type { Clock, Digest, Sql } from '../../kernel/index.ts'
import type { CheckpointGuard, Ledger, SignedCheckpoint } from '../model.ts'
import type { PayloadKeys } from '../payload/keys.ts'
import type { V1Survey } from './chain.ts'
import type { V1Description } from './description.ts'
import type { StreamHash } from './ports.ts'

export interface V1Ports {
  /** Its transactions may last long. */
  readonly sql: Sql
  readonly ledger: Ledger
  readonly digest: Digest
  readonly payloadKeys: PayloadKeys
  readonly clock: Clock
  readonly guard: CheckpointGuard | undefined
  readonly openHash: () => StreamHash
  /** Makes a tenant known. */
  readonly openTenant: (tenantId: string) => Promise<void>
  /** The SQL that seals the old table. */
  readonly migrationFile: MigrationFile
}

export interface MigrationFile {
  readonly name: string
  /** Hexadecimal. */
  readonly sha256: string
}

export interface MigrationTerms {
  readonly description: V1Description
  /** Whose rows they are when the table has no column of tenants. */
  readonly tenantId: string
  /** Who does it, as entries name them. */
  readonly actor: string
  /** How long to wait for whoever holds the table. */
  readonly waitMs: number
}

export interface UpTerms extends MigrationTerms {
  readonly acceptsBroken: boolean
}

/** One tenant's part of what a migration did or found. */
export interface MigratedLog {
  readonly tenantId: string
  /** Rows of the first version that the log holds. */
  readonly rows: number
  /** Of them, taken in by this step; 0 when it was done before. */
  readonly imported: number
  /** Stored hash of the last row. */
  readonly head: string | null
  readonly exportSha256: string
  readonly exportRoot: string
  readonly brokenRows: number
  /** Position of the entry that says so. */
  readonly seq: number
}

/** The payload of `ledger.migrated`. */
export interface MigratedPayload {
  readonly description: V1Description
  readonly file: MigrationFile
  readonly v1: V1Survey
  /** Rows before this position came with an earlier step. */
  readonly importsFrom: number
  /** Entries that the log had before, with their root; null when this is its first. */
  readonly continues: { readonly size: number; readonly root: string } | null
}

export interface MigrationReport {
  readonly table: string
  readonly state: 'up' | 'down'
  /** False when there was nothing left to do. */
  readonly isChanged: boolean
  readonly file: MigrationFile
  readonly logs: readonly MigratedLog[]
  readonly checkpoints: readonly SignedCheckpoint[]
}

export interface MigrationStatus {
  readonly table: string
  readonly state: 'v1' | 'up' | 'down' | 'absent'
  readonly file: MigrationFile
  readonly logs: readonly MigratedLog[]
}
