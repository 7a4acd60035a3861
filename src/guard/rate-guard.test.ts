// Keys, addresses, blocks, header fields and the three bindings.
import assert from 'node:assert/strict'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { test } from 'node:test'
import express from 'express'
import fc from 'fast-check'
import fastify from 'fastify'
import { parseDictionary, parseList } from 'structured-headers'
import { addressKey, clientKey, parseNetwork } from './address.ts'
import { makeAddressBlocks } from './address-blocks.ts'
import { makeLimiter } from './limiter.ts'
import { admitRequest, expressRateGuard, fastifyRateHook } from './middleware.ts'
import type { GuardEvent, RatePolicy } from './model.ts'
import { nodeGuardClock } from './node.ts'
import { rateFields } from './rate-fields.ts'
import { makeRateGuard, rateKey } from './rate-guard.ts'
import type { RateGuardTerms } from './rate-guard.ts'

const policy: RatePolicy = { kind: 'bucket', name: 'push', limit: 2, windowMs: 60_000, burst: 2 }

function aGuard(terms: Partial<RateGuardTerms> = {}) {
  const limiter = makeLimiter({ policy, clock: nodeGuardClock, endpointClass: 'protective' })
  return makeRateGuard({ limiter, clock: nodeGuardClock, ...terms })
}

const facts = { peer: '203.0.113.7', forwardedFor: undefined, endpoint: 'push' }

test('an IPv4 tail is read at the end of an address and nowhere else', () => {
  assert.equal(addressKey('::ffff:192.0.2.7'), '192.0.2.7')
  assert.equal(addressKey('64:ff9b::192.0.2.7'), '64:ff9b:0:0::/64')
  for (const text of ['1.2.3.4::', '1.2.3.4::1', '::1.2.3.4:5', '1.2.3.4:5::'])
    assert.equal(addressKey(text), undefined, text)
})

test('a mapped IPv4 address is the same client, an IPv6 customer is a /64, and nonsense is nobody', () => {
  for (const text of [
    '203.0.113.7',
    '::ffff:203.0.113.7',
    '::FFFF:cb00:7107',
    '[::ffff:203.0.113.7]',
  ])
    assert.equal(addressKey(text), '203.0.113.7', text)
  assert.equal(addressKey('2001:db8:1:2:3:4:5:6'), '2001:db8:1:2::/64')
  assert.equal(addressKey('2001:DB8:1:2::'), '2001:db8:1:2::/64')
  assert.equal(addressKey('fe80::1%eth0'), 'fe80:0:0:0::/64')
  for (const text of [
    '',
    'localhost',
    '1.2.3',
    '1.2.3.04',
    '1.2.3.256',
    ':::',
    '1::2::3',
    '1:2:3:4:5:6:7:8:9',
    'g::',
    '1:2:3:4:5:6:7::8',
    'x'.repeat(1_000),
  ])
    assert.equal(addressKey(text), undefined, text)
})

test('only a trusted proxy is believed about its client, hop by hop from the near end', () => {
  const trusted = [parseNetwork('10.0.0.0/8'), parseNetwork('::1')]
  assert.equal(clientKey('203.0.113.7', '1.1.1.1', trusted), '203.0.113.7')
  assert.equal(clientKey('10.0.0.1', '1.1.1.1, 198.51.100.9', trusted), '198.51.100.9')
  assert.equal(clientKey('::ffff:10.0.0.1', '198.51.100.9, 10.2.3.4', trusted), '198.51.100.9')
  assert.equal(clientKey('10.0.0.1', '198.51.100.9:443', trusted), '198.51.100.9')
  assert.equal(clientKey('::1', '[2001:db8::1]:443', trusted), '2001:db8:0:0::/64')
  assert.equal(clientKey('10.0.0.1', 'unknown', trusted), '10.0.0.1')
  assert.equal(clientKey('10.0.0.1', undefined, trusted), '10.0.0.1')
  assert.equal(clientKey('10.0.0.1', '10.0.0.2,'.repeat(100_000), trusted), '10.0.0.1')
  for (const text of ['10.0.0.0/33', '::/129', 'x/8', '10.0.0.0/8/8', '10.0.0.0/-1'])
    assert.throws(() => parseNetwork(text), { code: 'GUARD_ADDRESS_INVALID' })
})

