// Tests of the decision, rule by rule.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { nodeDigest } from '../../test/crypto.ts'
import { aGate, aPlan, aResult, DAY_MS, digestOf, HOUR_MS, inputsFor, NOON_MS, withSignOffs } from '../../test/decisions.ts'
import { decide } from './decide.ts'
import type { Condition, DecisionInputs, Plan, PlanGate, Risk, StoredStatus, Verdict, VerdictValue, Waiver } from './model.ts'
import { exitCodeOfVerdict } from './status.ts'

const A = aGate({ id: 'a' })
const B = aGate({ id: 'b' })
const PLAN = aPlan([A, B])

const aRisk = (fields: Partial<Risk> = {}): Risk => ({ id: 'R1', level: 'P3', title: 'slow start', owner: 'owen', state: 'OPEN', ...fields })

const aWaiver = (fields: Partial<Waiver> = {}): Waiver => ({
  id: 'W1', gates: ['b'], environment: 'staging', version: '1.2.3', reason: 'known flake', risk: 'R1', requester: 'rita',
  approvers: ['paul', 'petra'], issuedAtMs: NOON_MS - 2 * DAY_MS, expiresAtMs: NOON_MS + 20 * DAY_MS, maxUses: 3, revoked: false, ...fields,
})

const aCondition = (fields: Partial<Condition> = {}): Condition => ({
  id: 'C1', text: 'limits tested', gate: 'b', owner: 'guild', dueAtMs: NOON_MS + DAY_MS, onMiss: 'NO_GO', blocks: 'deploy', ...fields,
})

function verdictOf(statuses: Readonly<Record<string, StoredStatus>> = {}, fields: Partial<DecisionInputs> = {}, plan: Plan = PLAN): Verdict {
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
    FAIL: ['NO_GO', '7.2'], ERROR: ['NO_GO', '7.2'], INCONCLUSIVE: ['NO_GO', '7.2'], SKIPPED: ['NO_GO', '7.2'],
    PENDING: ['NOT_READY', '7.6'], BLOCKED: ['NOT_READY', '7.6'], RUNNING: ['NOT_READY', '7.6'],
    PASS: ['GO'], WARN: ['GO'], NOT_APPLICABLE: ['GO'],
  }
  for (const [status, [value, rule]] of Object.entries(rows)) {
    const verdict = verdictOf({ b: status as StoredStatus })
    assert.equal(verdict.value, value, status)
    assert.deepEqual(rulesOf(verdict), rule === undefined ? [] : [rule])
    for (const reason of verdict.reasons) assert.ok(reason.gate === 'b' && reason.flip !== '' && reason.text.startsWith(status))
    assert.equal(verdict.expiresAtMs === undefined, rule !== undefined)
  }
})

test('a gate without a result is pending, and a stale one is a NO_GO that names its evidence', () => {
  const inputs = inputsFor(PLAN)
  assert.equal(decide(nodeDigest, PLAN, { ...inputs, results: inputs.results.slice(0, 1) }).value, 'NOT_READY')
  const stale = verdictOf({}, { results: [aResult(A, 'PASS'), aResult(B, 'PASS', { environment: 'laptop' })] })
  assert.deepEqual([stale.value, stale.reasons[0]?.evidence], ['NO_GO', digestOf('c')])
  assert.match(stale.reasons[0]?.text ?? '', /^STALE/)
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
    assert.deepEqual([verdict.value, verdict.raw, verdict.notes], ['INVALID', 'INVALID', []], JSON.stringify(fields))
    assert.ok(verdict.reasons.length > 0 && rulesOf(verdict).every((rule) => rule === '7.1'))
  }
})

test('risks block by level, state, acceptance and date', () => {
  const accepted = { state: 'ACCEPTED', acceptedBy: ['owen', 'sam'], acceptedUntilMs: NOON_MS + 1 } as const
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
  const freeze = (fromMs: number, untilMs: number) => verdictOf({}, { freeze: [{ fromMs, untilMs, reason: 'holiday' }] }).value
  assert.equal(freeze(NOON_MS, NOON_MS + 1), 'NO_GO')
  assert.equal(freeze(NOON_MS - 1, NOON_MS), 'GO')
  assert.equal(freeze(NOON_MS + 1, NOON_MS + 2), 'GO')
  const budget = (errorBudget: number) =>
    verdictOf({}, { errorBudget, policy: { nonWaivable: [], goLifetimeMs: 1, minimumErrorBudget: 0.2 } }).value
  assert.deepEqual([budget(0.2), budget(0.19), budget(-1), budget(Number.NaN + 0 || 0)], ['GO', 'NO_GO', 'NO_GO', 'NO_GO'])
})

