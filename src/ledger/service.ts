// The ledger as the house sees it: appends, reads, proofs, verification and checkpoints of each tenant's log.
import { base64Of, parseStrictJson } from '../kernel/index.ts'
import type { Clock, Digest, Random, SignatureVerifier, Signer, Sql, SqlTx } from '../kernel/index.ts'
import { consistencyRanges, decodeLeaf, formatNoteKey, inclusionRanges, noteKeyOf, openCheckpoint, parseEntryBody } from '../proof/index.ts'
import type { Checkpoint, EntryRange, NoteKey } from '../proof/index.ts'
import { appendPrepared, assertOriginPrefix } from './append.ts'
import { signCheckpoint } from './checkpoint.ts'
import { ClockWatch } from './clock-watch.ts'
import { ledgerFault } from './errors.ts'
import { prepareFact } from './fact.ts'
import type { PreparedFact, Producer } from './fact.ts'
import { PAGE_LIMIT } from './model.ts'
import type { AppendedEntry, CheckpointGuard, EntryPage, EntryQuery, KnownRoot, Ledger, LedgerEntry, LedgerFact, LogVerdict, SignedCheckpoint, VerifyQuery } from './model.ts'
import { hashRange } from './nodes.ts'
import type { NodePorts } from './nodes.ts'
import { AppendQueue } from './queue.ts'
import { isTenantKnown, selectLastCheckpoint, selectLeafHashes, selectLeaves, selectLog, selectPayload } from './store.ts'
import type { StoredLeaf, StoredLog } from './store.ts'
import { LogCheck } from './verify-log.ts'

const PAGE_DEFAULT = 100

export interface LedgerPorts {
  readonly sql: Sql
  readonly clock: Clock
  readonly random: Random
  readonly digest: Digest
  readonly verifier: SignatureVerifier
  /** Ed25519; its key signs the checkpoints of every log of this deployment. */
  readonly signer: Signer
  /** Host or installation id; a log's origin is `<prefix>/ledger/<opaque id>`. No white space, no plus sign. */
  readonly originPrefix: string
  /** What entries name as their producer. */
  readonly producer: Producer
  /** Keeps the last signed checkpoints outside the database. Without it a rolled back database cannot be noticed. */
  readonly guard?: CheckpointGuard
  /** An operator's word that a leap of the clock is right. */
  readonly allowsClockJump?: boolean
}

/** @throws RangeError when the signer is not Ed25519 or the origin prefix cannot stand in a note. */
export function makeLedger(ports: LedgerPorts): Ledger {
  return new LedgerService(ports)
}

class LedgerService implements Ledger {
  readonly #ports: LedgerPorts
  readonly #clockWatch: ClockWatch
  readonly #queues = new Map<string, AppendQueue>()

  constructor(ports: LedgerPorts) {
    assertOriginPrefix(ports.originPrefix)
    noteKeyOf(ports.digest, ports.originPrefix, ports.signer.publicKey)
    this.#ports = ports
    this.#clockWatch = new ClockWatch(ports.clock, ports.allowsClockJump === true)
  }

