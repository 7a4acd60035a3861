// Following changes: what is cut is taken up again by its cursor, nothing is told twice, and a silent connection is dead.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { utf8Bytes } from '../kernel/index.ts'
import { readServerSentEvents } from './event-stream.ts'
import type { ServerSentEvent } from './event-stream.ts'
import { followChanges } from './follow.ts'
import type { ChangeAnswer } from './follow.ts'

async function* piecesOf(...texts: readonly string[]): AsyncGenerator<Uint8Array> {
  for (const text of texts) yield utf8Bytes(text)
}

function told(...seqs: readonly number[]): string {
  const changes = seqs.map((seq) => ({ seq, at: '', type: 'note.appended', subject: 'a' }))
  const cursor = (seqs.at(-1) ?? 0) + 1
  return `id: ${cursor}\nevent: changes\ndata: ${JSON.stringify({ release: null, cursor, changes })}\n\n`
}

const begun = (at: number): string => `retry: 1000\nid: ${at}\nevent: begun\ndata: ${at}\n\n`

/** An answer of the server: a status alone, or the pieces of its stream. */
type Answered = number | readonly string[] | ((signal: AbortSignal) => AsyncIterable<Uint8Array>)

interface Followed {
  readonly seqs: readonly number[]
  readonly sinces: readonly (string | undefined)[]
  readonly begunGapless: readonly boolean[]
  readonly cuts: readonly (number | undefined)[]
  readonly sleptMs: readonly number[]
}

/** Follows until the answers are used up. */
async function followAll(since: string | undefined, ...answers: Answered[]): Promise<Followed> {
  const ending = new AbortController()
  const left = [...answers]
  const seen = {
    seqs: [] as number[],
    sinces: [] as (string | undefined)[],
    begunGapless: [] as boolean[],
    cuts: [] as (number | undefined)[],
    sleptMs: [] as number[],
  }
  const open = async (from: string | undefined, signal: AbortSignal): Promise<ChangeAnswer> => {
    const answer = left.shift()
    if (answer === undefined) {
      ending.abort()
      throw new Error('nothing answers')
    }
    seen.sinces.push(from)
    const isRefusal = typeof answer === 'number'
    const contentType = isRefusal ? 'application/problem+json' : 'text/event-stream; charset=utf-8'
    return {
      status: isRefusal ? answer : 200,
      headers: new Headers({ 'content-type': contentType }),
      body: isRefusal ? null : typeof answer === 'function' ? answer(signal) : piecesOf(...answer),
    }
  }
  await followChanges(
    {
      open,
      async sleep(ms, signal) {
        seen.sleptMs.push(ms)
        await new Promise((resolve) => setImmediate(resolve))
        signal.throwIfAborted()
      },
      chance: () => 0.5,
    },
    {
      begun: (_cursor, isGapless) => seen.begunGapless.push(isGapless),
      told: (changes) => seen.seqs.push(...changes.map(({ seq }) => seq)),
      heard: () => undefined,
      cut: (status) => seen.cuts.push(status),
    },
    { since, signal: ending.signal },
  )
  return seen
}

test('events are read whatever way their bytes are cut, with comments, CRLF and an id that stands alone', async () => {
  const text = ': quiet\n\nid: 4\r\nevent: changes\r\ndata: é1\r\ndata: 2\r\n\r\nid: 9\n\ndata\n\n'
  const wanted: ServerSentEvent[] = [
    { event: 'changes', data: 'é1\n2', id: '4' },
    { event: 'message', data: '', id: '9' },
    { event: 'message', data: '', id: '9' },
  ]
  const bytes = utf8Bytes(text)
  for (let size = 1; size <= bytes.length; size++) {
    const cut = async function* (): AsyncGenerator<Uint8Array> {
      for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size)
    }
    const read: ServerSentEvent[] = []
    for await (const event of readServerSentEvents(cut(), () => undefined)) read.push(event)
    assert.deepEqual(read, wanted, `cut into ${size}`)
  }
})

test('a stream that is cut is taken up by its cursor: nothing is missing, and what is told again is not told twice', async () => {
  const seen = await followAll(
    undefined,
    [begun(3), told(3, 4).replace('id: 5', 'id: 5.0f')],
    [begun(5), told(4, 5, 6), 'id: 9\n\n'],
    503,
    [begun(9), told(9)],
  )
  assert.deepEqual(seen.seqs, [3, 4, 5, 6, 9])
  assert.deepEqual(seen.sinces, [undefined, '5.0f', '9', '9'])
  assert.deepEqual(seen.begunGapless, [false, true, true])
  assert.deepEqual(seen.cuts, [200, 200, 503, 200])
})

test('a cursor that the log does not know is given up at once, and what was missed is said to be unknown', async () => {
  const seen = await followAll('70.aa', 409, [begun(2), told(2)])
  assert.deepEqual(seen.sinces, ['70.aa', undefined])
  assert.deepEqual(seen.begunGapless, [false])
  assert.deepEqual(seen.seqs, [2])
})

test('who may not read is asked for no further', async () => {
  const seen = await followAll('1', 401, [begun(1)])
  assert.deepEqual(seen.sinces, ['1'])
  assert.deepEqual(seen.cuts, [401])
})

test('a server that only lets streams begin is come back to ever more slowly, one that told something soon', async () => {
  const pauses = async (...pieces: readonly string[]): Promise<readonly number[]> => {
    const streams = Array.from({ length: 8 }, () => pieces)
    const { sleptMs } = await followAll('1', ...streams)
    return sleptMs.filter((ms, index) => index % 2 === 1 && ms > 0)
  }
  const slow = await pauses(begun(1))
  assert.deepEqual(slow.slice(0, 7), [500, 1_000, 2_000, 4_000, 8_000, 15_000, 15_000])
  const quick = await pauses(begun(1), ': quiet\n\n')
  assert.deepEqual(quick.slice(0, 3), [500, 500, 500])
})

test('a connection that says nothing is ended and opened again', async () => {
  // The silence that is borne passes at once here.
  const silent = async function* (signal: AbortSignal): AsyncGenerator<Uint8Array> {
    yield utf8Bytes(begun(5))
    await new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)))
  }
  const seen = await followAll('5', silent, [begun(5), told(5, 6)])
  assert.deepEqual(seen.seqs, [5, 6])
})
