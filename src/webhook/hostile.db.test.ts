// Receivers that hang, drip, flood, redirect, refuse, reset or are gone: what is tried again, what is given up, and who is not harmed.
import assert from 'node:assert/strict'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { test } from 'node:test'
import type { TestContext } from 'node:test'
import { until } from '../../test/jobs.ts'
import { openExchange, openReceiver, WISH } from '../../test/webhooks.ts'
import type { Exchange } from '../../test/webhooks.ts'
import type { Clock, FetchRequest, GuardedFetch } from '../kernel/index.ts'
import { makeGuardedFetch, systemClock } from '../platform/index.ts'
import { selfSignedCertificate } from '../../test/certificate.ts'
import { deliverWish } from './outbox.ts'

const SHORT_MS = 400
const RETRY_AFTER_S = 700
const FIVE_MINUTES_MS = 300_000

/** Real time, ahead by what the test has travelled. */
function shiftedClock(): Clock & { aheadMs: number } {
  return {
    ...systemClock,
    aheadMs: 0,
    nowMs() {
      return systemClock.nowMs() + this.aheadMs
    },
  }
}

interface Storm extends Exchange {
  readonly requests: FetchRequest[]
  /** Time goes on by so much, and what became due then is sent. */
  travel(ms: number, endpointId: string): Promise<void>
}

/** With a time limit that a test can wait for; what was asked for is kept. */
async function openStorm(
  resolve?: Parameters<typeof makeGuardedFetch>[0]['resolve'],
): Promise<Storm> {
  const clock = shiftedClock()
  const requests: FetchRequest[] = []
  const guarded = makeGuardedFetch({
    allowsLoopback: true,
    ...(resolve === undefined ? {} : { resolve }),
  })
  const fetch: GuardedFetch = {
    admit: (url) => guarded.admit(url),
    send(request) {
      requests.push(request)
      return guarded.send({ ...request, timeoutMs: SHORT_MS })
    },
  }
  const exchange = await openExchange({ clock, fetch })
  return {
    ...exchange,
    requests,
    async travel(ms, endpointId) {
      clock.aheadMs += ms
      const { tenantId, sql, jobs } = exchange
      await sql.transaction({ tenantId }, (tx) =>
        jobs.enqueue(tx, [deliverWish(tenantId, endpointId)]),
      )
    },
  }
}

/** One event to a receiver of that kind: its delivery once it was tried. */
async function outcomeOf(
  t: TestContext,
  answer: (request: IncomingMessage, response: ServerResponse, nth: number) => void,
) {
  const storm = await openStorm()
  const { url, received } = await openReceiver(t, answer)
  const { id } = await storm.webhooks.create(storm.principal, { ...WISH, url })
  await storm.deliver(t)
  await storm.append(1)
  const look = async () => (await storm.webhooks.deliveries(storm.tenantId, id, {}))[0]
  await until(async () => ((await look())?.attempt ?? 0) > 0)
  return { ...storm, id, received, delivery: (await look())!, look }
}

test('a receiver that hangs or drips is cut off in time, and tried again', async (t) => {
  const hung = await outcomeOf(t, () => undefined)
  assert.deepEqual([hung.delivery.state, hung.delivery.error], ['pending', 'no answer: timeout'])
  const [request] = hung.requests
  assert.deepEqual([request!.timeoutMs, request!.bodyLimitBytes], [15_000, 64 * 1024])
  const dripping = await outcomeOf(t, (_request, response) => {
    response.writeHead(200)
    const timer = setInterval(() => response.write('.'), 50)
    response.on('close', () => clearInterval(timer))
  })
  assert.equal(dripping.delivery.error, 'no answer: timeout')
})

test('of an answer of a gigabyte no more is read than the limit, and its status counts', async (t) => {
  let sentBytes = 0
  const { delivery } = await outcomeOf(t, (_request, response) => {
    response.writeHead(200, { 'content-length': String(2 ** 30) })
    const chunk = Buffer.alloc(64 * 1024, 'x')
    const pour = (): void => {
      while (!response.destroyed && sentBytes < 2 ** 30) {
        sentBytes += chunk.length
        if (!response.write(chunk)) break
      }
    }
    response.on('drain', pour)
    pour()
  })
  assert.deepEqual([delivery.state, delivery.status], ['delivered', 200])
  assert.ok(sentBytes < 64 * 1024 * 1024, `${sentBytes} bytes were sent`)
})