  async appendInTx(tx: SqlTx, tenantId: string, facts: readonly LedgerFact[]): Promise<readonly AppendedEntry[]> {
    const prepared = facts.map((fact) => prepareFact(this.#ports, fact, this.#ports.clock.nowMs(), false))
    if (prepared.length === 0) return []
    const outcomes = await this.#appendPrepared(tx, tenantId, prepared)
    return outcomes.map((outcome) => {
      // The caller's transaction falls with the first refused fact, so nothing half done is kept.
      if (outcome instanceof Error) throw outcome
      return outcome
    })
  }

  async append(tenantId: string, facts: readonly LedgerFact[]): Promise<readonly AppendedEntry[]> {
    const prepared = facts.map((fact) => prepareFact(this.#ports, fact, this.#ports.clock.nowMs(), true))
    if (prepared.length === 0) return []
    const queue = this.#queues.get(tenantId) ?? this.#openQueue(tenantId)
    try {
      return await queue.push(prepared)
    } finally {
      if (queue.isIdle && this.#queues.get(tenantId) === queue) this.#queues.delete(tenantId)
    }
  }

  async list(tenantId: string, query: EntryQuery): Promise<EntryPage> {
    const { fromSeq = 0, limit = PAGE_DEFAULT, type, subject } = query
    if (!Number.isSafeInteger(fromSeq) || fromSeq < 0 || !Number.isSafeInteger(limit) || limit < 1 || limit > PAGE_LIMIT) {
      throw ledgerFault('LEDGER_ENTRY_REFUSED', `expected a first position from 0 and a limit of 1 to ${PAGE_LIMIT}`)
    }
    // A canonical body has these texts where the member is; rows that have them elsewhere are sorted out below.
    const needles = Object.entries({ type, subject }).flatMap(([key, value]) =>
      value === undefined ? [] : [`"${key}":${JSON.stringify(value)}`],
    )
    return this.#read(tenantId, async (tx, log) => {
      if (log === undefined) return { entries: [] }
      const rows = await selectLeaves(tx, log.logId, { fromSeq, untilSeq: log.size, limit }, needles)
      const entries = rows
        .map(readEntry)
        .filter(({ body }) => (type === undefined || body.type === type) && (subject === undefined || body.subject === subject))
      const last = rows.at(-1)
      const isEnd = last === undefined || rows.length < limit || last.seq + 1 >= log.size
      return isEnd ? { entries } : { entries, nextSeq: last.seq + 1 }
    })
  }

  async payloadOf(tenantId: string, seq: number): ReturnType<Ledger['payloadOf']> {
    return this.#read(tenantId, async (tx, log) => {
      if (log === undefined || !isPosition(seq) || seq >= log.size) throw unknownEntry(`entry ${seq}`, log)
      const row = await selectPayload(tx, log.logId, seq)
      return row === undefined ? undefined : { salt: row.salt, value: parseStrictJson(row.payload) }
    })
  }

  async verifyLog(tenantId: string, query: VerifyQuery): Promise<LogVerdict> {
    const log = await this.#read(tenantId, (_, found) => Promise.resolve(found))
    const given = query.checkpoint === undefined ? [] : [await this.#readCheckpoint(log, query.checkpoint)]
    if (log === undefined) return emptyVerdict(given)
    const guarded = await this.#ports.guard?.read(log.origin)
    const outside = guarded === undefined ? given : [...given, guarded]
    const limit = query.checkpoint === undefined ? query.limit : undefined
    if (limit !== undefined && (!Number.isSafeInteger(limit) || limit < 1)) {
      throw ledgerFault('LEDGER_ENTRY_REFUSED', `expected a limit from 1, got ${limit}`)
    }
    return new LogCheck(this.#ports, { tenantId, log, noteKey: this.#noteKeyOf(log), limit, outside }).run()
  }

  async proveInclusion(tenantId: string, seq: number, size: number): ReturnType<Ledger['proveInclusion']> {
    return this.#readNodes(tenantId, size, async (nodes) => {
      if (!isPosition(seq) || seq >= size) throw unknownEntry(`entry ${seq} below size ${size}`)
      const [leafHash] = await selectLeafHashes(nodes.tx, nodes.logId, seq, seq + 1)
      if (leafHash === undefined) throw unknownEntry(`entry ${seq}`)
      const proof = await hashRanges(nodes, inclusionRanges(seq, size))
      return { seq, size, leafHash, root: await hashRange(nodes, { from: 0, until: size }), proof }
    })
  }

  async proveConsistency(tenantId: string, size1: number, size2: number): ReturnType<Ledger['proveConsistency']> {
    return this.#readNodes(tenantId, size2, async (nodes) => {
      if (!isPosition(size1) || size1 < 1 || size1 > size2) throw unknownEntry(`size ${size1} within ${size2}`)
      const proof = await hashRanges(nodes, consistencyRanges(size1, size2))
      const root1 = await hashRange(nodes, { from: 0, until: size1 })
      return { size1, root1, size2, root2: await hashRange(nodes, { from: 0, until: size2 }), proof }
    })
  }

  async checkpoint(tenantId: string): ReturnType<Ledger['checkpoint']> {
    const { sql, clock, digest, signer, guard } = this.#ports
    return sql.transaction({ tenantId }, (tx) => signCheckpoint({ clock, digest, signer, guard }, tx, tenantId))
  }

  async latestCheckpoint(tenantId: string): ReturnType<Ledger['latestCheckpoint']> {
    return this.#read(tenantId, async (tx, log) => {
      if (log === undefined) return undefined
      const last = await selectLastCheckpoint(tx, log.logId)
      if (last === undefined) return undefined
      const opened = await openCheckpoint(this.#ports.verifier, last.note, this.#noteKeyOf(log))
      if (!opened.ok) throw ledgerFault('LEDGER_ENTRY_UNREADABLE', `checkpoint of size ${last.size}: ${opened.reason}`)
      return presentCheckpoint(opened.value, last.note)
    })
  }

  async identify(tenantId: string): ReturnType<Ledger['identify']> {
    return this.#read(tenantId, (_, log) =>
      Promise.resolve(log === undefined ? undefined : { origin: log.origin, noteKey: formatNoteKey(this.#noteKeyOf(log)) }),
    )
  }

  #appendPrepared(tx: SqlTx, tenantId: string, facts: readonly PreparedFact[]): Promise<readonly (AppendedEntry | Error)[]> {
    const { digest, random, originPrefix } = this.#ports
    return appendPrepared({ digest, random, originPrefix, clockWatch: this.#clockWatch }, tx, tenantId, facts)
  }

  #openQueue(tenantId: string): AppendQueue {
    const { sql, clock, random } = this.#ports
    const queue = new AppendQueue({
      clock,
      random,
      commit: (facts) => sql.transaction({ tenantId }, (tx) => this.#appendPrepared(tx, tenantId, facts)),
    })
    this.#queues.set(tenantId, queue)
    return queue
  }

  /** @throws LEDGER_TENANT_UNKNOWN; a known tenant may have no log yet. */
  #read<T>(tenantId: string, work: (tx: SqlTx, log: StoredLog | undefined) => Promise<T>): Promise<T> {
    return this.#ports.sql.transaction({ tenantId }, async (tx) => {
      const log = await selectLog(tx, tenantId)
      if (log === undefined && !(await isTenantKnown(tx, tenantId))) {
        throw ledgerFault('LEDGER_TENANT_UNKNOWN', `expected a known tenant, got ${JSON.stringify(tenantId)}`)
      }
      return work(tx, log)
    })
  }

  #readNodes<T>(tenantId: string, size: number, work: (nodes: NodePorts) => Promise<T>): Promise<T> {
    return this.#read(tenantId, (tx, log) => {
      if (log === undefined || !isPosition(size) || size < 1 || size > log.size) throw unknownEntry(`size ${size}`, log)
      return work({ digest: this.#ports.digest, tx, logId: log.logId, size: log.size })
    })
  }

  #noteKeyOf(log: StoredLog): NoteKey {
    return noteKeyOf(this.#ports.digest, log.origin, this.#ports.signer.publicKey)
  }

  /** @throws LEDGER_ENTRY_REFUSED when a note was not signed by this log. */
  async #readCheckpoint(log: StoredLog | undefined, checkpoint: string | KnownRoot): Promise<KnownRoot> {
    if (typeof checkpoint !== 'string') return checkpoint
    if (log === undefined) throw ledgerFault('LEDGER_LOG_EMPTY', 'expected a log to hold the checkpoint against, got none')
    const opened = await openCheckpoint(this.#ports.verifier, checkpoint, this.#noteKeyOf(log))
    if (!opened.ok) throw ledgerFault('LEDGER_ENTRY_REFUSED', `checkpoint: ${opened.reason}`)
    return opened.value
  }
}

