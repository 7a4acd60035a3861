// The audit log of a served folder: floods, kills, hostile words, and secrets in every input of every route, which are nowhere afterwards.
import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { connect } from 'node:net'
import { join } from 'node:path'
import test, { after, before } from 'node:test'
import { openWorkplace } from './command-line.ts'
import type { ServedFolder } from './command-line.ts'

interface Entry {
  readonly seq: number
  readonly actor: string
  readonly action: string
  readonly result: string
  readonly requestId: string
  readonly counts: Readonly<Record<string, number>> | null
}

interface Page {
  readonly data: readonly Entry[]
  readonly next: string | null
}

interface LedgerPage {
  readonly data: { readonly entries: readonly { readonly body: { readonly actor: string } }[] }
}

const CANARY = 'canary7Hq2mZ9xWv4LkT1pR8'
const JSON_BODY = { 'content-type': 'application/json' }
const FLOOD_COUNT = 1_000
const FLOODERS = 20
const TALLY_INTERVAL_MS = 10_000

const place = openWorkplace()
let served: ServedFolder
let key = ''
/** Of the API's own description, by path and method; read before strangers are slowed down. */
let paths: Readonly<Record<string, object>> = {}

before(async () => {
  served = await place.serve(['--log', 'json'])
  const secret = readFileSync(join(place.dataFolder, 'keys', 'api.secret'), 'utf8').trim()
  key = Buffer.from(secret, 'base64').toString('base64url')
  const described = await fetch(new URL('/openapi.json', served.url))
  paths = ((await described.json()) as { paths: typeof paths }).paths
})

after(async () => {
  await served.stop()
  place.remove()
})

function ask(
  method: string,
  path: string,
  more: { readonly headers?: Record<string, string>; readonly body?: string } = {},
): Promise<Response> {
  const headers = { authorization: `Bearer ${key}`, ...more.headers }
  return fetch(new URL(path, served.url), {
    method,
    headers,
    ...(more.body === undefined ? {} : { body: more.body }),
  })
}

async function listAudit(query = ''): Promise<readonly Entry[]> {
  const entries: Entry[] = []
  let cursor: string | null = null
  do {
    const next: string = cursor === null ? '' : `&cursor=${cursor}`
    const answer = await ask('GET', `/v1/audit?limit=200${query}${next}`)
    assert.equal(answer.status, 200)
    const page = (await answer.json()) as Page
    entries.push(...page.data)
    cursor = page.next
  } while (cursor !== null)
  return entries
}

const note = (requestId: string): Promise<Response> =>
  ask('POST', '/v1/ledger/entries', {
    headers: { 'x-request-id': requestId },
    body: JSON.stringify({ subject: 'audited', payload: 1 }),
  })

test('what was done and what was refused is found by every filter, and by the command', async () => {
  assert.equal((await note('filter-done')).status, 201)
  const refused = await ask('POST', '/v1/ledger/entries', {
    headers: { 'x-request-id': 'filter-refused' },
    body: '{}',
  })
  assert.equal(refused.status, 422)
  const idsOf = async (query: string): Promise<readonly string[]> =>
    (await listAudit(query)).map(({ requestId }) => requestId)
  const action = `&action=${encodeURIComponent('POST /v1/ledger/entries')}`
  assert.deepEqual(await idsOf(`${action}&result=done&actor=operator`), ['filter-done'])
  assert.deepEqual(await idsOf(`&result=refused&resource=/v1/ledger`), ['filter-refused'])
  assert.deepEqual(await idsOf(`${action}&until=2000-01-01T00:00:00Z`), [])
  assert.deepEqual(await idsOf(`${action}&from=2000-01-01T00:00:00Z`), [
    'filter-refused',
    'filter-done',
  ])
  const { data } = await place.ask<{ entries: readonly Entry[] }>([
    'audit',
    'list',
    '--result',
    'refused',
  ])
  assert.deepEqual(
    data.entries.map(({ requestId }) => requestId),
    ['filter-refused'],
  )
  const developer = await place.ask<{ key: string }>([
    'api-key',
    'create',
    'd',
    '--role',
    'developer',
  ])
  const headers = { authorization: `Bearer ${developer.data.key}` }
  assert.equal((await ask('GET', '/v1/audit', { headers })).status, 403)
  const [own] = await listAudit('&result=refused')
  assert.match(own?.actor ?? '', /^key-/)
})

test('the log is searched by admins alone, and its facts stand in the ledger that every viewer reads', async () => {
  const wish = JSON.stringify({ name: 'a colleague', role: 'viewer' })
  const made = await ask('POST', '/v1/api-keys', { body: wish, headers: JSON_BODY })
  const { data } = (await made.json()) as { data: { id: string; key: string } }
  const headers = { authorization: `Bearer ${data.key}`, ...JSON_BODY }
  const tried = await ask('POST', '/v1/api-keys', { body: wish, headers })
  assert.equal(tried.status, 403)
  assert.equal((await ask('GET', '/v1/audit', { headers })).status, 403)
  const listed = await ask('GET', '/v1/ledger/entries?type=request.refused&limit=200', { headers })
  const { entries } = ((await listed.json()) as LedgerPage).data
  assert.ok(entries.some(({ body }) => [data.id, `key-${data.id}`].includes(body.actor)))
})

