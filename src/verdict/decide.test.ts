// Tests of the decision, rule by rule.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { nodeDigest } from '../../test/crypto.ts'
import {
  aCondition,
  aGate,
  aPlan,
  aResult,
  aRisk,
  aWaiver,
  DAY_MS,
  digestOf,
  HOUR_MS,
  inputsFor,
  NOON_MS,
} from '../../test/decisions.ts'
import { decide } from './decide.ts'
import type { DecisionInputs, StoredStatus, Verdict, VerdictValue } from './model.ts'
import type { Risk } from './people-model.ts'
import type { Plan, PlanGate } from './plan-model.ts'
import { exitCodeOfVerdict } from './status.ts'

const A = aGate({ id: 'a' })
const B = aGate({ id: 'b' })
const PLAN = aPlan([A, B])

function verdictOf(
  statuses: Readonly<Record<string, StoredStatus>> = {},
  fields: Partial<DecisionInputs> = {},
  plan: Plan = PLAN,
): Verdict {
  return decide(nodeDigest, plan, inputsFor(plan, statuses, fields))
}

const rulesOf = (verdict: Verdict): string[] => verdict.reasons.map((each) => each.rule)

test('all required gates satisfied is GO, with an end', () => {
  const verdict = verdictOf()
  assert.deepEqual([verdict.value, verdict.raw, verdict.reasons], ['GO', 'GO', []])
  assert.equal(verdict.expiresAtMs, NOON_MS + DAY_MS)
  assert.equal(verdictOf({ a: 'WARN', b: 'NOT_APPLICABLE' }).value, 'GO')
})

test('each status of a required gate decides as the rules say, with gate, rule and flip', () => {
  const rows: Readonly<Record<StoredStatus, readonly [VerdictValue, string?]>> = {
    FAIL: ['NO_GO', '7.2'],
    ERROR: ['NO_GO', '7.2'],
    INCONCLUSIVE: ['NO_GO', '7.2'],
    SKIPPED: ['NO_GO', '7.2'],
    PENDING: ['NOT_READY', '7.6'],
    BLOCKED: ['NOT_READY', '7.6'],
    RUNNING: ['NOT_READY', '7.6'],
    PASS: ['GO'],
    WARN: ['GO'],
    NOT_APPLICABLE: ['GO'],
  }
  for (const [status, [value, rule]] of Object.entries(rows)) {
    const verdict = verdictOf({ b: status as StoredStatus })
    assert.equal(verdict.value, value, status)
    assert.deepEqual(rulesOf(verdict), rule === undefined ? [] : [rule])
    for (const reason of verdict.reasons)
      assert.ok(reason.gate === 'b' && reason.flip !== '' && !reason.text.startsWith(status))
    assert.equal(verdict.expiresAtMs === undefined, rule !== undefined)
  }
})

test('reasons say in words how a gate stands, also where its stored reason tells of another one', () => {
  const reason = 'needs x, which is INCONCLUSIVE'
  const verdict = verdictOf(
    {},
    { results: [aResult(A, 'SKIPPED', { reason }), aResult(B, 'INCONCLUSIVE')] },
  )
  assert.deepEqual(
    verdict.reasons.map(({ text }) => text),
    ['skipped: needs x, which is undecided', 'undecided: made INCONCLUSIVE by a test'],
  )
})

test('a gate without a result is pending, and a stale one is a NO_GO that names its evidence', () => {
  const inputs = inputsFor(PLAN)
  assert.equal(
    decide(nodeDigest, PLAN, { ...inputs, results: inputs.results.slice(0, 1) }).value,
    'NOT_READY',
  )
  const stale = verdictOf(
    {},
    { results: [aResult(A, 'PASS'), aResult(B, 'PASS', { environment: 'laptop' })] },
  )
  assert.deepEqual([stale.value, stale.reasons[0]?.evidence], ['NO_GO', digestOf('c')])
  assert.match(stale.reasons[0]?.text ?? '', /^out of date/)
})

test('advisory and informational gates are listed and never block', () => {
  for (const severity of ['advisory', 'informational'] as const) {
    const verdict = verdictOf({ c: 'FAIL' }, {}, aPlan([A, aGate({ id: 'c', severity })]))
    assert.equal(verdict.value, 'GO')
    assert.ok(verdict.notes.some((note) => note.includes('c (') && note.includes('FAIL')))
  }
})

test('nothing required means nothing is certified', () => {
  const none = verdictOf({}, {}, aPlan([aGate({ id: 'c', severity: 'advisory' })]))
  assert.deepEqual([none.value, rulesOf(none)], ['NOT_READY', ['7.6-nothing-certified']])
  assert.equal(verdictOf({ a: 'NOT_APPLICABLE', b: 'NOT_APPLICABLE' }).value, 'NOT_READY')
  assert.equal(verdictOf({}, {}, aPlan([])).value, 'NOT_READY')
})

test('what does not verify or belong together is INVALID and shows nothing else', () => {
  const rows: readonly Partial<DecisionInputs>[] = [
    { integrity: { ok: false, findings: ['entry 7: link broken'] } },
    { integrity: { ok: false, findings: [] } },
    { integrity: { ok: true, findings: ['x'] } },
    { plan: digestOf('0') },
    { subject: { service: 'other', version: '1.2.3', environment: 'staging', digests: {} } },
    { subject: { service: 'harbour', version: '9', environment: 'staging', digests: {} } },
    { subject: { service: 'harbour', version: '1.2.3', environment: 'production', digests: {} } },
    { results: [aResult(A, 'PASS'), aResult(B, 'PASS'), aResult(B, 'PASS')] },
    { results: [aResult(A, 'PASS'), aResult(B, 'PASS'), aResult(aGate({ id: 'x' }), 'PASS')] },
  ]
  for (const fields of rows) {
    const verdict = verdictOf({ a: 'FAIL' }, { risks: [aRisk({ level: 'P0' })], ...fields })
    assert.deepEqual(
      [verdict.value, verdict.raw, verdict.notes],
      ['INVALID', 'INVALID', []],
      JSON.stringify(fields),
    )
    assert.ok(verdict.reasons.length > 0 && rulesOf(verdict).every((rule) => rule === '7.1'))
  }
})

