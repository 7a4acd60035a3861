// Wall clocks that jump while a gate runs: instants stay in order, and durations come from the clock that never goes back.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { aCommand, runGate, systemPorts } from '../../test/runner.ts'
import type { Submission } from '../../test/runner.ts'
import { systemClock } from '../platform/index.ts'

const NOON_MS = Date.parse('2026-11-25T12:00:00.000Z')
const YEAR_MS = 365 * 24 * 3_600_000

/** Runs a gate of about 0.2 s while the wall clock jumps once, after its first reading. */
async function runWithJump(jumpMs: number): Promise<Submission> {
  let readings = 0
  const clock = { ...systemClock, nowMs: () => NOON_MS + (readings++ === 0 ? 0 : jumpMs) }
  return runGate(aCommand('a', 'sleep 0.2'), { ports: { ...systemPorts, clock } })
}

test('a clock that is set back by a year while a gate runs makes nothing end before it began', async () => {
  const { predicate, capture, judgement } = await runWithJump(-YEAR_MS)
  assert.equal(predicate.startedAt, '2026-11-25T12:00:00.000Z')
  assert.equal(predicate.finishedAt, predicate.startedAt)
  assert.ok(capture.kind === 'command' && capture.durationMs >= 200 && capture.durationMs < 20_000)
  assert.equal(judgement.status, 'PASS')
})

test('a clock that is set forward by a year while a gate runs changes no duration and no time limit', async () => {
  const { predicate, capture, judgement } = await runWithJump(YEAR_MS)
  assert.equal(Date.parse(predicate.finishedAt) - Date.parse(predicate.startedAt), YEAR_MS)
  assert.ok(capture.kind === 'command' && capture.durationMs >= 200 && capture.durationMs < 20_000)
  assert.equal(capture.timedOut, false)
  assert.equal(judgement.status, 'PASS')
})
