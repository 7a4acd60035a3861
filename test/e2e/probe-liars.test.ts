// Services written to please a check: each does right by what a single look or the one exact request sees, and is found out.
import assert from 'node:assert/strict'
import type { IncomingMessage, ServerResponse } from 'node:http'
import test from 'node:test'
import type { TestContext } from 'node:test'
import type { Assertion } from '../../src/verdict/index.ts'
import { bound, probeGate, serveTarget } from '../probe.ts'
import type { Probed } from '../probe.ts'

const zero = (path: string): Assertion => bound(path, 'eq', 0)
const isTrue = (path: string): Assertion => bound(path, 'eq', true)

interface Asked {
  readonly request: IncomingMessage
  readonly text: string
  readonly path: string
}

/** A service that answers with a status, or with a status, a body and header fields. */
async function serveLiar(
  t: TestContext,
  answer: (asked: Asked) => number | readonly [number, string?, Readonly<Record<string, string>>?],
): Promise<string> {
  const listener = (request: IncomingMessage, response: ServerResponse): void => {
    let text = ''
    request.setEncoding('utf8').on('data', (part: string) => (text += part))
    request.on('end', () => {
      const said = answer({ request, text, path: request.url ?? '/' })
      const [status, body = '', fields = {}] = typeof said === 'number' ? [said] : said
      response.writeHead(status, fields).end(body)
    })
  }
  return (await serveTarget(t, listener)).url
}

test('a node that shows a flip now and not then, either way, has not taken it', async (t) => {
  const expectations = [
    bound('$.slowestOffMs', 'le', 2_000, { unit: 'ms' }),
    bound('$.slowestOnMs', 'le', 2_000, { unit: 'ms' }),
    isTrue('$.isRestored'),
  ]
  const flapping = { off: ['slowestOffMs'], on: ['slowestOnMs', 'isRestored'] }
  for (const [state, fields] of Object.entries(flapping)) {
    let [isOn, isTouched, lookCount] = [true, false, 0]
    const url = await serveLiar(t, ({ text, path }) => {
      if (path === '/switch') {
        isOn = text === 'on'
        isTouched = true
        return 204
      }
      if (isTouched && isOn === (state === 'on'))
        // Every second look shows what is asked for.
        return (lookCount++ % 2 === 0) === isOn ? 200 : 503
      return isOn ? 200 : 503
    })
    const values = {
      url: `${url}switch`,
      nodes: `${url}node`,
      off: 'off',
      on: 'on',
      waitSeconds: 0.5,
    }
    const found = await probeGate('probe-switch', values, expectations)
    assert.notEqual(found.status, 'PASS', `${state}: ${JSON.stringify(found.record)}`)
    for (const field of fields)
      assert.ok(
        [null, false].includes(found.record[field] as null | false),
        `${field}: ${found.reason}`,
      )
  }
})

const ORIGIN = 'https://app.example.com'
const CORS = [
  'allowedMissingCount',
  'foreignGrantedCount',
  'wildcardWithCredentialsCount',
  'missingVaryCount',
  'preflightFailedCount',
].map((name) => zero(`$.${name}`))

/** Keeps to its list but for what `lets` lets in. */
function serveOrigins(
  t: TestContext,
  own: string,
  lets: (origin: string, request: IncomingMessage) => boolean,
): Promise<string> {
  return serveLiar(t, ({ request }) => {
    const origin = request.headers.origin ?? ''
    const granted = {
      'access-control-allow-origin': origin,
      'access-control-allow-headers': 'content-type',
    }
    const isGranted = origin === own || lets(origin, request)
    return [200, '', { vary: 'Origin', ...(isGranted ? granted : {}) }]
  })
}

test('an origin that only the real request reflects, one of this machine, and any port beside 8443 are found', async (t) => {
  const probe = async (
    lets: (origin: string, request: IncomingMessage) => boolean,
    own = ORIGIN,
    more: Readonly<Record<string, string>> = {},
  ): Promise<Probed> =>
    probeGate('probe-cors', { url: await serveOrigins(t, own, lets), origin: own, ...more }, CORS)
  const body = { body: '{}' }
  const honest = await probe(() => false, ORIGIN, body)
  assert.equal(honest.status, 'PASS', honest.reason)
  assert.equal(honest.record['isMethodSent'], true)
  const late = await probe((_, { method }) => method === 'POST', ORIGIN, body)
  assert.match(`${late.status} ${late.reason}`, /FAIL .*foreignGrantedCount = 0, got \d\d/)
  const local = await probe((origin) => origin.includes('localhost'))
  assert.match(`${local.status} ${local.reason}`, /FAIL .*foreignGrantedCount/)
  const own = `${ORIGIN}:8443`
  const anyPort = await probe((origin) => /^https:\/\/app\.example\.com:\d+$/.test(origin), own)
  assert.match(`${anyPort.status} ${anyPort.reason}`, /FAIL .*foreignGrantedCount/)
  const noPort = await probe((origin) => origin === ORIGIN, own)
  assert.match(`${noPort.status} ${noPort.reason}`, /FAIL .*foreignGrantedCount/)
  const other = { otherOrigins: 'http://localhost http://localhost:3000 http://127.0.0.1:3000' }
  const listed = await probe(
    (origin) => other.otherOrigins.split(' ').includes(origin),
    ORIGIN,
    other,
  )
  assert.equal(listed.status, 'PASS', listed.reason)
})

