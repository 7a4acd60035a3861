// Readers on a database: every committed entry once for each of them, in order, also with two processes at it.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setTimeout as systemWait } from 'node:timers/promises'
import { aFact, factsOf, memoryRegister, openTestLedger } from '../../test/ledger.ts'
import { executeErasure } from './erasure/erasure.ts'
import type { DerivedPayloads } from './erasure/model.ts'
import { makeLedgerReaders } from './readers.ts'
import type { ReaderEntry } from './readers.ts'
import { testPayloadKeys } from '../../test/payload-keys.ts'

const RACE_MS = 1_000

const always = (): Promise<boolean> => Promise.resolve(true)

test('a reader gets every entry once and in order, with its payload, whoever else reads or works for it', async () => {
  const { sql, ledger, tenantId } = await openTestLedger()
  const readers = makeLedgerReaders({ sql, payloadKeys: testPayloadKeys() })
  await ledger.append(tenantId, factsOf(25))
  const seen: ReaderEntry[] = []
  const advance = (reader: string, into = seen): Promise<number> =>
    readers.advance(reader, tenantId, {
      limit: 10,
      isWanted: always,
      take: (_tx, entries) => {
        into.push(...entries)
        return Promise.resolve()
      },
    })
  assert.equal(await readers.lag('one', tenantId), 25)
  while ((await readers.lag('one', tenantId)) > 0)
    await Promise.all([advance('one'), advance('one'), advance('one')])
  assert.deepEqual(
    seen.map(({ seq, payload }) => [seq, payload]),
    Array.from({ length: 25 }, (_, n) => [n, { n }]),
  )
  assert.equal(await advance('one'), 0)
  const others: ReaderEntry[] = []
  assert.equal(await advance('two', others), 10)
  assert.equal(others[0]!.body.type, 'note.appended')
})

test('what a reader could not write it gets again, and a log that is read is behind no more', async () => {
  const { sql, ledger, tenantId } = await openTestLedger()
  const readers = makeLedgerReaders({ sql, payloadKeys: testPayloadKeys() })
  await ledger.append(tenantId, [aFact()])
  const isBehind = async (): Promise<boolean> =>
    (await readers.behind('r', 100_000)).includes(tenantId)
  assert.equal(await isBehind(), true)
  await assert.rejects(
    readers.advance('r', tenantId, {
      limit: 10,
      isWanted: always,
      take: () => Promise.reject(new Error('no room')),
    }),
    /no room/,
  )
  const seen: number[] = []
  await readers.advance('r', tenantId, {
    limit: 10,
    isWanted: always,
    take: (_tx, entries) => Promise.resolve(void seen.push(...entries.map(({ seq }) => seq))),
  })
  assert.deepEqual([seen, await isBehind()], [[0], false])
})

test('entries that nobody wants are passed over at once', async () => {
  const { sql, ledger, tenantId } = await openTestLedger()
  const readers = makeLedgerReaders({ sql, payloadKeys: testPayloadKeys() })
  await ledger.append(tenantId, factsOf(30))
  const terms = {
    limit: 1,
    isWanted: () => Promise.resolve(false),
    take: () => Promise.reject(new Error('not wanted')),
  }
  assert.equal(await readers.advance('r', tenantId, terms), 0)
  assert.equal(await readers.lag('r', tenantId), 0)
})

test('a payload that is erased while somebody copies it is in no copy afterwards', async () => {
  const { sql, ports, ledger, tenantId } = await openTestLedger()
  await ledger.append(tenantId, [aFact({ subject: 'customer-7' })])
  const copy = `"copies of ${tenantId}"`
  await sql.transaction('system', async (tx) => {
    await tx.query(`create table ${copy} (seq bigint, body text)`)
    await tx.query(`grant all on ${copy} to public`)
  })
  const forget: DerivedPayloads['forget'] = async (tx, _tenant, seqs) => {
    await tx.query(`update ${copy} set body = null where seq = any ($1::bigint[])`, [seqs])
  }
  const { payloadKeys, digest, random } = ports
  const own = { ledger, payloadKeys, digest, random, register: memoryRegister() }
  const wish = { subject: 'customer-7', reason: 'asked' }
  let start: () => void = () => undefined
  const started = new Promise<void>((resolve) => (start = resolve))
  const erased = started.then(() =>
    sql.transaction({ tenantId }, (tx) =>
      executeErasure({ ...own, derived: [{ name: 'copies', forget }] }, tx, tenantId, wish, []),
    ),
  )
  await makeLedgerReaders({ sql, payloadKeys }).advance('copier', tenantId, {
    limit: 10,
    isWanted: always,
    take: async (tx, entries) => {
      for (const { seq, payload } of entries)
        await tx.query(`insert into ${copy} values ($1, $2)`, [seq, JSON.stringify(payload)])
      start()
      // Long enough for an erasure that waits for nobody.
      await Promise.race([erased, systemWait(RACE_MS)])
    },
  })
  await erased
  const rows = await sql.transaction('system', (tx) => tx.query(`select body from ${copy}`, []))
  assert.deepEqual(rows, [{ body: null }])
  await sql.transaction('system', (tx) => tx.query(`drop table ${copy}`, []))
})
