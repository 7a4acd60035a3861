// Reads a tenant's log: entries, payloads, proofs, the last checkpoint. Changes nothing.
import { base64Of, parseStrictJson } from '../kernel/index.ts'
import type {
  ContentDigest,
  Digest,
  SignatureVerifier,
  Signer,
  Sql,
  SqlTx,
} from '../kernel/index.ts'
import {
  consistencyRanges,
  decodeLeaf,
  formatNoteKey,
  inclusionRanges,
  noteKeyOf,
  openCheckpoint,
  parseEntryBody,
} from '../proof/index.ts'
import type { Checkpoint, NoteKey } from '../proof/index.ts'
import { dayEndMs } from './day-check.ts'
import { ledgerFault } from './errors.ts'
import type { EntryPage, EntryQuery, Ledger, LedgerEntry, SignedCheckpoint } from './model.ts'
import { hashRanges } from './nodes.ts'
import type { NodePorts } from './nodes.ts'
import { isPosition, nextSeqOf, readRange } from './page-range.ts'
import { selectLogPage } from './page-store.ts'
import type { PayloadKeys } from './payload/keys.ts'
import { readPayload } from './payload/read.ts'
import { selectLeavesAt, selectRefPositions } from './ref-store.ts'
import { selectDay, selectLastCheckpoint } from './signed-store.ts'
import { isTenantKnown, selectLog } from './store.ts'
import type { StoredLeaf, StoredLog } from './store.ts'

export interface ReaderPorts {
  readonly sql: Sql
  readonly digest: Digest
  readonly verifier: SignatureVerifier
  readonly signer: Pick<Signer, 'publicKey'>
  readonly payloadKeys: PayloadKeys
}

type Reading = Pick<
  Ledger,
  | 'list'
  | 'positionsOf'
  | 'entriesAt'
  | 'sizeOf'
  | 'payloadOf'
  | 'proveInclusion'
  | 'proveConsistency'
  | 'latestCheckpoint'
  | 'sealedDay'
  | 'identify'
>

export class LogReader implements Reading {
  readonly #ports: ReaderPorts

  constructor(ports: ReaderPorts) {
    this.#ports = ports
  }

  async list(tenantId: string, query: EntryQuery): Promise<EntryPage> {
    const { type, subject } = query
    const range = readRange(query)
    // A canonical body has these texts where the member is; rows that have them elsewhere are sorted out below.
    const needles = Object.entries({ type, subject }).flatMap(([key, value]) =>
      value === undefined ? [] : [needleOf(key, value)],
    )
    const { sql } = this.#ports
    const page = await sql.transaction(
      { tenantId },
      (tx) => selectLogPage(tx, tenantId, range, needles),
      { asksOnce: true },
    )
    if (page === undefined) {
      await sql.transaction({ tenantId }, (tx) => assertTenantKnown(tx, tenantId))
      return { entries: [] }
    }
    const entries = page.leaves
      .map(readListed)
      .filter(
        ({ body }) =>
          (type === undefined || body.type === type) &&
          (subject === undefined || body.subject === subject),
      )
    const nextSeq = nextSeqOf(range, page)
    return { entries, ...(nextSeq === undefined ? {} : { nextSeq }) }
  }

  async positionsOf(
    tenantId: string,
    refs: readonly ContentDigest[],
    subject?: string,
  ): ReturnType<Ledger['positionsOf']> {
    const needle = subject === undefined ? null : needleOf('subject', subject)
    return this.readLog(tenantId, async (tx, log) => {
      if (log === undefined || refs.length === 0) return new Map()
      const rows = await selectRefPositions(tx, log, refs, needle)
      // Maps keep the last of a key: recorded again means nothing new.
      return new Map(rows.toReversed().map(({ ref, seq }) => [ref, seq]))
    })
  }

  async entriesAt(tenantId: string, seqs: readonly number[]): ReturnType<Ledger['entriesAt']> {
    return this.readLog(tenantId, async (tx, log) => {
      if (log === undefined || seqs.length === 0) return []
      return (await selectLeavesAt(tx, log, seqs)).map(readListed)
    })
  }

  async sizeOf(tenantId: string): Promise<number> {
    return this.readLog(tenantId, (_, log) => Promise.resolve(log?.size ?? 0))
  }

