// How two sets of results compare.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { aGate, aResult, digestOf } from '../../test/decisions.ts'
import { diffResults } from './index.ts'
import type { StoredStatus } from './index.ts'

const gate = aGate({ id: 'health' })
const wordFor = (before: StoredStatus, after: StoredStatus): string | undefined =>
  diffResults([aResult(gate, before)], [aResult(gate, after)])[0]?.word

test('a gate is same, better or worse by the order of statuses', () => {
  assert.equal(wordFor('PASS', 'PASS'), 'same')
  assert.equal(wordFor('FAIL', 'PASS'), 'better')
  assert.equal(wordFor('PASS', 'WARN'), 'worse')
  assert.equal(wordFor('WARN', 'INCONCLUSIVE'), 'worse')
  assert.equal(wordFor('FAIL', 'ERROR'), 'better')
})

test('what was not tried is no result: missing after, new before, nothing when neither ran', () => {
  assert.equal(wordFor('PASS', 'SKIPPED'), 'missing')
  assert.equal(wordFor('PENDING', 'PASS'), 'new')
  assert.deepEqual(diffResults([aResult(gate, 'BLOCKED')], [aResult(gate, 'PENDING')]), [])
})

test('a gate that no longer applies is not called better than one that held', () => {
  assert.equal(wordFor('PASS', 'NOT_APPLICABLE'), 'same')
  assert.equal(wordFor('FAIL', 'NOT_APPLICABLE'), 'better')
  assert.equal(wordFor('NOT_APPLICABLE', 'FAIL'), 'worse')
})

test('another definition of a gate is said beside the word', () => {
  const [diff] = diffResults(
    [aResult(gate, 'PASS')],
    [aResult(gate, 'PASS', { definition: digestOf('9') })],
  )
  assert.deepEqual([diff?.word, diff?.isRedefined], ['same', true])
})