test('a redirect is a failure and is not followed, and so are refusals and resets', async (t) => {
  const other = await openReceiver(t)
  const moved = await outcomeOf(t, (_request, response) => {
    response.writeHead(308, { location: other.url }).end()
  })
  assert.deepEqual([moved.delivery.state, moved.delivery.error], ['pending', 'answered 308'])
  assert.deepEqual(other.received, [])
  const refused = await outcomeOf(t, (_request, response) => {
    response.writeHead(400).end('no')
  })
  assert.equal(refused.delivery.error, 'answered 400')
  const reset = await outcomeOf(t, (request) => {
    request.socket.resetAndDestroy()
  })
  assert.equal(reset.delivery.error, 'no answer: ECONNRESET')
})

test('a receiver without a certificate that anybody vouches for gets nothing', async (t) => {
  const storm = await openStorm()
  let requestCount = 0
  const server = createTlsServer(selfSignedCertificate(), (_request, response) => {
    requestCount += 1
    response.end()
  })
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve))
  t.after(() => server.close())
  const url = `https://127.0.0.1:${(server.address() as AddressInfo).port}/`
  const { id } = await storm.webhooks.create(storm.principal, { ...WISH, url })
  await storm.deliver(t)
  await storm.append(1)
  const look = async () => (await storm.webhooks.deliveries(storm.tenantId, id, {}))[0]
  await until(async () => ((await look())?.attempt ?? 0) > 0)
  assert.match((await look())!.error ?? '', /^no answer: \w*SELF_SIGNED\w*$/)
  assert.equal(requestCount, 0)
})

test('a name that leads inside by the time of the delivery is not dialled', async (t) => {
  const storm = await openStorm(() => Promise.resolve([{ address: '169.254.169.254', family: 4 }]))
  const { id } = await storm.webhooks.create(storm.principal, {
    ...WISH,
    url: 'https://hooks.example/',
  })
  await storm.deliver(t)
  await storm.append(1)
  const look = async () => (await storm.webhooks.deliveries(storm.tenantId, id, {}))[0]
  await until(async () => ((await look())?.attempt ?? 0) > 0)
  assert.equal((await look())!.error, 'no answer: ENOTPUBLIC')
})

test('410 disables the endpoint, gives up what waits, and is a fact of the ledger', async (t) => {
  const { webhooks, tenantId, principal, id, delivery, ledger, append, received } = await outcomeOf(
    t,
    (_request, response) => {
      response.writeHead(410).end()
    },
  )
  assert.equal(delivery.state, 'dead')
  const [endpoint] = await webhooks.list(tenantId)
  assert.deepEqual([endpoint!.isEnabled, endpoint!.disabledReason], [false, 'it answered 410 Gone'])
  const { entries } = await ledger.list(tenantId, { type: 'webhook.endpoint-disabled' })
  assert.deepEqual(
    entries.map(({ body }) => body.subject),
    [`webhook/${id}`],
  )
  await append(3)
  await assert.rejects(webhooks.test(principal, id), { code: 'WEBHOOK_ENDPOINT_REFUSED' })
  assert.equal((await webhooks.change(principal, id, { isEnabled: true })).isEnabled, true)
  assert.equal(received.length, 1)
})

test('who answers 429 with Retry-After is left alone until then, and the delivery arrives afterwards', async (t) => {
  const { webhooks, ledger, tenantId, id, delivery, received, append, travel, look } =
    await outcomeOf(t, (_request, response, nth) => {
      if (nth > 1) response.writeHead(204).end()
      else response.writeHead(429, { 'retry-after': String(RETRY_AFTER_S) }).end()
    })
  const waitMs = Date.parse(delivery.nextAt) - Date.now()
  assert.ok(waitMs > 0.9 * RETRY_AFTER_S * 1_000 && waitMs <= RETRY_AFTER_S * 1_000, `${waitMs} ms`)
  await append(1)
  await until(async () => (await webhooks.deliveries(tenantId, id, {})).length === 2)
  await travel(RETRY_AFTER_S * 500, id)
  await systemClock.sleep(300)
  assert.equal(received.length, 1)
  assert.equal(
    (await ledger.list(tenantId, { type: 'webhook.endpoint-resting' })).entries.length,
    1,
  )
  await travel(RETRY_AFTER_S * 600, id)
  await until(() => received.length === 3)
  await until(async () => (await look())!.state === 'delivered')
  const ids = received.map(({ headers }) => headers['webhook-id'])
  assert.equal(ids.filter((each) => each === delivery.eventId).length, 2)
})