  async payloadOf(tenantId: string, seq: number): ReturnType<Ledger['payloadOf']> {
    return this.readLog(tenantId, async (tx, log) => {
      if (log === undefined || !isPosition(seq) || seq >= log.size)
        throw unknownEntry(`entry ${seq}`, log)
      const plain = await readPayload(this.#ports.payloadKeys, tx, { tenantId, ...log }, seq)
      return plain && { salt: plain.salt, value: parseStrictJson(plain.payload) }
    })
  }

  async proveInclusion(
    tenantId: string,
    seq: number,
    size: number,
  ): ReturnType<Ledger['proveInclusion']> {
    return this.#readNodes(tenantId, size, async (nodes) => {
      if (!isPosition(seq) || seq >= size) throw unknownEntry(`entry ${seq} below size ${size}`)
      const ranges = [
        { from: seq, until: seq + 1 },
        { from: 0, until: size },
        ...inclusionRanges(seq, size),
      ]
      const [leafHash, root, ...proof] = await hashRanges(nodes, ranges)
      return { seq, size, leafHash: leafHash!, root: root!, proof }
    })
  }

  async proveConsistency(
    tenantId: string,
    size1: number,
    size2: number,
  ): ReturnType<Ledger['proveConsistency']> {
    return this.#readNodes(tenantId, size2, async (nodes) => {
      if (!isPosition(size1) || size1 < 1 || size1 > size2)
        throw unknownEntry(`size ${size1} within ${size2}`)
      const ranges = [
        { from: 0, until: size1 },
        { from: 0, until: size2 },
        ...consistencyRanges(size1, size2),
      ]
      const [root1, root2, ...proof] = await hashRanges(nodes, ranges)
      return { size1, root1: root1!, size2, root2: root2!, proof }
    })
  }

  async latestCheckpoint(tenantId: string): ReturnType<Ledger['latestCheckpoint']> {
    return this.readLog(tenantId, async (tx, log) => {
      if (log === undefined) return undefined
      const last = await selectLastCheckpoint(tx, log.logId)
      if (last === undefined) return undefined
      const opened = await openCheckpoint(this.#ports.verifier, last.note, this.noteKeyOf(log))
      if (!opened.ok)
        throw ledgerFault(
          'LEDGER_ENTRY_UNREADABLE',
          `checkpoint of size ${last.size}: ${opened.reason}`,
        )
      return presentCheckpoint(opened.value, last.note)
    })
  }

  async sealedDay(tenantId: string, day: string): ReturnType<Ledger['sealedDay']> {
    dayEndMs(day)
    return this.readLog(tenantId, async (tx, log) => {
      const stored = log === undefined ? undefined : await selectDay(tx, log.logId, day)
      if (log === undefined || stored === undefined) return undefined
      const opened = await openCheckpoint(this.#ports.verifier, stored.note, this.noteKeyOf(log))
      if (!opened.ok) throw ledgerFault('LEDGER_ENTRY_UNREADABLE', `day ${day}: ${opened.reason}`)
      return { day, ...presentCheckpoint(opened.value, stored.note) }
    })
  }

  async identify(tenantId: string): ReturnType<Ledger['identify']> {
    return this.readLog(tenantId, (_, log) =>
      Promise.resolve(
        log === undefined
          ? undefined
          : { origin: log.origin, noteKey: formatNoteKey(this.noteKeyOf(log)) },
      ),
    )
  }

  /** @throws LEDGER_TENANT_UNKNOWN; a known tenant may have no log yet. */
  readLog<T>(
    tenantId: string,
    work: (tx: SqlTx, log: StoredLog | undefined) => Promise<T>,
    epoch?: number,
  ): Promise<T> {
    return this.#ports.sql.transaction({ tenantId }, async (tx) => {
      const log = await selectLog(tx, tenantId, epoch)
      if (log === undefined) await assertTenantKnown(tx, tenantId)
      return work(tx, log)
    })
  }

  #readNodes<T>(
    tenantId: string,
    size: number,
    work: (nodes: NodePorts) => Promise<T>,
  ): Promise<T> {
    return this.readLog(tenantId, (tx, log) => {
      if (log === undefined || !isPosition(size) || size < 1 || size > log.size)
        throw unknownEntry(`size ${size}`, log)
      return work({ digest: this.#ports.digest, tx, logId: log.logId, size: log.size })
    })
  }

  /** The key that the log's notes verify with. */
  noteKeyOf(log: StoredLog): NoteKey {
    return noteKeyOf(this.#ports.digest, log.origin, this.#ports.signer.publicKey)
  }
}

/** A known tenant may have no log yet. */
async function assertTenantKnown(tx: SqlTx, tenantId: string): Promise<void> {
  if (await isTenantKnown(tx, tenantId)) return
  throw ledgerFault(
    'LEDGER_TENANT_UNKNOWN',
    `expected a known tenant, got ${JSON.stringify(tenantId)}`,
  )
}

function needleOf(member: string, value: string): string {
  return `"${member}":${JSON.stringify(value)}`
}

function readListed({
  erasedBy,
  ...row
}: StoredLeaf & { readonly erasedBy: number | null }): LedgerEntry {
  return { ...readEntry(row), ...(erasedBy === null ? {} : { erasedBy }) }
}

export function readEntry(row: StoredLeaf): LedgerEntry {
  const leaf = decodeLeaf(row.leaf)
  const body = leaf.ok ? parseEntryBody(leaf.value.body) : leaf
  if (!leaf.ok || !body.ok) {
    throw ledgerFault(
      'LEDGER_ENTRY_UNREADABLE',
      `entry ${row.seq}: ${body.ok ? 'damaged header' : body.reason}`,
    )
  }
  return {
    seq: row.seq,
    timeMs: leaf.value.timeMs,
    leaf: row.leaf,
    leafHash: row.leafHash,
    body: body.value,
  }
}

function presentCheckpoint(checkpoint: Checkpoint, note: string): SignedCheckpoint {
  const { origin, size, root } = checkpoint
  return { origin, size, root: base64Of(root), note }
}

function unknownEntry(wanted: string, log?: StoredLog): Error {
  return ledgerFault(
    'LEDGER_ENTRY_UNKNOWN',
    `expected ${wanted} in the log, got ${log === undefined ? 'fewer entries' : `${log.size} entries`}`,
  )
}
