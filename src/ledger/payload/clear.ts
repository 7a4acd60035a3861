// Seals what versions before left in clear: a piece at a time, each in a transaction, begun again wherever it was cut off.
import { concatBytes, messageOf } from '../../kernel/index.ts'
import type { Log, Sql, SqlTx } from '../../kernel/index.ts'
import { decodeLeaf, parseEntryBody } from '../../proof/index.ts'
import { ledgerFault } from '../errors.ts'
import type { PayloadKeys } from './keys.ts'
import type { SealedPayload } from './sealed.ts'

/** Rows of one transaction: others wait for the log meanwhile. */
const PIECE_ROWS = 1_000

interface ClearLog {
  readonly tenantId: string
  readonly logId: number
  readonly origin: string
}

export interface PayloadSealer {
  start(): void
  /** Lets the piece that is being sealed end. */
  stop(): Promise<void>
}

export interface PayloadSealerPorts {
  readonly sql: Sql
  readonly payloadKeys: PayloadKeys
  readonly log: Log
}

/** Seals while a server answers: what is in clear can be read until its turn comes. */
export function makePayloadSealer({ sql, payloadKeys, log }: PayloadSealerPorts): PayloadSealer {
  let isStopped = false
  let work: Promise<void> | undefined
  const sealAll = async (): Promise<void> => {
    try {
      const sealedCount = await sealStoredPayloads(sql, payloadKeys, () => isStopped)
      if (sealedCount > 0) log.warn('payloads sealed that lay in clear', { sealedCount })
    } catch (error) {
      log.error('payloads in clear were not sealed; the next start goes on', {
        reason: messageOf(error),
      })
    }
  }
  return {
    start: () => void (work ??= sealAll()),
    async stop() {
      isStopped = true
      await work
    },
  }
}

/**
 * Every row in clear, of every tenant. Several processes may do it at once: each holds the turn of the log it works on.
 * @returns how many were sealed
 */
export async function sealStoredPayloads(
  sql: Sql,
  keys: PayloadKeys,
  isStopped: () => boolean = () => false,
): Promise<number> {
  let count = 0
  const logs = await sql.transaction('system', selectClearLogs)
  for (const log of logs)
    while (!isStopped()) {
      const sealed = await sql.transaction('system', (tx) => sealClearRows(keys, tx, log))
      count += sealed
      if (sealed === 0) break
    }
  return count
}

/** @returns how many of the log's rows were sealed; 0 when none is in clear */
export async function sealClearRows(
  keys: PayloadKeys,
  tx: SqlTx,
  { tenantId, logId, origin }: ClearLog,
): Promise<number> {
  // Keys of a tenant are made under the turn of its open log; one that ended, or is archived, waits for that one's as well.
  await tx.query(
    `select pg_advisory_xact_lock(hashtextextended('seaworthy.ledger:' || log_id, 0)) from ledger_log
     where tenant_id = $1 order by log_id`,
    [tenantId],
  )
  const rows = await tx.query<{ seq: number; salt: Uint8Array; payload: string; leaf: Uint8Array }>(
    `select p.seq, p.salt, p.payload, e.leaf
     from ledger_payload p join ledger_entry e on e.log_id = p.log_id and e.seq = p.seq
     where p.log_id = $1 and p.payload is not null and p.salt is not null order by p.seq limit $2`,
    [logId, PIECE_ROWS],
  )
  const sealed: SealedPayload[] = []
  for (const { seq, salt, payload, leaf } of rows) {
    const read = decodeLeaf(leaf)
    const body = read.ok ? parseEntryBody(read.value.body) : read
    if (!body.ok) throw ledgerFault('LEDGER_ENTRY_UNREADABLE', `entry ${seq}: ${body.reason}`)
    const facts = [{ salt, payload, owner: body.value }]
    sealed.push(...(await keys.sealAll(tx, tenantId, { origin, size: seq }, facts)).sealed)
  }
  if (rows.length > 0) await updateSealed(tx, logId, rows, sealed)
  return rows.length
}

async function updateSealed(
  tx: SqlTx,
  logId: number,
  rows: readonly { readonly seq: number }[],
  sealed: readonly SealedPayload[],
): Promise<void> {
  await tx.query(
    `update ledger_payload p set salt = null, payload = null, dek_id = u.dek,
       sealed = substr($3::bytea, u.until::int - u.bytes + 1, u.bytes)
     from (select seq, bytes, dek, sum(bytes) over (order by n) as until
       from unnest($2::bigint[], $4::int[], $5::int[]) with ordinality as g (seq, bytes, dek, n)) u
     where p.log_id = $1 and p.seq = u.seq`,
    [
      logId,
      rows.map(({ seq }) => seq),
      concatBytes(sealed.map((each) => each.sealed)),
      sealed.map((each) => each.sealed.length),
      sealed.map(({ dekId }) => dekId),
    ],
  )
}

async function selectClearLogs(tx: SqlTx): Promise<readonly ClearLog[]> {
  const rows = await tx.query<{ tenant_id: string; log_id: number; origin: string }>(
    `select l.tenant_id, l.log_id, l.origin from ledger_log l
     where exists (select from ledger_payload p where p.log_id = l.log_id and p.payload is not null)`,
  )
  return rows.map(({ tenant_id: tenantId, log_id: logId, origin }) => ({ tenantId, logId, origin }))
}
