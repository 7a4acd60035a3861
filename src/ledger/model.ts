// Words of the ledger: facts that go in, entries that come out, and what the rest of the house may ask.
import type { ContentDigest, Json, SqlTx } from '../kernel/index.ts'
import type { EntryBody } from '../proof/index.ts'

/** What this room appends itself: notes from outside, and what became of ledgers of the first version. */
export const LEDGER_EVENTS = [
  'note.appended',
  'ledger.migrated',
  'v1.import',
  'ledger.downgraded',
  'ledger.restored',
  'erasure.executed',
  'erasure.summed-up',
] as const

/** Entries per transaction of the queue. */
export const BATCH_LIMIT = 256
/** Entries one log's queue holds before it refuses more. */
export const QUEUE_LIMIT = 4_096
/** Entries one page of `list` may have. */
export const PAGE_LIMIT = 1_000

/** What a slice tells the ledger. The sequencer adds position, time and link; the payload stays beside the entry. */
export interface LedgerFact {
  /** `noun.verb`, e.g. `run.started`. */
  readonly type: string
  /** Opaque id of who did it. */
  readonly actor: string
  /** What it is about, e.g. `harbour@2.1.0`. */
  readonly subject: string
  /** Any JSON value; only a commitment to it enters the leaf. */
  readonly payload: unknown
  /** Content addresses the fact rests on. */
  readonly refs: readonly ContentDigest[]
  /** UUIDv7. The same id with the same content answers the old entry; with other content it is a conflict. */
  readonly id?: string
  /** The producer's clock, RFC 3339 UTC with milliseconds; now when absent. */
  readonly ts?: string
}

export interface AppendedEntry {
  readonly seq: number
  readonly leafHash: Uint8Array
  readonly id: string
  /** True when the id was there before and nothing was added. */
  readonly isRepeat: boolean
}

export interface LedgerEntry {
  readonly seq: number
  /** The sequencer's clock, ms since the epoch. */
  readonly timeMs: number
  readonly leaf: Uint8Array
  readonly leafHash: Uint8Array
  readonly body: EntryBody
  /** Of a listed entry whose payload was erased: position of the entry that attests it. */
  readonly erasedBy?: number
}

export interface EntryQuery {
  readonly fromSeq?: number
  /** Exclusive. */
  readonly beforeSeq?: number
  readonly isNewestFirst?: boolean
  /** 1 to PAGE_LIMIT; 100 when absent. */
  readonly limit?: number
  readonly type?: string
  readonly subject?: string
  /** A log that ended with a restore; the one of today when absent. */
  readonly epoch?: number
}

export interface EntryPage {
  readonly entries: readonly LedgerEntry[]
  /** Where the next page begins or, newest first, what it ends before; absent where there is none. */
  readonly nextSeq?: number
}

export interface EntryPayload {
  /** 32 bytes. */
  readonly salt: Uint8Array
  readonly value: Json
}

/** What a log signed about itself. */
export interface SignedCheckpoint {
  readonly origin: string
  readonly size: number
  /** base64 of 32 bytes. */
  readonly root: string
  /** The signed note (C2SP). */
  readonly note: string
}

/** What a UTC day was sealed with: all entries that came before its end. */
export interface SealedDay extends SignedCheckpoint {
  /** `YYYY-MM-DD` */
  readonly day: string
}

/** A size and the root it had, to hold a log against. */
export interface KnownRoot {
  readonly size: number
  /** 32 bytes. */
  readonly root: Uint8Array
}

export interface InclusionProof {
  readonly seq: number
  readonly size: number
  readonly leafHash: Uint8Array
  readonly root: Uint8Array
  readonly proof: readonly Uint8Array[]
}

export interface ConsistencyProof {
  readonly size1: number
  readonly root1: Uint8Array
  readonly size2: number
  readonly root2: Uint8Array
  readonly proof: readonly Uint8Array[]
}

