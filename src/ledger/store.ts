// All SQL of the ledger but verification's.
import { concatBytes } from '../kernel/index.ts'
import type { SqlTx } from '../kernel/index.ts'
import { decodeFrontier, HASH_BYTES } from '../proof/index.ts'
import type { LogHead, SealedEntry } from './batch.ts'
import { ledgerFault } from './errors.ts'
import { PAYLOAD_COLUMNS } from './payload/stored.ts'
import type { PayloadRow } from './payload/stored.ts'

/** Hashes in a full tile (C2SP tlog-tiles). */
export const TILE_WIDTH = 256

/** A log as it is read without a lock. */
export interface StoredLog {
  readonly logId: number
  readonly origin: string
  /** What `prev` of entry 0 holds. */
  readonly genesis: Uint8Array
  readonly size: number
}

export interface StoredLeaf {
  readonly seq: number
  readonly leaf: Uint8Array
  readonly leafHash: Uint8Array
}

interface HeadRow {
  readonly log_id: number
  readonly origin: string
  readonly size: number
  readonly latest: Uint8Array
  readonly latest_ms: number
  readonly frontier: Uint8Array
}

/** Waits for the log's turn, holds it to the end of the transaction, and reads the head. */
export async function lockHead(tx: SqlTx, tenantId: string): Promise<LogHead | undefined> {
  const [row] = await tx.query<HeadRow>(
    'select log_id, origin, size, latest, frontier, latest_ms from ledger_lock($1)',
    [tenantId],
  )
  return row === undefined ? undefined : headOf(row)
}

/** What a batch needs to know, once it is its turn. */
export interface LogTurn {
  readonly head: LogHead
  /** Those of the ids that lead to an entry already. */
  readonly seenIds: readonly string[]
  /** How many entries of each subject the log holds, by subject key. */
  readonly subjectCounts: ReadonlyMap<string, number>
}

/** As `lockHead`, with two more answers from the same question. */
export async function lockTurn(
  tx: SqlTx,
  tenantId: string,
  ids: readonly string[],
  subjectKeys: readonly string[],
): Promise<LogTurn | undefined> {
  const keys = [...new Set(subjectKeys)]
  const [row] = await tx.query<HeadRow & { seen: readonly string[]; counts: readonly number[] }>(
    'select log_id, origin, size, latest, frontier, latest_ms, seen, counts from ledger_turn($1, $2, $3)',
    [tenantId, ids, keys],
  )
  if (row === undefined) return undefined
  const subjectCounts = new Map(keys.map((key, at) => [key, row.counts[at] ?? 0]))
  return { head: headOf(row), seenIds: row.seen, subjectCounts }
}

function headOf(row: HeadRow): LogHead {
  const frontier = decodeFrontier(row.size, row.frontier)
  if (!frontier.ok)
    throw ledgerFault('LEDGER_ENTRY_UNREADABLE', `head of ${row.origin}: ${frontier.reason}`)
  const { origin, size, latest } = row
  return {
    logId: row.log_id,
    origin,
    size,
    latest,
    latestMs: row.latest_ms,
    frontier: frontier.value,
  }
}

/** Makes the tenant's log unless it has one. Fails with SQLSTATE 23503 when there is no such tenant. */
export async function openTenantLog(
  tx: SqlTx,
  tenantId: string,
  origin: string,
  genesis: Uint8Array,
): Promise<void> {
  await tx.query('select ledger_open($1, $2, $3)', [tenantId, origin, genesis])
}

/** What the ids led to when they were first appended. */
export interface RepeatRow {
  readonly idem: string
  readonly seq: number
  readonly body_hash: Uint8Array
}

export async function selectRepeats(
  tx: SqlTx,
  logId: number,
  ids: readonly string[],
): Promise<RepeatRow[]> {
  if (ids.length === 0) return []
  return tx.query<RepeatRow>(
    'select idem::text, seq, body_hash from ledger_idem where log_id = $1 and idem = any ($2::uuid[])',
    [logId, ids],
  )
}

