// The breaker of an endpoint by its own terms, changed while deliveries go on.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { until } from '../../test/jobs.ts'
import { openExchange, openReceiver } from '../../test/webhooks.ts'

test('an endpoint rests by the terms it has now: at once tighter while it fails, and refused where they contradict', async (t) => {
  const { webhooks, principal, tenantId, append, deliver } = await openExchange()
  const { url, received } = await openReceiver(t, (_request, response) =>
    response.writeHead(500).end(),
  )
  const wish = { url, kinds: ['*'], description: '', hasBodySignature: true }
  const { id, breaker } = await webhooks.create(principal, {
    ...wish,
    breaker: { failureLimit: 1_000 },
  })
  assert.deepEqual(breaker, { failureLimit: 1_000, firstRestMs: 30_000, longestRestMs: 3_600_000 })
  const look = async () => (await webhooks.list(tenantId)).find((each) => each.id === id)!
  await append(12)
  await deliver(t)
  await until(async () => (await look()).failures >= 12)
  assert.equal((await look()).isResting, false)
  await webhooks.change(principal, id, { breaker: { failureLimit: 1, firstRestMs: 7_000 } })
  await append(1)
  await until(async () => (await look()).isResting)
  const { restsUntilMs, breaker: now } = await look()
  assert.deepEqual(now, { failureLimit: 1, firstRestMs: 7_000, longestRestMs: 3_600_000 })
  const leftMs = restsUntilMs! - Date.now()
  assert.ok(leftMs > 0 && leftMs <= 7_000, `${leftMs} ms`)
  assert.ok(received.length >= 13)
  await assert.rejects(webhooks.change(principal, id, { breaker: { longestRestMs: 6_000 } }), {
    code: 'WEBHOOK_ENDPOINT_REFUSED',
  })
})