/** What was looked at; a number of 0 says that this was not checked. */
export interface VerificationCounts {
  readonly entries: number
  /** Intact ones. */
  readonly payloads: number
  /** Those that are gone, and an entry attests that they were erased. */
  readonly erased: number
  readonly repeats: number
  readonly tiles: number
  /** Roots compared: head, stored checkpoints, the guard's, the one that was given. */
  readonly roots: number
}

export interface VerificationFindings {
  readonly origin: string | null
  readonly size: number
  /** What the verdict speaks of, as text: `empty`, `chain-consistent …`, `consistent-with-checkpoint …`. */
  readonly scope: string
  readonly checked: VerificationCounts
  /** Hexadecimal leaf hash of entry 0 and of the last entry; null when empty. */
  readonly genesis: string | null
  readonly latest: string | null
  /** base64 root of all entries; null when empty or when only the last ones were checked. */
  readonly root: string | null
  /** Logs of the tenant that ended with a restore, oldest first; absent when there are none. */
  readonly earlier?: readonly EarlierEpoch[]
}

/** What verification says about a log that ended with a restore. */
export interface EarlierEpoch {
  readonly epoch: number
  readonly origin: string
  readonly size: number
  readonly ok: boolean
  readonly reason: string | null
  /** Entries that were signed and are gone or others. */
  readonly lost: { readonly from: number; readonly until: number } | null
  /** Origin that goes on. */
  readonly next: string | null
  readonly restoredBy: string | null
  /** False when nothing outside the database was told of the restore: it is of an older version, or nobody asks. */
  readonly isKnown: boolean
  /** Whether erasures later than the database that was put back were carried out again; null when nothing says so. */
  readonly erasures: {
    readonly registerSince: string
    readonly isCovered: boolean
    readonly payloads: number
  } | null
}

export type LogVerdict =
  | ({ readonly ok: true } & VerificationFindings)
  | ({
      readonly ok: false
      readonly reason: string
      readonly firstBadSeq: number | null
    } & VerificationFindings)

export interface VerifyQuery {
  /** Only the last so many entries. Without it the whole log is checked. */
  readonly limit?: number
  /** A signed note, or a size and root known to be right; forces the whole log. */
  readonly checkpoint?: string | KnownRoot
}

/** A size with its root as text. */
export interface NamedRoot {
  readonly size: number
  /** base64 of 32 bytes. */
  readonly root: string
}

/** What a guard was told of a restore, before it was committed. */
export interface GuardedRestore {
  /** Hexadecimal SHA-256 of the statement in canonical JSON. */
  readonly statement: string
  /** base64 of SubjectPublicKeyInfo, DER: of whoever signed it. */
  readonly publicKey: string
  /** By origin, how the tenant's other logs stand from then on; null for one that the database lacks. */
  readonly stands: Readonly<Record<string, NamedRoot | null>>
}

export interface GuardedLog {
  readonly origin: string
  /** Undefined for a restore that was announced and never came to sign anything. */
  readonly signed: KnownRoot | undefined
  /** Undefined for a log of which no restore was announced. */
  readonly restored: GuardedRestore | undefined
}

/** Remembers, outside the database, the last checkpoint signed for each log, whose it is, and what began it. */
export interface CheckpointGuard {
  read(origin: string): Promise<KnownRoot | undefined>
  /** Durable when it resolves; rejects a smaller size and another root for the same size. @param tenantId whose log it is */
  write(origin: string, checkpoint: KnownRoot, tenantId?: string): Promise<void>
  /** Of the tenant, oldest first; none from before the guard was told whose they are. */
  logsOf(tenantId: string): Promise<readonly GuardedLog[]>
  /** Durable when it resolves; rejects once something of the log was signed. */
  announce(origin: string, tenantId: string, restored: GuardedRestore): Promise<void>
}

export interface LogIdentity {
  readonly origin: string
  /** Verifier key text of the signed-note format. */
  readonly noteKey: string
}

