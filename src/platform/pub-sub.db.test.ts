// Words between processes: told once what they speak of is committed, never after a rollback, and again after a lost connection.
import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { test } from 'node:test'
import type { TestContext } from 'node:test'
import { openTestSql, testEngine } from '../../test/database.ts'
import { until } from '../../test/jobs.ts'
import { openLocalPubSub, openPostgresPubSub } from './pub-sub.ts'
import type { OpenPubSub } from './pub-sub.ts'

const channel = 'seaworthy_test'

/** Speaks to the database of this very test. */
async function openWords(t: TestContext): Promise<OpenPubSub> {
  const sql = await openTestSql()
  if (testEngine() === 'pglite') return openLocalPubSub()
  const [row] = await sql.transaction('system', (tx) =>
    tx.query<{ name: string }>('select current_database()::text as name'),
  )
  const url = new URL(process.env['SEAWORTHY_TEST_PG_URL'] ?? '')
  url.pathname = `/${row!.name}`
  const words = openPostgresPubSub(url.href)
  t.after(() => words.close())
  return words
}

test('a word comes to everybody who listens, until they no longer do', async (t) => {
  const sql = await openTestSql()
  const words = await openWords(t)
  const heard: string[] = []
  const end = words.subscribe(channel, (word) => heard.push(word))
  const say = (word: string): Promise<void> =>
    sql.transaction('system', (tx) => words.publish(tx, channel, word))
  // The first ones may come before the connection stands.
  await until(async () => {
    await say('ahoy')
    return heard.length > 0
  })
  const word = randomUUID()
  await say(word)
  await until(() => heard.includes(word))
  end()
  const late = randomUUID()
  await say(late)
  assert.ok(!heard.includes(late))
})

test('on PostgreSQL a word of a transaction that was rolled back is never told, and a lost connection is opened again', async (t) => {
  if (testEngine() === 'pglite') {
    t.skip('there is one process')
    return
  }
  const sql = await openTestSql()
  const words = await openWords(t)
  const heard: string[] = []
  words.subscribe(channel, (word) => heard.push(word))
  const say = (word: string): Promise<void> =>
    sql.transaction('system', (tx) => words.publish(tx, channel, word))
  const untilHeard = (): Promise<void> => {
    const word = randomUUID()
    return until(async () => {
      await say(word)
      return heard.includes(word)
    })
  }
  await untilHeard()
  const undone = randomUUID()
  await assert.rejects(
    sql.transaction('system', async (tx) => {
      await words.publish(tx, channel, undone)
      throw new Error('changed my mind')
    }),
  )
  await sql.transaction('system', (tx) =>
    tx.query(
      `select pg_terminate_backend(pid) from pg_stat_activity
       where application_name = 'seaworthy listener' and datname = current_database()`,
    ),
  )
  await untilHeard()
  assert.ok(!heard.includes(undone))
})
