// Holds what the board and the commands read of a register to what the API answers of one: its waivers are found, and how they stand.
import assert from 'node:assert/strict'
import test from 'node:test'
import { DAY_MS, NOON_MS } from '../../test/decisions.ts'
import {
  anAct,
  approvalOf,
  instantAfter,
  riskOpened,
  waiverRequested,
} from '../../test/register.ts'
import { foldRegister } from '../register/index.ts'
import type { RegisterAct } from '../register/index.ts'
import { endOfDay, nextId, waiversOf, waiverStateOf } from './register-answer.ts'
import type { PresentedRegister } from './register-answer.ts'
import { presentRegister } from './register-view.ts'

const RELEASE = { version: '1.2.3', environment: 'staging' }
const RISK = anAct('ann', riskOpened())
const REQUEST = anAct('rita', waiverRequested({ expiresAt: instantAfter(DAY_MS) }))

/** As it comes out of an answer. */
function answered(...acts: readonly RegisterAct[]): PresentedRegister {
  const { register, refused } = foldRegister([RISK, REQUEST, ...acts])
  assert.deepEqual(refused, [])
  return JSON.parse(JSON.stringify(presentRegister(register))) as PresentedRegister
}

const stateOf = (register: PresentedRegister, nowMs = NOON_MS): string =>
  waiversOf(register, RELEASE)
    .map((waiver) => waiverStateOf(waiver, nowMs))
    .join(' ')

test('the waivers of a release are found in the answer, with who asked, for what, and who approved', () => {
  const register = answered(approvalOf(REQUEST, 'W1', 'ben'))
  const [waiver, ...more] = waiversOf(register, RELEASE)
  assert.deepEqual(more, [])
  assert.deepEqual(
    [waiver?.request.id, waiver?.request.gates, waiver?.requester, waiver?.statement],
    ['W1', ['b'], 'rita', REQUEST.statement],
  )
  assert.deepEqual(
    waiver?.approvals.map(({ principal }) => principal),
    ['ben'],
  )
  assert.deepEqual(waiversOf(register, { ...RELEASE, version: '1.2.4' }), [])
  assert.deepEqual(waiversOf(register, { ...RELEASE, environment: 'production' }), [])
  const taken = register.waivers.map(({ request }) => request)
  assert.deepEqual([nextId('W', taken), nextId('W', [])], ['W2', 'W1'])
})

test('a waiver waits for two approvals, and is over once it ends or is taken back', () => {
  const both = ['ben', 'cy'].map((person) => approvalOf(REQUEST, 'W1', person))
  const takenBack = anAct('ben', { kind: 'waiver.revoked', id: 'W1', reason: 'rig repaired' })
  assert.equal(stateOf(answered()), 'REQUESTED')
  assert.equal(stateOf(answered(...both.slice(1))), 'REQUESTED')
  assert.equal(stateOf(answered(...both)), 'APPROVED')
  assert.equal(stateOf(answered(...both), NOON_MS + DAY_MS - 1), 'APPROVED')
  assert.equal(stateOf(answered(...both), NOON_MS + DAY_MS), 'EXPIRED')
  assert.equal(stateOf(answered(...both, takenBack)), 'REVOKED')
})

test('a day ends in the zone of the release, also on the day when its clocks go back', () => {
  assert.equal(endOfDay('2026-11-30', 'UTC'), '2026-11-30T23:59:59.999Z')
  assert.equal(endOfDay('2026-11-30', 'Europe/Berlin'), '2026-11-30T22:59:59.999Z')
  assert.equal(endOfDay('2026-10-24', 'Europe/Berlin'), '2026-10-24T21:59:59.999Z')
  assert.equal(endOfDay('2026-10-25', 'Europe/Berlin'), '2026-10-25T22:59:59.999Z')
  assert.equal(endOfDay('12026-01-01', 'UTC'), '12026-01-01', 'no day stays as it is')
})
