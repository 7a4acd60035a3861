// Values that gates take from each other: what may be planned, what may be taken, and when it is out of date.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { nodeDigest } from '../../test/crypto.ts'
import {
  aGate,
  aPlan,
  aResult,
  digestOf,
  inputsFor,
  NOON_MS,
  NO_TERMS,
} from '../../test/decisions.ts'
import { admitGate } from './admission.ts'
import { takeValues } from './data-edges.ts'
import { decide } from './decide.ts'
import type { GateResult, StoredStatus } from './model.ts'
import { parseDecisionInputs } from './inputs-parse.ts'
import type { Check, PlanGate } from './plan-model.ts'
import { parsePlan } from './plan-parse.ts'
import { definitionHashOf } from './plan.ts'
import { settleRun } from './settle.ts'

const EDGE = { BUILD: { gate: 'build', slot: 'digest' } }
const PRODUCER = aGate({
  id: 'build',
  slots: [{ id: 'digest', label: 'digest' }],
  toggles: [{ id: 'signed', label: 'signed' }],
})
const CONSUMER = aGate({ id: 'deploy', parameters: ['BUILD'], consumes: EDGE })

const produced = (value: string, status: StoredStatus = 'PASS') => ({
  status,
  statement: digestOf('1'),
  slots: { digest: value },
  toggles: {},
})

/** As JSON, the way it comes from a file. */
const refusalOf = (...gates: readonly PlanGate[]): string => {
  try {
    parsePlan(JSON.parse(JSON.stringify(aPlan(gates))))
    return ''
  } catch (thrown) {
    return thrown instanceof Error ? thrown.message : ''
  }
}

test('a plan says exactly what a gate takes from which slot or toggle, and anything else is refused', () => {
  assert.equal(refusalOf(PRODUCER, CONSUMER), '')
  const signed = { BUILD: { gate: 'build', slot: 'signed' } }
  assert.equal(refusalOf(PRODUCER, { ...CONSUMER, consumes: signed }), '')
  const from = (name: string, gate: string, slot: string): PlanGate => ({
    ...CONSUMER,
    parameters: [name],
    consumes: { [name]: { gate, slot } },
  })
  const http = (url: string): PlanGate => ({
    ...CONSUMER,
    assertions: [],
    check: { type: 'http', method: 'GET', url },
  })
  const manual: Check = { type: 'manual', question: 'told?' }
  for (const [gate, reason] of [
    [from('BUILD', 'absent', 'digest'), /a gate that the plan does not have/],
    [from('BUILD', 'build', 'absent'), /neither a slot nor a toggle/],
    [from('BUILD_TOKEN', 'build', 'digest'), /a secret by its name/],
    [from('A-B', 'build', 'digest'), /no name of a parameter/],
    [{ ...CONSUMER, parameters: [] }, /none of its parameters/],
    [{ ...CONSUMER, consumes: {} }, /takes 0 values/],
    [{ ...CONSUMER, check: manual }, /only a command, http or promql check/],
    [http('https://$BUILD/x'), /never taken from an answer/],
    [http('${BUILD}/x'), /never taken from an answer/],
    [from('BUILD', 'deploy', 'digest'), /neither a slot nor a toggle/],
  ] as const)
    assert.match(refusalOf(PRODUCER, gate), reason)
  assert.equal(refusalOf(PRODUCER, http('https://host/$BUILD')), '')
  const roll = aGate({ id: 'all', children: ['build'], slots: PRODUCER.slots })
  assert.match(refusalOf(PRODUCER, roll, from('BUILD', 'all', 'digest')), /has no run of its own/)
})

test('values that go round in a circle are refused with the way round', () => {
  const back = { ...PRODUCER, parameters: ['X'], consumes: { X: { gate: 'deploy', slot: 'x' } } }
  const there = { ...CONSUMER, slots: [{ id: 'x', label: 'x' }] }
  assert.match(refusalOf(back, there), /got build → deploy → build/)
})

test('what a gate takes is part of its definition, and a gate that takes nothing keeps its hash', () => {
  const { consumes: _, ...plain } = CONSUMER
  assert.notEqual(definitionHashOf(nodeDigest, CONSUMER), definitionHashOf(nodeDigest, plain))
  assert.equal(
    definitionHashOf(nodeDigest, aGate({ id: 'plain' })),
    'sha256:d7818fd9b9c3df3379b71abdc69a401ad986ea4e45768483cdc97461f17d61c5',
  )
})

test('a value is taken as it is from a satisfied producer, and a toggle as true or false', () => {
  const taken = takeValues(CONSUMER, () => produced('sha256:aa'))
  assert.deepEqual(taken, {
    ok: true,
    consumed: { BUILD: { statement: digestOf('1'), value: 'sha256:aa' } },
  })
  const toggled = { ...CONSUMER, consumes: { BUILD: { gate: 'build', slot: 'signed' } } }
  const answer = { ...produced(''), toggles: { signed: false } }
  const decided = takeValues(toggled, () => answer)
  assert.equal(decided.ok && decided.consumed['BUILD']?.value, 'false')
})

