// Words of erasure: what is asked for, what it would reach, and the entries that say that it was done.
import { z } from 'zod'
import { base64Of, hexOf } from '../../kernel/index.ts'
import type { Digest, ErasureClass, Json, Random, SqlTx } from '../../kernel/index.ts'
import { EMPTY_FRONTIER, extendFrontier, frontierRoot } from '../../proof/index.ts'
import type { Frontier } from '../../proof/index.ts'
import type { JournalledSql } from '../journal.ts'
import type { Ledger } from '../model.ts'
import type { PayloadKeys } from '../payload/keys.ts'
import type { ErasureRegister } from './register.ts'

/** Subject of these entries: whom an erasure was about is not said again. */
export const ERASURE_SUBJECT = 'erasure'
/** Payloads that one entry attests. */
export const ATTESTED_LIMIT = 10_000

/** Classes whose keys are somebody's. */
export const ERASED_CLASSES: readonly ErasureClass[] = ['subject', 'actor', 'record']

export interface ErasureWish {
  /** Whose payloads: as entries name a subject or an actor. */
  readonly subject: string
  readonly reason: string
  /** What allows to erase what a law wants kept; without it that stays. */
  readonly policy?: string
}

/** Where payloads were copied to besides the ledger: search tables, outboxes. */
export interface DerivedPayloads {
  readonly name: string
  /** In the transaction of the erasure. @param by position of the entry that attests it; null where the log takes none yet */
  forget(tx: SqlTx, tenantId: string, seqs: readonly number[], by: number | null): Promise<void>
}

export interface ErasurePorts {
  readonly ledger: Pick<Ledger, 'appendInTx'>
  readonly payloadKeys: PayloadKeys
  readonly digest: Digest
  readonly random: Random
  /** Of the embedded database: it keeps wrapped keys, and must not after this. */
  readonly journal?: JournalledSql
  readonly derived: readonly DerivedPayloads[]
  /** Outside the database: what has to stay erased in an older one. */
  readonly register: Pick<ErasureRegister, 'add' | 'addUndone'>
  /** Payloads that one entry attests; ATTESTED_LIMIT when absent, and never more. */
  readonly partLimit?: number
}

/** Payload of `erasure.executed`. */
export const attestationSchema = z.strictObject({
  request: z.string(),
  part: z.int().min(1),
  parts: z.int().min(1),
  count: z.int().min(1),
  alg: z.literal('HMAC-SHA256'),
  /** Base64; each attestation has its own. */
  key: z.string(),
  /** Base64 of the Merkle root (RFC 6962) over the HMACs of the erased entries' leaf hashes, in the order of log and position. */
  root: z.string(),
  reason: z.string(),
  policy: z.string(),
  approvers: z.array(z.string()),
})

export type Attestation = z.infer<typeof attestationSchema> & { readonly [key: string]: Json }

/** Sums erased entries up, one after the other. */
export class ErasedSum {
  readonly #digest: Digest
  readonly #key: Uint8Array
  #frontier: Frontier = EMPTY_FRONTIER

  constructor(digest: Digest, key: Uint8Array) {
    this.#digest = digest
    this.#key = key
  }

  get count(): number {
    return this.#frontier.size
  }

  add(leafHashes: readonly Uint8Array[]): void {
    const ids = leafHashes.map((hash) => this.#digest.hmacSha256(this.#key, hash))
    this.#frontier = extendFrontier(this.#digest, this.#frontier, ids)
  }

  /** Base64. */
  root(): string {
    return base64Of(frontierRoot(this.#digest, this.#frontier))
  }
}

export function erasureIdOf(chance: Uint8Array): string {
  return `erasure-${hexOf(chance)}`
}
