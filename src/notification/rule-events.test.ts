// What rules say of a gate, a run and a signature: where it was, unless that is production or nobody said.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { noticesOf } from './rule-events.ts'

const SUBJECT = 'harbour@2.1.0'
const FACTS = [
  ['gate.recorded', { gate: 'load', status: 'FAIL' }],
  ['run.finished', {}],
  ['sign-off.recorded', { role: 'SRE', decision: 'APPROVE' }],
  ['release.decided', { verdict: 'NO_GO' }],
] as const

function told(environment: string | undefined): readonly { title: string; topic: string }[] {
  return FACTS.flatMap(([type, more]) => {
    const where = environment === undefined ? {} : { environment }
    const gates = [{ gate: 'load', status: 'FAIL' }]
    const fact = { type, subject: SUBJECT, payload: { run: 'r1', ...more, ...where }, gates }
    return noticesOf(fact).map(({ notice: { title, topic } }) => ({ title, topic }))
  })
}

test('what happened elsewhere than in production is said to have, and is a topic of its own', () => {
  const staging = told('staging')
  assert.deepEqual(
    staging.map(({ title }) => title),
    [
      `${SUBJECT} in staging: load is FAIL`,
      `${SUBJECT} in staging: the run is finished, 1 of 1 gates failed`,
      `${SUBJECT} in staging: the run failed, 1 of 1 gates failed`,
      `${SUBJECT} in staging: SRE said APPROVE`,
      `${SUBJECT} in staging: NO_GO`,
    ],
  )
  const production = told('production')
  const topics = new Set([...staging, ...production].map(({ topic }) => topic))
  assert.equal(topics.size, staging.length + production.length)
  assert.ok(production.every(({ title }) => title.startsWith(`${SUBJECT}: `)))
})

test('a fact of before environments were told apart is told as it was', () => {
  assert.deepEqual(told(undefined), told('production'))
})