test('risks block by level, state, acceptance and date', () => {
  const accepted = {
    state: 'ACCEPTED',
    acceptedBy: ['owen', 'sam'],
    acceptedUntilMs: NOON_MS + 1,
  } as const
  const rows: readonly (readonly [Partial<Risk>, VerdictValue])[] = [
    [{ level: 'P0' }, 'NO_GO'],
    [{ level: 'P0', ...accepted }, 'NO_GO'],
    [{ level: 'P0', state: 'CLOSED' }, 'GO'],
    [{ level: 'P1' }, 'NO_GO'],
    [{ level: 'P1', state: 'CLOSED' }, 'GO'],
    [{ level: 'P1', ...accepted }, 'GO'],
    [{ level: 'P1', ...accepted, acceptedUntilMs: NOON_MS }, 'NO_GO'],
    [{ level: 'P1', ...accepted, acceptedBy: ['sam', 'tom'] }, 'NO_GO'],
    [{ level: 'P1', ...accepted, acceptedBy: ['owen', 'owen'] }, 'NO_GO'],
    [{ level: 'P1', state: 'ACCEPTED', acceptedBy: ['owen', 'sam'] }, 'NO_GO'],
    [{ level: 'P1', state: 'ACCEPTED', acceptedUntilMs: NOON_MS + 1 }, 'NO_GO'],
    [{ level: 'P2' }, 'GO'],
    [{ level: 'P2', dueAtMs: NOON_MS }, 'GO'],
    [{ level: 'P2', dueAtMs: NOON_MS - 1 }, 'NO_GO'],
    [{ level: 'P2', dueAtMs: NOON_MS - 1, state: 'CLOSED' }, 'GO'],
    [{ level: 'P3', dueAtMs: 0 }, 'GO'],
  ]
  for (const [fields, value] of rows) {
    const verdict = verdictOf({}, { risks: [aRisk(fields)] })
    assert.equal(verdict.value, value, JSON.stringify(fields))
    assert.deepEqual(rulesOf(verdict), value === 'GO' ? [] : ['7.3'])
  }
  assert.ok(verdictOf({}, { risks: [aRisk()] }).notes.some((note) => note.includes('R1')))
})

test('a freeze blocks from its start to just before its end, and so does a spent error budget', () => {
  const freeze = (fromMs: number, untilMs: number) =>
    verdictOf({}, { freeze: [{ fromMs, untilMs, reason: 'holiday' }] }).value
  assert.equal(freeze(NOON_MS, NOON_MS + 1), 'NO_GO')
  assert.equal(freeze(NOON_MS - 1, NOON_MS), 'GO')
  assert.equal(freeze(NOON_MS + 1, NOON_MS + 2), 'GO')
  const budget = (errorBudget: number) =>
    verdictOf(
      {},
      { errorBudget, policy: { nonWaivable: [], goLifetimeMs: 1, minimumErrorBudget: 0.2 } },
    ).value
  assert.deepEqual(
    [budget(0.2), budget(0.19), budget(-1), budget(Number.NaN + 0 || 0)],
    ['GO', 'NO_GO', 'NO_GO', 'NO_GO'],
  )
})

test('roll-ups follow their children at the time of the decision, whatever was stored', () => {
  const child = aGate({ id: 'child', maxAgeMs: HOUR_MS / 2 })
  const plan = aPlan([aGate({ id: 'all', children: ['child', 'a'] }), child, A])
  const stale = verdictOf({ all: 'PASS' }, {}, plan)
  assert.deepEqual(
    [stale.value, stale.reasons.map((each) => each.gate)],
    ['NO_GO', ['all', 'child']],
  )
  const waived = verdictOf({}, { risks: [aRisk()], waivers: [aWaiver({ gates: ['child'] })] }, plan)
  assert.deepEqual(
    [waived.value, waived.reasons.map((each) => each.gate)],
    ['GO_WITH_WAIVERS', ['child']],
  )
  const held = verdictOf({}, { conditions: [aCondition({ gate: 'child' })] }, plan)
  assert.equal(held.value, 'CONDITIONAL_GO')
  const holdsAll = verdictOf({ a: 'FAIL' }, { conditions: [aCondition({ gate: 'all' })] }, plan)
  assert.equal(holdsAll.value, 'CONDITIONAL_GO')
})

test('evidence that soon expires is noted', () => {
  const gate: PlanGate = aGate({ id: 'a', maxAgeMs: HOUR_MS + HOUR_MS / 4 })
  assert.ok(
    verdictOf({}, {}, aPlan([gate])).notes.some((note) =>
      note.startsWith('the evidence of a is valid until 2026-01-15T12:15'),
    ),
  )
  const fresh: PlanGate = aGate({ id: 'a', maxAgeMs: 20 * HOUR_MS })
  assert.deepEqual(verdictOf({}, {}, aPlan([fresh], { signOffs: [] })).notes, [
    'the plan asks for no sign-off',
  ])
})

test('each verdict has its exit code', () => {
  const codes = [
    'GO',
    'GO_WITH_WAIVERS',
    'CONDITIONAL_GO',
    'NOT_READY',
    'NO_GO',
    'INVALID',
  ] as const
  assert.deepEqual(codes.map(exitCodeOfVerdict), [0, 10, 11, 20, 30, 40])
})
