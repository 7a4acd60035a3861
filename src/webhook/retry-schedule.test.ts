// When deliveries are tried again: the schedule, its jitter, what a receiver asks for, and the rests of an endpoint.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { admissionOf, afterFailure, afterRequest, afterSuccess, WELL } from './cool-down.ts'
import type { CoolDown } from './cool-down.ts'
import { ATTEMPT_LIMIT, pauseMs, readRetryAfterMs } from './retry-schedule.ts'

const HOUR_MS = 3_600_000

test('ten attempts over three days, each pause within a fifth of its length', () => {
  assert.equal(ATTEMPT_LIMIT, 10)
  assert.deepEqual([pauseMs(1, 0), pauseMs(1, 0.5), pauseMs(1, 1)], [4_000, 5_000, 6_000])
  assert.equal(pauseMs(9, 0.5), 24 * HOUR_MS)
  assert.equal(pauseMs(10, 0.5), undefined)
  const whole = Array.from({ length: 9 }, (_, at) => pauseMs(at + 1, 0.5)!).reduce((a, b) => a + b)
  assert.ok(whole > 72 * HOUR_MS && whole < 80 * HOUR_MS)
})

test('a receiver can ask for a longer pause, not for a shorter one or for ever', () => {
  const nowMs = Date.parse('2026-11-26T10:00:00.000Z')
  assert.equal(pauseMs(1, 0.5, 60_000), 60_000)
  assert.equal(pauseMs(2, 0.5, 60_000), 300_000)
  assert.equal(readRetryAfterMs('120', nowMs), 120_000)
  assert.equal(readRetryAfterMs('Thu, 26 Nov 2026 10:02:00 GMT', nowMs), 120_000)
  assert.equal(readRetryAfterMs('Thu, 26 Nov 2026 09:00:00 GMT', nowMs), 0)
  assert.equal(readRetryAfterMs('999999999', nowMs), 24 * HOUR_MS)
  for (const odd of [undefined, '', '-5', '1e9', 'soon', '5, 6', '2026-11-26'])
    assert.equal(readRetryAfterMs(odd, nowMs), 0, String(odd))
})

function after(failures: number, start: CoolDown, nowMs: number): CoolDown {
  let state = start
  for (let count = 0; count < failures; count++) state = afterFailure(state, nowMs)
  return state
}

test('five failures in a row let an endpoint rest, then one delivery tries, and each rest is longer', () => {
  assert.equal(admissionOf(after(4, WELL, 0), 0), 'open')
  assert.equal(admissionOf(after(4, afterSuccess(after(4, WELL, 0), 0), 0), 0), 'open')
  let state = after(5, WELL, 0)
  assert.equal(admissionOf(state, 29_999), 'resting')
  assert.equal(admissionOf(state, 30_000), 'trial')
  state = afterFailure(state, 30_000)
  assert.equal(state.restsUntilMs, 90_000)
  for (let at = 90_000; state.rests < 12; at = state.restsUntilMs!) state = afterFailure(state, at)
  const before = state.restsUntilMs!
  assert.equal(afterFailure(state, before).restsUntilMs! - before, HOUR_MS)
})

test('what was on its way when the rest began does not lengthen it', () => {
  const resting = after(5, WELL, 0)
  assert.deepEqual(afterFailure(resting, 10), resting)
})

test('what was on its way when the rest began does not end it either', () => {
  const patient = afterRequest(WELL, 120_000)
  for (const resting of [after(5, WELL, 0), patient, afterRequest(after(3, WELL, 0), 120_000)])
    assert.deepEqual(afterSuccess(resting, 10), resting)
  assert.equal(admissionOf(afterSuccess(patient, 10), 119_999), 'resting')
})

test('a trial that succeeds ends the rest, but the next rest is longer until an hour has gone well', () => {
  const well = afterSuccess(after(5, WELL, 0), 30_000)
  assert.equal(admissionOf(well, 30_000), 'open')
  assert.equal(after(5, well, 40_000).restsUntilMs, 40_000 + 60_000)
  const forgiven = afterSuccess(well, 30_000 + HOUR_MS)
  assert.equal(after(5, forgiven, HOUR_MS * 2).restsUntilMs, HOUR_MS * 2 + 30_000)
})

test('an endpoint that asks for patience gets it, without a failure counted', () => {
  const patient = afterRequest(WELL, 120_000)
  assert.equal(admissionOf(patient, 119_999), 'resting')
  assert.equal(admissionOf(patient, 120_000), 'trial')
  assert.deepEqual(afterSuccess(patient, 120_000).failures, 0)
  assert.equal(patient.rests, 0)
})

test('an endpoint rests by its own terms: how soon, how long at first and how long at most', () => {
  const terms = { failureLimit: 2, firstRestMs: 1_000, longestRestMs: 3_000 }
  const once = afterFailure(WELL, 0, terms)
  assert.equal(admissionOf(once, 0), 'open')
  const rests: number[] = []
  let state = once
  for (let at = 0; rests.length < 4; at = state.restsUntilMs!) {
    state = afterFailure(state, at, terms)
    rests.push(state.restsUntilMs! - at)
  }
  assert.deepEqual(rests, [1_000, 2_000, 3_000, 3_000])
})