/** What a known id leads to, as it is stored. */
export type KnownRow = RepeatRow & PayloadRow & { readonly leaf_hash: Uint8Array }

/** One that leads to no entry is left out. */
export async function selectKnownEntries(
  tx: SqlTx,
  logId: number,
  ids: readonly string[],
): Promise<KnownRow[]> {
  const repeats = await selectRepeats(tx, logId, ids)
  if (repeats.length === 0) return []
  const rows = await tx.query<Omit<KnownRow, 'idem' | 'body_hash'>>(
    `select e.seq, e.leaf_hash, ${PAYLOAD_COLUMNS}
     from ledger_entry e left join ledger_payload p on p.log_id = e.log_id and p.seq = e.seq
     where e.log_id = $1 and e.seq = any ($2::bigint[])`,
    [logId, repeats.map(({ seq }) => seq)],
  )
  const entries = new Map(rows.map((row) => [row.seq, row]))
  return repeats.flatMap((repeat) => {
    const entry = entries.get(repeat.seq)
    return entry === undefined ? [] : [{ ...repeat, ...entry }]
  })
}

/** How many entries of each subject the log holds; a key without entries is not among them. */
export async function selectSubjectCounts(
  tx: SqlTx,
  logId: number,
  subjectKeys: readonly string[],
): Promise<Map<string, number>> {
  const rows = await tx.query<{ subject: string; entries: number }>(
    'select subject, entries from ledger_subject where log_id = $1 and subject = any ($2::text[])',
    [logId, [...new Set(subjectKeys)]],
  )
  return new Map(rows.map(({ subject, entries }) => [subject, entries]))
}

export async function insertBatch(
  tx: SqlTx,
  head: Pick<LogHead, 'logId' | 'size'>,
  { added, leaves }: { readonly added: readonly SealedEntry[]; readonly leaves: Uint8Array },
  frontier: Uint8Array,
): Promise<void> {
  await tx.query('select ledger_append($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)', [
    head.logId,
    head.size,
    frontier,
    leaves,
    added.map((entry) => entry.leaf.length),
    concatBytes(added.map((entry) => entry.sealed)),
    added.map((entry) => entry.sealed.length),
    added.map((entry) => entry.dekId),
    added.map((entry) => (entry.fact.keepsId ? entry.fact.id : '')),
    concatBytes(added.map((entry) => entry.contentHash)),
  ])
  const traced = added.flatMap(({ fact: { trace } }, at) =>
    trace === undefined ? [] : [{ seq: head.size + at, trace }],
  )
  if (traced.length > 0) await insertTraces(tx, head.logId, traced)
}

async function insertTraces(
  tx: SqlTx,
  logId: number,
  traced: readonly { readonly seq: number; readonly trace: string }[],
): Promise<void> {
  await tx.query(
    `insert into ledger_trace (log_id, seq, traceparent)
     select $1, t.* from unnest($2::bigint[], $3::text[]) as t on conflict do nothing`,
    [logId, traced.map(({ seq }) => seq), traced.map(({ trace }) => trace)],
  )
}

interface LogRow {
  readonly log_id: number
  readonly origin: string
  readonly genesis: Uint8Array
  readonly size: number | null
}

/** The tenant's log of today, or of an epoch; undefined when it has none yet, whether or not the tenant exists. */
export async function selectLog(
  tx: SqlTx,
  tenantId: string,
  epoch?: number,
): Promise<StoredLog | undefined> {
  const [row] = await tx.query<LogRow>(
    `select l.log_id, l.origin, l.genesis, h.size
     from ledger_log l left join ledger_head h on h.log_id = l.log_id where l.tenant_id = $1
     and case when $2::int is null then l.state <> 'sealed' else l.epoch = $2 end`,
    [tenantId, epoch ?? null],
  )
  if (row === undefined) return undefined
  const { origin, genesis, size } = row
  if (size === null)
    throw ledgerFault('LEDGER_ENTRY_UNREADABLE', `expected a head of ${origin}, got none`)
  return { logId: row.log_id, origin, genesis, size }
}

