// The matrix of CORS requests finds every careless comparison of origins that it is meant for.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { corsMatrix, corsMistakes, coversPreflight, foreignOrigins } from './cors-matrix.ts'
import type { CorsCase, CorsSeen } from './cors-matrix.ts'
import { makeCorsPolicy } from './cors.ts'

const policy = makeCorsPolicy({
  origins: ['https://app.example.com', 'https://m.example.com:8443', 'capacitor://localhost'],
  methods: ['GET', 'POST', 'PUT'],
  headers: ['Content-Type', 'X-Request-Id'],
  exposed: ['ETag'],
  credentials: true,
})

/** A server that decides by a rule of its own and is right in everything else. */
function careless(lets: (origin: string) => string | undefined, more: Record<string, string> = {}) {
  return ({ method, headers }: CorsCase['request']): CorsSeen => {
    const allowed = headers['origin'] === undefined ? undefined : lets(headers['origin'])
    const asked = headers['access-control-request-method'] ?? ''
    const isFine =
      policy.methods.includes(asked) &&
      (headers['access-control-request-headers'] ?? '')
        .split(',')
        .every((name) => name === '' || policy.headers.includes(name))
    const fields =
      allowed === undefined || (method === 'OPTIONS' && !isFine)
        ? {}
        : {
            'access-control-allow-origin': allowed,
            'access-control-allow-credentials': 'true',
            'access-control-allow-methods': policy.methods.join(),
            'access-control-allow-headers': policy.headers.join(),
          }
    return { status: 204, headers: { vary: 'Origin', ...fields, ...more } }
  }
}

const known = (origin: string): boolean => policy.origins.includes(origin)
/** What is compared how, and the case that has to find it; the first one is right. */
const servers: readonly (readonly [
  string,
  (request: CorsCase['request']) => CorsSeen,
  RegExp | undefined,
])[] = [
  ['exact', careless((origin) => (known(origin) ? origin : undefined)), undefined],
  ['echo', careless((origin) => origin), /unrelated/],
  [
    'null',
    careless((origin) => (known(origin) || origin === 'null' ? origin : undefined)),
    /\(null\)/,
  ],
  [
    'ends with',
    careless((origin) =>
      origin.endsWith('app.example.com') ? origin : known(origin) ? origin : undefined,
    ),
    /prefix/,
  ],
  [
    'starts with',
    careless((origin) =>
      policy.origins.some((each) => origin.startsWith(each)) ? origin : undefined,
    ),
    /suffix/,
  ],
  [
    'any case',
    careless((origin) => (known(origin.toLowerCase()) ? origin : undefined)),
    /upper case/,
  ],
  [
    'any scheme',
    careless((origin) => (known(origin.replace('http:', 'https:')) ? origin : undefined)),
    /scheme/,
  ],
  [
    'unescaped dot',
    careless((origin) =>
      /^https:\/\/app.example.com$/.test(origin) || known(origin) ? origin : undefined,
    ),
    /any character for a dot/,
  ],
  [
    'any port',
    careless((origin) =>
      known(origin) || /^https:\/\/app\.example\.com:\d+$/.test(origin) ? origin : undefined,
    ),
    /another port/,
  ],
  [
    'any subdomain',
    careless((origin) =>
      known(origin) || /^https:\/\/(?:\w+\.)*app\.example\.com$/.test(origin) ? origin : undefined,
    ),
    /subdomain/,
  ],
  [
    'whatever names localhost',
    careless((origin) => (known(origin) || origin.includes('localhost') ? origin : undefined)),
    /this machine/,
  ],
  ['a star', careless(() => '*'), /./],
  ['one for all', careless(() => 'https://app.example.com'), /m\.example\.com/],
  [
    'no Vary',
    careless((origin) => (known(origin) ? origin : undefined), { vary: 'Accept' }),
    /from https:\/\/app/,
  ],
  ['nobody', careless(() => undefined), /from https:\/\/app/],
  [
    'every method',
    (request) => {
      const seen = careless((origin) => (known(origin) ? origin : undefined))({
        ...request,
        method: 'GET',
      })
      return {
        ...seen,
        headers: {
          ...seen.headers,
          'access-control-allow-methods': String(request.headers['access-control-request-method']),
        },
      }
    },
    /X-SEAWORTHY/,
  ],
  [
    'preflights without a route',
    (request) => ({
      ...careless((origin) => (known(origin) ? origin : undefined))(request),
      status: request.method === 'OPTIONS' ? 404 : 200,
    }),
    /preflight/,
  ],
]

test('each careless comparison is found by a case that names it', () => {
  for (const [name, server, found] of servers) {
    const wrong = corsMatrix(policy).filter(
      (each) => corsMistakes(each, server(each.request)).length > 0,
    )
    if (found === undefined)
      assert.deepEqual(
        wrong.map((each) => each.name),
        [],
        name,
      )
    else
      assert.ok(
        wrong.some((each) => found.test(each.name)),
        `${name}: ${wrong.map((each) => each.name).join()}`,
      )
  }
})

test('a port, or none, that is not the one of the allowed origin is foreign, and an origin never is so to itself', () => {
  for (const allowed of [
    'https://m.example.com:8443',
    'https://m.example.com',
    'http://localhost',
  ]) {
    const origins = foreignOrigins(allowed).map(([, origin]) => origin)
    assert.equal(origins.includes(allowed), false, allowed)
    const { protocol, hostname } = new URL(allowed)
    assert.ok(
      origins.some((origin) => /^:\d+$/.test(origin.replace(`${protocol}//${hostname}`, ''))),
    )
  }
  assert.ok(
    foreignOrigins('https://m.example.com:8443').some(([, to]) => to === 'https://m.example.com'),
  )
})

test('a star stands for no header of a log-in, and for nothing beside credentials', () => {
  const asked = { 'access-control-request-method': 'PUT', 'access-control-request-headers': 'x-id' }
  const told = { 'access-control-allow-methods': '*', 'access-control-allow-headers': '*' }
  const login = { ...asked, 'access-control-request-headers': 'authorization' }
  assert.equal(coversPreflight(asked, told), true)
  assert.equal(coversPreflight(login, told), false)
  assert.equal(
    coversPreflight(asked, { ...told, 'access-control-allow-credentials': 'true' }),
    false,
  )
})
