// kill -9 between the effect of a request and its answer, one route after the other: the repetition is answered, and nothing is done or told twice.
import assert from 'node:assert/strict'
import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { randomUUID } from 'node:crypto'
import { test } from 'node:test'
import type { TestContext } from 'node:test'
import pg from 'pg'
import { canonicalBytes, contentDigest } from '../../src/kernel/index.ts'
import { nodeDigest } from '../crypto.ts'
import { openWorkplace } from '../e2e/command-line.ts'
import type { ServedFolder, Workplace } from '../e2e/command-line.ts'

const PRELOAD = new URL('../death-before-answer.ts', import.meta.url).href
const CHECKLIST = '# Tide 1.0.0\n\n- [ ] **Here**\n  ```bash\n  test -d .\n  ```\n'

interface Answer {
  readonly status: number
  readonly isReplayed: boolean
  readonly code: string | undefined
  readonly data: Readonly<Record<string, unknown>> | null
}

interface Change {
  readonly method: string
  /** From what earlier changes answered. */
  path(known: Known): string
  body(known: Known): unknown
  /** Facts beside the entry of the audit log. */
  readonly facts: readonly string[]
  /** What the repetition answers where the answer had a secret that is shown once. */
  readonly refusal?: string
}

interface Known {
  planHash: string
  runId: string
}

const definition = { kind: 'kill-switch', boot: 'on', confirms: 'none' }
const NO_PARAMETERS = contentDigest(nodeDigest.sha256(canonicalBytes({})))
const none = (): undefined => undefined

const CHANGES: readonly Change[] = [
  {
    method: 'POST',
    path: () => '/v1/ledger/entries',
    body: () => ({ type: 'note.appended', subject: 'a', payload: {} }),
    facts: ['note.appended'],
  },
  {
    method: 'POST',
    path: () => '/v1/releases',
    body: () => ({ service: 'tide', version: '1.0.0', author: null }),
    facts: ['release.opened'],
  },
  {
    method: 'PUT',
    path: () => '/v1/switches/sluice',
    body: () => ({ definition, reason: 'made' }),
    facts: ['flag.defined'],
  },
  {
    method: 'PUT',
    path: () => '/v1/schedules/nightly',
    body: () => ({ kind: 'ledger.checkpoint', cron: '0 3 1 1 *' }),
    facts: ['job.schedule-set'],
  },
  {
    method: 'DELETE',
    path: () => '/v1/schedules/nightly',
    body: none,
    facts: ['job.schedule-removed'],
  },
  {
    method: 'POST',
    path: () => '/v1/api-keys',
    body: () => ({ name: 'x', role: 'viewer' }),
    facts: ['api-key.created'],
    refusal: 'WEB_IDEMPOTENCY_ANSWER_WITHHELD',
  },
  {
    method: 'POST',
    path: () => '/v1/plans?name=tide.md&environment=staging',
    body: () => CHECKLIST,
    facts: ['plan.recorded'],
  },
  {
    method: 'POST',
    path: () => '/v1/runs',
    body: ({ planHash }) => ({
      planHash,
      parameters: {},
      parametersDigest: NO_PARAMETERS,
      subject: {
        service: 'tide',
        version: '1.0.0',
        environment: 'staging',
        digests: { release: 'a'.repeat(64) },
      },
    }),
    facts: ['run.started'],
  },
  {
    method: 'POST',
    path: ({ runId }) => `/v1/runs/${runId}/intents`,
    body: () => ({ gate: 'here', attempt: 1 }),
    facts: ['gate.intended'],
  },
]

interface Place {
  readonly place: Workplace
  readonly deathFile: string
  served: ServedFolder
}

async function openPlace(t: TestContext, url?: string): Promise<Place> {
  const outer = openWorkplace()
  const deathFile = join(outer.folder, 'death.txt')
  const place = openWorkplace(undefined, {
    NODE_OPTIONS: `--import=${PRELOAD}`,
    SEAWORTHY_TEST_DEATH_FILE: deathFile,
    ...(url === undefined ? {} : { SEAWORTHY_DATABASE_URL: url }),
  })
  const opened = { place, deathFile, served: await place.serve() }
  t.after(async () => {
    await opened.served.stop()
    for (const each of [place, outer]) each.remove()
  })
  return opened
}

