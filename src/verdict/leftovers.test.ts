// What a passing command left running is told, and never hides a failure.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { aCommandCapture, aGate, NO_TERMS } from '../../test/decisions.ts'
import { utf8Bytes } from '../kernel/index.ts'
import { judgeGate } from './judge.ts'
import type { Judgement } from './model.ts'

const gate = aGate({
  id: 'a',
  assertions: [{ read: { from: 'stdout' }, op: 'contains', value: 'ok' }],
})

test('a command that passed and left processes running is a WARN that names them', () => {
  const leftovers = { count: 3, survivedCount: 0, names: ['node', 'node', 'sleep'] }
  const judge = (stdout: string): Judgement =>
    judgeGate(gate, aCommandCapture({ leftovers }), { stdout: utf8Bytes(stdout) }, NO_TERMS)
  const warned = judge('ok')
  assert.equal(warned.status, 'WARN')
  assert.match(warned.reason, /left 3 processes running \(node, sleep\), killed/)
  const failed = judge('no')
  assert.equal(failed.status, 'FAIL')
})