test('a waiver in force turns FAIL, STALE and INCONCLUSIVE into GO_WITH_WAIVERS and leaves the raw verdict', () => {
  const risks = [aRisk()]
  for (const status of ['FAIL', 'INCONCLUSIVE'] as const) {
    const verdict = verdictOf({ b: status }, { risks, waivers: [aWaiver()] })
    assert.deepEqual([verdict.value, verdict.raw, rulesOf(verdict)], ['GO_WITH_WAIVERS', 'NO_GO', ['7.8']])
  }
  const stale = verdictOf({}, { risks, waivers: [aWaiver()], results: [aResult(A, 'PASS'), aResult(B, 'PASS', { definition: digestOf('0') })] })
  assert.equal(stale.value, 'GO_WITH_WAIVERS')
  for (const status of ['ERROR', 'SKIPPED'] as const) assert.equal(verdictOf({ b: status }, { risks, waivers: [aWaiver()] }).value, 'NO_GO')
  for (const status of ['PENDING', 'BLOCKED', 'RUNNING'] as const) {
    assert.equal(verdictOf({ b: status }, { risks, waivers: [aWaiver()] }).value, 'NOT_READY')
  }
  assert.equal(verdictOf({ a: 'FAIL', b: 'FAIL' }, { risks, waivers: [aWaiver()] }).value, 'NO_GO')
})

test('a waiver that is not needed leaves a GO a GO and is noted', () => {
  for (const status of ['PASS', 'WARN'] as const) {
    const verdict = verdictOf({ b: status }, { risks: [aRisk()], waivers: [aWaiver()] })
    assert.equal(verdict.value, 'GO')
    assert.ok(verdict.notes.includes('waiver W1 was not needed'))
  }
})

test('a waiver without force changes nothing and says why', () => {
  const rows: readonly (readonly [Partial<Waiver>, RegExp])[] = [
    [{ revoked: true }, /revoked/],
    [{ version: '1.2.4' }, /version/],
    [{ environment: 'production' }, /environment/],
    [{ reason: ' ' }, /no reason/],
    [{ risk: 'R9' }, /register/],
    [{ approvers: ['paul'] }, /1 distinct/],
    [{ approvers: ['paul', 'paul'] }, /1 distinct/],
    [{ approvers: ['paul', 'petra', 'rita'] }, /requester/],
    [{ issuedAtMs: NOON_MS + HOUR_MS }, /not issued/],
    [{ issuedAtMs: NOON_MS - 3 * DAY_MS, expiresAtMs: NOON_MS + 28 * DAY_MS }, /30 days/],
    [{ expiresAtMs: NOON_MS }, /expired/],
    [{ uses: 3 }, /used up/],
    [{ gates: ['*'] }, /not in the plan/],
    [{ gates: ['gone'] }, /not in the plan/],
  ]
  for (const [fields, note] of rows) {
    const verdict = verdictOf({ b: 'FAIL' }, { risks: [aRisk()], waivers: [aWaiver(fields)] })
    assert.equal(verdict.value, 'NO_GO', JSON.stringify(fields))
    assert.ok(verdict.notes.some((each) => note.test(each)), verdict.notes.join('\n'))
  }
  const policy = { nonWaivable: ['b'], goLifetimeMs: 1, minimumErrorBudget: 0 }
  assert.equal(verdictOf({ b: 'FAIL' }, { risks: [aRisk()], waivers: [aWaiver()], policy }).value, 'NO_GO')
})

test('a GO with waivers ends no later than the waiver', () => {
  const waivers = [aWaiver({ expiresAtMs: NOON_MS + HOUR_MS })]
  assert.equal(verdictOf({ b: 'FAIL' }, { risks: [aRisk()], waivers }).expiresAtMs, NOON_MS + HOUR_MS)
})

test('an open condition holds its gate and gives CONDITIONAL_GO until it is due', () => {
  for (const status of ['FAIL', 'ERROR', 'PENDING', 'BLOCKED', 'SKIPPED'] as const) {
    const verdict = verdictOf({ b: status }, { conditions: [aCondition()] })
    assert.deepEqual([verdict.value, rulesOf(verdict), verdict.expiresAtMs], ['CONDITIONAL_GO', ['7.7'], NOON_MS + DAY_MS])
  }
  assert.equal(verdictOf({ b: 'PASS' }, { conditions: [aCondition()] }).value, 'GO')
  assert.equal(verdictOf({ a: 'FAIL', b: 'PENDING' }, { conditions: [aCondition()] }).value, 'NO_GO')
})

