// Runs the examples of the guards at the edge and of the breakers.
import assert from 'node:assert/strict'
import { createServer } from 'node:http'
import type { RequestListener } from 'node:http'
import { test } from 'node:test'
import { loadExample, statusesOf } from './guard-example.ts'
import type { InjectedApp } from './guard-example.ts'

test('the edge examples answer listed origins and no others, refuse foreign writes, and set header fields', async () => {
  const app = (await loadExample('edge-fastify')) as {
    inject(call: object): Promise<{ statusCode: number; headers: Record<string, unknown> }>
  }
  const listed = await app.inject({
    method: 'GET',
    url: '/',
    headers: { origin: 'https://m.example.com' },
  })
  assert.equal(listed.headers['access-control-allow-origin'], 'https://m.example.com')
  assert.equal(listed.headers['x-content-type-options'], 'nosniff')
  const other = await app.inject({
    method: 'GET',
    url: '/',
    headers: { origin: 'https://m.example.com.evil.test' },
  })
  assert.equal(other.headers['access-control-allow-origin'], undefined)
  const foreign = { 'sec-fetch-site': 'cross-site', 'content-type': 'application/json' }
  const write = await app.inject({ method: 'POST', url: '/', headers: foreign, payload: '{}' })
  assert.equal(write.statusCode, 403)
  const express = createServer((await loadExample('edge-express')) as RequestListener)
  assert.deepEqual(await statusesOf(express, 1), [200])
})

test('the breaker examples refuse after enough failures', async () => {
  const app = (await loadExample('breaker-fastify')) as InjectedApp
  const statuses: number[] = []
  for (let count = 0; count < 5; count++)
    statuses.push((await app.inject({ method: 'GET', url: '/' })).statusCode)
  assert.deepEqual(statuses, [500, 500, 500, 503, 503])
  assert.match((await app.inject({ method: 'GET', url: '/breaker' })).body, /"state":"open"/)
  await app.close()
  const express = createServer((await loadExample('breaker-express')) as RequestListener)
  assert.deepEqual(await statusesOf(express, 6), [500, 500, 500, 500, 503, 503])
})
