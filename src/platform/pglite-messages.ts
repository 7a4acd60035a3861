// The messages between the main thread and the thread in which PGlite runs.
import type { ServerError } from './sql-faults.ts'
import type { SqlParameter } from './sql-values.ts'

export interface PgliteStart {
  /** Where the files live, or 'memory'. */
  readonly folder: string
  /** A tar of an earlier database to begin with when there is none yet. */
  readonly template?: Uint8Array
  /** Where a database as `initdb` leaves it is kept for the next first start. */
  readonly kept?: string
  /** WAL written since the last checkpoint that makes the thread take one. */
  readonly checkpointWalBytes: number
}

export type PgliteRequest =
  | {
      readonly id: number
      readonly kind: 'query'
      /** Statements that open the transaction, sent along with its first query. */
      readonly begin?: string
      readonly text: string
      /** Absent: the simple protocol, which takes several statements. */
      readonly values?: readonly SqlParameter[]
    }
  | { readonly id: number; readonly kind: 'commit' | 'rollback' }
  | { readonly id: number; readonly kind: 'checkpoint' | 'vacuum' | 'dump' | 'stats' | 'close' }

export interface PgliteCounts {
  readonly walBytes: number
  readonly syncs: number
  readonly checkpoints: number
  readonly vacuums: number
}

/** Rows travel as arrays under one list of names; the main thread makes objects of them. */
export interface PgliteRows {
  readonly columns: readonly string[]
  readonly rows: readonly (readonly unknown[])[]
}

export type PgliteAnswer =
  | {
      readonly id: number
      readonly ok: true
      readonly rows?: PgliteRows
      readonly bytes?: Uint8Array
      readonly counts?: PgliteCounts
    }
  | { readonly id: number; readonly ok: false; readonly server: ServerError }
  | { readonly id: number; readonly ok: false; readonly ended: string }
  | { readonly id: number; readonly ok: false; readonly refused: string }
  /** The engine itself broke; the thread ends after this. */
  | { readonly id: number; readonly ok: false; readonly lost: string }
