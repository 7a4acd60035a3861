// Tests of numbers with units.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parseQuantity, quantityIn } from './quantity.ts'

test('numbers are read with thousands separators, signs, exponents and units', () => {
  const rows: readonly (readonly [string, number, string?])[] = [
    ['0', 0],
    ['42', 42],
    ['-3.5', -3.5],
    ['1,234', 1234],
    ['1,234,567.25', 1234567.25],
    ['1e3', 1000],
    [' 7 ', 7],
    ['98ms', 98, 'ms'],
    ['98 ms', 98, 'ms'],
    ['0.5 %', 0.5, '%'],
    ['12 MiB', 12, 'MiB'],
    ['42 records', 42, 'records'],
    ['200 rpm', 200, 'rpm'],
    ['5400 seconds', 5400, 'seconds'],
  ]
  for (const [text, value, unit] of rows) {
    assert.deepEqual(parseQuantity(text), unit === undefined ? { value } : { value, unit }, text)
  }
})

test('what is not one plain number is no number', () => {
  const texts = [
    '',
    'NaN',
    'Infinity',
    '+Inf',
    '-Inf',
    'null',
    'none',
    '-',
    '<5',
    '~5',
    '1,5',
    '1.234,5',
    '12,34',
    '1 234',
    '3 of 4',
    '3/4',
    '0x10',
    '1_000',
    '5 million',
    '5M',
    '5k',
    '2 bps',
    '1h30m',
    '1.',
    '.5',
    '9007199254740993',
    '1e999',
    '1'.repeat(80),
  ]
  for (const text of texts) assert.equal(parseQuantity(text), undefined, text)
})

test('a reading is converted into the unit of the bound, and only where both are known', () => {
  const rows: readonly (readonly [string, string | undefined, number | undefined])[] = [
    ['0.07 s', 'ms', 70],
    ['2 h', 's', 7200],
    ['2 hours', 'min', 120],
    ['1 MiB', 'kB', 1048.576],
    ['0.5 %', 'percent', 0.5],
    ['120 rpm', 'rps', 2],
    ['5', 'ms', 5],
    ['5', undefined, 5],
    ['42 records', undefined, 42],
    ['42 records', 'records', 42],
    ['42 Records', 'records', 42],
    ['5 ms', undefined, undefined],
    ['5 ms', '%', undefined],
    ['5 MB', 's', undefined],
    ['42 records', 'ms', undefined],
    ['42 records', 'rows', undefined],
    ['5 ms', 'furlong', undefined],
  ]
  for (const [text, unit, expected] of rows) {
    const quantity = parseQuantity(text)
    assert.ok(quantity, text)
    assert.equal(quantityIn(quantity, unit), expected, `${text} in ${unit}`)
  }
})
