// Tests of sign-offs: whose count, whose do not, and how they stand beside all other blockers.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { nodeDigest } from '../../test/crypto.ts'
import {
  aCondition,
  aGate,
  aPlan,
  aRisk,
  DAY_MS,
  digestOf,
  HOUR_MS,
  inputsFor,
  NOON_MS,
  withSignOffs,
} from '../../test/decisions.ts'
import { decide } from './decide.ts'
import type { StoredStatus, Verdict, VerdictValue } from './model.ts'
import type { Plan } from './plan-model.ts'

const A = aGate({ id: 'a' })
const B = aGate({ id: 'b' })

const rulesOf = (verdict: Verdict): string[] => verdict.reasons.map((each) => each.rule)

const SIGNED = aPlan([A, B], {
  signOffs: [
    { role: 'SRE', minimum: 2 },
    { role: 'Security', minimum: 1 },
  ],
})
type Signatures = Parameters<typeof withSignOffs>[2]
const signed = (
  signatures: Signatures,
  statuses: Readonly<Record<string, StoredStatus>> = {},
): Verdict =>
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
  const reject = (principal: string, role: string, atMs: number) => ({
    role,
    principal,
    decision: 'REJECT' as const,
    atMs,
  })
  const before = NOON_MS - 60_000
  const noGo = signed([...full, reject('z', 'Security', before + 1)])
  assert.equal(noGo.value, 'NO_GO')
  assert.ok(rulesOf(noGo).includes('7.5-rejection'))
  assert.equal(signed([...full, reject('z', 'Security', before - 1)]).value, 'GO')
  assert.equal(
    signed([...full, reject('z', 'Security', before)]).value,
    'NO_GO',
    'at the same instant the rejection counts',
  )
  assert.equal(signed([...full, reject('q', 'Legal', before)]).value, 'NO_GO')
  assert.equal(signed([...full, reject('ada', 'SRE', before)]).value, 'NO_GO')
  assert.equal(signed([...full, reject('q', 'Legal', NOON_MS + DAY_MS)]).value, 'NO_GO')
  assert.equal(
    signed([...full, { ...reject('q', 'Legal', before), reviewHash: digestOf('0') }]).value,
    'GO',
  )
})

test('at one instant a rejection stands whichever of the two was recorded first', () => {
  const atMs = NOON_MS - 1
  const full: Signatures = [
    { ...security('z'), decision: 'REJECT', atMs },
    { ...security('z'), atMs },
    sre('x'),
    sre('y'),
  ]
  assert.equal(signed(full).value, 'NO_GO')
  assert.equal(signed([...full].reverse()).value, 'NO_GO')
})

test('every blocker of every rule is listed although the first rule decides', () => {
  const plan: Plan = { ...SIGNED, gates: [A, B, aGate({ id: 'c' })] }
  const inputs = inputsFor(
    plan,
    { a: 'FAIL', c: 'PENDING' },
    {
      risks: [aRisk({ level: 'P0' })],
      freeze: [{ fromMs: 0, untilMs: NOON_MS + 1, reason: 'holiday' }],
      errorBudget: -0.1,
      conditions: [
        aCondition({ gate: 'c', dueAtMs: 1 }),
        aCondition({ id: 'C2', gate: 'c', dueAtMs: 1, onMiss: 'EXTEND' }),
      ],
    },
  )
  const verdict = decide(
    nodeDigest,
    plan,
    withSignOffs(plan, inputs, [{ ...sre('x'), decision: 'REJECT' }]),
  )
  assert.equal(verdict.value, 'NO_GO')
  assert.deepEqual(rulesOf(verdict), [
    '7.2',
    '7.3',
    '7.4-error-budget',
    '7.4-freeze',
    '7.5-condition',
    '7.5-rejection',
    '7.6',
    '7.6-condition',
    '7.6-sign-off',
    '7.6-sign-off',
  ])
  assert.ok(verdict.reasons.every((each) => each.text !== '' && each.flip !== ''))
})
