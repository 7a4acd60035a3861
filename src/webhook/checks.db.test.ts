// The built-in check of webhooks on a database: what it says of deliveries that arrived, were given up, or wait.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { until } from '../../test/jobs.ts'
import { openExchange, openReceiver, WISH } from '../../test/webhooks.ts'
import type { Exchange } from '../../test/webhooks.ts'
import type { Json } from '../kernel/index.ts'
import { makeLedgerReaders } from '../ledger/index.ts'
import { systemClock } from '../platform/index.ts'
import { makeWebhookChecks } from './checks.ts'
import { countWebhooks } from './figures.ts'
import { testPayloadKeys } from '../../test/payload-keys.ts'

function collect({ sql, tenantId }: Exchange): Promise<Readonly<Record<string, Json>>> {
  const [check] = makeWebhookChecks({
    sql,
    clock: systemClock,
    readers: makeLedgerReaders({ sql, payloadKeys: testPayloadKeys() }),
  })
  return check!.collect({ tenantId, runId: 'r', planHash: 'p', parameters: { minutes: 5 } })
}

test('without deliveries it says that there is nothing to say', async () => {
  const figures = await collect(await openExchange())
  assert.deepEqual(
    [figures['endpoints'], figures['deliveries'], figures['ratio'], figures['firstAttemptP95Ms']],
    [0, 0, null, null],
  )
})

test('it counts what arrived and what did not, and sees what nobody works on', async (t) => {
  const exchange = await openExchange()
  const { webhooks, principal, append, deliver } = exchange
  const good = await openReceiver(t)
  const bad = await openReceiver(t, (_request, response) => {
    response.writeHead(500).end()
  })
  await webhooks.create(principal, { ...WISH, url: good.url })
  await webhooks.create(principal, { ...WISH, url: bad.url })
  await append(4)
  assert.ok(((await collect(exchange))['unreadEntries'] as number) >= 4)
  await deliver(t)
  await until(async () => (await collect(exchange))['delivered'] === 4)
  await until(() => bad.received.length === 4)
  await until(async () => (await collect(exchange))['ratio'] === 0.5)
  const figures = await collect(exchange)
  assert.deepEqual(
    [
      figures['endpoints'],
      figures['resting'],
      figures['deliveries'],
      figures['dead'],
      figures['unreadEntries'],
    ],
    [2, 0, 8, 0, 0],
  )
  assert.equal(typeof figures['firstAttemptP95Ms'], 'number')
  assert.equal(figures['oldestPendingMs'], 0)
})

test('the figures of the deployment count what did not arrive, and endpoints that get nothing', async (t) => {
  const exchange = await openExchange()
  const { webhooks, principal, append, deliver, sql } = exchange
  const before = await countWebhooks(sql, Date.now())
  const bad = await openReceiver(t, (_request, response) => {
    response.writeHead(500).end()
  })
  const gone = await openReceiver(t, (_request, response) => {
    response.writeHead(410).end()
  })
  await webhooks.create(principal, { ...WISH, url: bad.url })
  await webhooks.create(principal, { ...WISH, url: gone.url })
  await append(6)
  await deliver(t)
  await until(async () => {
    const { pending, dead, resting, disabled } = await countWebhooks(sql, Date.now())
    return (
      pending === before.pending + 6 &&
      dead === before.dead + 6 &&
      resting === before.resting + 1 &&
      disabled === before.disabled + 1
    )
  })
})