test('an endpoint that fails rests, is tried with one delivery, and the ledger is told once', async (t) => {
  let isWell = false
  const { webhooks, tenantId, id, ledger, append, received, travel } = await outcomeOf(
    t,
    (_request, response) => {
      response.writeHead(isWell ? 204 : 500).end()
    },
  )
  await append(30)
  const health = async () => (await webhooks.list(tenantId))[0]!
  await until(async () => (await health()).isResting)
  await systemClock.sleep(300)
  const before = received.length
  assert.ok(before >= 5 && before <= 5 + 2 * 8, `${before} attempts`)
  await travel(31_000, id)
  await until(async () => (await health()).rests === 2)
  assert.equal(received.length, before + 1)
  isWell = true
  await travel(FIVE_MINUTES_MS * 2, id)
  await until(async () =>
    (await webhooks.deliveries(tenantId, id, {})).every(({ state }) => state === 'delivered'),
  )
  const { entries } = await ledger.list(tenantId, { type: 'webhook.endpoint-failing' })
  assert.equal(entries.length, 1)
})

test('what was tried ten times is dead; a replay counts first, then sends it under its old id', async (t) => {
  let isWell = false
  const { webhooks, principal, tenantId, id, delivery, look, received, travel, ledger } =
    await outcomeOf(t, (_request, response) => {
      response.writeHead(isWell ? 200 : 503).end()
    })
  for (let attempt = 2; attempt <= 10; attempt++) {
    await travel(30 * 3_600_000, id)
    await until(async () => (await look())!.attempt === attempt)
  }
  assert.equal((await look())!.state, 'dead')
  const from = { states: ['dead' as const], fromAt: '2020-01-01T00:00:00Z' }
  const later = { states: ['dead' as const], fromAt: '2200-01-01T00:00:00Z' }
  assert.equal((await webhooks.replay(principal, id, later, false)).count, 0)
  assert.deepEqual(
    [(await webhooks.replay(principal, id, from, true)).count, (await look())!.state],
    [1, 'dead'],
  )
  isWell = true
  await travel(2 * 3_600_000, id)
  assert.equal((await webhooks.replay(principal, id, from, false)).count, 1)
  await until(async () => (await look())!.state === 'delivered')
  const known = { states: ['delivered' as const], eventId: delivery.eventId }
  await webhooks.replay(principal, id, known, false)
  await until(() => received.length === 12)
  assert.ok(received.every(({ headers }) => headers['webhook-id'] === delivery.eventId))
  await assert.rejects(webhooks.replay(principal, id, { ...known, eventId: 'evt_none' }, false), {
    code: 'WEBHOOK_REPLAY_REFUSED',
  })
  assert.equal((await ledger.list(tenantId, { type: 'webhook.replayed' })).entries.length, 2)
})

test('a slow endpoint does not slow another', async (t) => {
  const storm = await openStorm()
  const slow = await openReceiver(t, () => undefined)
  const quick = await openReceiver(t)
  await storm.webhooks.create(storm.principal, { ...WISH, url: slow.url })
  const { id } = await storm.webhooks.create(storm.principal, { ...WISH, url: quick.url })
  await storm.deliver(t)
  await storm.append(200)
  await until(() => quick.received.length === 200)
  // Eight at a time, each cut off after its time: the slow one has had a first few at most.
  assert.ok(slow.received.length <= 24, `${slow.received.length} to the slow one`)
  assert.ok((await storm.webhooks.deliveries(storm.tenantId, id, {})).length > 0)
})
