// Tests of admission, parameters, settling a run and staleness.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { nodeDigest } from '../../test/crypto.ts'
import {
  aGate,
  aPlan,
  aResult,
  DAY_MS,
  digestOf,
  HOUR_MS,
  NO_TERMS,
  NOON_MS,
} from '../../test/decisions.ts'
import { admitGate, substituteParameters } from './admission.ts'
import type { GateResult, RunTerms, StoredStatus } from './model.ts'
import type { PlanGate } from './plan-model.ts'
import { definitionHashOf } from './plan.ts'
import { settleRun } from './settle.ts'
import type { RecordedGate } from './settle.ts'
import { statusAt } from './staleness.ts'
import { STATUS_ORDER, worstStatus } from './status.ts'

const recordOf = (status: StoredStatus): RecordedGate => ({
  judgement: {
    status,
    reason: 'recorded',
    assertions: [],
    slots: { s: '1' },
    toggles: { t: true },
  },
  statement: digestOf('1'),
  evidence: [],
  finishedAtMs: NOON_MS,
  environment: 'staging',
})

function settle(
  gates: readonly PlanGate[],
  recorded: Readonly<Record<string, StoredStatus>> = {},
  terms: Partial<RunTerms> = {},
): GateResult[] {
  const records = Object.entries(recorded).map(([id, status]) => [id, recordOf(status)] as const)
  return settleRun(
    nodeDigest,
    aPlan(gates),
    { parameters: {}, confirmed: [], ...terms },
    new Map(records),
  )
}

const statusesOf = (results: readonly GateResult[]): string =>
  results.map((each) => `${each.gate}=${each.status}`).join(' ')

test('a gate is admitted only when nothing is missing and it reads or was confirmed', () => {
  const rows: readonly (readonly [Partial<PlanGate>, string, string?])[] = [
    [{}, 'admitted'],
    [{ holes: ['<TAG>'] }, 'BLOCKED', '<TAG>'],
    [{ parameters: ['IMAGE', 'HOST'] }, 'BLOCKED', 'IMAGE'],
    [{ parameters: ['HOST'] }, 'admitted'],
    [{ parameters: ['BLANK'] }, 'BLOCKED', 'BLANK'],
    [{ parameters: ['constructor'] }, 'BLOCKED', 'constructor'],
    [{ check: { type: 'sql', connection: 'DB', text: 'select 1' } }, 'BLOCKED', 'DB'],
    [
      { check: { type: 'unsupported', language: 'promql', reason: 'no Prometheus here' } },
      'BLOCKED',
      'no Prometheus here',
    ],
    [{ provenRead: false }, 'BLOCKED', 'review'],
    [{ effect: 'unknown', provenRead: false }, 'BLOCKED', 'unknown'],
    [{ effect: 'write-prod', provenRead: true }, 'BLOCKED', 'write-prod'],
    [{ id: 'sure', effect: 'write-prod' }, 'admitted'],
    [{ check: { type: 'manual', question: 'Done?' } }, 'PENDING', 'person'],
    [{ check: { type: 'manual', question: 'Done?' }, holes: ['<X>'] }, 'BLOCKED', '<X>'],
    [{ children: ['x'] }, 'PENDING', 'rolls up'],
  ]
  for (const [fields, expected, word] of rows) {
    const admission = admitGate(aGate({ id: 'a', ...fields }), {
      parameters: { HOST: 'h', BLANK: ' ' },
      confirmed: ['sure'],
    })
    assert.equal(
      admission.admitted ? 'admitted' : admission.status,
      expected,
      JSON.stringify(fields),
    )
    if (!admission.admitted && word !== undefined) assert.match(admission.reason, new RegExp(word))
  }
})

test('parameters replace their own names once and leave everything else', () => {
  const parameters = { HOST: 'api.test', TOKEN: '$HOST', HOSTS: 'many' }
  const rows: readonly (readonly [string, string])[] = [
    ['https://$HOST/x', 'https://api.test/x'],
    ['${HOST}name', 'api.testname'],
    ['$HOSTNAME', '$HOSTNAME'],
    ['$HOSTS', 'many'],
    ['$TOKEN', '$HOST'],
    ['$1 $$ ${} ${HOST $constructor', '$1 $$ ${} ${HOST $constructor'],
    ['${HOST:-x}', '${HOST:-x}'],
  ]
  for (const [text, expected] of rows)
    assert.equal(substituteParameters(text, parameters), expected)
})

