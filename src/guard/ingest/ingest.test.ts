// Bodies as they should be, and in every way that a lenient parser would swallow.
import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { createServer, request as httpRequest } from 'node:http'
import type { AddressInfo } from 'node:net'
import { test } from 'node:test'
import { Ajv2020 } from 'ajv/dist/2020.js'
import express from 'express'
import fc from 'fast-check'
import fastify from 'fastify'
import { parseStrictJson, SeaworthyError } from '../../kernel/index.ts'
import { expressJsonBody, fastifyJsonParser } from './ingest-bindings.ts'
import { makeIngestGuard } from './ingest-guard.ts'
import type { IngestRecord, IngestTerms } from './ingest-guard.ts'
import { scanJson } from './json-scan.ts'
import type { ScanReason } from './json-scan.ts'
import { nodeGuardClock } from '../node.ts'

const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text)
const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex')

function aGuard(terms: Partial<IngestTerms> = {}) {
  return makeIngestGuard({ clock: nodeGuardClock, sha256, ...terms })
}

const refused: readonly (readonly [ScanReason, string | Uint8Array])[] = [
  ['empty', ''],
  ['byte-order-mark', '\ufeff{}'],
  ['not-utf-8', new Uint8Array([0x22, 0xff, 0x22])],
  ['not-utf-8', new Uint8Array([0x22, 0xc0, 0xaf, 0x22])],
  ['not-utf-8', new Uint8Array([0x22, 0xed, 0xa0, 0x80, 0x22])],
  ['not-json', '{'],
  ['not-json', '"open'],
  ['not-json', '{"a":1,}'],
  ['not-json', "{'a':1}"],
  ['not-json', '{a:1}'],
  ['not-json', 'NaN'],
  ['not-json', '-'],
  ['not-json', '01'],
  ['not-json', '1.'],
  ['not-json', '0x10'],
  ['not-json', '{} {}'],
  ['not-json', '"\t"'],
  ['not-json', String.raw`"\x41"`],
  ['not-json', String.raw`{"\u00":1}`],
  ['too-deep', '['.repeat(33)],
  ['too-deep', '{"a":'.repeat(100_000)],
  ['too-many-keys', `{${Array.from({ length: 10_001 }, (_, index) => `"k${index}":0`).join()}}`],
  ['too-many-values', `[${'0,'.repeat(100_001)}0]`],
  ['duplicate-key', '{"a":1,"a":2}'],
  ['duplicate-key', String.raw`{"a":1,"\u0061":2}`],
  [
    'duplicate-key',
    `{"x":{"a":1},${Array.from({ length: 20 }, (_, index) => `"k${index}":0`).join()},"k3":1}`,
  ],
  ['forbidden-key', '{"__proto__":{"isAdmin":true}}'],
  ['forbidden-key', String.raw`{"a":[{"\u005f_proto__":1}]}`],
  ['lone-surrogate', String.raw`"\ud800"`],
  ['lone-surrogate', String.raw`{"\udfff":1}`],
  ['null-character', String.raw`"\u0000"`],
  ['inexact-number', '9007199254740993'],
  ['inexact-number', '1e999'],
  ['inexact-number', '-1e400'],
  ['inexact-number', '0.10000000000000000555'],
  ['inexact-number', '1e-999'],
  ['inexact-number', '12345678901234567890'],
]

test('each way of being malformed is refused for its own reason', () => {
  for (const [reason, body] of refused) {
    const bytes = typeof body === 'string' ? utf8(body) : body
    const result = scanJson(bytes)
    assert.equal(result.ok ? 'accepted' : result.reason, reason, String(body).slice(0, 60))
  }
})

