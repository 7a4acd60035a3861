// Holds the journal against the tables when the embedded database opens: what is missing is restored or refused.
import { bytesEqual, concatBytes } from '../kernel/index.ts'
import type { Digest, Sql, SqlTx } from '../kernel/index.ts'
import {
  decodeLeaf,
  encodeFrontier,
  extendFrontier,
  hashLeaf,
  parseEntryBody,
} from '../proof/index.ts'
import type { LogHead, SealedEntry } from './batch.ts'
import { ledgerFault } from './errors.ts'
import { decodeJournalRecord } from './journal-record.ts'
import type { JournalledBatch } from './journal-record.ts'
import { selectEpochs } from './epoch/store.ts'
import { countDestroyed, insertKeys } from './payload/key-store.ts'
import type { PayloadKeys } from './payload/keys.ts'
import { insertBatch, isTenantKnown, lockHead, openTenantLog, selectHashesAt } from './store.ts'

export interface ReplayReport {
  /** Batches that were held against the tables; given up ones are not. */
  readonly judgedCount: number
  /** Entries that the tables lacked and now have. */
  readonly restoredCount: number
  /** Records of versions that sealed nothing: payloads in clear. */
  readonly clearCount: number
  /** Keys in records that the tables say were destroyed since. */
  readonly destroyedCount: number
  /** Why a tenant's log takes nothing more, by tenant. */
  readonly contradictions: ReadonlyMap<string, string>
}

interface ReplayPorts {
  readonly sql: Sql
  readonly digest: Digest
  readonly payloadKeys: PayloadKeys
}

/** What a log of the tables is, as far as a journal can be held against it. */
interface LogView {
  readonly origin: string | undefined
  readonly size: number
  readonly latest: Uint8Array | undefined
  hashesAt(seqs: readonly number[]): Promise<ReadonlyMap<number, Uint8Array>>
}

/** A contradiction changes nothing: a log is restored as a whole or left as it is. */
export async function replayJournal(
  ports: ReplayPorts,
  records: readonly Uint8Array[],
): Promise<ReplayReport> {
  const contradictions = new Map<string, string>()
  let judgedCount = 0
  let restoredCount = 0
  let clearCount = 0
  let destroyedCount = 0
  for (const [tenantId, batches] of groupByTenant(records)) {
    const missing = await ports.sql.transaction({ tenantId }, (tx) =>
      judgeJournal(ports.digest, tx, tenantId, batches),
    )
    judgedCount += batches.length
    clearCount += batches.filter(isClear).length
    const made = batches.flatMap(({ madeKeys = [] }) => madeKeys.map(({ dekId }) => dekId))
    destroyedCount += await ports.sql.transaction({ tenantId }, (tx) =>
      countDestroyed(tx, tenantId, made),
    )
    if (typeof missing === 'string') {
      contradictions.set(tenantId, missing)
      continue
    }
    for (const batch of missing) {
      await ports.sql.transaction({ tenantId }, (tx) => restoreBatch(ports, tx, batch))
      restoredCount += batch.leaves.length
    }
  }
  return { judgedCount, restoredCount, clearCount, destroyedCount, contradictions }
}

function isClear({ entries = [] }: JournalledBatch): boolean {
  return entries.some((entry) => !('sealed' in entry))
}

function groupByTenant(records: readonly Uint8Array[]): Map<string, JournalledBatch[]> {
  const read = records.map(decodeJournalRecord)
  const givenUp = new Set(read.flatMap((record) => ('givenUp' in record ? [record.givenUp] : [])))
  const groups = new Map<string, JournalledBatch[]>()
  for (const record of read) {
    if ('givenUp' in record || givenUp.has(record.batch)) continue
    const group = groups.get(record.tenantId) ?? []
    group.push(record)
    groups.set(record.tenantId, group)
  }
  // A caller's batch is written after its commit, so the next batch may have come first.
  for (const group of groups.values()) group.sort((a, b) => a.fromSeq - b.fromSeq)
  return groups
}

/** The batches to restore, in order; or where the journal and the tables contradict each other. */
async function judgeJournal(
  digest: Digest,
  tx: SqlTx,
  tenantId: string,
  batches: readonly JournalledBatch[],
): Promise<readonly JournalledBatch[] | string> {
  if (!(await isTenantKnown(tx, tenantId))) return 'the database has no such tenant'
  const head = await lockHead(tx, tenantId)
  const view: LogView = {
    origin: head?.origin ?? batches[0]?.origin,
    size: head?.size ?? 0,
    latest: head?.latest,
    hashesAt: (seqs) =>
      head === undefined ? Promise.resolve(new Map()) : selectHashesAt(tx, head.logId, seqs),
  }
  // What the journal has of a log that ended is what the restore declared lost.
  const epochs = await selectEpochs(tx, tenantId)
  const ended = new Set(
    epochs.filter(({ state }) => state === 'sealed').map(({ origin }) => origin),
  )
  const current = batches.filter(({ origin }) => !ended.has(origin))
  const foreign = current.find(({ origin }) => origin !== view.origin)
  if (foreign !== undefined)
    return `the log is ${view.origin}, the journal also knows ${foreign.origin}`
  const present = current.filter(({ fromSeq }) => fromSeq < view.size)
  return (
    (await findDifference(digest, view, present)) ??
    findMissing(digest, view, current.slice(present.length))
  )
}

