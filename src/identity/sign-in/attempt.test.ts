// How long an attempt to sign in counts, by clocks of two servers that differ.
import assert from 'node:assert/strict'
import test from 'node:test'
import { nodeRandom } from '../../../test/crypto.ts'
import { ATTEMPT_LIFETIME_MS, makeAttempt, readAttempt, writeAttempt } from './attempt.ts'

test('an attempt counts for ten minutes, also at a server whose clock is half a minute behind the one that began it', () => {
  const startedAtMs = Date.parse('2026-11-28T12:00:00.000Z')
  const wish = { issuer: 'corp', to: '/', isFresh: false, startedAtMs }
  const cookie = writeAttempt(makeAttempt(nodeRandom, wish))
  const isReadAfter = (ms: number): boolean => readAttempt(cookie, startedAtMs + ms) !== undefined
  assert.deepEqual(
    [-30_001, -30_000, 0, ATTEMPT_LIFETIME_MS, ATTEMPT_LIFETIME_MS + 1].map(isReadAfter),
    [false, true, true, true, false],
  )
})
