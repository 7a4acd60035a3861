// Which requests may change state: what browsers say of them, what forms cannot send, and what is no browser at all.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { makeCsrfJudge } from './csrf.ts'
import { expressEdgeGuard } from './edge-bindings.ts'
import { makeEdgeGuard } from './edge-guard.ts'

const own = 'https://app.example.com'
const judge = makeCsrfJudge({ ownOrigins: [own], trustedOrigins: ['https://partner.example'] })
const json = { 'content-type': 'application/json', 'content-length': '2' }
const cookie = 'sid=1'

function said(method: string, headers: Record<string, string | string[]>): string {
  const answer = judge({ method, headers })
  return answer.allowed ? 'allowed' : answer.reason
}

test('an unsafe request goes on when the browser says that it comes from here, and not otherwise', () => {
  const table: readonly (readonly [string, Record<string, string | string[]>, string])[] = [
    ['POST', { ...json, cookie, 'sec-fetch-site': 'same-origin' }, 'allowed'],
    [
      'POST',
      { ...json, cookie, 'sec-fetch-site': 'same-site', origin: 'https://x.example.com' },
      'cross-site',
    ],
    [
      'POST',
      { ...json, cookie, 'sec-fetch-site': 'cross-site', origin: 'https://evil.example' },
      'cross-site',
    ],
    ['POST', { ...json, cookie, 'sec-fetch-site': 'none' }, 'cross-site'],
    [
      'POST',
      { ...json, cookie, 'sec-fetch-site': 'cross-site', origin: 'https://partner.example' },
      'allowed',
    ],
    ['POST', { ...json, cookie, 'sec-fetch-site': 'cross-site', origin: own }, 'cross-site'],
    ['POST', { ...json, cookie, origin: own }, 'allowed'],
    ['POST', { ...json, cookie, origin: 'https://partner.example' }, 'allowed'],
    ['POST', { ...json, cookie, origin: 'null' }, 'unknown-origin'],
    ['POST', { ...json, cookie, origin: `${own}.evil.example` }, 'unknown-origin'],
    ['POST', { ...json, cookie, origin: 'https://APP.example.com' }, 'unknown-origin'],
    ['POST', { ...json, cookie, origin: [own, 'https://evil.example'] }, 'malformed'],
    ['POST', { ...json, cookie, 'sec-fetch-site': ['same-origin', 'cross-site'] }, 'malformed'],
    ['POST', { ...json, cookie }, 'no-origin'],
    ['POST', { ...json, cookie, referer: `${own}/` }, 'no-origin'],
    ['POST', json, 'allowed'],
    ['POST', { ...json, origin: 'https://evil.example' }, 'unknown-origin'],
    ['GET', { cookie, 'sec-fetch-site': 'cross-site' }, 'allowed'],
    ['HEAD', { cookie }, 'allowed'],
    ['OPTIONS', { cookie, origin: 'https://evil.example' }, 'allowed'],
    ['TRACE', { cookie, 'sec-fetch-site': 'cross-site' }, 'cross-site'],
    ['get', { cookie, 'sec-fetch-site': 'cross-site' }, 'cross-site'],
    [
      'GET',
      { cookie, 'x-http-method-override': 'DELETE', 'sec-fetch-site': 'cross-site' },
      'cross-site',
    ],
    ['GET', { cookie, upgrade: 'websocket', origin: 'https://evil.example' }, 'unknown-origin'],
    ['GET', { cookie, upgrade: 'h2c, WebSocket', 'sec-fetch-site': 'cross-site' }, 'cross-site'],
    ['GET', { cookie, upgrade: 'websocket', origin: own }, 'allowed'],
    ['DELETE', { cookie, 'sec-fetch-site': 'same-origin' }, 'allowed'],
  ]
  for (const [method, headers, expected] of table)
    assert.equal(said(method, headers), expected, `${method} ${JSON.stringify(headers)}`)
})

test('a body of a type that any page could send is refused, a form only where forms are taken', () => {
  const from = { cookie, 'sec-fetch-site': 'same-origin', 'content-length': '5' }
  for (const type of [
    'text/plain',
    'Text/Plain; charset=utf-8',
    'application/x-www-form-urlencoded',
    'multipart/form-data; boundary=x',
    ' text/plain',
  ])
    assert.equal(said('POST', { ...from, 'content-type': type }), 'media-type', type)
  assert.equal(said('POST', from), 'media-type', 'bytes without a type')
  assert.equal(
    said('POST', { cookie, 'sec-fetch-site': 'same-origin', 'transfer-encoding': 'chunked' }),
    'media-type',
  )
  assert.equal(said('POST', { ...from, 'content-type': 'text/plainer' }), 'allowed')
  const forms = makeCsrfJudge({ ownOrigins: [own], takesForms: true })
  const form = { ...from, 'content-type': 'application/x-www-form-urlencoded' }
  assert.equal(forms({ method: 'POST', headers: form }).allowed, true)
  assert.equal(
    forms({ method: 'POST', headers: { ...form, 'sec-fetch-site': 'cross-site' } }).allowed,
    false,
  )
})

test('a refusal is a problem document without a word about the service, and is counted', () => {
  const events: string[] = []
  const guard = makeEdgeGuard({
    csrf: judge,
    sink: (event) => void events.push(JSON.stringify(event)),
  })
  const sent: Record<string, unknown> = {}
  const response = {
    statusCode: 200,
    getHeader: () => undefined,
    setHeader: (name: string, value: string) => void (sent[name] = value),
    removeHeader: () => undefined,
    end: (body?: string) => void (sent['body'] = body),
  }
  let wentOn = false
  expressEdgeGuard(guard)(
    { method: 'POST', headers: { ...json, cookie, origin: 'null' } },
    response,
    () => void (wentOn = true),
  )
  assert.deepEqual(
    [response.statusCode, wentOn, sent['content-type']],
    [403, false, 'application/problem+json'],
  )
  assert.doesNotMatch(String(sent['body']), /origin|cookie|null/i)
  assert.deepEqual(events, ['{"type":"csrf.refused","reason":"unknown-origin"}'])
})
