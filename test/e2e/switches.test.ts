// Switches end to end: the command line turns them, nodes see it in time, OpenFeature's own client reads them, a restart keeps them.
import assert from 'node:assert/strict'
import { createHmac } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import test, { after, before } from 'node:test'
import { OFREPProvider } from '@openfeature/ofrep-provider'
import { ErrorCode, OpenFeature, StandardResolutionReasons } from '@openfeature/server-sdk'
import { makeSwitches, measurePropagation } from '../../src/guard/index.ts'
import type { Switches } from '../../src/guard/index.ts'
import { nodeGuardClock, switchControlPlane } from '../../src/guard/node.ts'
import { openWorkplace } from './command-line.ts'
import type { ServedFolder } from './command-line.ts'

const place = openWorkplace()
let served: ServedFolder
let [key, viewKey] = ['', '']

before(async () => {
  served = await place.serve()
  const secret = readFileSync(join(place.dataFolder, 'keys', 'api.secret'), 'utf8').trim()
  key = Buffer.from(secret, 'base64').toString('base64url')
  viewKey = createHmac('sha256', key).update('view').digest('base64url')
})

after(async () => {
  await served.stop()
  place.remove()
})

interface Answered {
  readonly status: number
  readonly etag: string | null
  readonly text: string
}

async function send(
  method: string,
  path: string,
  body?: unknown,
  headers: Readonly<Record<string, string>> = {},
): Promise<Answered> {
  const answer = await fetch(new URL(path, served.url), {
    method,
    headers: { authorization: `Bearer ${key}`, ...headers },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  })
  return { status: answer.status, etag: answer.headers.get('etag'), text: await answer.text() }
}

function aNode(bearer = key): Switches<'billing-writes'> {
  return makeSwitches({
    definitions: { 'billing-writes': { kind: 'kill-switch', boot: 'on' } },
    sources: [switchControlPlane({ url: served.url, key: bearer })],
    clock: nodeGuardClock,
  })
}

async function flip(state: 'on' | 'off'): Promise<void> {
  const { status } = await send('POST', '/v1/switches/drill/flips', {
    word: { state },
    reason: 'drill',
  })
  assert.equal(status, 200)
}

test('a switch is made, turned off at once, and turned on again only by a confirmed token', async () => {
  await place.ask(['guard', 'switch', 'set', 'billing-writes', '--kind', 'kill-switch'])
  const node = aNode()
  await node.refresh()
  assert.equal(node.isOn('billing-writes'), true)
  const killed = await place.ask<{ version: number }>([
    'guard',
    'switch',
    'kill',
    'billing-writes',
    '--reason',
    'double bookings',
  ])
  assert.deepEqual([killed.exit, killed.data.version], [0, 2])
  await node.refresh()
  assert.equal(node.isOn('billing-writes'), false)
  const asked = await place.ask<{ preview: { token: string } }>([
    'guard',
    'switch',
    'restore',
    'billing-writes',
    '--reason',
    'fixed',
  ])
  assert.equal(asked.exit, 8)
  await node.refresh()
  assert.equal(node.isOn('billing-writes'), false, 'a preview turns nothing')
  const shown = await place.shell(['confirm', asked.data.preview.token, '--show'])
  assert.deepEqual([shown.exit, shown.stdout.includes('somebody else than operator')], [0, true])
  await node.refresh()
  assert.equal(node.isOn('billing-writes'), false, 'looking turns nothing either')
  assert.equal((await place.ask(['confirm', asked.data.preview.token])).exit, 0)
  await node.refresh()
  assert.equal(node.isOn('billing-writes'), true)
  const history = await place.shell(['guard', 'switch', 'history', 'billing-writes'])
  assert.match(history.stdout, /3 .* on .*fixed\n.*2 .* off .*double bookings\n.*1 .* defined/)
  const unexplained = await place.refusal(['guard', 'switch', 'kill', 'billing-writes'])
  assert.deepEqual([unexplained.exit, unexplained.code], [2, 'FLAG_REFUSED'])
  assert.equal(
    (await place.refusal(['guard', 'switch', 'kill', 'nobody', '--reason', 'x'])).exit,
    6,
  )
})

test('every node shows a flip within two seconds, measured on three that poll, and it is put back', async () => {
  const definition = { kind: 'kill-switch', boot: 'on', confirms: 'none' }
  await send('PUT', '/v1/switches/drill', { definition, reason: 'made' })
  const nodes = ['a', 'b', 'c'].map((name) => ({
    name,
    switches: makeSwitches({
      definitions: { drill: { kind: 'kill-switch', boot: 'on' } },
      sources: [switchControlPlane({ url: served.url, key: viewKey })],
      clock: nodeGuardClock,
    }),
  }))
  await Promise.all(nodes.map(({ switches }) => switches.start()))
  try {
    const seen = await measurePropagation({
      flip: () => flip('off'),
      restore: () => flip('on'),
      nodes: nodes.map(({ name, switches }) => ({
        name,
        show: () => Promise.resolve(String(switches.isOn('drill'))),
      })),
      before: 'true',
      after: 'false',
      clock: nodeGuardClock,
      deadlineMs: 5_000,
      everyMs: 10,
    })
    assert.ok(seen.slowestMs !== null && seen.slowestMs <= 2_000, JSON.stringify(seen))
    assert.deepEqual([seen.isMeasured, seen.isRestored, seen.fault], [true, true, null])
  } finally {
    for (const { switches } of nodes) switches.stop()
  }
})

