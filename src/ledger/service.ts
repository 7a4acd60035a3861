// The ledger as the house sees it: appends, reads, proofs, verification and checkpoints of each tenant's log.
import type {
  Clock,
  Digest,
  Random,
  SignatureVerifier,
  Signer,
  Sql,
  SqlTx,
  Tracing,
} from '../kernel/index.ts'
import { SeaworthyError } from '../kernel/index.ts'
import { noteKeyOf } from '../proof/index.ts'
import { appendPrepared, assertOriginPrefix } from './append.ts'
import { signCheckpoint } from './checkpoint.ts'
import type { CheckpointPorts } from './checkpoint.ts'
import { ClockWatch } from './clock-watch.ts'
import { signDay } from './day.ts'
import { prepareFact } from './fact.ts'
import type { PreparedFact, Producer } from './fact.ts'
import type { AppendWay, JournalledSql } from './journal.ts'
import type {
  AppendedEntry,
  CheckpointGuard,
  EntryQuery,
  Ledger,
  LedgerFact,
  LogTiles,
  LogVerdict,
  SealedDay,
  VerifyQuery,
} from './model.ts'
import { LogReader } from './log-reader.ts'
import type { PayloadKeys } from './payload/keys.ts'
import { AppendQueue } from './queue.ts'
import type { BatchTries } from './retry.ts'
import { RollbackWatch } from './rollback-watch.ts'
import { tilesBehind, TileReader } from './tile-reader.ts'
import { verifyTenant } from './verify-tenant.ts'

export interface LedgerPorts {
  readonly sql: Sql
  /** Where reads may lag whose answer, once there, never changes: the end of a feed, and tiles. */
  readonly readSql?: Sql
  readonly clock: Clock
  readonly random: Random
  readonly digest: Digest
  readonly verifier: SignatureVerifier
  /** What payloads are sealed with; the same of every process on this database. */
  readonly payloadKeys: PayloadKeys
  /** Ed25519; its key signs the checkpoints of every log of this deployment. */
  readonly signer: Signer
  /** Host or installation id; a log's origin is `<prefix>/ledger/<opaque id>`. No white space, no plus sign. */
  readonly originPrefix: string
  /** What entries name as their producer. */
  readonly producer: Producer
  /** Keeps the last signed checkpoints outside the database. Without it a rolled back database cannot be noticed. */
  readonly guard?: CheckpointGuard
  /** What the erasure register lacks, as a sentence; every verdict says that it lacks something. */
  readonly findRegisterGap?: () => Promise<string | undefined>
  /** An operator's word that a leap of the clock is right. */
  readonly allowsClockJump?: boolean
  /** Called with each batch, before its commit: a hint for whoever follows the feed, not a promise. */
  readonly onAppend?: (tenantId: string) => void
  /** Called after a day was sealed, each time that it is; what it refuses is told to whoever sealed. */
  readonly onSealedDay?: (sealed: SealedDay) => Promise<void>
  /** Of the embedded database; `sql` must then lead to it, here and in every room that appends. */
  readonly journal?: JournalledSql
  /** Whose context entries keep for their readers. */
  readonly tracing?: Tracing
  /** Whether the caller's transactions are parts of one: then an append is another part, and nothing is signed. */
  readonly isJoined?: () => boolean
}

/** @throws RangeError when the signer is not Ed25519 or the origin prefix cannot stand in a note. */
export function makeLedger(ports: LedgerPorts): Ledger {
  return new LedgerService(ports)
}

class LedgerService implements Ledger {
  readonly tiles: LogTiles
  readonly #ports: LedgerPorts
  readonly #clockWatch: ClockWatch
  readonly #rollbackWatch: RollbackWatch
  readonly #reader: LogReader
  /** Of a replica; undefined without one. */
  readonly #behind: LogReader | undefined
  readonly #queues = new Map<string, AppendQueue>()

