// Webhooks on a database, from the ledger to receivers that are well: what arrives, signed how, how often, and for whom.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Webhook } from 'standardwebhooks'
import { until } from '../../test/jobs.ts'
import { openExchange, openReceiver, WISH } from '../../test/webhooks.ts'
import { nodeDigest, nodeVerifier } from '../../test/crypto.ts'
import { utf8Bytes } from '../kernel/index.ts'
import { bodySignature, verifyDelivery } from './signature.ts'

const HOUR_MS = 3_600_000
const idsOf = (received: readonly { headers: Readonly<Record<string, string>> }[]): string[] =>
  received.map(({ headers }) => headers['webhook-id'] ?? '')

test('every entry of the ledger that an endpoint wants arrives once, signed, with an id of its own', async (t) => {
  const { webhooks, principal, tenantId, append, deliver, ledger } = await openExchange()
  const { url, received } = await openReceiver(t)
  const { id } = await webhooks.create(principal, { ...WISH, url })
  const { secrets, publicKey } = await webhooks.secrets(tenantId, id)
  await append(300)
  await deliver(t)
  await until(() => received.length >= 300)
  await until(async () =>
    (await webhooks.deliveries(tenantId, id, {})).every(
      ({ state, attempt, status }) => state === 'delivered' && attempt === 1 && status === 204,
    ),
  )
  assert.equal(new Set(idsOf(received)).size, 300)
  const { entries } = await ledger.list(tenantId, { type: 'note.appended', limit: 1_000 })
  assert.deepEqual(
    idsOf(received).toSorted(),
    entries.map(({ body }) => `evt_${body.id.replaceAll('-', '')}`).toSorted(),
  )
  const [{ headers, body }] = received as [(typeof received)[0]]
  const library = new Webhook(secrets[0]!)
  const event = library.verify(body, headers) as { type: string; data: { subject: string } }
  assert.deepEqual([event.type, event.data.subject], ['note.appended', 'harbour@2.1.0'])
  assert.equal(headers['x-signature'], bodySignature(nodeDigest, secrets[0]!, utf8Bytes(body)))
  const fields = {
    id: headers['webhook-id'],
    timestamp: headers['webhook-timestamp'],
    signature: headers['webhook-signature'],
    body: utf8Bytes(body),
  }
  const byKey = { secrets: [], publicKeys: [publicKey] }
  const ports = { digest: nodeDigest, verifier: nodeVerifier }
  assert.equal((await verifyDelivery(ports, fields, byKey, Date.now())).ok, true)
})

test('an endpoint hears only what it wants, of its own tenant, from its creation on', async (t) => {
  const { webhooks, principal, append, deliver, anotherTenant } = await openExchange()
  const [notes, runs, strangers] = [
    await openReceiver(t),
    await openReceiver(t),
    await openReceiver(t),
  ]
  await append(2)
  // Facts of the millisecond before must not count as after.
  await new Promise((resolve) => setTimeout(resolve, 5))
  await webhooks.create(principal, { ...WISH, url: notes.url })
  await webhooks.create(principal, { ...WISH, url: runs.url, kinds: ['run.finished'] })
  const stranger = { id: 'p-2', tenantId: await anotherTenant() }
  const { id } = await webhooks.create(stranger, {
    ...WISH,
    url: strangers.url,
    kinds: ['webhook.tested'],
  })
  await deliver(t)
  await append(3)
  const eventId = await webhooks.test(stranger, id)
  await until(() => notes.received.length === 3 && strangers.received.length === 1)
  assert.deepEqual(idsOf(strangers.received), [eventId])
  assert.deepEqual(runs.received, [])
  for (const act of [
    () => webhooks.test(principal, id),
    () => webhooks.secrets(principal.tenantId, id),
    () => webhooks.deliveries(principal.tenantId, id, {}),
    () => webhooks.remove(principal, id),
    () => webhooks.rotate(principal, id, 0),
    () => webhooks.change(principal, id, { isEnabled: false }),
    () => webhooks.replay(principal, id, { states: ['dead'] }, true),
  ])
    await assert.rejects(act(), { code: 'WEBHOOK_ENDPOINT_UNKNOWN' })
})

test('after a rotation both secrets sign until the overlap ends, which another one may only end at once', async (t) => {
  const { webhooks, principal, tenantId, deliver, ledger } = await openExchange()
  const { url, received } = await openReceiver(t)
  const { id } = await webhooks.create(principal, { ...WISH, url })
  const before = (await webhooks.secrets(tenantId, id)).secrets
  await webhooks.rotate(principal, id, HOUR_MS)
  const during = (await webhooks.secrets(tenantId, id)).secrets
  assert.deepEqual(during.slice(1), before)
  assert.notEqual(during[0], before[0])
  await deliver(t)
  await webhooks.test(principal, id)
  await until(() => received.length === 1)
  for (const secret of during)
    new Webhook(secret).verify(received[0]!.body, { ...received[0]!.headers })
  const [, old] = during
  assert.equal(
    received[0]!.headers['x-signature'],
    bodySignature(nodeDigest, old!, utf8Bytes(received[0]!.body)),
  )
  await assert.rejects(webhooks.rotate(principal, id, HOUR_MS), {
    code: 'WEBHOOK_ROTATION_UNDER_WAY',
  })
  assert.deepEqual((await webhooks.secrets(tenantId, id)).secrets, during)
  await webhooks.rotate(principal, id, 0)
  assert.equal((await webhooks.secrets(tenantId, id)).secrets.length, 1)
  const { entries } = await ledger.list(tenantId, { type: 'webhook.secret-rotated' })
  assert.equal(entries.length, 2)
  await webhooks.test(principal, id)
  await until(() => received.length === 2)
  const [left] = (await webhooks.secrets(tenantId, id)).secrets
  assert.equal(
    received[1]!.headers['x-signature'],
    bodySignature(nodeDigest, left!, utf8Bytes(received[1]!.body)),
  )
})

test('an address that leads inside, or kinds that are none, are refused before anything is stored', async () => {
  const { webhooks, principal } = await openExchange()
  for (const url of [
    'http://hooks.example/',
    'https://10.0.0.1/',
    'https://[::ffff:10.0.0.1]/',
    'no address',
  ])
    await assert.rejects(webhooks.create(principal, { ...WISH, url }), {
      code: 'WEBHOOK_ENDPOINT_REFUSED',
    })
  for (const kinds of [[], ['Run.Finished'], ['*.finished'], ['run.*.x'], ['run finished']])
    await assert.rejects(
      webhooks.create(principal, { ...WISH, url: 'https://a.example/', kinds }),
      {
        code: 'WEBHOOK_ENDPOINT_REFUSED',
      },
    )
  assert.deepEqual(await webhooks.list(principal.tenantId), [])
})

test('no secret is in the database or the ledger, and paths with tokens are not in the ledger', async () => {
  const { webhooks, principal, tenantId, sql, ledger } = await openExchange()
  const url = 'https://hooks.example/T0KEN/x?key=T0KEN'
  const { id } = await webhooks.create(principal, { ...WISH, url })
  const { secrets } = await webhooks.secrets(tenantId, id)
  const rows = await sql.transaction({ tenantId }, (tx) =>
    tx.query('select * from webhook_endpoint'),
  )
  assert.ok(rows.length > 0)
  assert.ok(!JSON.stringify(rows).includes(secrets[0]!.slice(6)))
  const { entries } = await ledger.list(tenantId, {})
  const payloads = await Promise.all(entries.map(({ seq }) => ledger.payloadOf(tenantId, seq)))
  assert.ok(entries.length > 0 && !JSON.stringify(payloads).includes('T0KEN'))
})