test('whatever a client writes into the forwarding header, it stays the address its proxy saw', () => {
  const trusted = [parseNetwork('10.0.0.0/8')]
  fc.assert(
    fc.property(fc.string(), (spoofed) => {
      assert.equal(clientKey('10.0.0.1', `${spoofed}, 198.51.100.9`, trusted), '198.51.100.9')
    }),
  )
})

test('no tenant, principal or endpoint can be named into the key of another', () => {
  const part = fc.string({ maxLength: 8 })
  const who = fc.record({ tenant: part, principal: part, endpoint: part })
  fc.assert(
    fc.property(who, who, (a, b) => {
      const keyOf = (each: typeof a): string => rateKey({ ...facts, ...each }, '203.0.113.7')
      assert.equal(keyOf(a) === keyOf(b), JSON.stringify(a) === JSON.stringify(b))
      assert.notEqual(keyOf(a), rateKey(facts, a.tenant))
    }),
  )
})

test('ten refusals block an address, each block doubles to a day, and a hand can lift it', () => {
  const events: GuardEvent[] = []
  let nowMs = 0
  const blocks = makeAddressBlocks({
    clock: { epochMs: () => nowMs },
    sink: (event) => void events.push(event),
    allowed: ['198.51.100.0/24'],
  })
  const provoke = (address: string): void => {
    for (let index = 0; index < 10; index++) blocks.countRefusal(address)
  }
  for (let index = 0; index < 9; index++) blocks.countRefusal('::ffff:203.0.113.7')
  assert.equal(blocks.blockedUntil('203.0.113.7'), undefined)
  blocks.countRefusal('203.0.113.7')
  const lengths: number[] = []
  for (let index = 0; index < 9; index++) {
    const until = blocks.blockedUntil('203.0.113.7') ?? 0
    lengths.push((until - nowMs) / 60_000)
    nowMs = until
    assert.equal(blocks.blockedUntil('203.0.113.7'), undefined)
    provoke('203.0.113.7')
  }
  assert.deepEqual(lengths, [15, 30, 60, 120, 240, 480, 960, 1_440, 1_440])
  provoke('198.51.100.9')
  assert.equal(blocks.blockedUntil('198.51.100.9'), undefined)
  assert.deepEqual(
    blocks.list().map(({ address, earlierCount }) => [address, earlierCount]),
    [['203.0.113.7', 9]],
  )
  assert.equal(blocks.unblock('203.0.113.7', 'alice'), true)
  assert.equal(blocks.unblock('203.0.113.7', 'alice'), false)
  assert.equal(blocks.blockedUntil('203.0.113.7'), undefined)
  assert.deepEqual(events.at(-1), {
    type: 'address.unblocked',
    address: '203.0.113.7',
    by: 'alice',
  })
  assert.equal(events.length, 11)
})

test('an allowed address of IPv6 is known by its /64, as every other is', () => {
  const allowed = ['2001:db8:1:2::7', '2001:db8:1:3::/96']
  const blocks = makeAddressBlocks({ clock: nodeGuardClock, refusalLimit: 1, allowed })
  for (const key of ['2001:db8:1:2::/64', '2001:db8:1:3::/64', '2001:db8:1:4::/64'])
    blocks.countRefusal(key)
  assert.deepEqual(
    blocks.list().map(({ address }) => address),
    ['2001:db8:1:4::/64'],
  )
})

test('half a character in a name is a key like any other', () => {
  const facts = { tenant: 'a\ud800', principal: '\udfff', endpoint: 'GET /' }
  assert.match(rateKey(facts as Parameters<typeof rateKey>[0], undefined), /^t\/a%EF%BF%BD/)
})

test('refusals that are far apart block nobody', () => {
  let nowMs = 0
  const blocks = makeAddressBlocks({ clock: { epochMs: () => nowMs } })
  for (let index = 0; index < 100; index++) {
    blocks.countRefusal('203.0.113.7')
    nowMs += 70_000
  }
  assert.deepEqual(blocks.list(), [])
})

