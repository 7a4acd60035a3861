// Servers killed with kill -9 around the commit of a request that has a key: its repetition finds it done, or does it, once.
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import type { TestContext } from 'node:test'
import { fileURLToPath } from 'node:url'
import pg from 'pg'
import type { Moment } from '../keyed-notes-process.ts'

const PROGRAM = fileURLToPath(new URL('../keyed-notes-process.ts', import.meta.url))

interface Place {
  readonly folder: string
  readonly url?: string
}

interface Served {
  readonly address: string
  /** Logs that the journal contradicts. */
  readonly contradictions: number
  stop(): Promise<void>
}

async function openPlace(t: TestContext, admin?: string): Promise<Place> {
  const folder = await mkdtemp(join(tmpdir(), 'seaworthy-keyed-'))
  t.after(() => rm(folder, { recursive: true, force: true }))
  if (admin === undefined) return { folder }
  const name = `seaworthy_faults_${randomUUID().slice(0, 8)}`
  const client = new pg.Client({ connectionString: admin })
  await client.connect()
  await client.query(`create database ${name}`)
  t.after(async () => {
    await client.query(`drop database ${name} with (force)`)
    await client.end()
  })
  const url = new URL(admin)
  url.pathname = `/${name}`
  return { folder, url: url.href }
}

async function serve(t: TestContext, { folder, url }: Place, moment: Moment): Promise<Served> {
  const words = [PROGRAM, folder, moment, ...(url === undefined ? [] : [url])]
  const child = spawn(process.execPath, words, { stdio: ['ignore', 'pipe', 'inherit'] })
  const gone = once(child, 'exit')
  t.after(() => child.kill('SIGKILL'))
  const [line] = (await once(child.stdout, 'data')) as [Buffer]
  const told = JSON.parse(line.toString()) as Omit<Served, 'stop'>
  return {
    ...told,
    async stop() {
      child.kill('SIGKILL')
      await gone
    },
  }
}

async function note({ address }: Served): Promise<{ seq: number; isReplayed: boolean }> {
  const answer = await fetch(new URL('/v1/ledger/entries', address), {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'idempotency-key': '"only-once"' },
    body: JSON.stringify({
      type: 'note.appended',
      subject: 'harbour',
      payload: { text: 'moored' },
    }),
  })
  assert.equal(answer.status, 201, await answer.clone().text())
  const { data } = (await answer.json()) as { data: { seq: number } }
  return { seq: data.seq, isReplayed: answer.headers.get('idempotency-replayed') === 'true' }
}

async function countNotes({ address }: Served): Promise<number> {
  const answer = await fetch(new URL('/v1/ledger/entries', address))
  const { data } = (await answer.json()) as { data: { entries: unknown[] } }
  return data.entries.length
}

/** @returns whether the repetition was answered from what is kept */
async function killAndRepeat(t: TestContext, place: Place, moment: Moment): Promise<boolean> {
  const doomed = await serve(t, place, moment)
  await assert.rejects(note(doomed), 'the answer never came')
  await doomed.stop()
  const next = await serve(t, place, 'never')
  assert.equal(next.contradictions, 0)
  const { seq, isReplayed } = await note(next)
  assert.equal(seq, 0)
  assert.equal((await note(next)).isReplayed, true)
  assert.equal(await countNotes(next), 1)
  await next.stop()
  return isReplayed
}

test('embedded: killed before the commit the repetition does it; killed after it, it is answered again', async (t) => {
  const moments: readonly Moment[] = ['before-commit', 'committed', 'answering']
  const answered: boolean[] = []
  for (const moment of moments) answered.push(await killAndRepeat(t, await openPlace(t), moment))
  assert.deepEqual(answered, [false, true, true])
})

test('PostgreSQL: killed before the commit the repetition does it; killed after it, it is answered again', async (t) => {
  const admin = process.env['SEAWORTHY_TEST_PG_URL']
  if (admin === undefined) {
    t.skip('SEAWORTHY_TEST_PG_URL is not set')
    return
  }
  const moments: readonly Moment[] = ['before-commit', 'committed']
  const answered: boolean[] = []
  for (const moment of moments)
    answered.push(await killAndRepeat(t, await openPlace(t, admin), moment))
  assert.deepEqual(answered, [false, true])
})
