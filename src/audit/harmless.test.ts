// What the audit log shows of a request: values on the list, in their form, cut; nothing else.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { harmlessFields, harmlessResource } from './harmless.ts'

const SECRET = 'canary7Hq2mZ9xWv4LkT1'

test('only listed members in their form are shown, each by its place', () => {
  const shown = harmlessFields({
    params: { runId: '019ab0c1-2f00-7000-8000-000000000001', other: 'x' },
    query: { environment: 'production', name: 'salaries.md', cursor: 'abc' },
    body: { role: 'viewer', name: 'Ann', payload: { role: 'admin' }, attempt: 2, kind: ['a'] },
  })
  assert.deepEqual(shown, {
    'path.runId': '019ab0c1-2f00-7000-8000-000000000001',
    'query.environment': 'production',
    'body.attempt': '2',
    'body.role': 'viewer',
  })
})

test('a secret in a listed place is not shown, wherever it stands', () => {
  for (const hidden of [SECRET, `ferry ${SECRET}`, `ferry@${SECRET}`, SECRET.repeat(20)]) {
    const told = { service: hidden, version: hidden, environment: hidden, runId: hidden }
    const shown = harmlessFields({ params: told, query: told, body: { ...told, gate: hidden } })
    assert.deepEqual(shown, {}, hidden)
    const path = harmlessResource('/v1/releases/:service/:version/runs/:runId', told)
    assert.equal(path, '/v1/releases/:service/:version/runs/:runId')
  }
})

test('control characters, marks of direction and members of the prototype are not shown', () => {
  for (const service of ['a\u0000b', 'a\u202eb', 'a\nb', '\ud800', ''])
    assert.deepEqual(harmlessFields({ params: { service }, query: {}, body: null }), {})
  const odd = Object.create({ service: 'inherited' }) as Record<string, unknown>
  assert.deepEqual(harmlessFields({ params: odd, query: odd, body: odd }), {})
})

test('a long value is cut at whole characters within 64 bytes', () => {
  const { 'body.gate': shown } = harmlessFields({
    params: {},
    query: {},
    body: { gate: 'é'.repeat(100) },
  })
  assert.equal(shown, `${'é'.repeat(32)}…`)
})