test('a missed condition is NO_GO, or NOT_READY where it may be extended, and holds nothing any more', () => {
  const missed = aCondition({ dueAtMs: NOON_MS })
  const noGo = verdictOf({ b: 'PENDING' }, { conditions: [missed] })
  assert.deepEqual([noGo.value, rulesOf(noGo)], ['NO_GO', ['7.5-condition', '7.6']])
  const extend = verdictOf({ b: 'PENDING' }, { conditions: [{ ...missed, onMiss: 'EXTEND' }] })
  assert.deepEqual([extend.value, rulesOf(extend)], ['NOT_READY', ['7.6', '7.6-condition']])
  assert.equal(verdictOf({ b: 'PASS' }, { conditions: [missed] }).value, 'GO')
  assert.equal(verdictOf({ b: 'PENDING' }, { conditions: [{ ...missed, withdrawn: true }] }).value, 'NOT_READY')
  assert.equal(verdictOf({}, { conditions: [{ ...missed, withdrawn: true }] }).value, 'GO')
  assert.equal(verdictOf({ b: 'NOT_APPLICABLE' }, { conditions: [missed] }).value, 'NO_GO')
})

test('a waiver does not meet a condition, and a condition must name a gate of the plan', () => {
  const waivers = [aWaiver()]
  const risks = [aRisk()]
  assert.equal(verdictOf({ b: 'FAIL' }, { risks, waivers, conditions: [aCondition()] }).value, 'CONDITIONAL_GO')
  const missed = verdictOf({ b: 'FAIL' }, { risks, waivers, conditions: [aCondition({ dueAtMs: 0 })] })
  assert.deepEqual([missed.value, rulesOf(missed)], ['NO_GO', ['7.5-condition']])
  assert.equal(verdictOf({}, { conditions: [aCondition({ gate: 'gone' })] }).value, 'NOT_READY')
})

test('roll-ups follow their children at the time of the decision, whatever was stored', () => {
  const child = aGate({ id: 'child', maxAgeMs: HOUR_MS / 2 })
  const plan = aPlan([aGate({ id: 'all', children: ['child', 'a'] }), child, A])
  const stale = verdictOf({ all: 'PASS' }, {}, plan)
  assert.deepEqual([stale.value, stale.reasons.map((each) => each.gate)], ['NO_GO', ['all', 'child']])
  const waived = verdictOf({}, { risks: [aRisk()], waivers: [aWaiver({ gates: ['child'] })] }, plan)
  assert.deepEqual([waived.value, waived.reasons.map((each) => each.gate)], ['GO_WITH_WAIVERS', ['child']])
  const held = verdictOf({}, { conditions: [aCondition({ gate: 'child' })] }, plan)
  assert.equal(held.value, 'CONDITIONAL_GO')
  const holdsAll = verdictOf({ a: 'FAIL' }, { conditions: [aCondition({ gate: 'all' })] }, plan)
  assert.equal(holdsAll.value, 'CONDITIONAL_GO')
})

test('a waiver of a lesser gate below a required roll-up is not hidden', () => {
  const plan = aPlan([aGate({ id: 'all', children: ['b', 'a'] }), A, aGate({ id: 'b', severity: 'advisory' })])
  assert.equal(verdictOf({ b: 'FAIL' }, {}, plan).value, 'NO_GO')
  assert.equal(verdictOf({ b: 'FAIL' }, { risks: [aRisk()], waivers: [aWaiver()] }, plan).value, 'GO_WITH_WAIVERS')
})

const SIGNED = aPlan([A, B], { signOffs: [{ role: 'SRE', minimum: 2 }, { role: 'Security', minimum: 1 }] })
type Signatures = Parameters<typeof withSignOffs>[2]
const signed = (signatures: Signatures, statuses: Readonly<Record<string, StoredStatus>> = {}): Verdict =>
  decide(nodeDigest, SIGNED, withSignOffs(SIGNED, inputsFor(SIGNED, statuses), signatures))

const sre = (principal: string) => ({ role: 'SRE', principal })
const security = (principal: string) => ({ role: 'Security', principal })