test('what has one exact meaning is accepted as it is', () => {
  const accepted = [
    '{"a":{"a":[{"a":1},{"a":2}]},"b":"a","c":"a"}',
    String.raw`["\ud83d\ude00", "\"", "\\", "{", "[", ":", ","]`,
    '[0.1, 1e3, 1E-7, -0, 1.50, 9007199254740991, 1e308, 123456789012345680, 0e999, 100000000000000000000]',
    ' \t\r\n "x" ',
    'true',
    '{"constructor":1,"prototype":2,"toString":3}',
    '['.repeat(32) + ']'.repeat(32),
  ]
  for (const text of accepted)
    assert.deepEqual(scanJson(utf8(text)), { ok: true, value: JSON.parse(text) })
})

test('a value that is sent as JSON.stringify writes it arrives as it was', () => {
  fc.assert(
    fc.property(fc.jsonValue({ maxDepth: 5 }), (value) => {
      const text = JSON.stringify(value)
      const result = scanJson(utf8(text))
      if (result.ok) assert.deepEqual(result.value, JSON.parse(text))
      else
        assert.ok(
          ['forbidden-key', 'lone-surrogate', 'null-character', 'inexact-number'].includes(
            result.reason,
          ),
          result.reason,
        )
    }),
  )
})

test('on damaged texts the scan never accepts what the strict parser of the house refuses', () => {
  const pieces = fc.constantFrom(
    '{',
    '}',
    '[',
    ']',
    ',',
    ':',
    '"a"',
    '"b"',
    String.raw`"\u0061"`,
    '1',
    '-',
    '1e5',
    '1e999',
    ' ',
    'true',
    'nul',
    String.raw`"\ud800"`,
    '"',
    '9007199254740993',
    '0.5',
  )
  let compared = 0
  let acceptedCount = 0
  fc.assert(
    fc.property(fc.array(pieces, { maxLength: 14 }), (parts) => {
      const text = parts.join('')
      const result = scanJson(utf8(text))
      let strict: unknown
      let strictSays = ''
      try {
        strict = parseStrictJson(text)
      } catch (error) {
        assert.ok(error instanceof SeaworthyError)
        strictSays = error.message
      }
      compared++
      if (result.ok) acceptedCount++
      // A number such as 1e51 is exact as it is written; only a ledger may not hold it.
      if (result.ok && /integer of at most/.test(strictSays)) return
      if (result.ok) assert.equal(strictSays, '', text)
      if (result.ok)
        assert.deepEqual(
          JSON.parse(JSON.stringify(result.value)),
          JSON.parse(JSON.stringify(strict)),
        )
      else if (strictSays === '') assert.equal(result.reason, 'inexact-number', text)
    }),
    { numRuns: 20_000 },
  )
  assert.ok(compared >= 20_000 && acceptedCount > 200)
})

test('random bytes are answered, never thrown at', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
      assert.equal(typeof scanJson(bytes).ok, 'boolean')
    }),
  )
})

const contract = new Ajv2020({ strict: true, allErrors: true }).compile({
  type: 'object',
  required: ['id', 'count'],
  additionalProperties: false,
  properties: { id: { type: 'string', maxLength: 10 }, count: { type: 'integer' } },
})

test('a contract judges the value without changing it, and its mistakes are told without the body', () => {
  const guard = aGuard({ contract })
  assert.deepEqual(guard.admit(utf8('{"id":"a","count":1}')), {
    ok: true,
    value: { id: 'a', count: 1 },
  })
  const answer = guard.admit(utf8('{"id":7,"count":"1","<script>secret":1}'))
  assert.ok(!answer.ok)
  assert.deepEqual([answer.reason, answer.status], ['contract', 422])
  assert.match(answer.detail, /\/count must be integer/)
  assert.doesNotMatch(answer.detail, /script|secret/)
})