  constructor(ports: LedgerPorts) {
    assertOriginPrefix(ports.originPrefix)
    noteKeyOf(ports.digest, ports.originPrefix, ports.signer.publicKey)
    this.#ports = ports
    this.#reader = new LogReader(ports)
    const { readSql } = ports
    this.#behind = readSql === undefined ? undefined : new LogReader({ ...ports, sql: readSql })
    const tiles = new TileReader(this.#reader)
    this.tiles =
      this.#behind === undefined ? tiles : tilesBehind(new TileReader(this.#behind), tiles)
    const { digest, guard } = ports
    this.#rollbackWatch = new RollbackWatch({ digest, guard })
    this.#clockWatch = new ClockWatch(ports.clock, ports.allowsClockJump === true)
  }

  async appendInTx(
    tx: SqlTx,
    tenantId: string,
    facts: readonly LedgerFact[],
  ): Promise<readonly AppendedEntry[]> {
    const prepared = facts.map((fact) => prepareFact(this.#ports, fact, this.#ports.clock.nowMs()))
    if (prepared.length === 0) return []
    const outcomes = await this.#appendPrepared(tx, tenantId, prepared, 'caller')
    return outcomes.map((outcome) => {
      // The caller's transaction falls with the first refused fact, so nothing half done is kept.
      if (outcome instanceof Error) throw outcome
      return outcome
    })
  }

  async append(tenantId: string, facts: readonly LedgerFact[]): Promise<readonly AppendedEntry[]> {
    // The queue commits for many callers at once, so it cannot be a part of one caller's whole.
    if (this.#ports.isJoined?.() === true)
      return this.#ports.sql.transaction({ tenantId }, (tx) => this.appendInTx(tx, tenantId, facts))
    const prepared = facts.map((fact) => prepareFact(this.#ports, fact, this.#ports.clock.nowMs()))
    if (prepared.length === 0) return []
    const queue = this.#queues.get(tenantId) ?? this.#openQueue(tenantId)
    try {
      return await queue.push(prepared)
    } finally {
      if (queue.isIdle && this.#queues.get(tenantId) === queue) this.#queues.delete(tenantId)
    }
  }

  verifyLog(tenantId: string, query: VerifyQuery): Promise<LogVerdict> {
    return verifyTenant(this.#ports, this.#reader, tenantId, query)
  }

  list(tenantId: string, query: EntryQuery): ReturnType<Ledger['list']> {
    return this.#reader.list(tenantId, query)
  }

  async listBehind(tenantId: string, query: EntryQuery): ReturnType<Ledger['list']> {
    try {
      if (this.#behind !== undefined) return await this.#behind.list(tenantId, query)
    } catch (error) {
      // A log or tenant that has not come there yet.
      if (!(error instanceof SeaworthyError)) throw error
    }
    return this.list(tenantId, query)
  }

  positionsOf(...terms: Parameters<Ledger['positionsOf']>): ReturnType<Ledger['positionsOf']> {
    return this.#reader.positionsOf(...terms)
  }

  entriesAt(...terms: Parameters<Ledger['entriesAt']>): ReturnType<Ledger['entriesAt']> {
    return this.#reader.entriesAt(...terms)
  }

  sizeOf(tenantId: string): Promise<number> {
    return this.#reader.sizeOf(tenantId)
  }

  payloadOf(tenantId: string, seq: number): ReturnType<Ledger['payloadOf']> {
    return this.#reader.payloadOf(tenantId, seq)
  }

  proveInclusion(
    tenantId: string,
    seq: number,
    size: number,
  ): ReturnType<Ledger['proveInclusion']> {
    return this.#reader.proveInclusion(tenantId, seq, size)
  }

  proveConsistency(
    tenantId: string,
    size1: number,
    size2: number,
  ): ReturnType<Ledger['proveConsistency']> {
    return this.#reader.proveConsistency(tenantId, size1, size2)
  }

  latestCheckpoint(tenantId: string): ReturnType<Ledger['latestCheckpoint']> {
    return this.#reader.latestCheckpoint(tenantId)
  }

  identify(tenantId: string): ReturnType<Ledger['identify']> {
    return this.#reader.identify(tenantId)
  }

  sealedDay(tenantId: string, day: string): ReturnType<Ledger['sealedDay']> {
    return this.#reader.sealedDay(tenantId, day)
  }

  checkpoint(tenantId: string): ReturnType<Ledger['checkpoint']> {
    return this.#sign(tenantId, (ports, tx) => signCheckpoint(ports, tx, tenantId))
  }

  async sealDay(tenantId: string, day: string): ReturnType<Ledger['sealDay']> {
    const sealed = await this.#sign(tenantId, (ports, tx) => signDay(ports, tx, tenantId, day))
    await this.#ports.onSealedDay?.(sealed)
    return sealed
  }

  async #sign<T>(
    tenantId: string,
    work: (ports: CheckpointPorts, tx: SqlTx) => Promise<T>,
  ): Promise<T> {
    const { sql, clock, digest, signer, guard, journal, isJoined } = this.#ports
    // The guard outside the database would hold a size that is not committed yet, and may never be.
    if (isJoined?.() === true) throw new TypeError('expected to sign in a transaction of its own')
    journal?.assertWritable(tenantId)
    return sql.transaction({ tenantId }, (tx) => work({ clock, digest, signer, guard }, tx))
  }

  async #appendPrepared(
    tx: SqlTx,
    tenantId: string,
    facts: readonly PreparedFact[],
    way: AppendWay,
    tries?: BatchTries,
  ): Promise<readonly (AppendedEntry | Error)[]> {
    const { digest, random, originPrefix, journal, onAppend, payloadKeys } = this.#ports
    const outcomes = await appendPrepared(
      {
        digest,
        random,
        originPrefix,
        clockWatch: this.#clockWatch,
        rollbackWatch: this.#rollbackWatch,
        journal,
        payloadKeys,
      },
      tx,
      tenantId,
      facts,
      way,
      tries,
    )
    onAppend?.(tenantId)
    return outcomes
  }

  #openQueue(tenantId: string): AppendQueue {
    const { sql, clock, random } = this.#ports
    const queue = new AppendQueue({
      clock,
      random,
      commit: (facts, tries) =>
        sql.transaction({ tenantId }, (tx) =>
          this.#appendPrepared(tx, tenantId, facts, 'queue', tries),
        ),
    })
    this.#queues.set(tenantId, queue)
    return queue
  }
}
