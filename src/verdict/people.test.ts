// Phases, roles that any of several fill, standing rejections, overrides, fresh readings and broken glasses in a decision.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { nodeDigest } from '../../test/crypto.ts'
import {
  aGate,
  aPlan,
  DAY_MS,
  digestOf,
  HOUR_MS,
  inputsFor,
  NOON_MS,
  withSignOffs,
} from '../../test/decisions.ts'
import { decide } from './decide.ts'
import { reviewHashOf } from './decision-hash.ts'
import type { DecisionInputs, Verdict } from './model.ts'
import type { BreakGlass } from './people-model.ts'
import { parseDecisionInputs } from './inputs-parse.ts'

const PHASED = aPlan([
  aGate({ id: 'a' }),
  aGate({ id: 'b', phase: 'pre-deploy' }),
  aGate({ id: 'c', phase: 'canary-25' }),
  aGate({ id: 'd', phase: 'of our own' }),
  aGate({ id: 'e', phase: 'post-deploy', children: ['c'] }),
])
const PLAIN = aPlan([aGate({ id: 'a' }), aGate({ id: 'b' })])

function shown(verdict: Verdict): string {
  return [verdict.value, ...verdict.reasons.map((each) => each.rule)].join(' ')
}

function decideWith(fields: Partial<DecisionInputs>, statuses = {}): Verdict {
  const inputs = inputsFor(PLAIN, statuses, fields)
  // What is decided on must survive being frozen and read again.
  return decide(nodeDigest, PLAIN, parseDecisionInputs(JSON.parse(JSON.stringify(inputs))))
}

test('in a decision for a phase gates of later phases do not count, and unknown phases always do', () => {
  const failing = (gate: string, phase?: string): Verdict =>
    decide(
      nodeDigest,
      PHASED,
      inputsFor(PHASED, { [gate]: 'FAIL' }, phase === undefined ? {} : { phase }),
    )
  assert.equal(shown(failing('c', 'pre-deploy')), 'GO')
  assert.deepEqual(failing('c', 'pre-deploy').notYetDue, ['c', 'e'])
  assert.equal(failing('c', 'canary-25').value, 'NO_GO')
  assert.equal(failing('c').value, 'NO_GO')
  assert.equal(failing('d', 'pre-deploy').value, 'NO_GO')
  const hashOf = (status: 'PASS' | 'FAIL'): string =>
    reviewHashOf(nodeDigest, PHASED, inputsFor(PHASED, { c: status }, { phase: 'pre-deploy' }))
  assert.equal(hashOf('PASS'), hashOf('FAIL'))
})

test('a role that any of several fill takes each of them, and one person once over two keys', () => {
  const plan = aPlan([aGate({ id: 'a' })], {
    signOffs: [{ role: 'Operations', minimum: 2, anyOf: ['SRE', 'Platform'] }],
  })
  const signed = (...signOffs: Parameters<typeof withSignOffs>[2]): string =>
    decide(nodeDigest, plan, withSignOffs(plan, inputsFor(plan), signOffs)).value
  const sre = { role: 'SRE', principal: 'x' }
  assert.equal(signed(sre, { role: 'Platform', principal: 'y' }), 'GO')
  assert.equal(signed(sre, { role: 'Platform', principal: 'x' }), 'NOT_READY')
  assert.equal(signed(sre, { role: 'Platform', principal: 'y', person: 'x' }), 'NOT_READY')
  assert.equal(signed(sre, { role: 'Security', principal: 'y' }), 'NOT_READY')
  assert.equal(signed(sre, { role: 'SRE', principal: 'y', person: 'ada' }), 'NOT_READY')
})

test('a rejection stands over every later state until its person withdraws it', () => {
  const policy = { ...inputsFor(PLAIN).policy, rejectionsStand: true }
  const spoken = (...words: Parameters<typeof withSignOffs>[2]): string =>
    shown(decide(nodeDigest, PLAIN, withSignOffs(PLAIN, inputsFor(PLAIN, {}, { policy }), words)))
  const word = (decision: 'APPROVE' | 'REJECT' | 'WITHDRAW', atMs: number, fields = {}) => ({
    role: 'SRE',
    principal: 'x',
    decision,
    atMs: NOON_MS - HOUR_MS + atMs,
    ...fields,
  })
  const old = { reviewHash: digestOf('0') }
  assert.equal(spoken(word('REJECT', 1, old)), 'NO_GO 7.5-rejection')
  assert.equal(spoken(word('REJECT', 1, old), word('APPROVE', 2)), 'NO_GO 7.5-rejection')
  assert.equal(spoken(word('REJECT', 1, old), word('WITHDRAW', 2)), 'GO')
  assert.equal(
    spoken(word('REJECT', 1), word('WITHDRAW', 2, { principal: 'y' })),
    'NO_GO 7.5-rejection',
  )
  assert.equal(spoken(word('WITHDRAW', 1), word('REJECT', 2)), 'NO_GO 7.5-rejection')
})

