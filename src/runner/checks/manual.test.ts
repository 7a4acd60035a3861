// Manual gates: never run, answered by people.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  aCommand,
  aGate,
  aPlan,
  aRequest,
  aSigner,
  aSubject,
  memorySink,
  systemPorts,
} from '../../../test/runner.ts'
import { systemDigest } from '../../platform/index.ts'
import { planHashOf } from '../../verdict/index.ts'
import { runPlan } from '../service.ts'
import { answerManualGate } from './manual.ts'

test("a manual gate is never run, and a person's answer is signed and submitted", async () => {
  const slots = [{ id: 'owner', label: 'Owner' }]
  const plan = aPlan([
    aGate('legal', { type: 'manual', question: 'Terms reviewed?' }, { slots }),
    aCommand('unit', 'true'),
  ])
  const sink = memorySink(plan)
  const outcome = await runPlan(aRequest(plan, sink))
  assert.deepEqual([...sink.submissions.keys()], ['unit'])
  assert.equal(outcome.results[0]?.status, 'PENDING')
  const runner = { id: 'person:ada', version: '0.1.0' }
  const binding = {
    runId: 'run',
    planHash: planHashOf(systemDigest, plan),
    subject: aSubject,
    runner,
    signer: aSigner(),
    digest: systemDigest,
  }
  const given = {
    plan,
    gate: 'legal',
    attempt: 1,
    answer: true,
    note: 'yes',
    slots: { owner: 'Ada' },
    binding,
    sink,
    clock: systemPorts.clock,
  }
  assert.equal((await answerManualGate(given)).status, 'PASS')
  assert.equal(sink.submissions.get('legal')?.predicate.runner.id, 'person:ada')
  assert.equal((await answerManualGate({ ...given, attempt: 2, answer: false })).status, 'FAIL')
  await assert.rejects(answerManualGate({ ...given, gate: 'unit' }), {
    code: 'RUNNER_GATE_KIND_REFUSED',
  })
  await assert.rejects(answerManualGate({ ...given, gate: 'none' }), {
    code: 'RUNNER_GATE_UNKNOWN',
  })
  await assert.rejects(answerManualGate({ ...given, slots: { other: 'x' } }), {
    code: 'RUNNER_SLOT_UNKNOWN',
    message: /owner/,
  })
})