test('a service that answers one exact query and refuses every other is not one that refuses bombs', async (t) => {
  const expectations = [zero('$.executedCount'), isTrue('$.isAliveAfterwards')]
  const data = '{"data":{"__typename":"Query"}}'
  const url = await serveLiar(t, ({ text }) =>
    text === '{"query":"{ __typename }"}' ? [200, data] : 400,
  )
  const found = await probeGate('probe-graph-bombs', { url }, expectations)
  assert.match(`${found.status} ${found.reason}`, /FAIL .*isAliveAfterwards/)
  assert.ok(Number(found.record['ordinaryRefusedCount']) >= 5)
  // What a service of its own schema has to answer can only be said by who knows it.
  const some = await serveLiar(t, ({ text }) =>
    text.length < 300 && text.includes('__typename') && !text.includes('...') ? [200, data] : 400,
  )
  const blind = await probeGate('probe-graph-bombs', { url: some }, expectations)
  assert.equal(blind.status, 'PASS', blind.reason)
  const named = { url: some, valid: '{ items { id } }' }
  assert.equal((await probeGate('probe-graph-bombs', named, expectations)).status, 'FAIL')
})

test('a service that takes one exact body and refuses every other is not one that refuses malformed ones', async (t) => {
  const expectations = [zero('$.ambiguous.acceptedCount'), isTrue('$.isAliveAfterwards')]
  const valid = '{"id":1,"name":"x"}'
  const url = await serveLiar(t, ({ text }) => (text === valid ? 200 : 400))
  const found = await probeGate('probe-malformed', { url, valid }, expectations)
  assert.match(`${found.status} ${found.reason}`, /FAIL .*isAliveAfterwards/)
  assert.equal(found.record['validRefusedCount'], 4)
  const strict = await serveLiar(t, ({ text }) => {
    const isSpelling = text.length < 100 && /1[^]*x|x[^]*1/.test(text) && !/NaN|Infinity/.test(text)
    return isSpelling && !/7|0x|1e|\.,|\/|True|b|\\x|[^]{"id":1,"name":"x"}./.test(text) ? 200 : 400
  })
  const other = { url: strict, valid, alsoValid: '{"id":2,"name":"y"}' }
  const fixed = await probeGate('probe-malformed', other, [isTrue('$.isAliveAfterwards')])
  assert.match(`${fixed.status} ${fixed.reason}`, /FAIL .*isAliveAfterwards/)
  assert.equal(fixed.record['validRefusedCount'], 1)
})

const LIMITED = ['belowCount', 'aboveCount', 'spoofedAboveCount', 'againAboveCount'].map((name) =>
  zero(`$.${name}`),
)

test('a limit that holds for the first requests only, or for one spelling of the address, or not behind a proxy, is found', async (t) => {
  const limit = (escapes: (asked: Asked, seenCount: number) => boolean) => {
    let [seenCount, admittedCount, refilledAtMs] = [0, 0, performance.now()]
    return (asked: Asked): readonly [number, string, Readonly<Record<string, string>>] => {
      seenCount++
      if (performance.now() - refilledAtMs >= 1_000)
        [admittedCount, refilledAtMs] = [0, performance.now()]
      const isIn = escapes(asked, seenCount) || admittedCount++ < 10
      return [isIn ? 200 : 429, '', { 'retry-after': '1' }]
    }
  }
  const values = { burst: 10, refillMs: 100 }
  const probe = async (escapes: (asked: Asked, seenCount: number) => boolean): Promise<Probed> => {
    const url = await serveLiar(t, limit(escapes))
    return probeGate('probe-rate-limit', { url: `${url}api`, ...values }, LIMITED)
  }
  const honest = await probe(() => false)
  assert.equal(honest.status, 'PASS', honest.reason + JSON.stringify(honest.record))
  const first = await probe((_, seenCount) => seenCount > 30)
  assert.match(`${first.status} ${first.reason}`, /FAIL .*againAboveCount = 0, got \d/)
  const spelling = await probe(({ path }) => path !== '/api')
  assert.match(`${spelling.status} ${spelling.reason}`, /FAIL .*spoofedAboveCount = 0, got \d/)
  const proxied = await probe(({ request }) => request.headers.via !== undefined)
  assert.match(`${proxied.status} ${proxied.reason}`, /FAIL .*spoofedAboveCount = 0, got \d/)
})
