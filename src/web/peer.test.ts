// Who asks behind a proxy: the client that a trusted proxy names, and never one that a client names.
import assert from 'node:assert/strict'
import test from 'node:test'
import type { AskedRequest } from './index.ts'
import { makePeerOf, makeRequestLimits, makeWebServer } from './index.ts'

const ignore = (): undefined => undefined
const FEW = { kind: 'bucket', name: 'few', limit: 60, windowMs: 60_000, burst: 2 } as const
const PROXIES = ['10.0.0.0/8', 'fd00::1']

function openServer(trusted: readonly string[]) {
  const clock = { nowMs: () => 0, monotonicMs: () => 0, sleep: () => new Promise<void>(ignore) }
  const refused: AskedRequest[] = []
  const shown: (string | undefined)[] = []
  const peerOf = makePeerOf(trusted)
  const web = makeWebServer({
    routes: [
      {
        method: 'GET',
        path: '/v1/thing',
        summary: 'A thing',
        access: 'read',
        answer: {},
        handle: () => Promise.resolve({ data: 1 }),
      },
    ],
    log: { info: ignore, warn: ignore, error: ignore },
    clock,
    newRequestId: () => 'made',
    readiness: [],
    limits: makeRequestLimits({ clock, stranger: FEW, peerOf }),
    peerOf,
    recorder: {
      carryOut: (_asked, work) => work(),
      refuse: (asked) => Promise.resolve(void refused.push(asked)),
    },
    authenticate: ({ peer }) => Promise.resolve(void shown.push(peer)),
  })
  const ask = async (from: string, forwarded?: string | string[]): Promise<number> => {
    const { statusCode } = await web.inject({
      url: '/v1/thing',
      remoteAddress: from,
      headers: {
        host: 'localhost',
        ...(forwarded === undefined ? {} : { 'x-forwarded-for': forwarded }),
      },
    })
    return statusCode
  }
  return { ask, refused, shown }
}

test('behind a trusted proxy each client has a limit of its own, and is told apart by whoever is asked and whoever records', async () => {
  const { ask, refused, shown } = openServer(PROXIES)
  const statuses: number[] = []
  for (const client of ['203.0.113.1', '203.0.113.1', '203.0.113.1', '203.0.113.2'])
    statuses.push(await ask('10.0.0.7', client))
  assert.deepEqual(statuses, [401, 401, 429, 401])
  const clients = ['203.0.113.1', '203.0.113.1', '203.0.113.1', '203.0.113.2']
  assert.deepEqual(shown, clients)
  assert.deepEqual(
    refused.map(({ peer }) => peer),
    clients,
  )
})

test('whoever is no proxy gains nothing by naming other addresses, nor does who stands before one', async () => {
  const forged = openServer(PROXIES)
  const statuses: number[] = []
  for (let at = 0; at < 4; at += 1)
    statuses.push(await forged.ask('203.0.113.9', `198.51.100.${at}`))
  assert.deepEqual(statuses, [401, 401, 429, 429])
  const before = openServer(PROXIES)
  const through: number[] = []
  for (const forgery of ['198.51.100.1', '10.9.9.9, 198.51.100.2', '::1', 'unknown'])
    through.push(await before.ask('10.0.0.7', `${forgery}, 203.0.113.9`))
  assert.deepEqual(through, [401, 401, 429, 429])
  assert.ok(before.shown.every((peer) => peer === '203.0.113.9'))
})

test('chains of proxies, several header lines, ports and IPv6 are read from the near end, and what is no address ends the way', async () => {
  const { ask, shown } = openServer(PROXIES)
  await ask('10.0.0.7', '198.51.100.1, 203.0.113.5, 10.0.0.8')
  await ask('::ffff:10.0.0.7', '203.0.113.5:443')
  await ask('fd00::1', ['198.51.100.1', '[2001:db8::5]:443'])
  await ask('10.0.0.7', '203.0.113.5, what')
  await ask('10.0.0.7', '203.0.113.5,')
  await ask('10.0.0.7')
  assert.deepEqual(shown, [
    '203.0.113.5',
    '203.0.113.5',
    '[2001:db8::5]',
    '10.0.0.7',
    '10.0.0.7',
    '10.0.0.7',
  ])
})

test('without trusted proxies nobody is believed, and what is no network is no setting', async () => {
  const { ask, shown } = openServer([])
  await ask('10.0.0.7', '203.0.113.5')
  assert.deepEqual(shown, ['10.0.0.7'])
  for (const wrong of ['', 'proxy.example', '10.0.0.0/33', '10.0.0.0/8 '])
    assert.throws(() => makePeerOf([wrong]), { code: 'GUARD_ADDRESS_INVALID' }, wrong)
})