/** The first hashes or entries of one tile of the tree (C2SP tlog-tiles). */
export interface TilePart {
  /** 0 holds leaf hashes, each higher level the hash over a full tile of the level below. */
  readonly level: number
  readonly index: number
  /** 1 to 256. */
  readonly width: number
}

/** The log as static pieces, as far as it is signed. */
export interface LogTiles {
  /** One hash after the other; undefined beyond the last checkpoint. */
  hashes(tenantId: string, part: TilePart): Promise<Uint8Array | undefined>
  /** Leaves, each after its length as uint16; undefined beyond the last checkpoint. */
  entries(tenantId: string, part: Omit<TilePart, 'level'>): Promise<Uint8Array | undefined>
}

/** The front of the ledger. Every call is about one tenant's log. */
export interface Ledger {
  /**
   * Appends as the LAST statement of the caller's transaction, whose scope must be this tenant (or 'system'): the
   * log's turn is held from here to the commit.
   */
  appendInTx(
    tx: SqlTx,
    tenantId: string,
    facts: readonly LedgerFact[],
  ): Promise<readonly AppendedEntry[]>
  /** Appends in a transaction of its own, together with whatever else is waiting. Durable when it resolves. */
  append(tenantId: string, facts: readonly LedgerFact[]): Promise<readonly AppendedEntry[]>
  list(tenantId: string, query: EntryQuery): Promise<EntryPage>
  /** The same from a place that may lag: the end of the log may be missing, what is there never differs. */
  listBehind(tenantId: string, query: EntryQuery): Promise<EntryPage>
  /**
   * Where statements were recorded: the first entry whose first reference is the digest; what was never recorded is left out.
   * @param subject what all of those entries are about, as the log is looked through for it
   */
  positionsOf(
    tenantId: string,
    refs: readonly ContentDigest[],
    subject?: string,
  ): Promise<ReadonlyMap<ContentDigest, number>>
  /** The entries at these positions, in order; those that are not there are left out. */
  entriesAt(tenantId: string, seqs: readonly number[]): Promise<readonly LedgerEntry[]>
  /** Entries in the log; 0 before the first. */
  sizeOf(tenantId: string): Promise<number>
  /** Salt and value behind an entry's commitment; undefined when erased. */
  payloadOf(tenantId: string, seq: number): Promise<EntryPayload | undefined>
  /** Holds every stored row against every other, and the roots against what was signed. */
  verifyLog(tenantId: string, query: VerifyQuery): Promise<LogVerdict>
  /** @throws LEDGER_ENTRY_UNKNOWN unless seq < size ≤ size of the log. */
  proveInclusion(tenantId: string, seq: number, size: number): Promise<InclusionProof>
  /** @throws LEDGER_ENTRY_UNKNOWN unless 0 < size1 ≤ size2 ≤ size of the log. */
  proveConsistency(tenantId: string, size1: number, size2: number): Promise<ConsistencyProof>
  /** Signs the log as it is now, or answers the checkpoint already signed for this size. */
  checkpoint(tenantId: string): Promise<SignedCheckpoint>
  /** The last checkpoint that was signed. */
  latestCheckpoint(tenantId: string): Promise<SignedCheckpoint | undefined>
  /**
   * Signs the entries that came before the end of a UTC day, or answers what the day is sealed with.
   * @param day `YYYY-MM-DD`
   * @throws LEDGER_DAY_OPEN before its end, LEDGER_DAY_CONFLICT when the day would get a second root
   */
  sealDay(tenantId: string, day: string): Promise<SealedDay>
  /** What the day is sealed with; undefined when it is not. */
  sealedDay(tenantId: string, day: string): Promise<SealedDay | undefined>
  readonly tiles: LogTiles
  /** Origin and verifier key of the tenant's log; undefined before its first entry. */
  identify(tenantId: string): Promise<LogIdentity | undefined>
}