test('every role needs its number of distinct people, each counted for one role', () => {
  const rows: readonly (readonly [Signatures, VerdictValue])[] = [
    [[], 'NOT_READY'],
    [[sre('x'), sre('y')], 'NOT_READY'],
    [[sre('x'), sre('y'), security('z')], 'GO'],
    [[sre('x'), sre('x'), security('z')], 'NOT_READY'],
    [[sre('x'), sre('y'), security('y')], 'NOT_READY'],
    [[sre('x'), sre('y'), sre('z'), security('y')], 'GO'],
    [[security('x'), sre('x'), sre('y'), security('y'), sre('z')], 'GO'],
    [[sre('x'), sre('y'), { role: 'security', principal: 'z' }], 'NOT_READY'],
    [[sre('x'), sre('ada'), security('z')], 'NOT_READY'],
    [[sre('x'), sre('y'), { ...security('z'), reviewHash: digestOf('0') }], 'NOT_READY'],
    [[sre('x'), sre('y'), { ...security('z'), atMs: NOON_MS + HOUR_MS }], 'NOT_READY'],
  ]
  for (const [signatures, value] of rows) {
    const verdict = signed(signatures)
    assert.equal(verdict.value, value, JSON.stringify(signatures))
    if (value !== 'GO') assert.ok(rulesOf(verdict).every((rule) => rule === '7.6-sign-off'))
  }
})

test('the latest sign-off of a role and person counts, and a rejection by any role is NO_GO', () => {
  const full: Signatures = [sre('x'), sre('y'), security('z')]
  const reject = (principal: string, role: string, atMs: number) => ({ role, principal, decision: 'REJECT' as const, atMs })
  const before = NOON_MS - 60_000
  const noGo = signed([...full, reject('z', 'Security', before + 1)])
  assert.equal(noGo.value, 'NO_GO')
  assert.ok(rulesOf(noGo).includes('7.5-rejection'))
  assert.equal(signed([...full, reject('z', 'Security', before - 1)]).value, 'GO')
  assert.equal(signed([...full, reject('z', 'Security', before)]).value, 'NO_GO', 'at the same instant the rejection counts')
  assert.equal(signed([...full, reject('q', 'Legal', before)]).value, 'NO_GO')
  assert.equal(signed([...full, reject('ada', 'SRE', before)]).value, 'NO_GO')
  assert.equal(signed([...full, reject('q', 'Legal', NOON_MS + DAY_MS)]).value, 'NO_GO')
  assert.equal(signed([...full, { ...reject('q', 'Legal', before), reviewHash: digestOf('0') }]).value, 'GO')
})

test('every blocker of every rule is listed although the first rule decides', () => {
  const plan: Plan = { ...SIGNED, gates: [A, B, aGate({ id: 'c' })] }
  const inputs = inputsFor(plan, { a: 'FAIL', c: 'PENDING' }, {
    risks: [aRisk({ level: 'P0' })],
    freeze: [{ fromMs: 0, untilMs: NOON_MS + 1, reason: 'holiday' }],
    errorBudget: -0.1,
    conditions: [aCondition({ gate: 'c', dueAtMs: 1 }), aCondition({ id: 'C2', gate: 'c', dueAtMs: 1, onMiss: 'EXTEND' })],
  })
  const verdict = decide(nodeDigest, plan, withSignOffs(plan, inputs, [{ ...sre('x'), decision: 'REJECT' }]))
  assert.equal(verdict.value, 'NO_GO')
  assert.deepEqual(rulesOf(verdict), [
    '7.2', '7.3', '7.4-error-budget', '7.4-freeze', '7.5-condition', '7.5-rejection', '7.6', '7.6-condition',
    '7.6-sign-off', '7.6-sign-off',
  ])
  assert.ok(verdict.reasons.every((each) => each.text !== '' && each.flip !== ''))
})

test('evidence that soon expires is noted', () => {
  const gate: PlanGate = aGate({ id: 'a', maxAgeMs: HOUR_MS + HOUR_MS / 4 })
  assert.ok(verdictOf({}, {}, aPlan([gate])).notes.some((note) => note.startsWith('the evidence of a is valid until 2026-01-15T12:15')))
  const fresh: PlanGate = aGate({ id: 'a', maxAgeMs: 20 * HOUR_MS })
  assert.deepEqual(verdictOf({}, {}, aPlan([fresh], { signOffs: [] })).notes, ['the plan asks for no sign-off'])
})

test('each verdict has its exit code', () => {
  const codes = ['GO', 'GO_WITH_WAIVERS', 'CONDITIONAL_GO', 'NOT_READY', 'NO_GO', 'INVALID'] as const
  assert.deepEqual(codes.map(exitCodeOfVerdict), [0, 10, 11, 20, 30, 40])
})