test('what was not recorded is pending, blocked, or skipped with its cause', () => {
  const gates = [
    aGate({ id: 'down', needs: ['up'] }),
    aGate({ id: 'up' }),
    aGate({ id: 'further', needs: ['down'] }),
    aGate({ id: 'hole', holes: ['<X>'] }),
    aGate({ id: 'after-hole', needs: ['hole'] }),
    aGate({ id: 'free' }),
    aGate({ id: 'after-free', needs: ['free'] }),
    aGate({ id: 'person', check: { type: 'manual', question: '?' } }),
  ]
  const results = settle(gates, { up: 'FAIL' })
  assert.equal(
    statusesOf(results),
    'down=SKIPPED up=FAIL further=SKIPPED hole=BLOCKED after-hole=BLOCKED free=PENDING after-free=PENDING person=PENDING',
  )
  assert.match(results[0]?.reason ?? '', /up, which is FAIL/)
  assert.match(results[2]?.reason ?? '', /down, which is SKIPPED/)
})

test('a waived gate stands as it is and holds nothing back, unless what happened cannot be waived', () => {
  const gates = [
    aGate({ id: 'up' }),
    aGate({ id: 'down', needs: ['up'] }),
    aGate({ id: 'all', children: ['up'] }),
    aGate({ id: 'after-all', needs: ['all'] }),
  ]
  const rows: readonly (readonly [StoredStatus, string])[] = [
    ['FAIL', 'up=FAIL down=PENDING all=FAIL after-all=PENDING'],
    ['INCONCLUSIVE', 'up=INCONCLUSIVE down=PENDING all=INCONCLUSIVE after-all=PENDING'],
    ['ERROR', 'up=ERROR down=SKIPPED all=ERROR after-all=SKIPPED'],
  ]
  for (const [status, expected] of rows)
    assert.equal(statusesOf(settle(gates, { up: status }, { waived: { up: 'W1' } })), expected)
  const other = settle(gates, { up: 'FAIL' }, { waived: { down: 'W1', constructor: 'W2' } })
  assert.equal(statusesOf(other), 'up=FAIL down=SKIPPED all=FAIL after-all=SKIPPED')
  const whole = settle(gates, { up: 'FAIL' }, { waived: { all: 'W1' } })
  assert.equal(statusesOf(whole), 'up=FAIL down=SKIPPED all=FAIL after-all=PENDING')
})

test('a satisfied dependency lets the gate wait for its own run, and a recorded judgement stands', () => {
  for (const status of ['PASS', 'WARN', 'NOT_APPLICABLE'] as const) {
    const gates = [aGate({ id: 'up' }), aGate({ id: 'down', needs: ['up'] })]
    assert.equal(statusesOf(settle(gates, { up: status })), `up=${status} down=PENDING`)
  }
  const results = settle([aGate({ id: 'up' }), aGate({ id: 'down', needs: ['up'] })], {
    up: 'FAIL',
    down: 'PASS',
  })
  assert.equal(statusesOf(results), 'up=FAIL down=PASS')
  assert.deepEqual(
    [results[1]?.slots, results[1]?.toggles, results[1]?.statement],
    [{ s: '1' }, { t: true }, digestOf('1')],
  )
})

test('every result carries the definition it was judged by, in plan order', () => {
  const gates = [aGate({ id: 'b', children: ['a'] }), aGate({ id: 'a' })]
  const results = settle(gates)
  assert.deepEqual(
    results.map((each) => each.definition),
    gates.map((gate) => definitionHashOf(nodeDigest, gate)),
  )
})