test('a flood of strangers is counted, makes a few entries, and real writes go on', async () => {
  const beganMs = performance.now()
  const flooder = async (): Promise<void> => {
    for (let count = 0; count < FLOOD_COUNT / FLOODERS; count += 1) {
      const headers = { authorization: `Bearer ${CANARY}`, 'user-agent': CANARY }
      const answer = await ask('POST', '/v1/runs', { headers, body: CANARY })
      assert.ok([401, 429].includes(answer.status))
      assert.doesNotMatch(await answer.text(), new RegExp(CANARY))
    }
  }
  const floods = Promise.all(Array.from({ length: FLOODERS }, flooder))
  for (let count = 0; count < 20; count += 1)
    assert.equal((await note(`in-flood-${count}`)).status, 201)
  await floods
  const entries = await listAudit('&actor=stranger')
  const mostEntries = 2 + (performance.now() - beganMs) / TALLY_INTERVAL_MS
  assert.ok(entries.length >= 1 && entries.length <= mostEntries, `${entries.length} entries`)
  const metrics = await (await ask('GET', '/metrics')).text()
  const counted = [
    ...metrics.matchAll(/^seaworthy_audit_refusals_total\{whose="stranger".*\} (\d+)$/gm),
  ]
  const sum = counted.reduce((all, [, count]) => all + Number(count), 0)
  assert.equal(sum, FLOOD_COUNT)
})

test('secrets in every input of every route, and hostile words, are nowhere afterwards', async (t) => {
  const routes = Object.entries(paths).flatMap(([path, methods]) =>
    Object.keys(methods).map((method) => ({ path, method: method.toUpperCase() })),
  )
  const headers = {
    'user-agent': CANARY,
    'idempotency-key': `"${CANARY}"`,
    'x-canary': CANARY,
    'last-event-id': CANARY,
    cookie: `session=${CANARY}`,
    traceparent: CANARY,
    referer: `http://localhost/${CANARY}`,
  }
  const body = JSON.stringify({ [CANARY]: CANARY, subject: CANARY, payload: { [CANARY]: CANARY } })
  const told: string[] = []
  for (const { path, method } of routes) {
    const filled = path.replaceAll(/\{\w+\}/g, CANARY)
    for (const query of ['', `?${CANARY}=${CANARY}&name=${CANARY}.md`]) {
      // Without a query these answer with a stream, or with pages that hold nothing of the caller.
      if (method === 'GET' && query === '' && filled === path) continue
      const answer = await ask(method, filled + query, {
        headers,
        ...(method === 'GET' ? {} : { body }),
      })
      const text = await answer.text()
      // The answers of OFREP name the flag that was asked for, as their standard has it; they are no problem documents.
      const isProblem =
        answer.headers.get('content-type')?.startsWith('application/problem+json') === true
      if (isProblem) told.push(`${method} ${path}: ${text}`)
    }
  }
  assert.ok(told.length > routes.length, `${told.length} problems of ${routes.length} routes`)
  assert.deepEqual(
    told.filter((text) => text.includes(CANARY)),
    [],
  )
  await askTwice(headers)
  assert.equal(await askRaw(`\u0001${'x'.repeat(10_000)}`), 400)
  assert.equal(await askRaw(`${'x'.repeat(10_000)}\u00e2\u0080\u00ae${CANARY}`), 422)
  const shown = [
    JSON.stringify(await listAudit()),
    await (await ask('GET', '/v1/ledger/entries?limit=1000')).text(),
    await (await ask('GET', '/metrics')).text(),
  ]
  assert.deepEqual(
    shown.filter((text) => text.includes(CANARY)),
    [],
  )
  const { stdout, stderr } = await served.stop()
  assert.ok(stdout.length + stderr.length > 1_000)
  assert.ok(!`${stdout}${stderr}`.includes(CANARY), 'the log holds a secret')
  const files = readdirSync(place.dataFolder, { recursive: true, withFileTypes: true })
  const read = files.filter((file) => file.isFile())
  const holding = read
    .map(({ parentPath, name }) => join(parentPath, name))
    .filter((file) => readFileSync(file).includes(CANARY))
  t.diagnostic(`${routes.length} routes, ${told.length} problems, ${read.length} files`)
  assert.deepEqual(holding, [])
  served = await place.serve(['--log', 'json'])
})

/** Refused requests keep no key: this one is done, and its key serves again. */
async function askTwice(headers: Record<string, string>): Promise<void> {
  const kept = { headers, body: JSON.stringify({ subject: 'audited', payload: 1 }) }
  for (const isRepeat of [null, 'true']) {
    const answer = await ask('POST', '/v1/ledger/entries', kept)
    assert.deepEqual([answer.status, answer.headers.get('idempotency-replayed')], [201, isRepeat])
  }
}

/** @returns the status that a request with these characters in a header, a byte each, is answered with */
function askRaw(userAgent: string): Promise<number> {
  const { hostname, port } = new URL(served.url)
  const { promise, resolve, reject } = Promise.withResolvers<number>()
  const socket = connect(Number(port), hostname)
  let answer = ''
  socket.setEncoding('latin1')
  socket.on('data', (text: string) => (answer += text))
  socket.on('error', reject)
  socket.on('close', () => resolve(Number(/^HTTP\/1\.1 (\d{3})/.exec(answer)?.[1] ?? 0)))
  const lines = [
    'POST /v1/ledger/entries HTTP/1.1',
    'host: localhost',
    `authorization: Bearer ${key}`,
    `user-agent: ${userAgent}`,
    'content-length: 2',
    'connection: close',
  ]
  socket.write(`${lines.join('\r\n')}\r\n\r\n{}`, 'latin1')
  return promise
}
