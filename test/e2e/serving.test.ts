// A served folder: commands find it by themselves, and its API refuses whoever has no key, no business or no manners.
import assert from 'node:assert/strict'
import { createHash, createHmac } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { request } from 'node:http'
import { join } from 'node:path'
import test, { after, before } from 'node:test'
import { assertNoStack, openWorkplace } from './command-line.ts'
import type { ServedFolder } from './command-line.ts'

const place = openWorkplace()
let served: ServedFolder
let key = ''
/** More wrong keys than an address may try at once. */
const GUESS_COUNT = 60

interface Answered {
  readonly status: number | undefined
  readonly type: string
  readonly text: string
}

/** Not `fetch`: it would not send a Host header of our choice. */
function send(
  method: string,
  path: string,
  headers: Record<string, string>,
  body?: string | Buffer,
): Promise<Answered> {
  const { promise, resolve, reject } = Promise.withResolvers<Answered>()
  const sent = request(new URL(path, served.url), { method, headers }, (answer) => {
    const chunks: Buffer[] = []
    answer.on('data', (chunk: Buffer) => chunks.push(chunk))
    answer.on('error', reject)
    answer.on('end', () => {
      const type = answer.headers['content-type'] ?? ''
      resolve({ status: answer.statusCode, type, text: Buffer.concat(chunks).toString('utf8') })
    })
  })
  sent.on('error', reject)
  sent.end(body)
  return promise
}

async function refusedWith(
  method: string,
  path: string,
  headers: Record<string, string>,
  body?: string | Buffer,
): Promise<string> {
  const answer = await send(method, path, headers, body)
  assert.match(answer.type, /^application\/problem\+json/, `${method} ${path}: ${answer.text}`)
  assertNoStack(answer.text)
  const problem: { status: number; code: string; title: string; detail: string } = JSON.parse(
    answer.text,
  )
  assert.equal(problem.status, answer.status)
  assert.notEqual(problem.title, '')
  return `${answer.status} ${problem.code}`
}

before(async () => {
  served = await place.serve()
  const secret = readFileSync(join(place.dataFolder, 'keys', 'api.secret'), 'utf8').trim()
  key = Buffer.from(secret, 'base64').toString('base64url')
})

after(async () => {
  assert.equal((await served.stop()).exit, 0)
  place.remove()
})

test('a command on a served folder talks to the server by itself', async () => {
  const appended = await place.ask<{ seq: number }>(['ledger', 'append', 'through the server'])
  assert.equal(appended.exit, 0)
  const seen = await send('GET', '/v1/ledger/entries', { authorization: `Bearer ${key}` })
  assert.equal(seen.status, 200)
  const { data }: { data: { entries: { seq: number; body: { type: string } }[] } } = JSON.parse(
    seen.text,
  )
  assert.deepEqual(data.entries.at(-1)?.body.type, 'note.appended')
  assert.equal(data.entries.at(-1)?.seq, appended.data.seq)
})

test('the limits of the server itself are shown by `guard status`, to the view key too and to nobody without one', async () => {
  const url = new URL('/v1/guards', served.url).href
  const viewKey = createHmac('sha256', key).update('view').digest('base64url')
  for (const each of [key, viewKey]) {
    const shown = await place.shell(['guard', 'status', url, '--key', each])
    assert.deepEqual([shown.exit, shown.stderr], [0, ''])
    assert.match(shown.stdout, /^limit +api +30000 in 60 s, 3000 at once$/m)
    assert.match(shown.stdout, /^limit +stranger +60 in 60 s, 20 at once$/m)
    assert.match(shown.stdout, /^0 throttled, 0 blocked$/m)
  }
  const none = await place.refusal(['guard', 'status', url, '--key', 'a-guess'])
  assert.deepEqual([none.exit, none.code], [5, 'PROBE_STATUS_KEY_REFUSED'])
})

test('a second server on the folder is refused and names it', async () => {
  const refused = await place.refusal(['serve', '--port', '0'])
  assert.deepEqual([refused.exit, refused.code], [7, 'PLATFORM_FOLDER_LOCKED'])
  assert.ok(refused.message.includes(place.dataFolder), refused.message)
})

