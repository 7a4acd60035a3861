// Switches on a database: flips raced, temporary, confirmed and isolated, each with its fact in the ledger.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { nodeDigest, nodeRandom } from '../../test/crypto.ts'
import { freshTenant, openTestSql } from '../../test/database.ts'
import { openTestLedger, TEST_NOW_MS } from '../../test/ledger.ts'
import type { FakeClock } from '../../test/clock.ts'
import { actionSlice, makeActions } from '../action/index.ts'
import type { Actions } from '../action/index.ts'
import type { Json, Principal, Route, RouteAnswer } from '../kernel/index.ts'
import { SeaworthyError, utf8Bytes, utf8Text } from '../kernel/index.ts'
import type { Ledger } from '../ledger/index.ts'
import { ledgerSlice } from '../ledger/index.ts'
import { flagSlice, flipAction, makeFlagRoutes, makeFlags } from './index.ts'
import type { Flags } from './index.ts'

interface Bridge {
  readonly flags: Flags
  readonly actions: Actions
  readonly ledger: Ledger
  readonly clock: FakeClock
  readonly principal: Principal
  readonly stranger: Principal
  ofrep(body: string, key?: string, who?: Principal): Promise<{ status: number; body: Json }>
  types(): Promise<readonly string[]>
}

const KILL = { kind: 'kill-switch', boot: 'on', confirms: 'restore' } as const
const FLAG = {
  kind: 'flag',
  boot: 'off',
  confirms: 'none',
  variants: { on: 'new', off: 'old' },
} as const
const reason = 'drill'

async function openBridge(): Promise<Bridge> {
  const slices = [ledgerSlice, actionSlice, flagSlice]
  const sql = await openTestSql(
    slices.flatMap(({ name, migrations }) => (migrations ? [{ name, migrations }] : [])),
  )
  const { ledger, clock, tenantId } = await openTestLedger()
  const flags = makeFlags({ sql, clock, ledger })
  const confirmSecret = new Uint8Array(32).fill(7)
  const actions = makeActions({
    sql,
    ledger,
    clock,
    random: nodeRandom,
    digest: nodeDigest,
    confirmSecret,
    areOneHand: (_tenantId, first, second) => Promise.resolve(first === second),
  })
  const principal = { id: 'operator', tenantId }
  const routes = makeFlagRoutes({ flags, digest: nodeDigest })
  return {
    flags,
    actions,
    ledger,
    clock,
    principal,
    stranger: { id: 'operator', tenantId: await freshTenant(sql) },
    async ofrep(text, key, who = principal) {
      const path = `/ofrep/v1/evaluate/flags${key === undefined ? '' : '/:key'}`
      const params: Record<string, string> = key === undefined ? {} : { key }
      const answer = await routeOf(routes, path).handle({
        principal: who,
        params,
        query: {},
        body: utf8Bytes(text),
      })
      return { status: answer.status ?? 200, body: bodyOf(answer) }
    },
    types: async () => (await ledger.list(tenantId, {})).entries.map(({ body }) => body.type),
  }
}

function routeOf(routes: readonly Route[], path: string): Route {
  const found = routes.find((route) => route.path === path)
  assert.ok(found)
  return found
}

function bodyOf(answer: RouteAnswer): Json {
  assert.ok('bytes' in answer)
  return JSON.parse(utf8Text(answer.bytes)) as Json
}

async function codeOf(work: Promise<unknown>): Promise<string> {
  try {
    await work
    return 'no refusal'
  } catch (error) {
    if (error instanceof SeaworthyError) return error.code
    throw error
  }
}

