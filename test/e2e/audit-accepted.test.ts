// Secrets and words in inputs that are accepted: they are used, and stand in no log, metric, audit entry or fact that others read.
import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { until } from '../jobs.ts'
import { openReceiver } from '../webhooks.ts'
import { openWorkplace } from './command-line.ts'

/** Of an endpoint's address, of what a channel is opened with, and of what somebody wrote. */
const ADDRESS = 'canaryAddr2mZ9xWv4LkT1'
const SEALED = 'canarySeal7Hq2mZ9xWv4Lk3nB6tY0cD'
const WORDS = 'canaryWord4LkT1pR8Hq2m'
const TARGETS = {
  hook: { kind: 'webhook', url: `https://nowhere.invalid/${SEALED}` },
  slack: { kind: 'slack', url: `https://nowhere.invalid/${SEALED}` },
  pager: { kind: 'pagerduty', url: 'https://nowhere.invalid/', routingKey: SEALED },
  wiki: { kind: 'wiki', url: 'https://nowhere.invalid/page', token: SEALED },
  mail: {
    kind: 'email',
    host: 'nowhere.invalid',
    user: 'seaworthy',
    password: SEALED,
    from: 'a@nowhere.invalid',
    to: ['b@nowhere.invalid'],
  },
}

const place = openWorkplace(undefined, { SEAWORTHY_WEBHOOK_LOOPBACK: 'yes' })
let server = ''
after(() => {
  place.remove()
})

async function ask<Data>(
  method: string,
  path: string,
  body?: object,
  key?: string,
): Promise<{ readonly text: string; readonly data: Data }> {
  const secret = readFileSync(join(place.dataFolder, 'keys', 'api.secret'), 'utf8').trim()
  const operator = Buffer.from(secret, 'base64').toString('base64url')
  const answer = await fetch(new URL(path, server), {
    method,
    headers: { authorization: `Bearer ${key ?? operator}` },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  })
  const text = await answer.text()
  assert.ok(answer.ok, `${method} ${path}: ${text}`)
  const isJson = text.startsWith('{')
  return {
    text,
    data: isJson ? (JSON.parse(text) as { readonly data: Data }).data : (null as Data),
  }
}

/** @returns the id of the endpoint that carries the canaries, once all was tried */
async function fillAll(heard: () => string): Promise<string> {
  const url = `https://nowhere.invalid/${ADDRESS}?token=${ADDRESS}`
  const made = await ask<{ id: string }>('POST', '/v1/webhooks', { url, description: WORDS })
  const { id } = made.data
  await ask('PUT', `/v1/webhooks/${id}`, { url: `${url}2`, description: `${WORDS} again` })
  const channels = Object.keys(TARGETS)
  for (const [name, target] of Object.entries(TARGETS))
    await ask('POST', '/v1/channels', { name, target })
  const fields = [{ name: 'note', value: WORDS }]
  await ask('POST', '/v1/messages', { channels, title: 'told', text: WORDS, fields })
  const wasTried = async (path: string): Promise<boolean> =>
    (await ask<readonly { attempt: number }[]>('GET', path)).data.some(({ attempt }) => attempt > 0)
  await until(() => wasTried(`/v1/webhooks/${id}/deliveries`))
  for (const name of channels) await until(() => wasTried(`/v1/channels/${name}/messages`))
  const types = ['webhook.endpoint-changed', 'notification.channel-added', 'notification.asked']
  for (const type of types) await until(() => heard().includes(`"${type}"`))
  return id
}

test('what is accepted is told to nobody by log, metrics, audit or ledger, and an address with a token to no viewer', async (t) => {
  const served = await place.serve(['--log', 'json'])
  t.after(() => served.stop())
  server = served.url
  // Hears every fact with its payload.
  const witness = await openReceiver(t)
  await ask('POST', '/v1/webhooks', { url: witness.url, kinds: ['*'] })
  const heard = (): string => witness.received.map(({ body }) => body).join('\n')
  const id = await fillAll(heard)
  const viewer = await place.ask<{ key: string }>(['api-key', 'create', 'v', '--role', 'viewer'])
  const seen = await ask('GET', '/v1/webhooks', undefined, viewer.data.key)
  assert.match(seen.text, /nowhere\.invalid\/…/)
  assert.ok(!seen.text.includes(ADDRESS))
  const told = [heard()]
  for (const path of [
    '/v1/channels',
    '/v1/audit?limit=200',
    '/v1/ledger/entries?limit=1000',
    `/v1/webhooks/${id}/deliveries`,
    '/metrics',
  ])
    told.push((await ask('GET', path)).text)
  const { stdout, stderr } = await served.stop()
  assert.ok(told.every((text) => text.length > 200) && stdout.length + stderr.length > 1_000)
  const holding = [...told, stdout, stderr].filter((text) =>
    [ADDRESS, SEALED, WORDS].some((canary) => text.includes(canary)),
  )
  assert.deepEqual(holding, [])
  const files = readdirSync(place.dataFolder, { recursive: true, withFileTypes: true })
    .filter((file) => file.isFile())
    .map(({ parentPath, name }) => join(parentPath, name))
  assert.ok(files.length > 10)
  assert.deepEqual(
    files.filter((file) => readFileSync(file).includes(SEALED)),
    [],
  )
})