test('refusals are counted one by one and told at a capped rate, with hash and prefix instead of the body', () => {
  const records: [IngestRecord, number][] = []
  let us = 0
  const guard = aGuard({
    clock: { ...nodeGuardClock, monotonicUs: () => us },
    auditLimitPerS: 2,
    audit: (record, leftOut) => void records.push([record, leftOut]),
  })
  const body = utf8(`{"token":"s3cr3t-${'x'.repeat(200)}"`)
  for (let index = 0; index < 1_000; index++) guard.admit(body)
  us += 1_000_000
  guard.admit(body)
  assert.equal(guard.counts()['not-json'], 1_001)
  assert.deepEqual(
    records.map(([, leftOut]) => leftOut),
    [0, 0, 998],
  )
  const [record] = records[0]!
  assert.equal(record.sha256, sha256(body))
  assert.equal(record.prefix.length, 128)
  assert.equal(record.sizeBytes, body.length)
})

async function post(url: string, body: string | Uint8Array, headers: Record<string, string> = {}) {
  const answer = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: typeof body === 'string' ? body : new Blob([body.slice()]),
  })
  return { status: answer.status, text: await answer.text() }
}

test('a Fastify service refuses the whole malformed corpus with 4xx and takes a good body', async () => {
  const guard = aGuard()
  const app = fastify()
  const options = { parseAs: 'buffer', bodyLimit: guard.limits.sizeBytes } as const
  app.addContentTypeParser('application/json', options, fastifyJsonParser(guard))
  app.post('/', (request) => ({ got: request.body }))
  const url = await app.listen({ port: 0, host: '127.0.0.1' })
  for (const [reason, body] of refused) {
    const { status } = await post(url, body)
    assert.ok(status >= 400 && status < 500, `${reason} got ${status}`)
  }
  assert.deepEqual(await post(url, '{"a":1}'), { status: 200, text: '{"got":{"a":1}}' })
  await app.close()
})

test('an Express service does the same, refuses compressed bodies, and leaves other media types alone', async () => {
  const guard = aGuard({ limits: { sizeBytes: 3_000_000 } })
  const app = express()
  app.use(expressJsonBody(guard))
  app.post('/', (request, response) => void response.json({ got: request.body ?? null }))
  const server = app.listen(0, '127.0.0.1')
  await new Promise((resolve) => server.once('listening', resolve))
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`
  for (const [reason, body] of refused) {
    const { status, text } = await post(url, body)
    assert.ok(status >= 400 && status < 500, `${reason} got ${status}`)
    assert.match(text, /"code":"INGEST_/)
  }
  assert.deepEqual(await post(url, '{"a":1}'), { status: 200, text: '{"got":{"a":1}}' })
  assert.equal((await post(url, 'x', { 'content-encoding': 'gzip' })).status, 415)
  assert.equal((await post(url, 'x', { 'content-type': 'text/plain' })).status, 200)
  assert.equal((await post(url, `"${'x'.repeat(3_000_000)}"`)).status, 413)
  server.close()
})

test('a body that comes a byte at a time or breaks off holds no more than was sent', async () => {
  const guard = aGuard()
  const parse = expressJsonBody(guard)
  const seen: unknown[] = []
  const server = createServer((request, response) => {
    parse(request, response, (error) => {
      seen.push(error ?? Reflect.get(request, 'body'))
      response.end()
    })
  })
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  const headers = { 'content-type': 'application/json; charset=utf-8', 'content-length': 7 }
  await new Promise<void>((resolve, reject) => {
    const slow = httpRequest({ port, host: '127.0.0.1', method: 'POST', headers }, (answer) => {
      answer.resume().on('end', resolve)
    })
    slow.on('error', reject)
    for (const byte of utf8('{"a":1}')) slow.write(Uint8Array.of(byte))
    slow.end()
  })
  assert.deepEqual(seen, [{ a: 1 }])
  await new Promise<void>((resolve) => {
    const broken = httpRequest({ port, host: '127.0.0.1', method: 'POST', headers })
    broken.on('error', () => resolve())
    broken.write('{"a"')
    setTimeout(() => broken.destroy(new Error('gone')), 20)
  })
  server.closeAllConnections()
  await new Promise((resolve) => server.close(resolve))
  assert.equal(seen.length <= 2, true)
  assert.deepEqual(guard.counts(), {})
})
