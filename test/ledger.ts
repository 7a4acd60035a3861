// A ledger over the test database, with real cryptography, a clock that tests move, and a guard in memory.
import type { Clock, Sql, SqlTx } from '../src/kernel/index.ts'
import { bytesEqual, uuidV7 } from '../src/kernel/index.ts'
import {
  encodeRegisteredErasure,
  encodeRegisterHead,
  encodeUndoneErasure,
  ledgerSlice,
  makeErasures,
  makeLedger,
  parseRegister,
} from '../src/ledger/index.ts'
import type {
  CheckpointGuard,
  ErasureRegister,
  Erasures,
  GuardedLog,
  Ledger,
  LedgerFact,
  LedgerPorts,
  LeafJournal,
  RegisteredErasure,
} from '../src/ledger/index.ts'
import { fakeClock } from './clock.ts'
import type { FakeClock } from './clock.ts'
import { nodeDigest, nodeRandom, nodeVerifier, testSigner } from './crypto.ts'
import { freshTenant, openTestSql } from './database.ts'
import { testPayloadKeys } from './payload-keys.ts'

export const TEST_NOW_MS = Date.parse('2026-11-21T10:00:00.000Z')

const signer = testSigner('ed25519')

export interface TestLedger {
  readonly sql: Sql
  readonly clock: FakeClock
  readonly guard: CheckpointGuard
  readonly ports: LedgerPorts
  readonly ledger: Ledger
  readonly tenantId: string
}

/** A fresh tenant and a ledger for it. */
export async function openTestLedger(
  changed: { readonly clock?: Clock; readonly guard?: CheckpointGuard } = {},
): Promise<TestLedger> {
  const migrations = ledgerSlice.migrations
  if (migrations === undefined) throw new Error('expected the ledger to have migrations')
  const sql = await openTestSql([{ name: 'ledger', migrations }])
  const clock = fakeClock(TEST_NOW_MS)
  const guard = changed.guard ?? memoryGuard()
  const ports: LedgerPorts = {
    sql,
    clock: changed.clock ?? clock,
    random: nodeRandom,
    digest: nodeDigest,
    verifier: nodeVerifier,
    payloadKeys: testPayloadKeys({ 'note.*': 'subject' }),
    signer,
    guard,
    originPrefix: 'ships.example',
    producer: { producer: 'seaworthy-test', version: '0.0.0' },
  }
  return { sql, clock, guard, ports, ledger: makeLedger(ports), tenantId: await freshTenant(sql) }
}

export function memoryGuard(): CheckpointGuard {
  const known = new Map<string, Omit<GuardedLog, 'origin'> & { readonly tenantId?: string }>()
  return {
    read: (origin) => Promise.resolve(known.get(origin)?.signed),
    logsOf: (tenantId) =>
      Promise.resolve(
        [...known]
          .filter(([, row]) => row.tenantId === tenantId)
          .map(([origin, row]) => ({ origin, ...row })),
      ),
    announce(origin, tenantId, restored) {
      known.set(origin, { signed: undefined, restored, tenantId })
      return Promise.resolve()
    },
    write: (origin, next, tenantId) => {
      const row = known.get(origin)
      const last = row?.signed
      if (
        last !== undefined &&
        (next.size < last.size || (next.size === last.size && !bytesEqual(next.root, last.root)))
      ) {
        return Promise.reject(new Error('the guard holds a later or different checkpoint'))
      }
      const owner = row?.tenantId ?? tenantId
      const owned = owner === undefined ? {} : { tenantId: owner }
      known.set(origin, { signed: next, restored: row?.restored, ...owned })
      return Promise.resolve()
    },
  }
}