test('a known principal is limited but neither blocked nor counted towards a block of its shared address', async () => {
  const blocks = makeAddressBlocks({ clock: nodeGuardClock, refusalLimit: 1 })
  const guard = aGuard({ blocks })
  const known = { ...facts, principal: 'key-1' }
  for (let index = 0; index < 5; index++) await guard(known)
  assert.deepEqual(blocks.list(), [])
  for (let index = 0; index < 3; index++) await guard(facts)
  assert.equal(blocks.list().length, 1)
  const blocked = await guard(facts)
  assert.equal(blocked.allowed ? 0 : blocked.problem.status, 403)
  assert.equal((await guard({ ...facts, principal: 'key-2' })).allowed, true)
})

test('the fields are structured fields with whole seconds, and Retry-After never comes too early', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 10 ** 10 }), fc.nat(1_000), (waitUs, remaining) => {
      const fields = rateFields(policy, {
        allowed: false,
        remaining,
        retryAfterUs: waitUs,
        resetUs: waitUs,
      })
      const [[[name, parameters]]] = [parseList(fields['ratelimit'] ?? '')] as never as [
        [[string, Map<string, number>]],
      ]
      assert.equal(name, 'push')
      assert.equal(parameters.get('r'), remaining)
      assert.equal(parseList(fields['ratelimit-policy'] ?? '').length, 1)
      assert.ok(Number(fields['retry-after']) * 1_000_000 >= waitUs)
      assert.ok(Number(fields['retry-after']) * 1_000_000 < waitUs + 1_000_000)
    }),
  )
  assert.throws(() => parseDictionary('"push"'), 'the parser is one that refuses')
})

interface Seen {
  readonly status: number
  readonly type: string | null
  readonly remaining: string | null
  readonly retryAfter: string | null
}

async function askThrice(url: string): Promise<Seen[]> {
  const seen: Seen[] = []
  for (let index = 0; index < 3; index++) {
    const answer = await fetch(url)
    await answer.text()
    seen.push({
      status: answer.status,
      type: answer.headers.get('content-type'),
      remaining: answer.headers.get('x-ratelimit-remaining'),
      retryAfter: answer.headers.get('retry-after'),
    })
  }
  return seen
}

const expectedStatuses = [200, 200, 429]

function judgeAnswers(seen: readonly Seen[]): void {
  assert.deepEqual(
    seen.map(({ status }) => status),
    expectedStatuses,
  )
  assert.deepEqual(
    seen.map(({ remaining }) => remaining),
    ['1', '0', '0'],
  )
  assert.match(seen[2]?.type ?? '', /^application\/problem\+json/)
  assert.equal(seen[2]?.retryAfter, '30')
}

test('a Fastify service is protected by one hook', async () => {
  const app = fastify()
  app.addHook(
    'onRequest',
    fastifyRateHook(aGuard(), () => ({ endpoint: 'all' })),
  )
  app.get('/', () => 'in')
  judgeAnswers(await askThrice(await app.listen({ port: 0, host: '127.0.0.1' })))
  await app.close()
})

test('an Express service is protected by one line, and a fault reaches its error handler', async () => {
  const app = express()
  app.use(expressRateGuard(aGuard(), () => ({ endpoint: 'all' })))
  app.get('/', (_request, response) => void response.send('in'))
  const server = app.listen(0, '127.0.0.1')
  await new Promise((resolve) => server.once('listening', resolve))
  judgeAnswers(await askThrice(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`))
  server.close()
  let failure: unknown
  const faulty = expressRateGuard(aGuard(), () => ({ endpoint: 'all', cost: -1 }))
  const response = { statusCode: 200, setHeader: () => undefined, end: () => undefined }
  await faulty({ headers: {}, socket: {} }, response, (error) => void (failure = error))
  assert.equal((failure as { code?: string }).code, 'GUARD_COST_INVALID')
})

test('a plain node:http service is protected by one question', async () => {
  const guard = aGuard()
  const server = createServer((request, response) => {
    admitRequest(guard, () => ({ endpoint: 'all' }), request, response).then(
      (isAdmitted) => void (isAdmitted && response.end('in')),
      (error: unknown) => void response.destroy(error as Error),
    )
  })
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve))
  judgeAnswers(await askThrice(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`))
  server.close()
})