test('OpenFeature’s own client reads values, variants and error codes through OFREP', async () => {
  const definition = {
    kind: 'flag',
    boot: 'off',
    confirms: 'none',
    variants: { on: 'new', off: 'old' },
  }
  await send('PUT', '/v1/switches/new-price', { definition, reason: 'made' })
  const word = { state: 'on', tenants: { acme: 'on' }, rollout: [{ variant: 'on', percent: 50 }] }
  await send('POST', '/v1/switches/new-price/flips', { word, reason: 'half' })
  const headers: [string, string][] = [['authorization', `Bearer ${viewKey}`]]
  await OpenFeature.setProviderAndWait(new OFREPProvider({ baseUrl: served.url, headers }))
  try {
    const client = OpenFeature.getClient()
    const shares = { new: 0, old: 0 }
    for (let at = 0; at < 40; at++) {
      const value = await client.getStringValue('new-price', 'none', { targetingKey: `user-${at}` })
      assert.ok(value === 'new' || value === 'old', value)
      shares[value]++
    }
    assert.ok(shares.new > 8 && shares.old > 8, JSON.stringify(shares))
    const known = await client.getStringDetails('new-price', 'none', { tenant: 'acme' })
    assert.deepEqual(
      [known.value, known.variant, known.reason, known.flagMetadata['kind']],
      ['new', 'on', StandardResolutionReasons.TARGETING_MATCH, 'flag'],
    )
    const kill = await client.getBooleanDetails('billing-writes', false, {})
    assert.deepEqual([kill.value, kill.reason], [true, StandardResolutionReasons.STATIC])
    const codes = [
      (await client.getStringDetails('new-price', 'none', {})).errorCode,
      (await client.getStringDetails('nobody', 'none', {})).errorCode,
      (await client.getBooleanDetails('new-price', false, { targetingKey: 'u' })).errorCode,
    ]
    assert.deepEqual(codes, [
      ErrorCode.TARGETING_KEY_MISSING,
      ErrorCode.FLAG_NOT_FOUND,
      ErrorCode.TYPE_MISMATCH,
    ])
  } finally {
    await OpenFeature.close()
  }
})

test('an unchanged answer is 304 with its tag, a changed one comes whole', async () => {
  for (const [method, path, body] of [
    ['POST', '/ofrep/v1/evaluate/flags', { context: { targetingKey: 'u' } }],
    ['GET', '/v1/switches/document', undefined],
  ] as const) {
    const first = await send(method, path, body)
    assert.equal(first.status, 200)
    const tag = { 'if-none-match': `W/"other", ${first.etag ?? ''}` }
    const again = await send(method, path, body, tag)
    assert.deepEqual([again.status, again.text, again.etag], [304, '', first.etag])
    await flip('off')
    assert.equal((await send(method, path, body, tag)).status, 200)
    await flip('on')
  }
})

test('the view key asks and turns nothing, and another tenant sees none of it', async () => {
  const view = { authorization: `Bearer ${viewKey}` }
  assert.equal((await send('GET', '/v1/switches/document', undefined, view)).status, 200)
  const word = { word: { state: 'off' }, reason: 'mischief' }
  assert.equal((await send('POST', '/v1/switches/drill/flips', word, view)).status, 403)
  const other = { 'x-seaworthy-tenant': 'other' }
  assert.equal((await send('GET', '/v1/switches', undefined, { ...view, ...other })).status, 403)
  const stranger = await send('POST', '/ofrep/v1/evaluate/flags/drill', { context: {} }, other)
  assert.equal(stranger.status, 404)
  assert.match(stranger.text, /FLAG_NOT_FOUND/)
})

test('a flip survives a restart, and a node keeps what it knew while the server is away', async () => {
  await send('POST', '/v1/switches/billing-writes/flips', {
    word: { state: 'off' },
    reason: 'night',
  })
  const node = aNode()
  await node.refresh()
  assert.equal((await served.stop()).exit, 0)
  await node.refresh()
  assert.deepEqual([node.isOn('billing-writes'), node.status().sources[0]?.state], [false, 'lost'])
  served = await place.serve()
  const after = aNode()
  await after.refresh()
  assert.equal(after.isOn('billing-writes'), false)
})