export async function isTenantKnown(tx: SqlTx, tenantId: string): Promise<boolean> {
  return (
    (await tx.query('select 1 as found from tenant where tenant_id = $1', [tenantId])).length > 0
  )
}

/** Leaves from `fromSeq`, in order; `needles` are texts the body must contain. */
export async function selectLeaves(
  tx: SqlTx,
  logId: number,
  range: { readonly fromSeq: number; readonly untilSeq: number; readonly limit: number },
  needles: readonly string[] = [],
): Promise<StoredLeaf[]> {
  const filters = needles
    .map((_, at) => ` and position(convert_to($${at + 5}, 'UTF8') in leaf) > 0`)
    .join('')
  const rows = await tx.query<{ seq: number; leaf: Uint8Array; leaf_hash: Uint8Array }>(
    `select seq, leaf, leaf_hash from ledger_entry
     where log_id = $1 and seq >= $2 and seq < $3${filters} order by seq limit $4`,
    [logId, range.fromSeq, range.untilSeq, range.limit, ...needles],
  )
  return rows.map((row) => ({ seq: row.seq, leaf: row.leaf, leafHash: row.leaf_hash }))
}

/** Leaf hashes at the given positions, as far as there are entries. */
export async function selectHashesAt(
  tx: SqlTx,
  logId: number,
  seqs: readonly number[],
): Promise<Map<number, Uint8Array>> {
  const rows = await tx.query<{ seq: number; leaf_hash: Uint8Array }>(
    'select seq, leaf_hash from ledger_entry where log_id = $1 and seq = any ($2::bigint[])',
    [logId, seqs],
  )
  return new Map(rows.map((row) => [row.seq, row.leaf_hash]))
}

/** `count` hashes of one tile level from `first` on, and where to read them. */
export interface HashRun {
  /** Entries, the inside of one full tile, or the hashes over full tiles one level below. */
  readonly source: 'entries' | 'tile' | 'roots'
  readonly tileLevel: number
  readonly first: number
  readonly count: number
}

/**
 * The hashes of each run one after the other, in one statement; fewer bytes where rows are missing. Bounds arrive
 * computed: under row security an index serves plain comparisons only, not those with arithmetic in them.
 */
export async function selectHashRuns(
  tx: SqlTx,
  logId: number,
  runs: readonly HashRun[],
): Promise<Uint8Array[]> {
  const rows = await tx.query<{ hashes: Uint8Array | null }>(
    `select case r.source
       when 'entries' then (select string_agg(e.leaf_hash, ''::bytea order by e.seq) from ledger_entry e
         where e.log_id = $1 and e.seq >= r.first and e.seq < r.until)
       when 'tile' then (select substr(t.data, r.at, r.bytes) from ledger_tile t
         where t.log_id = $1 and t.level = r.level and t.idx = r.tile)
       else (select string_agg(t.root, ''::bytea order by t.idx) from ledger_tile t
         where t.log_id = $1 and t.level = r.level and t.idx >= r.first and t.idx < r.until)
       end as hashes
     from unnest($2::text[], $3::int[], $4::bigint[], $5::bigint[], $6::bigint[], $7::int[], $8::int[])
       with ordinality as r (source, level, first, until, tile, at, bytes, n)
     order by r.n`,
    [
      logId,
      runs.map((run) => run.source),
      runs.map((run) => (run.source === 'roots' ? run.tileLevel - 1 : run.tileLevel)),
      runs.map((run) => run.first),
      runs.map((run) => run.first + run.count),
      runs.map((run) => Math.floor(run.first / TILE_WIDTH)),
      runs.map((run) => (run.first % TILE_WIDTH) * HASH_BYTES + 1),
      runs.map((run) => run.count * HASH_BYTES),
    ],
  )
  return rows.map((row) => row.hashes ?? new Uint8Array())
}