async function findDifference(
  digest: Digest,
  view: LogView,
  batches: readonly JournalledBatch[],
): Promise<string | undefined> {
  const ends = await view.hashesAt(batches.map((batch) => endOf(batch) - 1))
  for (const batch of batches) {
    const hashes = batch.leaves.map((leaf) => hashLeaf(digest, leaf))
    // Links make the last hash stand for the whole batch.
    const end = ends.get(endOf(batch) - 1)
    if (end !== undefined && bytesEqual(end, hashes.at(-1)!)) continue
    const stored = await view.hashesAt(hashes.map((_, at) => batch.fromSeq + at))
    const at = hashes.findIndex((hash, i) => {
      const found = stored.get(batch.fromSeq + i)
      return found === undefined || !bytesEqual(found, hash)
    })
    const what = stored.has(batch.fromSeq + at) ? 'is another' : 'is missing'
    return `entry ${batch.fromSeq + at} ${what} in the database`
  }
  return undefined
}

function findMissing(
  digest: Digest,
  view: LogView,
  batches: readonly JournalledBatch[],
): readonly JournalledBatch[] | string {
  let seq = view.size
  let link = view.latest
  for (const batch of batches) {
    if (batch.fromSeq !== seq)
      return `the database ends after ${seq} entries, the journal goes on at ${batch.fromSeq}`
    if (batch.entries === undefined)
      return `entry ${seq} was committed and is missing in the database`
    for (const bytes of batch.leaves) {
      const leaf = decodeLeaf(bytes)
      const isNext =
        leaf.ok &&
        leaf.value.seq === seq &&
        (link === undefined || bytesEqual(leaf.value.prev, link))
      if (!isNext) return `entry ${seq} of the journal does not continue the database`
      link = hashLeaf(digest, bytes)
      seq++
    }
  }
  return batches
}

async function restoreBatch(ports: ReplayPorts, tx: SqlTx, batch: JournalledBatch): Promise<void> {
  const { digest } = ports
  const { tenantId, origin, fromSeq, leaves, madeKeys = [] } = batch
  const first = decodeLeaf(leaves[0] ?? new Uint8Array())
  if (fromSeq === 0 && first.ok) await openTenantLog(tx, tenantId, origin, first.value.prev)
  const head = await lockHead(tx, tenantId)
  if (head?.size !== fromSeq)
    throw ledgerFault(
      'LEDGER_JOURNAL_CONTRADICTS',
      `expected ${fromSeq} entries of tenant ${tenantId} before restoring, got ${head?.size ?? 'no log'}`,
    )
  const hashes = leaves.map((leaf) => hashLeaf(digest, leaf))
  const frontier = extendFrontier(digest, head.frontier, hashes)
  await insertKeys(tx, tenantId, madeKeys)
  const entries = await sealRecorded(ports.payloadKeys, tx, batch, head)
  const added = { added: entries, leaves: concatBytes(leaves) }
  await insertBatch(tx, head, added, encodeFrontier(frontier))
}

/** Records of versions that sealed nothing hold payloads in clear. */
async function sealRecorded(
  keys: PayloadKeys,
  tx: SqlTx,
  { tenantId, entries = [] }: JournalledBatch,
  head: LogHead,
): Promise<readonly SealedEntry[]> {
  const sealed: SealedEntry[] = []
  for (const [at, entry] of entries.entries()) {
    if ('sealed' in entry) {
      sealed.push(entry)
      continue
    }
    const leaf = decodeLeaf(entry.leaf)
    const body = leaf.ok ? parseEntryBody(leaf.value.body) : leaf
    if (!body.ok) throw ledgerFault('LEDGER_JOURNAL_UNREADABLE', body.reason)
    const place = { origin: head.origin, size: head.size + at }
    const made = await keys.sealAll(tx, tenantId, place, [{ ...entry, owner: body.value }])
    sealed.push({ ...entry, ...made.sealed[0]! })
  }
  return sealed
}

function endOf(batch: JournalledBatch): number {
  return batch.fromSeq + batch.leaves.length
}
