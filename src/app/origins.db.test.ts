// Pages of other origins, over every route of the API: none may read an answer, ask first with success, or change anything with somebody's session.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { asBrowser, openSharedHouse, OWN_ORIGIN, signInWith } from '../../test/signed-in.ts'
import type { SignInHouse } from '../../test/signed-in.ts'
import { askAsOperator, bearer } from '../../test/composed.ts'

/** What a browser says of pages that are not ours, near and far. */
const FOREIGN = [
  'https://evil.example',
  'null',
  'http://localhost:7421',
  'https://localhost:7420',
  'http://localhost',
  'http://127.0.0.1:7420',
  'http://localhost:7420.evil.example',
  'http://evil-localhost:7420',
  'http://sub.localhost:7420',
  'HTTP://LOCALHOST:7420',
  'http://localhost:7420/',
  'http://user@localhost:7420',
  'file://',
  'chrome-extension://abcdefghijklmnop',
] as const
const METHODS = ['GET', 'POST', 'PUT', 'DELETE', 'PATCH'] as const

interface Operation {
  readonly method: (typeof METHODS)[number]
  readonly url: string
}

let shared: Awaited<ReturnType<typeof openSharedHouse>>
let house: SignInHouse
let operations: readonly Operation[]
let session = ''

before(async () => {
  shared = await openSharedHouse()
  house = shared.house
  const { app, corp } = house
  corp.person = { subject: 'ann', email: 'ann@example.com' }
  await askAsOperator(app, '/v1/accounts', { email: 'ann@example.com', role: 'admin' })
  session = (await signInWith(house)).session ?? ''
  assert.notEqual(session, '')
  const { paths } = (
    await app.web.inject({ url: '/openapi.json', headers: { host: 'localhost' } })
  ).json<{ paths: Record<string, Record<string, unknown>> }>()
  operations = Object.entries(paths).flatMap(([path, item]) =>
    METHODS.filter((method) => method.toLowerCase() in item).map((method) => ({
      method,
      url: path.replace(/\{[^}]+\}/g, 'x'),
    })),
  )
  assert.ok(operations.length >= 130, `${operations.length} operations`)
})
after(() => shared.close())

async function answerTo(
  { method, url }: { readonly method: string; readonly url: string },
  headers: Record<string, string>,
  payload?: string,
) {
  return house.app.web.inject({
    method: method as 'GET',
    url,
    headers: { host: 'localhost:7420', ...headers },
    ...(payload === undefined ? {} : { payload }),
  })
}

/** Whatever was answered, it lets no page of another origin read it, and none embed it. */
function grantsNothing(headers: Record<string, unknown>, what: string): void {
  const granted = Object.keys(headers).filter((name) => name.startsWith('access-control-'))
  assert.deepEqual(granted, [], what)
  assert.equal(headers['cross-origin-resource-policy'], 'same-origin', what)
}

test('no preflight of any origin is granted, for any route and method, with a session, with a key or without', async () => {
  const callers = [{}, asBrowser(session), bearer(house.app.apiKey)]
  let count = 0
  for (const { url } of operations)
    for (const [at, origin] of [OWN_ORIGIN, ...FOREIGN].entries()) {
      const method = METHODS[(count + at) % METHODS.length]!
      const { headers, statusCode } = await answerTo(
        { method: 'OPTIONS', url },
        {
          ...callers[count % callers.length],
          origin,
          'access-control-request-method': method,
          'access-control-request-headers': 'authorization, content-type, idempotency-key',
          'access-control-request-private-network': 'true',
        },
      )
      const what = `OPTIONS ${url} for ${method} from ${origin}`
      assert.ok(statusCode >= 400, `${what}: ${statusCode}`)
      grantsNothing(headers, what)
      count += 1
    }
  assert.ok(count >= 1_900, `${count} preflights`)
})

test('no answer to a reading request is granted to another origin, with the reader’s session or key', async () => {
  // Streams do not end, and are held to the same below.
  const reading = operations.filter(
    ({ method, url }) => method === 'GET' && !/^\/v1\/(?:changes|ledger\/feed)$/.test(url),
  )
  let okCount = 0
  for (const operation of reading)
    for (const caller of [asBrowser(session), bearer(house.app.apiKey)]) {
      const origin = FOREIGN[okCount % FOREIGN.length]!
      const { headers, statusCode } = await answerTo(operation, {
        ...caller,
        origin,
        'sec-fetch-site': 'cross-site',
      })
      grantsNothing(headers, `GET ${operation.url} from ${origin}: ${statusCode}`)
      if (statusCode === 200) okCount += 1
    }
  assert.ok(okCount >= 40, `${okCount} answers with content`)
})

test('no changing route of the API takes a session from a page that is not ours, whatever such a page sends', async () => {
  const changing = operations.filter(({ method }) => method !== 'GET')
  assert.ok(changing.length >= 70, `${changing.length} routes`)
  const { cookie = '' } = asBrowser(session)
  const json = { cookie, 'content-type': 'application/json' }
  const pages: readonly Record<string, string>[] = [
    json,
    ...FOREIGN.map((origin) => ({ ...json, origin })),
    ...['cross-site', 'same-site', 'none', 'nonsense', ''].map((site) => ({
      ...json,
      'sec-fetch-site': site,
      origin: OWN_ORIGIN,
    })),
    { ...json, 'sec-fetch-site': 'same-origin', 'content-type': 'text/plain' },
    { ...json, origin: OWN_ORIGIN, 'content-type': 'application/x-www-form-urlencoded' },
    { ...json, origin: OWN_ORIGIN, 'content-type': 'multipart/form-data; boundary=x' },
  ]
  for (const operation of changing)
    for (const page of pages) {
      const answer = await answerTo(operation, page, '{}')
      const what = `${operation.method} ${operation.url} from ${JSON.stringify(page)}`
      assert.equal(answer.json<{ code: string }>().code, 'WEB_ORIGIN_REFUSED', what)
      grantsNothing(answer.headers, what)
    }
  // The session is still there: none of them signed anybody out.
  const who = await answerTo({ method: 'GET', url: '/v1/session' }, asBrowser(session))
  assert.equal(who.statusCode, 200)
})

test('a page of ours may do what the same request was refused for elsewhere', async () => {
  const { cookie = '' } = asBrowser(session)
  const note = JSON.stringify({ subject: 'pier', payload: 'from our own page' })
  const json = { cookie, 'content-type': 'application/json' }
  const operation = { method: 'POST', url: '/v1/ledger/entries' }
  for (const own of [{ 'sec-fetch-site': 'same-origin' }, { origin: OWN_ORIGIN }])
    assert.equal((await answerTo(operation, { ...json, ...own }, note)).statusCode, 201)
  // A method in a field would pass a change for a question.
  for (const field of ['x-http-method-override', 'x-http-method', 'x-method-override']) {
    const answer = await answerTo(
      { method: 'GET', url: '/v1/runs' },
      { cookie, [field]: 'DELETE', 'sec-fetch-site': 'cross-site' },
    )
    assert.equal(answer.json<{ code: string }>().code, 'WEB_ORIGIN_REFUSED', field)
  }
})
