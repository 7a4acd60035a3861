// Webhooks from the command line: an endpoint is made, tested, verified by hand, rotated, replayed and removed.
import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { until } from '../jobs.ts'
import { openReceiver } from '../webhooks.ts'
import { openWorkplace } from './command-line.ts'

interface ShownEndpoint {
  readonly id: string
  readonly health: string
  readonly secrets: readonly string[]
  readonly publicKey: string
}

interface ShownDelivery {
  readonly eventId: string
  readonly type: string
  readonly state: string
}

const place = openWorkplace(undefined, { SEAWORTHY_WEBHOOK_LOOPBACK: 'yes' })
const closed = openWorkplace()
after(() => {
  place.remove()
  closed.remove()
})

test('an endpoint made on the command line gets a test event, which verifies with its secret and its public key', async (t) => {
  const { url, received } = await openReceiver(t)
  const served = await place.serve()
  const { data: endpoint } = await place.ask<ShownEndpoint>([
    'webhook',
    'create',
    url,
    '--kind',
    'note.*',
  ])
  const { data: sent } = await place.ask<{ eventId: string }>(['webhook', 'send', endpoint.id])
  await until(() => received.length === 1)
  const { headers, body } = received[0]!
  assert.equal(headers['webhook-id'], sent.eventId)
  const secret = place.write('secret.txt', `${endpoint.secrets[0]!}\n`)
  const fields = ['id', 'timestamp', 'signature'].flatMap((name) => [
    `--${name}`,
    headers[`webhook-${name}`]!,
  ])
  const file = place.write('body.json', body)
  const verify = (...words: string[]) => ['webhook', 'verify', file, ...fields, ...words]
  assert.equal((await place.ask(verify('--secret-file', secret))).exit, 0)
  assert.equal((await place.ask(verify('--public-key', endpoint.publicKey))).exit, 0)
  place.write('body.json', `${body} `)
  const refused = await place.refusal(verify('--secret-file', secret))
  assert.deepEqual([refused.exit, refused.code], [40, 'WEBHOOK_SIGNATURE_REFUSED'])

  const rotated = await place.ask<ShownEndpoint>(['webhook', 'rotate', endpoint.id])
  assert.deepEqual(rotated.data.secrets.slice(1), endpoint.secrets)
  const shown = await place.ask<ShownEndpoint>(['webhook', 'secrets', endpoint.id])
  assert.deepEqual(shown.data.secrets, rotated.data.secrets)
  const list = ['webhook', 'deliveries', endpoint.id, '--state', 'delivered']
  await until(async () => (await place.ask<readonly ShownDelivery[]>(list)).data.length === 1)
  const again = ['webhook', 'replay', endpoint.id, '--event', sent.eventId, '--all']
  const dry = await place.ask<{ count: number }>([...again, '--dry-run'])
  assert.deepEqual([dry.data.count, received.length], [1, 1])
  assert.equal((await place.ask(again)).exit, 0)
  await until(() => received.length === 2)
  assert.equal(received[1]!.headers['webhook-id'], sent.eventId)
  const disabled = await place.shell(['webhook', 'change', endpoint.id, '--disable'])
  assert.match(disabled.stdout, /disabled:/)
  assert.equal(
    (await place.refusal(['webhook', 'send', endpoint.id])).code,
    'WEBHOOK_ENDPOINT_REFUSED',
  )
  assert.equal((await place.ask(['webhook', 'remove', endpoint.id])).exit, 0)
  assert.match((await place.shell(['webhook', 'list'])).stdout, /no endpoint yet/)
  assert.equal((await served.stop()).exit, 0)
})

test('without leave nothing goes to this machine, and a wrong leave is refused', async () => {
  const refused = await closed.refusal(['webhook', 'create', 'http://127.0.0.1:8080/'])
  assert.equal(refused.code, 'WEBHOOK_ENDPOINT_REFUSED')
  const unclear = openWorkplace(closed.dataFolder, { SEAWORTHY_WEBHOOK_LOOPBACK: 'perhaps' })
  assert.equal((await unclear.refusal(['webhook', 'list'])).code, 'APP_CONFIG_REFUSED')
  unclear.remove()
})
