// Measures how long a large decision takes.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { nodeDigest } from '../../test/crypto.ts'
import { aGate, aPlan, DAY_MS, inputsFor, withSignOffs } from '../../test/decisions.ts'
import { decide } from './decide.ts'

/** Of processor time; usually 25, and the goal is 50. The bound finds work that grew by an order, on any machine. */
const DECIDE_LIMIT_MS = 500

test('a thousand gates and two hundred sign-offs are decided in a fraction of a second', (t) => {
  const gates = Array.from({ length: 1_000 }, (_, i) =>
    aGate({ id: `gate-${i}`, needs: i === 0 ? [] : [`gate-${i - 1}`], maxAgeMs: DAY_MS }),
  )
  const plan = aPlan(gates, {
    signOffs: Array.from({ length: 10 }, (_, i) => ({ role: `role-${i}`, minimum: 20 })),
  })
  const signOffs = Array.from({ length: 200 }, (_, i) => ({
    role: `role-${i % 10}`,
    principal: `person-${i}`,
  }))
  const inputs = withSignOffs(plan, inputsFor(plan), signOffs)
  // Processor time, because neighbours on the machine stretch every other clock.
  const tookMs = Array.from({ length: 15 }, () => {
    const started = process.cpuUsage()
    assert.equal(decide(nodeDigest, plan, inputs).value, 'GO')
    return process.cpuUsage(started).user / 1_000
  }).sort((a, b) => a - b)
  t.diagnostic(
    `decide: median ${tookMs[7]?.toFixed(1)} ms, fastest ${tookMs[0]?.toFixed(1)} ms of ${tookMs.length}`,
  )
  assert.ok(tookMs[0]! <= DECIDE_LIMIT_MS, `fastest ${tookMs[0]} ms`)
})