/** A register in memory; as old as the tests' clock unless told. */
export function memoryRegister(
  since: string = new Date(TEST_NOW_MS).toISOString(),
): ErasureRegister & { readonly erasures: RegisteredErasure[]; readonly lines: string[] } {
  const erasures: RegisteredErasure[] = []
  const lines = [encodeRegisterHead(since)]
  return {
    /** All that were ever added. */
    erasures,
    lines,
    read: () => Promise.resolve(parseRegister(lines.join(''), 'memory')),
    add(erasure) {
      erasures.push(erasure)
      lines.push(encodeRegisteredErasure(erasure))
      return Promise.resolve()
    },
    addUndone(erasure) {
      lines.push(encodeUndoneErasure(erasure))
      return Promise.resolve()
    },
  }
}

/** What erases somebody of such a ledger, whose register is nowhere else. */
export function openTestErasures(ports: LedgerPorts, ledger: Ledger): Erasures {
  const { sql, digest, random, payloadKeys } = ports
  const silent = { info: () => undefined, warn: () => undefined, error: () => undefined }
  const own = { sql, digest, random, payloadKeys, ledger, log: silent }
  return makeErasures({ ...own, register: memoryRegister(), derived: [] })
}

/** A journal in memory that can be told to be full, or to tell when it was written to. */
export interface MemoryJournal extends LeafJournal {
  readonly records: Uint8Array[]
  isFull: boolean
  onAppend: (() => void) | undefined
}

export function memoryJournal(records: readonly Uint8Array[] = []): MemoryJournal {
  return {
    records: [...records],
    isFull: false,
    onAppend: undefined,
    takeRecords() {
      return [...this.records]
    },
    forget() {
      this.records.length = 0
      return Promise.resolve()
    },
    append(added) {
      if (this.isFull) return Promise.reject(new Error('the disk is full'))
      this.records.push(...added)
      this.onAppend?.()
      return Promise.resolve()
    },
  }
}

/** Makes the counts of a log's subjects fit its entries again, as the owner of the database can. */
export async function recountSubjects(tx: SqlTx, logId: number): Promise<void> {
  await tx.query('delete from ledger_subject where log_id = $1', [logId])
  await tx.query(
    `insert into ledger_subject (log_id, subject, entries)
     select e.log_id, s.subject, count(*) from ledger_entry e cross join lateral ledger_subject_of(e.leaf) s
     where e.log_id = $1 group by e.log_id, s.subject`,
    [logId],
  )
}

/** Takes a log back to what it was with `size` entries, as a restored backup would; 0 takes the log itself away. */
export async function rollBack(opened: TestLedger, size: number): Promise<void> {
  const { sql, tenantId } = opened
  await sql.transaction('system', async (tx) => {
    const tables = [
      'ledger_entry',
      'ledger_head',
      'ledger_idem',
      'ledger_payload',
      'ledger_subject',
      'ledger_log',
    ]
    const [log] = await tx.query<{ log_id: number }>(
      'select log_id from ledger_log where tenant_id = $1',
      [tenantId],
    )
    for (const table of tables) await tx.query(`alter table ${table} disable trigger user`)
    for (const table of ['ledger_entry', 'ledger_idem', 'ledger_payload'])
      await tx.query(`delete from ${table} where log_id = $1 and seq >= $2`, [log!.log_id, size])
    await recountSubjects(tx, log!.log_id)
    if (size === 0)
      for (const table of ['ledger_head', 'ledger_log'])
        await tx.query(`delete from ${table} where log_id = $1`, [log!.log_id])
    for (const table of tables) await tx.query(`alter table ${table} enable trigger user`)
  })
}

export function aFact(changed: Partial<LedgerFact> = {}): LedgerFact {
  return {
    type: 'note.appended',
    actor: 'p-1',
    subject: 'harbour@2.1.0',
    payload: { text: 'ok' },
    refs: [],
    ...changed,
  }
}

export function factsOf(count: number): LedgerFact[] {
  return Array.from({ length: count }, (_, at) => aFact({ payload: { n: at } }))
}

/** Facts whose ids the caller chose, so that a repetition of each would be known. */
export function namedFacts(count: number): LedgerFact[] {
  return factsOf(count).map((fact) => ({ ...fact, id: uuidV7(TEST_NOW_MS, nodeRandom.bytes(10)) }))
}