test('a flip is a row, a line of history and a fact with actor and reason; saying it again writes nothing', async () => {
  const { flags, principal, ledger, types } = await openBridge()
  await flags.define(principal, 'billing-writes', KILL, 'made')
  const wish = { name: 'billing-writes', word: { state: 'off' }, reason } as const
  assert.equal((await flags.flip(principal, wish)).isChanged, true)
  assert.equal((await flags.flip(principal, wish)).isChanged, false)
  assert.deepEqual(await types(), ['flag.defined', 'flag.flipped'])
  const history = await flags.history(principal.tenantId, 'billing-writes')
  assert.deepEqual(
    history.map(({ version, kind, word, changedBy }) => [version, kind, word.state, changedBy]),
    [
      [2, 'flipped', 'off', 'operator'],
      [1, 'defined', 'on', 'operator'],
    ],
  )
  const payload = await ledger.payloadOf(principal.tenantId, 1)
  assert.deepEqual(payload?.value, {
    name: 'billing-writes',
    version: 2,
    reason,
    from: { state: 'on' },
    to: { state: 'off' },
  })
  assert.match(await flags.document(principal.tenantId), /"billing-writes":\{"state":"off"\}/)
})

test('of eight who race one flip one writes, the others find it done; a stale version is refused', async () => {
  const { flags, principal, types } = await openBridge()
  await flags.define(principal, 'search', KILL, 'made')
  const wish = { name: 'search', word: { state: 'off' }, reason } as const
  const ended = await Promise.all(Array.from({ length: 8 }, () => flags.flip(principal, wish)))
  assert.equal(ended.filter(({ isChanged }) => isChanged).length, 1)
  assert.equal((await types()).filter((type) => type === 'flag.flipped').length, 1)
  const stale = flags.flip(principal, { ...wish, expectedVersion: 1 })
  assert.equal(await codeOf(stale), 'FLAG_VERSION_MOVED')
})

test('turning off needs no confirmation; turning on again is previewed, and a flip in between voids the token', async () => {
  const { flags, actions, principal } = await openBridge()
  await flags.define(principal, 'search', KILL, 'made')
  await flags.flip(principal, { name: 'search', word: { state: 'off' }, reason })
  const restore = { name: 'search', word: { state: 'on' }, reason: 'fixed' } as const
  assert.equal(await codeOf(flags.flip(principal, restore)), 'FLAG_CONFIRMATION_REQUIRED')
  const action = flipAction(flags)
  const stale = await actions.preview(principal, action, restore)
  assert.deepEqual([stale.risk, stale.summary], ['high', 'flip kill-switch search: off → on'])
  const sooner = { state: 'off', untilMs: TEST_NOW_MS + 60_000 } as const
  assert.equal(
    await codeOf(flags.flip(principal, { name: 'search', word: sooner, reason })),
    'FLAG_CONFIRMATION_REQUIRED',
  )
  await flags.define(principal, 'search', { ...KILL, boot: 'off' }, 'boots off')
  assert.equal(
    await codeOf(actions.confirm(principal, action, stale.token)),
    'ACTION_SECOND_PERSON_NEEDED',
  )
  const mate = { ...principal, id: 'mate' }
  assert.equal(await codeOf(actions.confirm(mate, action, stale.token)), 'ACTION_STATE_CHANGED')
  const { token } = await actions.preview(principal, action, restore)
  assert.deepEqual(await actions.confirm(mate, action, token), {
    isChanged: true,
    name: 'search',
    version: 4,
  })
  assert.equal((await flags.read(principal.tenantId, 'search')).word.state, 'on')
  assert.equal(
    await codeOf(actions.preview(principal, action, { ...restore, state: 'on' })),
    'FLAG_REFUSED',
  )
})

test('a temporary flip gives way to what held before, and an end in the past is refused', async () => {
  const { flags, principal, clock, ofrep } = await openBridge()
  await flags.define(principal, 'search', { ...KILL, confirms: 'none' }, 'made')
  const word = { state: 'off', untilMs: clock.nowMs() + 60_000 } as const
  await flags.flip(principal, { name: 'search', word, reason })
  assert.deepEqual((await ofrep('{}', 'search')).body, {
    key: 'search',
    value: false,
    variant: 'off',
    reason: 'DISABLED',
    metadata: { version: 2, kind: 'kill-switch' },
  })
  await flags.flip(principal, {
    name: 'search',
    word: { ...word, untilMs: word.untilMs + 1 },
    reason,
  })
  clock.advance(60_001)
  const { body } = await ofrep('{}', 'search')
  assert.equal((body as { value: boolean }).value, true)
  assert.equal(
    await codeOf(flags.flip(principal, { name: 'search', word, reason })),
    'FLAG_REFUSED',
  )
})

