// Words of epochs: what a log that was rolled back had signed, and how its tenant goes on.
import type { Clock, Digest, SignatureVerifier, Signer, Sql } from '../../kernel/index.ts'
import type { ErasurePorts } from '../erasure/model.ts'
import type { ErasureRegister } from '../erasure/register.ts'
import type { CheckpointGuard, Ledger, NamedRoot, SignedCheckpoint } from '../model.ts'

export interface RestorePorts {
  readonly sql: Sql
  readonly ledger: Ledger
  readonly digest: Digest
  readonly clock: Clock
  readonly verifier: SignatureVerifier
  readonly guard: CheckpointGuard
  readonly erasing: ErasurePorts
  /** What has to stay erased, from outside the database. */
  readonly register: ErasureRegister
  /** Of the embedded database: why a tenant's log and its journal contradict each other, and an end to it. */
  readonly journal: RestoredJournal | undefined
}

export interface RestoredJournal {
  contradictionOf(tenantId: string): string | undefined
  /** Appends are taken again, into the log that the tenant has now. @returns what takes that back */
  forgive(tenantId: string): () => void
}

/** What the operator signs: which log ends, what of it is gone, and which log goes on. */
export interface RestoreStatement {
  readonly kind: 'seaworthy-ledger-restore/3'
  readonly tenant: string
  readonly reason: string
  readonly old: {
    readonly origin: string
    /** 0 when the database has no log of the tenant any more. */
    readonly epoch: number
    /** As the database has it now. */
    readonly stands: NamedRoot
    /** Last checkpoint outside the database; null when only the journal knows of more. */
    readonly signed: NamedRoot | null
  }
  /** Positions of entries that were signed and are gone or others now. Null when none was signed. */
  readonly lost: { readonly from: number; readonly until: number } | null
  /** Other logs of the tenant that are not as they were signed. */
  readonly others: readonly OtherLog[]
  readonly erasures: RestoredErasures
  readonly next: { readonly origin: string; readonly epoch: number }
}

export interface OtherLog {
  readonly origin: string
  /** Last checkpoint outside the database; null for a log that nothing outside was told of. */
  readonly signed: NamedRoot | null
  /** As the database has it now; null when it has no such log. */
  readonly stands: NamedRoot | null
}

/** What a restore knows of erasures later than the database that was put back. */
export interface RestoredErasures {
  /** RFC 3339: where the erasure register begins. */
  readonly registerSince: string
  /** False when the register begins after the last entry of the old log: erasures between are not in it. */
  readonly isCovered: boolean
  /** Payloads that were erased before, were here again, and are attested anew. */
  readonly payloads: number
}

export interface RestorePreview {
  readonly statement: RestoreStatement
  /** Why the log takes no entries. */
  readonly cause: string
  /** Stands for exactly this statement; it is worthless once anything in it is different. */
  readonly token: string
}

export interface RestoreSigner {
  readonly name: string
  readonly signer: Signer
}

/** Payload of `ledger.restored`, entry 0 of the next epoch. */
export interface RestoredPayload {
  readonly statement: RestoreStatement
  readonly signedBy: {
    readonly name: string
    readonly algorithm: string
    /** base64 of SubjectPublicKeyInfo, DER. */
    readonly publicKey: string
    /** base64, over the statement in canonical JSON. */
    readonly signature: string
  }
}

export interface Restored {
  readonly statement: RestoreStatement
  readonly checkpoint: SignedCheckpoint
}
