// Databases that are older than what was signed or erased: rolled back in place, or put back from a copy.
import type { SqlTx } from '../src/kernel/index.ts'
import { LogRestore, makeLedger } from '../src/ledger/index.ts'
import type { Ledger, RestorePorts } from '../src/ledger/index.ts'
import { factsOf, memoryRegister, openTestLedger, rollBack } from './ledger.ts'
import type { TestLedger } from './ledger.ts'

export function erasingOf(
  { ports }: TestLedger,
  ledger: Ledger,
): Pick<RestorePorts, 'erasing' | 'register'> {
  const { payloadKeys, digest, random } = ports
  const register = memoryRegister()
  return { register, erasing: { ledger, payloadKeys, digest, random, derived: [], register } }
}

/** As a process that opens the database which was put back. */
export function restoreOf(opened: TestLedger, changed: Partial<RestorePorts> = {}): LogRestore {
  const { sql, guard, ports } = opened
  const { digest, clock, verifier } = ports
  const ledger = makeLedger(ports)
  const erasing = erasingOf(opened, ledger)
  const own = { sql, guard, ledger, digest, clock, verifier, journal: undefined, ...erasing }
  return new LogRestore({ ...own, ...changed })
}

/** 10 entries of which 10 were signed; the database knows 4 of them, as it did when the backup was made. */
export async function openRolledBack(): Promise<TestLedger> {
  const opened = await openTestLedger()
  const { ledger, tenantId, sql } = opened
  await ledger.append(tenantId, factsOf(4))
  const [head] = await sql.transaction('system', (tx) =>
    tx.query<{ latest: Uint8Array; frontier: Uint8Array }>(
      `select h.latest, h.frontier from ledger_head h join ledger_log l using (log_id) where tenant_id = $1`,
      [tenantId],
    ),
  )
  await ledger.append(tenantId, factsOf(6))
  await ledger.checkpoint(tenantId)
  await sql.transaction('system', async (tx) => {
    const log = '(select log_id from ledger_log where tenant_id = $1)'
    await tx.query('alter table ledger_checkpoint disable trigger user')
    await tx.query(`delete from ledger_checkpoint where log_id = ${log}`, [tenantId])
    await tx.query('alter table ledger_checkpoint enable trigger user')
  })
  await rollBack(opened, 4)
  await sql.transaction('system', (tx) =>
    tx.query(
      `update ledger_head set size = 4, latest = $2, frontier = $3
       where log_id = (select log_id from ledger_log where tenant_id = $1)`,
      [tenantId, head!.latest, head!.frontier],
    ),
  )
  return opened
}

/** Makes a head fit three entries, as the owner of the database can. */
export async function cutHead(tx: SqlTx, logId: number): Promise<void> {
  await tx.query(
    `update ledger_head set size = 3,
       latest = (select leaf_hash from ledger_entry where log_id = $1 and seq = 2),
       frontier = (select string_agg(h, ''::bytea order by n) from (
         select 1 as n, sha256('\\x01'::bytea || string_agg(leaf_hash, ''::bytea order by seq)) as h
           from ledger_entry where log_id = $1 and seq < 2
         union all select 2, leaf_hash from ledger_entry where log_id = $1 and seq = 2) f)
     where log_id = $1`,
    [logId],
  )
}

const COPIED = ['dek', 'entry', 'payload', 'idem', 'subject', 'tile', 'checkpoint', 'head', 'log']

/** Copies what the ledger has of a tenant. @returns what puts the copy in the place of whatever is there by then */
export async function copyLedger({ sql, tenantId }: TestLedger): Promise<() => Promise<void>> {
  const mine = (name: string): string =>
    ['dek', 'log'].includes(name)
      ? 'tenant_id = $1'
      : 'log_id in (select log_id from ledger_log where tenant_id = $1)'
  const copy = (name: string): string => `"copy ${name} of ${tenantId}"`
  await sql.transaction('system', async (tx) => {
    for (const name of COPIED) {
      await tx.query(`create table ${copy(name)} as select * from ledger_${name} with no data`)
      await tx.query(`insert into ${copy(name)} select * from ledger_${name} where ${mine(name)}`, [
        tenantId,
      ])
    }
  })
  return () =>
    sql.transaction('system', async (tx) => {
      for (const name of COPIED) {
        await tx.query(`alter table ledger_${name} disable trigger user`)
        await tx.query(`delete from ledger_${name} where ${mine(name)}`, [tenantId])
      }
      for (const name of [...COPIED].reverse()) {
        await tx.query(
          `insert into ledger_${name} overriding system value select * from ${copy(name)}`,
        )
        await tx.query(`alter table ledger_${name} enable trigger user`)
      }
    })
}

/** Takes every log of a tenant away, so that no row is left to miss it. */
export async function deleteLogs({ sql, tenantId }: TestLedger): Promise<void> {
  await sql.transaction('system', async (tx) => {
    for (const name of COPIED.filter((each) => each !== 'dek')) {
      await tx.query(`alter table ledger_${name} disable trigger user`)
      await tx.query(
        `delete from ledger_${name} where log_id in (select log_id from ledger_log where tenant_id = $1)`,
        [tenantId],
      )
      await tx.query(`alter table ledger_${name} enable trigger user`)
    }
  })
}
