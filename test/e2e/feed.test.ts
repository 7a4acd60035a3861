// The log followed over HTTP while other processes write to it: live, filtered, and taken up again after the server ended.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import test, { after, before } from 'node:test'
import { openWorkplace } from './command-line.ts'
import type { ServedFolder } from './command-line.ts'

const place = openWorkplace()
let served: ServedFolder

before(async () => {
  served = await place.serve()
})
after(async () => {
  await served.stop()
  place.remove()
})

interface FedEntry {
  readonly seq: number
  readonly body: { readonly subject: string }
}

function bearer(): { readonly authorization: string } {
  const text = readFileSync(join(place.dataFolder, 'keys', 'api.secret'), 'utf8')
  return { authorization: `Bearer ${Buffer.from(text, 'base64').toString('base64url')}` }
}

async function follow(
  query: string,
  headers: Readonly<Record<string, string>> = {},
): Promise<ReadableStreamDefaultReader<string>> {
  const answer = await fetch(`${served.url}/v1/ledger/feed${query}`, {
    headers: { ...bearer(), ...headers },
  })
  assert.equal(answer.status, 200)
  return answer.body!.pipeThrough(new TextDecoderStream()).getReader()
}

/** Reads until the last event has this id; whole events only. */
async function readUntil(
  reader: ReadableStreamDefaultReader<string>,
  lastId: number,
): Promise<readonly FedEntry[]> {
  let text = ''
  while (!new RegExp(`^id: ${lastId}\\.[0-9a-f]{16}\n\n`, 'm').test(text)) {
    const { value, done } = await reader.read()
    assert.ok(!done, `the stream ended after ${text}`)
    text += value
  }
  return [...text.matchAll(/^data: (.*)$/gm)].map(([, data]) => JSON.parse(data ?? '') as FedEntry)
}

/** @returns the position of the note */
async function note(subject: string): Promise<number> {
  const appended = await place.ask<{ seq: number }>([
    'ledger',
    'append',
    '--subject',
    subject,
    'a note',
  ])
  return appended.data.seq
}

test('what another process appends comes as an event, and only what was asked for', async () => {
  const first = await note('ship-a')
  const all = await follow('')
  const some = await follow('?from=0&subject=ship-a')
  const second = await note('ship-b')
  const third = await note('ship-a')
  assert.deepEqual(
    (await readUntil(all, third))
      // Each request is an entry of the audit log besides.
      .filter(({ body }) => body.subject.startsWith('ship-'))
      .map(({ seq, body }) => [seq, body.subject]),
    [
      [second, 'ship-b'],
      [third, 'ship-a'],
    ],
  )
  assert.deepEqual(
    (await readUntil(some, third)).map(({ seq }) => seq),
    [first, third],
  )
  await Promise.all([all.cancel(), some.cancel()])
})

test('a server that ends ends its streams, and with the last id a follower misses nothing and gets nothing twice', async () => {
  const last = await note('before')
  const reader = await follow('?from=0')
  assert.deepEqual(
    (await readUntil(reader, last)).map(({ seq }) => seq),
    Array.from({ length: last + 1 }, (_, seq) => seq),
  )
  const stopped = served.stop()
  for (;;) if ((await reader.read()).done) break
  assert.equal((await stopped).exit, 0)
  const missed = await note('while nobody served')
  served = await place.serve()
  const again = await follow('', { 'last-event-id': String(last) })
  const later = await note('later')
  const seen = (await readUntil(again, later)).map(({ seq }) => seq)
  assert.equal(seen[0], last + 1)
  assert.ok(seen.includes(missed))
  assert.deepEqual(
    seen,
    seen.map((_, index) => last + 1 + index),
  )
  await again.cancel()
})

test('a place that the log has not reached, and one that is no place, are refused with a reason', async () => {
  const refusal = async (query: string, lastEventId?: string): Promise<string> => {
    const answer = await fetch(`${served.url}/v1/ledger/feed${query}`, {
      headers: {
        ...bearer(),
        ...(lastEventId === undefined ? {} : { 'last-event-id': lastEventId }),
      },
    })
    return `${answer.status} ${((await answer.json()) as { readonly code: string }).code}`
  }
  assert.equal(await refusal('?from=99'), '404 LEDGER_ENTRY_UNKNOWN')
  assert.equal(await refusal('', '1e3'), '422 LEDGER_ENTRY_REFUSED')
  assert.equal(await refusal('?until=9'), '400 WEB_QUERY_INVALID')
})

test('the stream of a key that is revoked ends soon, and the key opens no other', async () => {
  const { key } = (await place.ask<{ key: string }>(['api-key', 'create', 'watcher'])).data
  const bearerOfKey = { authorization: `Bearer ${key}` }
  const reader = await follow('', bearerOfKey)
  await note('seen')
  await reader.read()
  await place.ask(['api-key', 'revoke', 'watcher', '--reason', 'was in a log'])
  const revokedMs = performance.now()
  for (;;) if ((await reader.read()).done) break
  const tookMs = performance.now() - revokedMs
  // Five seconds are promised and two are usual; ten times the promise, so that a busy machine proves nothing.
  assert.ok(tookMs < 50_000, `${tookMs} ms`)
  const refused = await fetch(`${served.url}/v1/ledger/feed`, { headers: bearerOfKey })
  assert.equal(refused.status, 401)
})