test('two people with a reason pass a freeze and a spent budget, one person or none do not', () => {
  const frozen = (people: readonly string[], reason = 'fix'): string =>
    decideWith({
      freeze: [
        {
          fromMs: NOON_MS - 1,
          untilMs: NOON_MS + 1,
          reason: 'holidays',
          override: { people, reason },
        },
      ],
    }).value
  assert.deepEqual(
    [frozen(['x', 'y']), frozen(['x', 'x']), frozen(['x', 'y'], ' ')],
    ['GO', 'NO_GO', 'NO_GO'],
  )
  const policy = {
    ...inputsFor(PLAIN).policy,
    minimumErrorBudget: 0.2,
    errorBudgetMaxAgeMs: HOUR_MS,
  }
  const budget = (left: number, ageMs: number, people: readonly string[] = []): string => {
    const measuredAtMs = NOON_MS - ageMs
    const override = people.length === 0 ? {} : { override: { people, reason: 'fix' } }
    const errorBudgetReading = { source: 'slo', enteredBy: 'x', measuredAtMs, ...override }
    return shown(decideWith({ policy, errorBudget: left, errorBudgetReading }))
  }
  assert.equal(budget(0.2, HOUR_MS), 'GO')
  assert.equal(budget(0.1, 0), 'NO_GO 7.4-error-budget')
  assert.equal(budget(0.1, 0, ['x', 'y']), 'GO')
  assert.equal(budget(0.5, HOUR_MS + 1), 'NOT_READY 7.6-error-budget')
  assert.equal(budget(0.5, -HOUR_MS), 'NOT_READY 7.6-error-budget')
  assert.equal(shown(decideWith({ policy })), 'NOT_READY 7.6-error-budget')
})

test('a roster that rules ask for has to be there and fresh', () => {
  const policy = { ...inputsFor(PLAIN).policy, rosterMaxAgeMs: 12 * HOUR_MS }
  const confirmed = (ageMs: number): string => {
    const roster = { people: ['x'], confirmedBy: 'x', confirmedAtMs: NOON_MS - ageMs }
    return shown(decideWith({ policy, roster }))
  }
  assert.equal(shown(decideWith({ policy })), 'NOT_READY 7.6-roster')
  assert.equal(confirmed(12 * HOUR_MS), 'GO')
  assert.equal(confirmed(12 * HOUR_MS + 1), 'NOT_READY 7.6-roster')
})

test('a broken glass overrides all but tampering and a missing review, and says so first', () => {
  const glass: BreakGlass = {
    id: 'B1',
    version: PLAIN.version,
    principal: 'x',
    reason: 'outage',
    atMs: NOON_MS - 1,
    expiresAtMs: NOON_MS + HOUR_MS,
    reviewDueAtMs: NOON_MS + DAY_MS,
  }
  const broken = (
    breakGlass: readonly BreakGlass[],
    fields: Partial<DecisionInputs> = {},
  ): string => shown(decideWith({ breakGlass, ...fields }, { a: 'FAIL' }))
  assert.equal(broken([glass]), 'GO_WITH_WAIVERS break-glass 7.2')
  assert.equal(broken([{ ...glass, expiresAtMs: NOON_MS }]), 'NO_GO 7.2')
  assert.equal(broken([{ ...glass, reason: ' ' }]), 'NO_GO 7.2')
  const other = { ...glass, id: 'B0', version: '1.0.0' }
  assert.equal(broken([glass, other]), 'NO_GO 7.2 7.6-after-review')
  assert.equal(broken([glass, { ...other, reviewedBy: 'x' }]), 'NO_GO 7.2 7.6-after-review')
  assert.equal(broken([glass, { ...other, reviewedBy: 'y' }]), 'GO_WITH_WAIVERS break-glass 7.2')
  assert.equal(
    shown(decideWith({ breakGlass: [{ ...other, reviewDueAtMs: NOON_MS }] })),
    'NO_GO 7.5-after-review',
  )
  const integrity = { ok: false, findings: [] }
  assert.equal(broken([glass], { integrity }), 'INVALID 7.1')
})

test('nobody holds a release open alone, one broken glass after the other', () => {
  const first: BreakGlass = {
    id: 'B1',
    version: PLAIN.version,
    principal: 'x',
    reason: 'outage',
    atMs: NOON_MS - DAY_MS,
    expiresAtMs: NOON_MS - HOUR_MS,
    reviewDueAtMs: NOON_MS + DAY_MS,
  }
  const again = { ...first, id: 'B2', atMs: NOON_MS - HOUR_MS, expiresAtMs: NOON_MS + HOUR_MS }
  const broken = (breakGlass: readonly BreakGlass[], edition = 4): Verdict =>
    decideWith({ edition, breakGlass }, { a: 'FAIL' })
  const alone = broken([again, first])
  assert.equal(shown(alone), 'NO_GO 7.2')
  assert.ok(alone.notes.includes('break-glass B2 has no force: B1 waits for a review'))
  assert.equal(shown(broken([again, { ...first, reviewedBy: 'x' }])), 'NO_GO 7.2')
  const reviewed = broken([again, { ...first, reviewedBy: 'y' }])
  assert.equal(shown(reviewed), 'GO_WITH_WAIVERS break-glass 7.2')
  assert.equal(reviewed.breakGlass?.id, 'B2')
  assert.match(reviewed.reasons[0]?.flip ?? '', /Somebody other than x reviews this by/)
  const looked = broken([{ ...again, reviewedBy: 'y' }])
  assert.match(looked.reasons[0]?.flip ?? '', /y reviewed this\.$/)
  const earlier = broken([again, first], 3)
  assert.equal(shown(earlier), 'GO_WITH_WAIVERS break-glass 7.2', 'an old decision replays')
})
