// Readers on a database: every committed entry once for each of them, in order, also with two processes at it.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { aFact, factsOf, openTestLedger } from '../../test/ledger.ts'
import { makeLedgerReaders } from './readers.ts'
import type { ReaderEntry } from './readers.ts'
import { testPayloadKeys } from '../../test/payload-keys.ts'

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