test('OFREP answers its codes for whatever is wrong, one by one and in bulk', async () => {
  const { flags, principal, ofrep } = await openBridge()
  await flags.define(principal, 'price', FLAG, 'made')
  const rule = { tenants: new Map([['acme', 'on']]), rollout: [{ variant: 'on', percent: 100 }] }
  await flags.flip(principal, { name: 'price', word: { state: 'on', rule }, reason })
  const outcome = async (text: string, key?: string): Promise<unknown> => {
    const { status, body } = await ofrep(text, key)
    const { errorCode, value, reason: why } = body as Record<string, Json>
    return [status, errorCode ?? value ?? null, why ?? null]
  }
  assert.deepEqual(await outcome('{"context":{"targetingKey":"u1"}}', 'price'), [
    200,
    'new',
    'SPLIT',
  ])
  assert.deepEqual(await outcome('{"context":{"tenant":"acme"}}', 'price'), [
    200,
    'new',
    'TARGETING_MATCH',
  ])
  assert.deepEqual(await outcome('{"context":{}}', 'price'), [400, 'TARGETING_KEY_MISSING', null])
  for (const text of ['{"context":', '{"a":1,"a":2}', '\u0000'])
    assert.deepEqual(await outcome(text, 'price'), [400, 'PARSE_ERROR', null])
  for (const text of [
    '[]',
    '{"context":3}',
    '{"context":{"targetingKey":3}}',
    '{"context":{"tenant":[]}}',
  ])
    assert.deepEqual(await outcome(text, 'price'), [400, 'INVALID_CONTEXT', null])
  for (const key of ['nobody', '__proto__', 'constructor', 'x'.repeat(5_000)])
    assert.deepEqual(await outcome('{}', key), [404, 'FLAG_NOT_FOUND', null])
  assert.deepEqual(await outcome('{"context":'), [400, 'PARSE_ERROR', null])
  assert.deepEqual((await ofrep('{}')).body, {
    flags: [
      {
        key: 'price',
        errorCode: 'TARGETING_KEY_MISSING',
        errorDetails: 'expected a targetingKey in the context: a rollout decides by it',
      },
    ],
  })
})

test('a tenant neither sees nor turns the switches of another', async () => {
  const { flags, principal, stranger, ofrep } = await openBridge()
  await flags.define(principal, 'search', KILL, 'made')
  assert.deepEqual(await flags.list(stranger.tenantId), [])
  assert.equal(
    await codeOf(flags.flip(stranger, { name: 'search', word: { state: 'off' }, reason })),
    'FLAG_UNKNOWN',
  )
  assert.equal(await codeOf(flags.history(stranger.tenantId, 'search')), 'FLAG_UNKNOWN')
  assert.equal((await ofrep('{}', 'search', stranger)).status, 404)
  await flags.define(stranger, 'search', { ...KILL, boot: 'off' }, 'its own')
  assert.equal((await flags.read(principal.tenantId, 'search')).definition.boot, 'on')
})

test('hostile names, foreign variants and rules of kill switches are refused and leave nothing behind', async () => {
  const { flags, principal, types } = await openBridge()
  for (const name of ['__proto__', 'Search', 'a b', '', 'a'.repeat(101), 'a/../b'])
    assert.equal(await codeOf(flags.define(principal, name, KILL, 'made')), 'FLAG_REFUSED')
  await flags.define(principal, 'price', FLAG, 'made')
  await flags.define(principal, 'search', KILL, 'made')
  const flip = (name: string, rule: object): Promise<string> =>
    codeOf(flags.flip(principal, { name, word: { state: 'on', rule }, reason }))
  assert.equal(await flip('price', { variant: 'toString' }), 'FLAG_REFUSED')
  assert.equal(await flip('search', { variant: 'on' }), 'FLAG_REFUSED')
  assert.deepEqual(await types(), ['flag.defined', 'flag.defined'])
})
