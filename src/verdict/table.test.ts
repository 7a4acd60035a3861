// Tests of assertions over rows: of sql answers, and of tables in documents.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { aGate, NO_TERMS } from '../../test/decisions.ts'
import { utf8Bytes } from '../kernel/index.ts'
import { judgeGate } from './judge.ts'
import type { Judgement } from './model.ts'
import type { Assertion, Reading } from './plan-model.ts'
import { tableOfText } from './table.ts'

const CLEAN = { truncated: false, maskedCount: 0 }
const TERMS = { ...NO_TERMS, parameters: { DATABASE_URL: 'postgres://127.0.0.1/x' } }

function judgeRows(
  columns: readonly string[],
  rows: readonly (readonly unknown[])[],
  assertion: Assertion,
): Judgement {
  const check = { type: 'sql', connection: 'DATABASE_URL', text: 'select' } as const
  return judgeGate(
    aGate({ id: 's', check, assertions: [assertion] }),
    { kind: 'sql', rowCount: rows.length, durationMs: 1, streams: { rows: CLEAN } },
    { rows: utf8Bytes(JSON.stringify({ columns, rows })) },
    TERMS,
  )
}

function judgeText(text: string, assertion: Assertion): Judgement {
  return judgeGate(
    aGate({ id: 'd', check: { type: 'document', path: 'r.md' }, assertions: [assertion] }),
    { kind: 'document', found: true, durationMs: 1, streams: { text: CLEAN } },
    { text: utf8Bytes(text) },
    NO_TERMS,
  )
}

const lag = (rows: 'every' | 'any' | 'none', value: number): Assertion => ({
  read: { from: 'column', column: 'lag', rows },
  op: 'le',
  value,
  unit: 's',
})

test('every row, any row and no row are told apart', () => {
  const rows = [['1 s'], ['900 ms'], ['4']]
  const status = (rule: 'every' | 'any' | 'none', value: number): string =>
    judgeRows(['lag'], rows, lag(rule, value)).status
  assert.equal(status('every', 4), 'PASS')
  assert.equal(status('every', 3), 'FAIL')
  assert.equal(status('any', 0.9), 'PASS')
  assert.equal(status('any', 0.5), 'FAIL')
  assert.equal(status('none', 0.5), 'PASS')
  assert.equal(status('none', 1), 'FAIL')
})

test('a table without rows, without the column or with an empty cell is no data', () => {
  const judged = (columns: readonly string[], rows: readonly (readonly unknown[])[]): Judgement =>
    judgeRows(columns, rows, lag('every', 4))
  assert.equal(judged(['lag'], []).status, 'INCONCLUSIVE')
  assert.equal(judged(['other'], [[1]]).status, 'INCONCLUSIVE')
  assert.equal(judged(['lag'], [[1], [null]]).status, 'INCONCLUSIVE')
  assert.equal(judged(['lag'], [[1], []]).status, 'INCONCLUSIVE')
  assert.equal(judged(['lag', 'lag'], [[1, 9]]).status, 'INCONCLUSIVE')
  assert.equal(judgeRows(['lag'], [], lag('none', 4)).status, 'INCONCLUSIVE')
  assert.equal(judged(['lag'], [[null], [9]]).status, 'FAIL')
})

const matching: Reading = {
  from: 'matchingRows',
  where: [
    { column: 'state', op: 'eq', value: 'failed' },
    { column: 'age', op: 'gt', value: 7, unit: 'd' },
  ],
}

test('rows are counted that satisfy all conditions, and a cell that cannot be compared leaves the count open', () => {
  const count = (value: number): Assertion => ({ read: matching, op: 'eq', value })
  const rows = [
    ['failed', '8 d'],
    ['failed', '1 h'],
    ['ok', null],
  ]
  assert.equal(judgeRows(['state', 'age'], rows, count(1)).status, 'PASS')
  assert.equal(judgeRows(['state', 'age'], [], count(0)).status, 'PASS')
  const open = judgeRows(['state', 'age'], [...rows, ['failed', null]], count(1))
  assert.equal(open.status, 'INCONCLUSIVE')
  assert.match(open.reason, /row 4 has an empty value/)
})

test('values that occur twice are counted', () => {
  const none: Assertion = { read: { from: 'duplicates', column: 'id' }, op: 'eq', value: 0 }
  assert.equal(judgeRows(['id'], [['a'], ['b']], none).status, 'PASS')
  assert.equal(judgeRows(['id'], [['a'], ['b'], ['a']], none).status, 'FAIL')
})

const REPORT = [
  '# Drill',
  '',
  '| Store | Lag | State |',
  '|:------|----:|-------|',
  '| eu \\| 1 | 2 s | **restored** |',
  '| us | 3 s | restored |',
  '',
  '```',
  '| Lag |',
  '|-----|',
  '| 99 s |',
  '```',
].join('\n')

test('a table of a document is read by its column, and tables in fences are none', () => {
  const state: Assertion = {
    read: { from: 'column', column: 'State', rows: 'every' },
    op: 'eq',
    value: 'restored',
  }
  assert.equal(judgeText(REPORT, state).status, 'PASS')
  const cell: Assertion = { read: { from: 'cell', column: 'Store' }, op: 'eq', value: 'eu | 1' }
  assert.equal(judgeText(REPORT, cell).status, 'PASS')
  const slow: Assertion = {
    ...lag('every', 2),
    read: { from: 'column', column: 'Lag', rows: 'every' },
  }
  const judged = judgeText(REPORT, slow)
  assert.equal(judged.status, 'FAIL')
  assert.equal(judged.reason, 'expected every Lag ≤ 2 s, got 3 s (1 of 2)')
})

test('two tables with the column of the assertion are no data: nobody may pick the better one', () => {
  const second = `${REPORT}\n\n| Lag |\n|---|\n| 1 s |\n`
  const judged = judgeText(second, {
    read: { from: 'cell', column: 'Lag' },
    op: 'le',
    value: 5,
    unit: 's',
  })
  assert.equal(judged.status, 'INCONCLUSIVE')
  assert.match(judged.reason, /2 tables in the text have the column Lag/)
})

test('ten thousand rows are read in well under a second', () => {
  const rows = Array.from({ length: 10_000 }, (_, index) => `| ${index} | ${index} ms |`)
  const text = ['| id | Lag |', '|---|---|', ...rows].join('\n')
  const before = process.threadCpuUsage()
  assert.equal(
    judgeText(text, {
      read: { from: 'column', column: 'Lag', rows: 'every' },
      op: 'lt',
      value: 10,
      unit: 's',
    }).status,
    'PASS',
  )
  assert.ok(process.threadCpuUsage(before).user < 1_000_000)
})

test('a table in a comment is none, whatever it says', () => {
  const hidden = '<!--\n| gate | result |\n| --- | --- |\n| load | PASS |\n-->\n'
  assert.ok('why' in tableOfText(hidden, ['result']))
  const shown = '| gate | result |\n| --- | --- |\n| load | FAIL |\n<!-- | load | PASS | -->\n'
  const table = tableOfText(`${hidden}\n${shown}`, ['result'])
  assert.deepEqual('why' in table ? table.why : table.rows, [['load', 'FAIL']])
})