test('a value that is absent, empty, secret, an option or unsatisfied is never taken', () => {
  const http: PlanGate = {
    ...CONSUMER,
    check: { type: 'http', method: 'GET', url: 'https://h/$BUILD' },
  }
  for (const [gate, from, reason] of [
    [CONSUMER, undefined, 'which has no value'],
    [CONSUMER, { ...produced('x'), slots: {} }, 'which has no value'],
    [CONSUMER, produced('x', 'FAIL'), 'and the gate is FAIL'],
    [CONSUMER, produced(' '), 'which is empty'],
    [CONSUMER, produced('a [masked] b'), 'which is a secret: hand it over with --secret'],
    [
      CONSUMER,
      produced('postgres://a:hunter2@db/x'),
      'which is a secret: hand it over with --secret',
    ],
    [CONSUMER, produced('a\u001b[2J'), 'which holds control characters'],
    [
      CONSUMER,
      produced(' -o/etc/passwd'),
      'which begins with a hyphen and could turn into an option',
    ],
    [http, produced('../admin'), 'which is not one plain word'],
    [http, produced('a?b=c'), 'which is not one plain word'],
  ] as const) {
    const taking = takeValues(gate, () => from)
    assert.deepEqual(taking, { ok: false, reason: `takes BUILD from build › digest, ${reason}` })
  }
})

test('a gate is admitted without the value, and settles as BLOCKED when its producer has none', () => {
  assert.deepEqual(admitGate(CONSUMER, { ...NO_TERMS, confirmed: ['deploy'] }), { admitted: true })
  const settle = (status: StoredStatus, slots: Readonly<Record<string, string>>) =>
    settleRun(
      nodeDigest,
      aPlan([CONSUMER, PRODUCER]),
      { parameters: {}, confirmed: ['deploy', 'build'] },
      new Map([
        [
          'build',
          {
            judgement: { status, reason: 'r', assertions: [], slots, toggles: {} },
            statement: digestOf('1'),
            evidence: [],
            finishedAtMs: NOON_MS,
            environment: 'staging',
          },
        ],
      ]),
    ).find(({ gate }) => gate === 'deploy')
  const { status, reason } = settle('PASS', {})!
  assert.deepEqual(
    [status, reason],
    ['BLOCKED', 'takes BUILD from build › digest, which has no value'],
  )
  assert.equal(settle('PASS', { digest: 'x' })?.status, 'PENDING')
  assert.equal(settle('FAIL', { digest: 'x' })?.reason, 'needs build, which is FAIL')
})

/** Three gates in a row, each taking from the one before. */
const THIRD = aGate({
  id: 'smoke',
  parameters: ['PORT'],
  consumes: { PORT: { gate: 'deploy', slot: 'port' } },
})
const SECOND = { ...CONSUMER, slots: [{ id: 'port', label: 'port' }] }
const CHAIN = aPlan([THIRD, SECOND, PRODUCER])

function chainResults(buildStatement: string): readonly GateResult[] {
  return [
    {
      ...aResult(THIRD, 'PASS'),
      statement: digestOf('3'),
      consumed: { PORT: { statement: digestOf('2'), value: '80' } },
    },
    {
      ...aResult(SECOND, 'PASS'),
      statement: digestOf('2'),
      slots: { port: '80' },
      consumed: { BUILD: { statement: digestOf('1'), value: 'aa' } },
    },
    { ...aResult(PRODUCER, 'PASS'), statement: digestOf(buildStatement), slots: { digest: 'aa' } },
  ]
}

const verdictOf = (results: readonly GateResult[]) => {
  const inputs = inputsFor(CHAIN, {}, { results })
  return decide(nodeDigest, CHAIN, parseDecisionInputs(JSON.parse(JSON.stringify(inputs))))
}

test('when a producer ran again, everything down the chain is STALE, although the value is the same', () => {
  const texts = (results: readonly GateResult[]): readonly string[] =>
    verdictOf(results)
      .reasons.filter(({ rule }) => rule === '7.2')
      .map(({ gate, text }) => `${gate} ${text}`)
  assert.deepEqual(texts(chainResults('1')), [])
  assert.deepEqual(texts(chainResults('4')), [
    'deploy out of date: BUILD is from an earlier attempt of build',
    'smoke out of date: PORT is from deploy, which is out of date',
  ])
})

test('results that contradict each other about a value are INVALID, and one that says nothing is STALE', () => {
  const [third, second, first] = chainResults('1')
  const other = { ...second!, consumed: { BUILD: { statement: digestOf('1'), value: 'bb' } } }
  const forged = verdictOf([third!, other, first!])
  assert.equal(forged.value, 'INVALID')
  assert.match(forged.reasons[0]?.text ?? '', /deploy took another BUILD than build › digest is/)
  const { consumed: _, ...silent } = second!
  assert.equal(verdictOf([third!, silent, first!]).value, 'NO_GO')
})