test('without the key, for another host, with a wrong method or body: a problem document and nothing inside it', async () => {
  const bearer = { authorization: `Bearer ${key}` }
  const json = { ...bearer, 'content-type': 'application/json' }
  const big = 'a'.repeat(20_000)
  const table = [
    ['GET', '/v1/runs', {}, undefined, '401 WEB_KEY_REFUSED'],
    ['GET', '/v1/runs', { authorization: 'Bearer guess' }, undefined, '401 WEB_KEY_REFUSED'],
    ['POST', '/v1/ledger/entries', { authorization: 'Bearer ' }, '{}', '401 WEB_KEY_REFUSED'],
    ['GET', '/v1/runs', { ...bearer, host: 'attacker.example' }, undefined, '421 WEB_HOST_FOREIGN'],
    [
      'GET',
      '/v1/runs',
      { ...bearer, host: '127.0.0.1.attacker.example' },
      undefined,
      '421 WEB_HOST_FOREIGN',
    ],
    ['DELETE', '/v1/runs', bearer, undefined, '404 WEB_ROUTE_UNKNOWN'],
    ['PATCH', '/v1/ledger/entries', bearer, undefined, '404 WEB_ROUTE_UNKNOWN'],
    ['GET', '/etc/passwd', bearer, undefined, '404 WEB_ROUTE_UNKNOWN'],
    ['POST', '/v1/ledger/entries', json, '{"type":', '400 WEB_BODY_MALFORMED'],
    ['POST', '/v1/ledger/entries', json, '{"type":"release.decided"}', '422 WEB_BODY_INVALID'],
    ['POST', '/v1/runs', json, '[]', '422 WEB_BODY_INVALID'],
    [
      'GET',
      '/v1/evidence/..%2f..%2fkeys%2fapi.secret',
      bearer,
      undefined,
      '404 EVIDENCE_OBJECT_MISSING',
    ],
    ['GET', '/v1/runs/%00', bearer, undefined, '422 PLATFORM_VALUE_REFUSED'],
    ['GET', '/v1/runs/%zz', bearer, undefined, '400 WEB_PATH_INVALID'],
    ['GET', `/v1/runs/${'a'.repeat(300)}`, bearer, undefined, '414 WEB_PATH_TOO_LONG'],
    ['FOO', '/v1/runs', bearer, undefined, '400 WEB_REQUEST_REFUSED'],
    ['GET', '/v1/runs', { ...bearer, big }, undefined, '431 WEB_HEADERS_TOO_LARGE'],
  ] as const
  for (const [method, path, headers, body, wanted] of table) {
    assert.deepEqual(
      [method, path, await refusedWith(method, path, { ...headers }, body)],
      [method, path, wanted],
    )
  }
})

test('the page is open and holds no fact; the view key reads what it asks for and changes nothing', async () => {
  const page = await send('GET', '/', {})
  assert.match(page.type, /^text\/html/)
  assert.match(page.text, /src="\/assets\/main-[A-Z0-9]{8}\.js"/)
  const viewKey = createHmac('sha256', key).update('view').digest('base64url')
  for (const secret of [key, viewKey]) assert.ok(!page.text.includes(secret))
  assert.equal((await send('GET', '/v1/runs', { authorization: `Bearer ${viewKey}` })).status, 200)
  assert.equal(
    await refusedWith(
      'POST',
      `/v1/ledger/entries?key=${viewKey}`,
      { 'content-type': 'application/json' },
      '{}',
    ),
    '403 WEB_ROLE_REFUSED',
  )
  assert.equal(
    await refusedWith('GET', `/v1/runs?key=${viewKey}`, { 'x-seaworthy-tenant': 'other' }),
    '403 WEB_TENANT_FOREIGN',
  )
})

test('bytes that look like a plan are not one until they are recorded', async () => {
  const bearer = { authorization: `Bearer ${key}` }
  const bytes = Buffer.from('{"format":"seaworthy-plan/1"}')
  const digest = `sha256:${createHash('sha256').update(bytes).digest('hex')}`
  assert.equal((await send('PUT', `/v1/evidence/${digest}`, bearer, bytes)).status, 201)
  const start = {
    planHash: digest,
    parameters: {},
    parametersDigest: digest,
    subject: {
      service: 'punt',
      version: '1.0.0',
      environment: 'production',
      digests: { release: 'a'.repeat(64) },
    },
  }
  const wanted = '404 GATES_PLAN_UNKNOWN'
  assert.equal(
    await refusedWith(
      'POST',
      '/v1/runs',
      { ...bearer, 'content-type': 'application/json' },
      JSON.stringify(start),
    ),
    wanted,
  )
})

test('wrong keys are slowed down, and the command line of the folder is not', async () => {
  const guess = { authorization: 'Bearer guess' }
  const seen = new Map<string, number>()
  for (let count = 0; count < GUESS_COUNT; count += 1) {
    const answer = await refusedWith('GET', '/v1/runs', guess)
    seen.set(answer, (seen.get(answer) ?? 0) + 1)
  }
  assert.deepEqual([...seen.keys()], ['401 WEB_KEY_REFUSED', '429 WEB_RATE_LIMITED'])
  assert.equal((await place.ask(['ledger', 'append', 'still served'])).exit, 0)
})
