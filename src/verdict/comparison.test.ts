// Tests of comparing a value with a bound: ranges, tolerance bands in units and in percent.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { compareValue } from './comparison.ts'
import type { Bound } from './comparison.ts'

const answer = (value: string | number, bound: Bound): string =>
  compareValue(value, bound, undefined).is

test('a range holds its ends, and its unit counts for both', () => {
  const range: Bound = { op: 'between', value: 1, upper: 2, unit: 's' }
  assert.deepEqual(
    ['1 s', '1500 ms', '2 s', '2001 ms', '0.5 s', '3 MB'].map((value) => answer(value, range)),
    ['true', 'true', 'true', 'false', 'false', 'no-data'],
  )
})

test('a tolerance in percent is taken of the bound, below zero and around a range as well', () => {
  assert.equal(answer(105, { op: 'le', value: 100, tolerancePercent: 5 }), 'tolerated')
  assert.equal(answer(105.1, { op: 'le', value: 100, tolerancePercent: 5 }), 'false')
  assert.equal(answer(0.315, { op: 'le', value: 0.3, tolerancePercent: 5 }), 'tolerated')
  assert.equal(answer(-105, { op: 'ge', value: -100, tolerancePercent: 5 }), 'tolerated')
  assert.equal(answer(1, { op: 'le', value: 0, tolerancePercent: 50 }), 'false')
  const range: Bound = { op: 'between', value: 100, upper: 200, tolerancePercent: 1 }
  assert.deepEqual(
    [98, 99, 150, 202, 203].map((value) => answer(value, range)),
    ['false', 'tolerated', 'true', 'tolerated', 'false'],
  )
})

test('a wider tolerance never turns what held into something else, nor a miss into true', () => {
  const ops = fc.constantFrom('le', 'ge', 'lt', 'gt', 'eq') as fc.Arbitrary<Bound['op']>
  const numbers = fc.double({ min: -1e6, max: 1e6, noNaN: true })
  fc.assert(
    fc.property(
      numbers,
      numbers,
      ops,
      fc.double({ min: 0, max: 100, noNaN: true }),
      (value, limit, op, percent) => {
        const exact = answer(value, { op, value: limit })
        const loose = answer(value, { op, value: limit, tolerancePercent: percent })
        assert.ok(exact === 'true' ? loose === 'true' : loose !== 'true')
      },
    ),
  )
})