function readEntry(row: StoredLeaf): LedgerEntry {
  const leaf = decodeLeaf(row.leaf)
  const body = leaf.ok ? parseEntryBody(leaf.value.body) : leaf
  if (!leaf.ok || !body.ok) {
    throw ledgerFault('LEDGER_ENTRY_UNREADABLE', `entry ${row.seq}: ${body.ok ? 'damaged header' : body.reason}`)
  }
  return { seq: row.seq, timeMs: leaf.value.timeMs, leaf: row.leaf, leafHash: row.leafHash, body: body.value }
}

async function hashRanges(nodes: NodePorts, ranges: readonly EntryRange[]): Promise<Uint8Array[]> {
  const hashes: Uint8Array[] = []
  for (const range of ranges) hashes.push(await hashRange(nodes, range))
  return hashes
}

function emptyVerdict(given: readonly KnownRoot[]): LogVerdict {
  const findings = {
    origin: null,
    size: 0,
    checked: { entries: 0, payloads: 0, repeats: 0, tiles: 0, roots: 0 },
    genesis: null,
    latest: null,
    root: null,
  }
  const [known] = given
  if (known === undefined) return { ok: true, scope: 'empty', ...findings }
  const reason = `expected the ${known.size} entries of a checkpoint, got none`
  return { ok: false, scope: 'damaged', reason, firstBadSeq: null, ...findings }
}

function presentCheckpoint(checkpoint: Checkpoint, note: string): SignedCheckpoint {
  const { origin, size, root } = checkpoint
  return { origin, size, root: base64Of(root), note }
}

function unknownEntry(wanted: string, log?: StoredLog): Error {
  return ledgerFault('LEDGER_ENTRY_UNKNOWN', `expected ${wanted} in the log, got ${log === undefined ? 'fewer entries' : `${log.size} entries`}`)
}

function isPosition(value: number): boolean {
  return Number.isSafeInteger(value) && value >= 0
}
