// The order in which gates depend on each other, and the circles that no run could leave.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { aGate, aPlan } from '../../test/decisions.ts'
import type { PlanGate } from './plan-model.ts'
import { findPhaseCircle, orderGates } from './plan.ts'
import { parsePlan } from './plan-parse.ts'

test('a circle through the order of phases is found and names the phases', () => {
  const staged = (more: Partial<PlanGate>): readonly PlanGate[] => [
    aGate({ id: 'check', phase: 'before', needs: ['deployed'], ...more }),
    aGate({ id: 'between', phase: 'middle', needs: ['check'] }),
    aGate({ id: 'deployed', phase: 'after' }),
  ]
  assert.equal(
    findPhaseCircle(staged({}))?.join(' → '),
    'check → deployed → the phase "after" → the phase "middle" → check',
  )
  const free = staged({ severity: 'advisory' }).filter(({ id }) => id !== 'between')
  assert.equal(findPhaseCircle(free), undefined)
  assert.equal(findPhaseCircle(staged({ needs: [] })), undefined)
  const through = [...staged({ needs: ['all'] }), aGate({ id: 'all', children: ['deployed'] })]
  assert.match(findPhaseCircle(through)?.join(' → ') ?? '', /check → all → deployed → the phase/)
  assert.ok(
    parsePlan(JSON.parse(JSON.stringify(aPlan(staged({}))))),
    'a plan that was pinned before can still be read',
  )
})

test('a chain of ten thousand gates is ordered and not taken for a circle', () => {
  const gates = Array.from({ length: 10_000 }, (_, i) =>
    aGate({ id: `g${i}`, needs: i === 9_999 ? [] : [`g${i + 1}`] }),
  )
  const order = orderGates(gates)
  assert.ok(order.ok)
  assert.equal(order.gates.length, 10_000)
  assert.equal(order.gates[0]?.id, 'g9999')
})
