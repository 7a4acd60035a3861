// Holds the site to what a browser relies on: a strict policy, names that never change their content, nothing that is not there.
import assert from 'node:assert/strict'
import test from 'node:test'
import { gunzipSync } from 'node:zlib'
import type { FastifyInstance, LightMyRequestResponse } from 'fastify'
import { utf8Bytes } from '../kernel/index.ts'
import type { Clock, Log } from '../kernel/index.ts'
import { makeWebServer } from './index.ts'
import type { Site } from './index.ts'

const ignore = (): undefined => undefined
const SILENT: Log = { info: ignore, warn: ignore, error: ignore }
const clock: Clock = {
  nowMs: () => 0,
  monotonicMs: () => 0,
  sleep: () => Promise.reject(new Error('nothing here sleeps')),
}
const FILES = new Map([
  ['index.html', utf8Bytes('<!doctype html>')],
  ['assets/main-1A2B.js', utf8Bytes('start()')],
])

function openSite(read: Site['read']): FastifyInstance {
  return makeWebServer({
    routes: [],
    log: SILENT,
    clock,
    readiness: [],
    newRequestId: () => 'request-of-the-test',
    site: { pages: ['/', '/releases/:name'], styles: ["'sha256-abc='"], read },
    authenticate: () => Promise.resolve(undefined),
  })
}

function ask(
  web: FastifyInstance,
  url: string,
  headers: Record<string, string> = {},
): Promise<LightMyRequestResponse> {
  return web.inject({ method: 'GET', url, headers: { host: 'localhost', ...headers } })
}

test('every address of the site shows the page without a key, under a policy that allows only its own scripts', async () => {
  const web = openSite(() => Promise.resolve(FILES))
  for (const url of ['/', '/releases/harbour']) {
    const page = await ask(web, url)
    assert.deepEqual([page.statusCode, page.body], [200, '<!doctype html>'])
    const policy = String(page.headers['content-security-policy']).split('; ')
    for (const part of [
      "default-src 'none'",
      "script-src 'self'",
      "style-src 'self' 'sha256-abc='",
      "connect-src 'self'",
      "frame-ancestors 'none'",
      "require-trusted-types-for 'script'",
      "trusted-types 'none'",
    ])
      assert.ok(policy.includes(part), `${part} in ${policy.join('; ')}`)
    assert.equal(page.headers['cache-control'], 'no-cache')
    const again = await ask(web, url, { 'if-none-match': String(page.headers['etag']) })
    assert.deepEqual([again.statusCode, again.body], [304, ''])
  }
})

test('a file with a hash in its name is kept for ever, comes compressed where that is understood, and no other path is a file', async () => {
  const web = openSite(() => Promise.resolve(FILES))
  const plain = await ask(web, '/assets/main-1A2B.js')
  assert.deepEqual([plain.statusCode, plain.body], [200, 'start()'])
  assert.match(String(plain.headers['cache-control']), /immutable/)
  assert.match(String(plain.headers['content-type']), /^text\/javascript/)
  const zipped = await ask(web, '/assets/main-1A2B.js', { 'accept-encoding': 'br, gzip' })
  assert.equal(zipped.headers['content-encoding'], 'gzip')
  assert.equal(gunzipSync(zipped.rawPayload).toString(), 'start()')
  for (const url of ['/assets/index.html', '/assets/..%2findex.html', '/assets/__proto__', '/x'])
    assert.equal((await ask(web, url)).json<{ code: string }>().code, 'WEB_ROUTE_UNKNOWN', url)
})

test('files that could not be read are asked for again', async () => {
  let askedCount = 0
  const web = openSite(() => {
    askedCount += 1
    return askedCount === 1 ? Promise.reject(new Error('not yet')) : Promise.resolve(FILES)
  })
  assert.equal((await ask(web, '/')).statusCode, 500)
  assert.equal((await ask(web, '/')).statusCode, 200)
  assert.equal((await ask(web, '/')).statusCode, 200)
  assert.equal(askedCount, 2)
})
