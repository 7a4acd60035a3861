// What is told about transactions: how each ended, and that watching changes nothing of it.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { openTestSql } from '../../test/database.ts'
import { systemClock } from './clock.ts'
import { watchSql } from './watch-sql.ts'
import type { EndedTransaction } from './watch-sql.ts'

test('a transaction is told as committed or rolled back, with its time, and answers or fails as without a watch', async () => {
  const told: EndedTransaction[] = []
  const plain = await openTestSql()
  const sql = watchSql(plain, systemClock, (ended) => void told.push(ended))
  assert.equal(sql.engine, plain.engine)
  const rows = await sql.transaction('system', (tx) => tx.query('select 1 as one, pg_sleep(0.02)'))
  assert.equal(rows.length, 1)
  const fault = new Error('refused')
  await assert.rejects(
    sql.transaction('system', () => Promise.reject(fault)),
    fault,
  )
  await assert.rejects(
    sql.transaction('system', (tx) => tx.query('select nothing')),
    { code: 'PLATFORM_STATEMENT_FAILED' },
  )
  const outcomes = told.map(({ outcome }) => outcome)
  assert.deepEqual(outcomes, ['committed', 'rolled-back', 'rolled-back'])
  assert.ok(told[0]!.durationMs >= 19, String(told[0]!.durationMs))
  assert.equal((await sql.stats()).engine, plain.engine)
})
