// The first start of a server: an admin key shown once, a demo tenant on request, and no address without the names for it.
import assert from 'node:assert/strict'
import { request } from 'node:http'
import test, { after } from 'node:test'
import { openWorkplace } from './command-line.ts'
import type { ServedFolder, Workplace } from './command-line.ts'

const places: Workplace[] = []
after(() => {
  for (const place of places) place.remove()
})

function placeWith(settings: Readonly<Record<string, string>> = {}): Workplace {
  const place = openWorkplace(undefined, settings)
  places.push(place)
  return place
}

const KEY = /swk_(?:live|test)_[0-9A-Za-z]{12}_[0-9A-Za-z]{38}/g

/** Stops the server and answers which keys it showed. */
async function keysShownBy(served: ServedFolder): Promise<readonly string[]> {
  const end = await served.stop()
  assert.equal(end.exit, 0, end.stderr)
  return [...end.stderr.matchAll(KEY)].map(([key]) => key)
}

function statusFor(url: string, host: string, key: string): Promise<number | undefined> {
  const { promise, resolve, reject } = Promise.withResolvers<number | undefined>()
  const headers = { host, authorization: `Bearer ${key}` }
  const sent = request(new URL('/v1/runs', url), { headers }, (answer) => {
    answer.resume()
    answer.on('end', () => resolve(answer.statusCode))
  })
  sent.on('error', reject)
  sent.end()
  return promise
}

test('an admin key is shown by the first start, opens the API, and is shown by no later start', async (t) => {
  const place = placeWith()
  const [adminKey, ...more] = await keysShownBy(await place.serve())
  assert.ok(adminKey !== undefined && more.length === 0)
  const again = await place.serve()
  t.after(() => again.stop())
  const admin = placeWith({ SEAWORTHY_URL: again.url, SEAWORTHY_KEY: adminKey })
  const made = await admin.ask<{ key: string }>(['api-key', 'create', 'dev', '--role', 'developer'])
  assert.equal(made.exit, 0, made.stdout)
  const listed = await admin.ask<readonly { name: string; role: string }[]>(['api-key', 'list'])
  const rights = listed.data.map(({ name, role }) => [name, role])
  assert.deepEqual(rights, [
    ['first start', 'admin'],
    ['dev', 'developer'],
  ])
  assert.deepEqual(await keysShownBy(again), [])
  // Two installations share nothing that could be a default.
  const [other] = await keysShownBy(await placeWith().serve())
  assert.ok(other !== undefined && other !== adminKey)
})

test('a demo tenant is made when asked for, once, with a release that is honestly not ready', async (t) => {
  const place = placeWith()
  const served = await keysShownBy(await place.serve(['--demo']))
  assert.equal(served.length, 2)
  const again = await place.serve(['--demo'])
  t.after(() => again.stop())
  const visitor = placeWith({
    SEAWORTHY_URL: again.url,
    SEAWORTHY_KEY: served[1] ?? '',
    SEAWORTHY_TENANT: 'demo',
  })
  const status = await visitor.ask<{
    verdict: { value: string }
    results: readonly { status: string }[]
  }>(['status', 'ferry@1.0.0'])
  assert.equal(status.data.verdict.value, 'NOT_READY', status.stdout)
  assert.deepEqual(status.data.results.map((result) => result.status).sort(), ['PASS', 'PENDING'])
  const refused = await visitor.refusal(['api-key', 'list'])
  assert.deepEqual([refused.exit, refused.code], [5, 'WEB_ROLE_REFUSED'])
  assert.deepEqual(await keysShownBy(again), [])
})

test('an address that others reach is refused without the names for it, and a name with a port or a star is none', async () => {
  const place = placeWith()
  for (const words of [
    ['--host', '0.0.0.0'],
    ['--host', '::'],
    ['--host', 'seaworthy.example.com', '--allow-host', 'seaworthy.example.com'],
    ['--allow-host', '*'],
    ['--allow-host', 'seaworthy.example.com:7420'],
    ['--allow-host', 'a..b'],
  ]) {
    const { exit, code } = await place.refusal(['serve', '--port', '0', ...words])
    assert.deepEqual([exit, code], [2, 'APP_OPTION_INVALID'], words.join(' '))
  }
})

test('a server answers under the names it was given and the loopback’s, and under no other', async (t) => {
  const place = placeWith()
  const served = await place.serve(['--host', '0.0.0.0', '--allow-host', 'seaworthy.example.com'])
  t.after(() => served.stop())
  const made = await place.ask<{ key: string }>(['api-key', 'create', 'eve'])
  const table = [
    ['127.0.0.1', 200],
    ['seaworthy.example.com', 200],
    ['Seaworthy.Example.com:7420', 200],
    ['seaworthy.example.com.evil.example', 421],
    ['evil.seaworthy.example.com', 421],
    ['evil.example', 421],
    ['192.0.2.1', 421],
  ] as const
  for (const [host, wanted] of table)
    assert.equal(await statusFor(served.url, host, made.data.key), wanted, host)
})
