// A server killed with kill -9 again and again while it delivers: every acknowledged fact arrives, under the id it has.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import type { TestContext } from 'node:test'
import { randomUUID } from 'node:crypto'
import pg from 'pg'
import { until } from '../jobs.ts'
import { openReceiver } from '../webhooks.ts'
import { openWorkplace } from '../e2e/command-line.ts'
import type { Workplace } from '../e2e/command-line.ts'

const NOTE_COUNT = 150
const KILLS = 3
const ANSWER_MS = 60
const SERVING = /Serving on (http:\/\/127\.0\.0\.1:\d+)/

/** Serving, and with the operator's key, as soon as it says so. */
async function startServer(t: TestContext, place: Workplace) {
  const { child, ended } = place.start(['serve', '--port', '0'])
  t.after(() => child.kill('SIGKILL'))
  let said = ''
  child.stderr!.on('data', (part: Buffer) => (said += part.toString()))
  await until(() => SERVING.test(said), 'the server')
  const secret = readFileSync(join(place.dataFolder, 'keys', 'api.secret'), 'utf8')
  const key = Buffer.from(secret.trim(), 'base64').toString('base64url')
  return { child, ended, url: SERVING.exec(said)![1]!, key }
}

/** Adds the id of the event to `acknowledged` once the server has answered that the fact is in the ledger. */
async function appendNote(url: string, key: string, acknowledged: string[]): Promise<void> {
  const answer = await fetch(`${url}/v1/ledger/entries`, {
    method: 'POST',
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
    body: JSON.stringify({ subject: 'harbour@2.1.0', payload: 'in port' }),
  })
  if (!answer.ok) return
  const { data } = (await answer.json()) as { data: { id: string } }
  acknowledged.push(`evt_${data.id.replaceAll('-', '')}`)
}

test('what was acknowledged before each kill is delivered after the next start, with the same id', async (t) => {
  const place = openWorkplace(undefined, { SEAWORTHY_WEBHOOK_LOOPBACK: 'yes' })
  t.after(() => place.remove())
  let refusedCount = 0
  const { url, received } = await openReceiver(t, (_request, response, nth) => {
    // Some are refused at first, so that kills come between attempts, too.
    const isRefused = nth % 50 === 0
    if (isRefused) refusedCount += 1
    // Slower than the ledger, so that a kill leaves acknowledged facts behind.
    setTimeout(() => response.writeHead(isRefused ? 503 : 204).end(), ANSWER_MS)
  })
  await place.ask(['webhook', 'create', url, '--kind', 'note.*'])
  const acknowledged: string[] = []
  let leftCount = 0
  const idsSeen = (): Set<string> =>
    new Set(received.map(({ headers }) => headers['webhook-id'] ?? ''))
  for (let kill = 0; kill < KILLS; kill++) {
    const { child, ended, url: served, key } = await startServer(t, place)
    const before = received.length
    const append = () => appendNote(served, key, acknowledged)
    const notes = Array.from({ length: NOTE_COUNT }, append)
    await until(() => received.length >= before + NOTE_COUNT / 3)
    child.kill('SIGKILL')
    await Promise.allSettled(notes)
    await ended
    const seen = idsSeen()
    leftCount += acknowledged.filter((id) => !seen.has(id)).length
  }
  assert.ok(acknowledged.length >= NOTE_COUNT, `${acknowledged.length} acknowledged`)
  assert.ok(leftCount > 0, 'no kill left anything behind')
  const last = await place.serve()
  t.after(() => last.stop())
  await until(() => {
    const seen = idsSeen()
    return acknowledged.every((id) => seen.has(id))
  }, 'every acknowledged fact')
  t.diagnostic(
    `${acknowledged.length} acknowledged, ${received.length} requests, ${idsSeen().size} events, ${refusedCount} refused, ${leftCount} left behind by kills`,
  )
})

test('on PostgreSQL a worker delivers what a server that was killed had acknowledged, without a restart', async (t) => {
  const admin = process.env['SEAWORTHY_TEST_PG_URL']
  if (admin === undefined) {
    t.skip('SEAWORTHY_TEST_PG_URL is not set')
    return
  }
  const name = `seaworthy_faults_${randomUUID().slice(0, 8)}`
  const client = new pg.Client({ connectionString: admin })
  await client.connect()
  await client.query(`create database ${name}`)
  t.after(async () => {
    await client.query(`drop database ${name} with (force)`)
    await client.end()
  })
  const database = new URL(admin)
  database.pathname = `/${name}`
  const place = openWorkplace(undefined, {
    SEAWORTHY_WEBHOOK_LOOPBACK: 'yes',
    SEAWORTHY_DATABASE_URL: database.href,
  })
  t.after(() => place.remove())
  const { url, received } = await openReceiver(t, (_request, response) => {
    setTimeout(() => response.writeHead(204).end(), ANSWER_MS)
  })
  assert.equal((await place.ask(['webhook', 'create', url, '--kind', 'note.*'])).exit, 0)
  const server = await startServer(t, place)
  const worker = place.start(['worker'])
  t.after(() => worker.child.kill('SIGKILL'))
  const acknowledged: string[] = []
  const notes = Array.from({ length: NOTE_COUNT }, () =>
    appendNote(server.url, server.key, acknowledged),
  )
  await until(() => received.length >= 20)
  server.child.kill('SIGKILL')
  await Promise.allSettled(notes)
  await server.ended
  assert.ok(acknowledged.length >= 20)
  await until(() => {
    const seen = new Set(received.map(({ headers }) => headers['webhook-id']))
    return acknowledged.every((id) => seen.has(id))
  }, 'every acknowledged fact')
  worker.child.kill('SIGTERM')
  assert.equal((await worker.ended).exit, 0)
})
