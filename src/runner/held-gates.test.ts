// What a run says of a gate that did not run, while it goes on, is what its settled result says.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { aCommand, aGate, aPlan, aRequest, memorySink, systemPorts } from '../../test/runner.ts'
import { settleRun } from '../verdict/index.ts'
import type { PlanGate, RecordedGate } from '../verdict/index.ts'
import { runPlan } from './index.ts'

test('a gate for a person says the same live as settled: what it needs holds it, in any phase, else it waits for them', async () => {
  const passes = { assertions: [{ read: { from: 'exitCode' }, op: 'eq', value: 0 }] } as const
  const person = (id: string, needs: readonly string[]): PlanGate =>
    aGate(id, { type: 'manual', question: 'told?' }, { needs, phase: 'later' })
  const plan = aPlan([
    aCommand('unread', 'true', { provenRead: false, phase: 'first' }),
    person('free', []),
    person('both', ['free', 'unread']),
    person('told', ['unread']),
    aCommand('holds', 'true', { ...passes, phase: 'first' }),
    person('answered', ['holds']),
    aCommand('fails', 'false', { ...passes, phase: 'first' }),
    person('skipped', ['fails']),
    person('behind', ['answered']),
  ])
  const sink = memorySink(plan)
  const live = new Map<string, string>()
  const outcome = await runPlan(
    aRequest(plan, sink, {
      onEvent: (event) => {
        if (event.kind === 'gate-held') live.set(event.gate, `${event.status} ${event.reason}`)
      },
    }),
  )
  const recorded = new Map(
    [...sink.submissions].map(([id, { judgement, predicate }]): [string, RecordedGate] => [
      id,
      {
        judgement,
        evidence: predicate.evidence,
        finishedAtMs: Date.parse(predicate.finishedAt),
        environment: predicate.environment,
      },
    ]),
  )
  const terms = { parameters: {}, confirmed: [] }
  const settled = settleRun(systemPorts.digest, plan, terms, recorded)
  const expected = settled.filter(({ gate }) => !recorded.has(gate))
  assert.equal(expected.length, 7)
  for (const { gate, status, reason } of expected)
    assert.equal(live.get(gate), `${status} ${reason}`)
  assert.equal(live.get('told'), 'BLOCKED needs unread, which is BLOCKED')
  assert.equal(live.get('answered'), 'PENDING waits for a person')
  for (const { gate, status } of outcome.results)
    assert.equal(status, settled.find((each) => each.gate === gate)?.status)
})
