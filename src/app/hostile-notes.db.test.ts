// Hostile bodies of notes: each is refused with its code and leaves no entry, or is kept to the letter.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { bearer, openComposedApp } from '../../test/composed.ts'
import type { ComposedApp } from './compose.ts'

const URL_OF_NOTES = '/v1/ledger/entries'
const endings: (() => unknown)[] = []
let app: ComposedApp
before(async () => {
  app = await openComposedApp({ after: (end: () => unknown) => void endings.push(end) })
  assert.equal((await send(noteOf('1'))).status, 201)
})
after(async () => {
  for (const end of endings) await end()
})

async function send(payload: string | Buffer): Promise<{ status: number; text: string }> {
  const headers = {
    host: 'localhost',
    'content-type': 'application/json',
    ...bearer(app.apiKey),
  }
  const answer = await app.web.inject({ method: 'POST', url: URL_OF_NOTES, headers, payload })
  return { status: answer.statusCode, text: answer.body }
}

async function sizeOf(): Promise<number> {
  const headers = {
    host: 'localhost',
    'content-type': 'application/json',
    ...bearer(app.apiKey),
  }
  const url = '/v1/ledger/verify'
  const answer = await app.web.inject({ method: 'POST', url, headers, payload: '{}' })
  assert.equal(answer.statusCode, 200, answer.body)
  const { data } = answer.json<{ data: { ok: boolean; size: number } }>()
  assert.ok(data.ok, answer.body)
  return data.size
}

const noteOf = (payload: string, subject = '"x"'): string =>
  `{"type":"note.hostile","subject":${subject},"payload":${payload}}`

const nested = (depth: number): string => `${'['.repeat(depth)}${']'.repeat(depth)}`

const REFUSED: Readonly<Record<string, string | Buffer>> = {
  'a lone high surrogate': noteOf(String.raw`"\ud800"`),
  'a lone low surrogate': noteOf(String.raw`"a\udc00b"`),
  'a lone surrogate in a name': noteOf(String.raw`{"\ud83d":1}`),
  'a lone surrogate in the subject': noteOf('1', String.raw`"\udfff"`),
  'a surrogate as raw bytes': Buffer.concat([
    Buffer.from('{"type":"note.hostile","subject":"x","payload":"'),
    Buffer.from([0xed, 0xa0, 0x80]),
    Buffer.from('"}'),
  ]),
  'bytes that are no UTF-8': Buffer.concat([
    Buffer.from('{"type":"note.hostile","subject":"x","payload":"'),
    Buffer.from([0xc3, 0x28]),
    Buffer.from('"}'),
  ]),
  'not a number': noteOf('NaN'),
  infinity: noteOf('-Infinity'),
  'a number beyond all doubles': noteOf('1e400'),
  'an integer that no double holds': noteOf('9007199254740993'),
  'a name twice': noteOf('{"a":1,"a":2}'),
  'a name twice, once escaped': noteOf(String.raw`{"a":1,"\u0061":2}`),
  'a field twice': '{"type":"note.a","type":"note.b","subject":"x","payload":1}',
  'depth 10,000': noteOf(nested(10_000)),
  'depth 1,000,000': noteOf(nested(1_000_000)),
  'objects at depth 10,000': noteOf(`${'{"a":'.repeat(10_000)}1${'}'.repeat(10_000)}`),
  'a payload beyond the limit': noteOf(`"${'x'.repeat(256 * 1024)}"`),
  'a NUL in the payload': noteOf(String.raw`"a\u0000b"`),
  'a control character in the subject': noteOf('1', String.raw`"a\u0000b"`),
  'a name of the prototype beside the note':
    '{"type":"note.hostile","subject":"x","payload":1,"__proto__":{"admin":true}}',
  'a name of the prototype in the payload': noteOf('{"__proto__":{"admin":true}}'),
  'nothing at all': '',
  'half a document': noteOf('1').slice(0, -1),
  'two documents': `${noteOf('1')}${noteOf('1')}`,
}

test('what no double, no text or no reader could hold is refused with a code, and no entry is left of it', async () => {
  const before = await sizeOf()
  for (const [what, body] of Object.entries(REFUSED)) {
    const { status, text } = await send(body)
    assert.ok(status >= 400 && status < 500, `${what}: ${status} ${text.slice(0, 200)}`)
    const problem = JSON.parse(text) as { readonly code: string; readonly detail?: string }
    assert.match(problem.code, /^(WEB|LEDGER)_[A-Z_]+$/, what)
    assert.doesNotMatch(text, /node_modules|\.ts:|at async/, what)
    assert.ok(text.length < 4_000, `${what}: an answer of ${text.length} characters`)
  }
  assert.equal(await sizeOf(), before)
})

test('what looks hostile and is sound is kept to the letter', async () => {
  const before = await sizeOf()
  const kept: readonly unknown[] = [
    'x'.repeat(65_536),
    `${'é'.repeat(32_767)}\u0001\u001f\u2028\ufeff`,
    '\u{10ffff}\ufffe\u202e',
    JSON.parse('{"constructor":1,"toString":null,"hasOwnProperty":"x"}'),
    JSON.parse(nested(50)),
    [1e-300, -1.5e-300, 5e-324, 9_007_199_254_740_991],
  ]
  for (const [at, payload] of kept.entries()) {
    const id = `01900000-0000-7000-8000-00000000000${at}`
    const sendUnderId = (text: string) => send(noteOf(text).replace('{', `{"id":"${id}",`))
    const text = JSON.stringify(payload)
    assert.equal((await sendUnderId(text)).status, 201, text.slice(0, 60))
    // The same again is known as the same, and anything else under its id is not.
    assert.equal((await sendUnderId(text)).status, 200, text.slice(0, 60))
    const other = await sendUnderId(`[${text}]`)
    assert.equal(other.status, 409, other.text.slice(0, 200))
  }
  assert.equal(await sizeOf(), before + kept.length)
})
