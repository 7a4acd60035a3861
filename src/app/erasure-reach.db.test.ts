// What a person's name and words are still found in after an erasure: exactly the places that docs/ledger.md names.
import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, relative, sep } from 'node:path'
import { test } from 'node:test'
import { setTimeout } from 'node:timers/promises'
import { bearer } from '../../test/composed.ts'
import { testSigner } from '../../test/crypto.ts'
import { sendHostileRequests } from '../../test/hostile-requests.ts'
import type { HostileGround, Send } from '../../test/hostile.ts'
import { base64Of } from '../kernel/index.ts'
import type { Sql } from '../kernel/index.ts'
import type { ComposedApp } from './compose.ts'
import { composeApp } from './compose.ts'
import { readConfig } from './config.ts'
import { openDatabase } from './open-database.ts'
import { slices } from './rooms.ts'

const PAGE = new URL('../../docs/ledger.md', import.meta.url)
const CANARY = 'kanarie'
const SILENT = { info: () => undefined, warn: () => undefined, error: () => undefined }

interface Told {
  readonly status: number
  readonly code: string
  readonly data: unknown
}

type Call = (method: string, path: string, body?: unknown) => Promise<Told>

function callerOf(app: ComposedApp, key: string): Call {
  return async (method, url, body) => {
    const bytes = body instanceof Uint8Array ? Buffer.from(body) : undefined
    const answer = await app.web.inject({
      method: method as 'POST',
      url,
      headers: { host: 'localhost', 'idempotency-key': randomUUID(), ...bearer(key) },
      ...(body === undefined ? {} : { payload: bytes ?? JSON.stringify(body) }),
    })
    const said: { data?: unknown; code?: string } = answer.body.startsWith('{') ? answer.json() : {}
    return { status: answer.statusCode, code: said.code ?? '', data: said.data }
  }
}

async function register(call: Call, kind: string): Promise<HostileGround['person']> {
  const signer = testSigner('ecdsa-p256-sha256')
  const registration = { kind, displayName: kind, roles: [], publicKey: base64Of(signer.publicKey) }
  const { data } = await call('POST', '/v1/principals', registration)
  return { id: (data as { id: string }).id, signer }
}

/** Everything that a developer may send, with the canary in it. @returns whom the ledger takes the developer for */
async function sendEverything(
  app: ComposedApp,
): Promise<{ readonly actor: string; readonly count: number }> {
  const operator = callerOf(app, app.apiKey)
  const made = await operator('POST', '/v1/api-keys', { name: 'dev', role: 'developer' })
  const { key, id } = made.data as { key: string; id: string }
  const url = `https://hooks.example/${CANARY}`
  const hook = await operator('POST', '/v1/webhooks', { url })
  await operator('POST', '/v1/channels', { name: 'room', target: { kind: 'webhook', url } })
  const developer = callerOf(app, key)
  let count = 0
  const send: Send = async ({ route, path, body }) => {
    const told = await developer(route.split(' ')[0] ?? '', path, body)
    if (told.status < 300) count++
    return told
  }
  await sendHostileRequests(send, {
    marker: CANARY,
    webhookId: (hook.data as { id: string }).id,
    channel: 'room',
    person: await register(operator, 'person'),
    runner: await register(operator, 'runner'),
    jobKinds: [],
  })
  // What was sent is in the outbox of webhooks before it is erased, as the worker puts it there.
  const deliveries = `/v1/webhooks/${(hook.data as { id: string }).id}/deliveries?limit=100`
  for (let tries = 0; ; tries++) {
    const told = JSON.stringify((await operator('GET', deliveries)).data)
    if (told.includes('"bundle.sealed"')) break
    assert.ok(tries < 600, 'the outbox has the last of them')
    await setTimeout(50)
  }
  const lines = (await operator('GET', '/v1/audit?limit=200')).data as readonly { actor: string }[]
  const actor = lines.find((line) => line.actor.includes(id))?.actor
  assert.ok(actor !== undefined, JSON.stringify(lines.slice(0, 3)))
  return { actor, count }
}

async function erase(app: ComposedApp, subject: string): Promise<void> {
  const operator = callerOf(app, app.apiKey)
  const params = { subject, reason: 'asked' }
  const shown = await operator('POST', '/v1/actions/ledger.erase/previews', { params })
  const { token } = shown.data as { token: string }
  const done = await operator('POST', '/v1/action-tokens/confirm', { token })
  assert.equal(done.status, 200, done.code)
}

/** Names of columns in which a row says the canary. */
function findColumns(sql: Sql): Promise<readonly string[]> {
  return sql.transaction('system', async (tx) => {
    const columns = await tx.query<{ of: string; name: string; type: string }>(
      `select c.table_name as of, c.column_name as name, c.data_type as type from information_schema.columns c
       join information_schema.tables t using (table_schema, table_name)
       where c.table_schema = 'public' and t.table_type = 'BASE TABLE' order by 1, 2`,
    )
    assert.ok(columns.length > 200, String(columns.length))
    const hex = Buffer.from(CANARY).toString('hex')
    const found: string[] = []
    for (const { of, name, type } of columns) {
      const [text, needle] =
        type === 'bytea' ? [`encode("${name}", 'hex')`, hex] : [`"${name}"::text`, CANARY]
      const [row] = await tx.query<{ found: boolean }>(
        `select exists (select from "${of}" where position($1 in ${text}) > 0) as found`,
        [needle],
      )
      if (row?.found === true) found.push(`${of}.${name}`)
    }
    return found
  })
}

/** Parts of the data folder, but for the database's own files. */
async function findFolders(dataFolder: string): Promise<readonly string[]> {
  const names = await readdir(dataFolder, { recursive: true, withFileTypes: true })
  const found = new Set<string>()
  for (const each of names) {
    const path = join(each.parentPath, each.name)
    const part = relative(dataFolder, path).split(sep)[0] ?? ''
    if (!each.isFile() || part === 'db') continue
    if ((await readFile(path)).includes(CANARY)) found.add(part)
  }
  return [...found].sort()
}

test('after an erasure words of a person are found in the places that the documents name, and nowhere else', async (t) => {
  const dataFolder = await mkdtemp(join(tmpdir(), 'seaworthy-reach-'))
  t.after(() => rm(dataFolder, { recursive: true, force: true }))
  const config = { ...(await readConfig({ data: dataFolder, tenant: 'local' })), isServer: true }
  let isClosed = false
  const app = await composeApp(config, '0.0.0', SILENT)
  const close = async (): Promise<void> => {
    if (isClosed) return
    isClosed = true
    await app.work.stop()
    await app.close()
  }
  t.after(close)
  await app.work.start()
  const { actor, count } = await sendEverything(app)
  assert.ok(count >= 40, String(count))
  await erase(app, actor)
  await close()
  const database = await openDatabase(config, slices, SILENT)
  const columns = await findColumns(database.sql)
  await database.close()
  const page = await readFile(PAGE, 'utf8')
  const section = page.split('### What erasure does not reach')[1]?.split('\n## ')[0] ?? ''
  const named = [...section.matchAll(/`([a-z_0-9]+\.[a-z_]+)`/g)].map(([, name]) => name)
  assert.equal(new Set(named).size, named.length)
  assert.deepEqual(new Set(columns), new Set(named))
  assert.deepEqual(await findFolders(dataFolder), ['blobs'])
})
