// What protects the bookings, over HTTP: limits, strict bodies, the kill switch, and what is counted of them.
import assert from 'node:assert/strict'
import { writeFile } from 'node:fs/promises'
import test from 'node:test'
import type { TestContext } from 'node:test'
import { setTimeout as wait } from 'node:timers/promises'
import { OPERATOR_KEY, openTestHarbour } from './test-harbour.ts'
import type { TestHarbour } from './test-harbour.ts'

const ADA = { ship: 'Ada', berth: 3, day: '2026-12-01' }

async function harbourOf(t: TestContext): Promise<TestHarbour> {
  const harbour = await openTestHarbour()
  t.after(() => harbour.close())
  return harbour
}

async function statusesOf(count: number, send: () => Promise<Response>): Promise<number[]> {
  const answers = await Promise.all(Array.from({ length: count }, send))
  return answers.map(({ status }) => status)
}

const countOf = (statuses: readonly number[], status: number): number =>
  statuses.filter((each) => each === status).length

test('a tenant has sixty requests at once, another tenant its own, and monitors are not limited', async (t) => {
  const { url } = await harbourOf(t)
  const list = (tenant: string) => (): Promise<Response> =>
    fetch(`${url}/bookings`, { headers: { 'x-tenant': tenant } })
  const statuses = await statusesOf(90, list('oslo'))
  // What came back while they were under way is one in 300 ms.
  assert.ok(countOf(statuses, 200) >= 60 && countOf(statuses, 429) >= 10, statuses.join(' '))
  let refused = await list('oslo')()
  // One more may have come back in between, and not a second one at once.
  if (refused.status === 200) refused = await list('oslo')()
  assert.deepEqual([refused.status, refused.headers.get('retry-after')], [429, '1'])
  assert.equal((await list('bergen')()).status, 200)
  const health = await statusesOf(70, () => fetch(`${url}/health`))
  assert.equal(countOf(health, 200), 70)
})

test('strangers are limited by address whatever address they claim, and blocked when they go on', async (t) => {
  const { url, book } = await harbourOf(t)
  let turn = 0
  const statuses = await statusesOf(100, () =>
    fetch(`${url}/bookings`, { headers: { 'x-forwarded-for': `198.51.100.${++turn}` } }),
  )
  // Ten refusals, then the block: it holds although the bucket fills up again.
  assert.ok(countOf(statuses, 401) >= 60 && countOf(statuses, 429) === 10, statuses.join(' '))
  await wait(400)
  assert.equal((await fetch(`${url}/bookings`)).status, 403)
  // Tenants at the same address do not pay for it.
  assert.equal((await book('oslo', ADA)).status, 201)
})

test('a body has one exact meaning or is refused with the reason', async (t) => {
  const { url, book } = await harbourOf(t)
  const text = JSON.stringify(ADA)
  const answers = {
    'not JSON': [await book('oslo', text.slice(1)), 400],
    'a name twice': [await book('oslo', text.replace('{', '{"ship":"Eve",')), 400],
    __proto__: [await book('oslo', text.replace('{', '{"__proto__":{},')), 400],
    'no booking': [await book('oslo', '5'), 422],
    'too large': [await book('oslo', `${text}${' '.repeat(10_000)}`), 413],
    'another type': [
      await fetch(`${url}/bookings`, {
        method: 'POST',
        headers: { 'x-tenant': 'oslo', 'content-type': 'application/xml' },
        body: text,
      }),
      415,
    ],
  } as const
  for (const [what, [answer, status]] of Object.entries(answers)) {
    assert.equal(answer.status, status, what)
    assert.match(((await answer.json()) as { error: string }).error, /expected|needed/)
  }
  const listed = await fetch(`${url}/bookings`, { headers: { 'x-tenant': 'oslo' } })
  assert.deepEqual(await listed.json(), { bookings: [] })
  const metrics = await (await fetch(`${url}/metrics`)).text()
  assert.match(metrics, /^ingest_malformed_total\{[^}]*duplicate-key[^}]*\} 1$/m)
  assert.match(metrics, /^harbour_requests_total\{status="400"\} 3$/m)
})

test('a body of unknown length is read up to the limit and no further', async (t) => {
  const { url } = await harbourOf(t)
  const body = new ReadableStream<Uint8Array>({
    start(stream) {
      for (let part = 0; part < 20; part++) stream.enqueue(new Uint8Array(1_000).fill(32))
      stream.close()
    },
  })
  const headers = { 'x-tenant': 'oslo', 'content-type': 'application/json' }
  const request = { method: 'POST', headers, body, duplex: 'half' } as const
  assert.equal((await fetch(`${url}/bookings`, request)).status, 413)
})

test('the kill switch stops bookings within two seconds and nothing else, and a corrupt file changes nothing', async (t) => {
  const { url, book, switchPath } = await harbourOf(t)
  const flip = (state: string, key = OPERATOR_KEY): Promise<Response> =>
    fetch(`${url}/operator/switches/bookings/${state}`, {
      method: 'PUT',
      headers: { authorization: `Bearer ${key}` },
    })
  const showsWithin2S = async (status: number): Promise<void> => {
    for (let look = 0; look < 100; look++) {
      if ((await fetch(`${url}/health/bookings`)).status === status) return
      await wait(20)
    }
    assert.fail(`expected ${status} within two seconds`)
  }
  assert.equal((await flip('off', 'a-guess')).status, 401)
  assert.equal((await book('oslo', ADA)).status, 201)
  assert.equal((await flip('off')).status, 202)
  await showsWithin2S(503)
  assert.equal((await book('oslo', ADA)).status, 503)
  const listed = await fetch(`${url}/bookings`, { headers: { 'x-tenant': 'oslo' } })
  assert.equal(listed.status, 200)
  await writeFile(switchPath, '{"format":')
  await wait(200)
  assert.equal((await book('oslo', ADA)).status, 503)
  assert.equal((await flip('on')).status, 202)
  await showsWithin2S(200)
  assert.equal((await book('oslo', ADA)).status, 200)
})

test('the key of the operator cannot be guessed at speed, and guessing does not lock the operator out', async (t) => {
  const { url } = await harbourOf(t)
  const send = (key: string): Promise<Response> =>
    fetch(`${url}/operator/switches/bookings/on`, {
      method: 'PUT',
      headers: { authorization: `Bearer ${key}` },
    })
  const statuses = await statusesOf(30, () => send('a-guess'))
  assert.ok(countOf(statuses, 401) <= 12 && countOf(statuses, 403) >= 8, statuses.join(' '))
  assert.equal((await send(OPERATOR_KEY)).status, 202)
})