function keyOf({ place }: Place): string {
  const secret = readFileSync(join(place.dataFolder, 'keys', 'api.secret'), 'utf8').trim()
  return Buffer.from(secret, 'base64').toString('base64url')
}

async function ask(
  opened: Place,
  method: string,
  path: string,
  body: unknown,
  key?: string,
): Promise<Answer> {
  const answer = await fetch(new URL(path, opened.served.url), {
    method,
    headers: {
      authorization: `Bearer ${keyOf(opened)}`,
      ...(key === undefined ? {} : { 'idempotency-key': key }),
    },
    ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  })
  const { data, code } = (await answer.json()) as { data?: Answer['data']; code?: string }
  const isReplayed = answer.headers.get('idempotency-replayed') === 'true'
  return { status: answer.status, isReplayed, code, data: data ?? null }
}

/** Types of all entries, in their order. */
async function factsOf(opened: Place): Promise<readonly string[]> {
  const { data } = await ask(opened, 'GET', '/v1/ledger/entries?limit=1000', undefined)
  const entries = data?.['entries'] as readonly { body: { type: string } }[]
  return entries.map(({ body }) => body.type)
}

async function killAndRepeat(opened: Place, change: Change, known: Known): Promise<void> {
  const { method } = change
  const [path, body] = [change.path(known), change.body(known)]
  const name = `${method} ${path}`
  const key = `"${name.replaceAll(/[^a-zA-Z0-9/]/g, '-')}"`
  const before = (await factsOf(opened)).length
  writeFileSync(opened.deathFile, key)
  await assert.rejects(ask(opened, method, path, body, key), `${name}: the answer never came`)
  rmSync(opened.deathFile)
  assert.equal((await opened.served.stop()).signal, 'SIGKILL')
  opened.served = await opened.place.serve()
  const wanted = [...change.facts, 'request.done'].toSorted()
  assert.deepEqual((await factsOf(opened)).slice(before).toSorted(), wanted, name)
  const [second, third] = [
    await ask(opened, method, path, body, key),
    await ask(opened, method, path, body, key),
  ]
  if (change.refusal === undefined) {
    assert.ok(second.status < 300 && second.isReplayed, `${name}: ${JSON.stringify(second)}`)
    assert.deepEqual(third, second, name)
  } else assert.deepEqual([second.status, second.code], [409, change.refusal], name)
  // Who asked again is in the audit log; what was done is told no second time.
  const told = (await factsOf(opened)).slice(before).filter((type) => !type.startsWith('request.'))
  assert.deepEqual(told.toSorted(), change.facts.toSorted(), name)
  const answered = second.data as { planHash?: string; run?: { runId: string } } | null
  known.planHash = answered?.planHash ?? known.planHash
  known.runId = answered?.run?.runId ?? known.runId
}

async function sweep(t: TestContext, url?: string): Promise<void> {
  const opened = await openPlace(t, url)
  const known: Known = { planHash: '', runId: '' }
  for (const change of CHANGES) await killAndRepeat(opened, change, known)
  const { data } = await ask(opened, 'POST', '/v1/ledger/verify', {})
  assert.equal(data?.['ok'], true)
  const { data: keys } = await ask(opened, 'GET', '/v1/api-keys', undefined)
  const names = (Object.values(keys ?? {}) as { name: string }[]).map(({ name }) => name)
  assert.equal(names.filter((name) => name === 'x').length, 1, names.join())
  t.diagnostic(`${CHANGES.length} routes`)
}

/** @returns the address of a database that goes with the test */
async function createDatabase(t: TestContext, admin: string): Promise<string> {
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
  return url.href
}

test('embedded: a server that is killed before each of its answers has done each change once', (t) =>
  sweep(t))

test('PostgreSQL: a server that is killed before each of its answers has done each change once', async (t) => {
  const admin = process.env['SEAWORTHY_TEST_PG_URL']
  if (admin === undefined) {
    t.skip('SEAWORTHY_TEST_PG_URL is not set')
    return
  }
  await sweep(t, await createDatabase(t, admin))
})
