// What the command line does when a server does not answer: it sends the very same request again, where a key makes that safe.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { makeClient } from '../../client/index.ts'
import type { Client } from '../../client/index.ts'
import { utf8Bytes } from '../../kernel/index.ts'
import type { Clock, FetchAnswer, FetchRequest } from '../../kernel/index.ts'
import { serverTransport } from './transport.ts'

type Turn = 'lost' | { readonly status: number; readonly retryAfter?: string }

interface Line {
  readonly client: Client
  readonly sent: FetchRequest[]
  readonly waitsMs: number[]
}

/** A line to a server on which these things happen, one for each request; the last for all that follow. */
function aLine(turns: readonly Turn[], hasKeys = true): Line {
  const sent: FetchRequest[] = []
  const waitsMs: number[] = []
  const clock: Clock = {
    nowMs: () => 0,
    monotonicMs: () => 0,
    sleep(ms) {
      waitsMs.push(ms)
      return Promise.resolve()
    },
  }
  const send = (request: FetchRequest): Promise<FetchAnswer> => {
    const turn = turns[Math.min(sent.length, turns.length - 1)]!
    sent.push(request)
    if (turn === 'lost') return Promise.reject(new Error('socket hang up'))
    const problem = { code: 'WEB_IDEMPOTENCY_KEY_IN_FLIGHT', title: '', detail: '', hint: '' }
    return Promise.resolve({
      status: turn.status,
      headers: {
        'content-type': turn.status < 400 ? 'application/json' : 'application/problem+json',
        ...(turn.retryAfter === undefined ? {} : { 'retry-after': turn.retryAfter }),
      },
      body: utf8Bytes(JSON.stringify(turn.status < 400 ? { data: 'done' } : problem)),
      truncated: false,
      durationMs: 1,
    })
  }
  let made = 0
  const transport = serverTransport({ send }, clock, 'http://127.0.0.1:1')
  const client = makeClient(transport, {}, hasKeys ? () => `key-${++made}` : undefined)
  return { client, sent, waitsMs }
}

const keysOf = ({ sent }: Line): (string | undefined)[] =>
  sent.map(({ headers }) => headers['idempotency-key'])

test('a change that nobody answered is sent again as it was, with its key, until it is answered', async () => {
  const line = aLine(['lost', 'lost', { status: 201 }])
  assert.equal(await line.client.call('POST', '/v1/notes', { text: 'a' }), 'done')
  assert.deepEqual(keysOf(line), ['"key-1"', '"key-1"', '"key-1"'])
  assert.equal(new Set(line.sent.map(({ body }) => Buffer.from(body!).toString())).size, 1)
  assert.equal(line.waitsMs.length, 2)
})

test('each change has a key of its own; what only reads has none and is sent once', async () => {
  const line = aLine([{ status: 200 }])
  await line.client.call('POST', '/v1/notes')
  await line.client.call('DELETE', '/v1/notes/1')
  await line.client.call('GET', '/v1/notes')
  assert.deepEqual(keysOf(line), ['"key-1"', '"key-2"', undefined])
  const reading = aLine(['lost'])
  await assert.rejects(reading.client.call('GET', '/v1/notes'), { code: 'APP_SERVER_UNREACHABLE' })
  assert.equal(reading.sent.length, 1)
})

test('a server that is away for good is told after four tries, and without a key after one', async () => {
  const line = aLine(['lost'])
  await assert.rejects(line.client.call('POST', '/v1/notes'), { code: 'APP_SERVER_UNREACHABLE' })
  assert.equal(line.sent.length, 4)
  const keyless = aLine(['lost'], false)
  await assert.rejects(keyless.client.call('POST', '/v1/notes'), { code: 'APP_SERVER_UNREACHABLE' })
  assert.deepEqual([keyless.sent.length, keysOf(keyless)], [1, [undefined]])
})

test('a first try that is still being carried out is waited for as long as the server says', async () => {
  const line = aLine(['lost', { status: 409, retryAfter: '1' }, { status: 201 }])
  assert.equal(await line.client.call('POST', '/v1/notes'), 'done')
  assert.deepEqual(keysOf(line), ['"key-1"', '"key-1"', '"key-1"'])
  assert.equal(line.waitsMs.at(-1), 1_000)
  const refused = aLine([{ status: 409 }])
  await assert.rejects(refused.client.call('POST', '/v1/notes'))
  assert.equal(refused.sent.length, 1, 'a refusal without a time to wait is final')
})
