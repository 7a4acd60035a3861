// What an ingest guard is given: limits that are none are refused, whoever is told may fail, and no number is slow to judge.
import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { test } from 'node:test'
import express from 'express'
import { GuardFault } from '../errors.ts'
import { nodeGuardClock } from '../node.ts'
import { expressJsonBody } from './ingest-bindings.ts'
import { makeIngestGuard } from './ingest-guard.ts'
import type { IngestTerms } from './ingest-guard.ts'
import { SCAN_LIMITS, scanJson } from './json-scan.ts'

const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex')

function aGuard(terms: Partial<IngestTerms> = {}) {
  return makeIngestGuard({ clock: nodeGuardClock, sha256, ...terms })
}

function fails(): never {
  throw new Error('whoever is told has failed')
}

test('a number of sixty thousand noughts is judged in no time, wherever its other digits stand', () => {
  const noughts = '0'.repeat(60_000)
  const began = performance.now()
  for (const number of [
    `0.1${noughts}1`,
    `${noughts}1`,
    `1${noughts}1`,
    `0.${noughts}1${noughts}1`,
  ])
    assert.equal(scanJson(new TextEncoder().encode(number)).ok, false, number.slice(0, 5))
  const exact = `1.5${noughts}`
  assert.equal(scanJson(new TextEncoder().encode(exact)).ok, true)
  const tookMs = performance.now() - began
  assert.ok(tookMs < 2_000, `${tookMs} ms`)
})

test('a limit that is not given is the usual one, and one that limits nothing is refused', () => {
  const limits = { sizeBytes: 10, depth: undefined } as unknown
  assert.equal(aGuard({ limits: limits as { sizeBytes: number } }).limits.depth, SCAN_LIMITS.depth)
  const isRefused = (error: unknown): boolean =>
    error instanceof GuardFault && error.code === 'GUARD_TERMS_INVALID'
  for (const wrong of [Number.NaN, Infinity, 0, -1, 1.5, '10' as never, 2 ** 40])
    assert.throws(() => aGuard({ limits: { depth: wrong } }), isRefused, String(wrong))
  for (const wrong of [Number.NaN, Infinity, 0, 2 ** 31])
    assert.throws(() => aGuard({ bodyLimitMs: wrong }), isRefused, String(wrong))
})

test('a log, a quarantine or an audit that fails neither ends the process nor lets a body in', async (t) => {
  const app = express()
  const quarantine = { keep: fails }
  const guard = aGuard({ sink: fails, audit: fails, quarantine })
  app.post('/', expressJsonBody(guard), (_request, response) => void response.send('taken'))
  const server = createServer(app).listen(0, '127.0.0.1')
  t.after(() => server.close())
  await once(server, 'listening')
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`
  const headers = { 'content-type': 'application/json' }
  const post = async (body: string): Promise<number> =>
    (await fetch(url, { method: 'POST', headers, body })).status
  assert.equal(await post('{"a":1,"a":2}'), 400)
  assert.equal(await post('{"a":1}'), 200)
  assert.equal(
    aGuard({ sha256: fails, audit: () => undefined }).admit(new Uint8Array([0x7b])).ok,
    false,
  )
})