test('a roll-up is as good as its worst child and no record changes that', () => {
  const gates = [
    aGate({ id: 'all', children: ['a', 'inner'] }),
    aGate({ id: 'a' }),
    aGate({ id: 'inner', children: ['b'] }),
    aGate({ id: 'b' }),
  ]
  assert.equal(
    statusesOf(settle(gates, { a: 'PASS', b: 'FAIL', all: 'PASS', inner: 'PASS' })),
    'all=FAIL a=PASS inner=FAIL b=FAIL',
  )
  assert.equal(
    statusesOf(settle(gates, { a: 'PASS', b: 'NOT_APPLICABLE' })),
    'all=PASS a=PASS inner=NOT_APPLICABLE b=NOT_APPLICABLE',
  )
  assert.equal(
    statusesOf(settle(gates, { a: 'PASS' })),
    'all=PENDING a=PASS inner=PENDING b=PENDING',
  )
})

test('the order of statuses holds every status once and the worst comes first', () => {
  assert.equal(new Set(STATUS_ORDER).size, 11)
  for (const [index, status] of STATUS_ORDER.entries()) {
    for (const better of STATUS_ORDER.slice(index)) {
      assert.equal(worstStatus([better, status]), status)
      assert.equal(worstStatus([status, better]), status)
    }
  }
  assert.equal(worstStatus([]), undefined)
})

test('a plan with a circle is not settled', () => {
  assert.throws(
    () => settle([aGate({ id: 'a', needs: ['b'] }), aGate({ id: 'b', needs: ['a'] })]),
    {
      code: 'VERDICT_PLAN_CYCLE_FOUND',
    },
  )
})

test('a pass lasts to the last millisecond of its age and not longer', () => {
  const gate = aGate({ id: 'a', maxAgeMs: DAY_MS })
  const result = aResult(gate, 'PASS', { finishedAtMs: NOON_MS })
  const at = (asOfMs: number) =>
    statusAt(nodeDigest, gate, result, { asOfMs, environment: 'staging' })
  assert.deepEqual(
    [at(NOON_MS + DAY_MS).status, at(NOON_MS + DAY_MS).expiresAtMs],
    ['PASS', NOON_MS + DAY_MS],
  )
  assert.equal(at(NOON_MS + DAY_MS + 1).status, 'STALE')
  const ageless = aGate({ id: 'a' })
  assert.equal(
    statusAt(nodeDigest, ageless, aResult(ageless, 'WARN'), {
      asOfMs: NOON_MS * 2,
      environment: 'staging',
    }).status,
    'WARN',
  )
})

test('evidence from elsewhere, of another definition, without time or without existence does not hold', () => {
  const gate = aGate({ id: 'a' })
  const { finishedAtMs: _time, ...timeless } = aResult(gate, 'PASS')
  const { statement: _statement, ...unsigned } = aResult(gate, 'PASS', { evidence: [] })
  const { environment: _environment, ...placeless } = aResult(gate, 'PASS')
  const rows: readonly (readonly [GateResult, string])[] = [
    [aResult(gate, 'PASS', { environment: 'production' }), 'STALE'],
    [placeless, 'STALE'],
    [aResult(gate, 'WARN', { definition: digestOf('9') }), 'STALE'],
    [timeless, 'STALE'],
    [unsigned, 'INCONCLUSIVE'],
    [aResult(gate, 'PASS', { finishedAtMs: NOON_MS + 5 * 60_000 }), 'PASS'],
    [aResult(gate, 'PASS', { finishedAtMs: NOON_MS + 5 * 60_000 + 1 }), 'ERROR'],
    [aResult(gate, 'FAIL', { finishedAtMs: NOON_MS + HOUR_MS }), 'ERROR'],
    [aResult(gate, 'FAIL', { environment: 'production' }), 'FAIL'],
    [aResult(gate, 'SKIPPED'), 'SKIPPED'],
  ]
  for (const [result, expected] of rows) {
    const { status, reason } = statusAt(nodeDigest, gate, result, {
      asOfMs: NOON_MS,
      environment: 'staging',
    })
    assert.equal(status, expected, reason)
  }
})

test('a manual gate keeps what it was asked and pends until it is answered', () => {
  const gate = aGate({ id: 'm', check: { type: 'manual', question: '?' } })
  assert.equal(statusesOf(settle([gate])), 'm=PENDING')
  assert.equal(statusesOf(settle([gate], { m: 'PASS' })), 'm=PASS')
  assert.equal(settleRun(nodeDigest, aPlan([gate]), NO_TERMS, new Map()).length, 1)
})
