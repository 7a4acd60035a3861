// The three faces of a run's progress.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { systemClock } from '../platform/index.ts'
import type { RunEvent } from './events.ts'
import { progressView } from './progress.ts'
import type { ProgressMode, ProgressTerms, ShownGate } from './progress-terms.ts'
import { RunTree } from './run-tree.ts'

function gateOf(id: string, section = 'Ledger'): ShownGate {
  const title = id.replace(/^ledger\//, '')
  return { id, title, section, severity: 'required', place: { file: 'c.md', line: 7 } }
}

const GATES = ['ledger/approval', 'ledger/migration', 'ledger/smoke'].map((id) => gateOf(id))

async function shownIn(
  mode: ProgressMode,
  events: readonly RunEvent[],
  more: Partial<ProgressTerms> = {},
): Promise<string> {
  let out = ''
  const view = progressView({
    mode,
    write: (text) => (out += text),
    clock: systemClock,
    gates: GATES,
    isColoured: false,
    size: () => ({ columns: 80, rows: 24 }),
    ...more,
  })
  for (const event of events) view.show(event)
  await view.close()
  return out
}

const RUN: readonly RunEvent[] = [
  { kind: 'run-started', run: 'r1', gateCount: 3, keptCount: 0 },
  {
    kind: 'gate-held',
    gate: 'ledger/approval',
    status: 'BLOCKED',
    reason: 'parameters without a value: TAG',
  },
  { kind: 'gate-started', gate: 'ledger/migration', title: 'Migration', attempt: 1 },
  { kind: 'gate-output', gate: 'ledger/migration', totalBytes: 1_234 },
  {
    kind: 'gate-finished',
    gate: 'ledger/migration',
    attempt: 1,
    status: 'PASS',
    reason: 'exitCode eq 0 holds',
    durationMs: 412,
  },
  {
    kind: 'gate-finished',
    gate: 'ledger/smoke',
    attempt: 1,
    status: 'FAIL',
    reason: 'expected 0, got 1',
    durationMs: 61_000,
  },
  {
    kind: 'run-finished',
    run: 'r1',
    interrupted: false,
    counts: { PASS: 1, FAIL: 1, BLOCKED: 1 },
    durationMs: 61_500,
  },
]

test('without a terminal each gate gives one line, with the reason unless it passed', async () => {
  assert.equal(
    await shownIn('lines', RUN),
    [
      '■ BLOCKED  ledger/approval  parameters without a value: TAG',
      '✓ PASS     ledger/migration  0.4 s',
      '✗ FAIL     ledger/smoke  1 min 1 s  expected 0, got 1',
      'run r1: 1 PASS, 1 FAIL, 1 BLOCKED in 1 min 1 s',
      '',
    ].join('\n'),
  )
})

test('for machines each event but output is one JSON object of a known version with its instant', async () => {
  const lines = (await shownIn('ndjson', RUN)).trimEnd().split('\n')
  const events = lines.map((line) => {
    const { schemaVersion, at, ...event } = JSON.parse(line) as Record<string, unknown>
    assert.equal(schemaVersion, 1)
    assert.match(String(at), /^\d{4}-\d\d-\d\dT[\d:.]+Z$/)
    return event
  })
  assert.deepEqual(
    events,
    RUN.filter((event) => event.kind !== 'gate-output'),
  )
})

test('a terminal is left with the whole tree: sections with counts, gates with what they came to', async () => {
  const out = await shownIn('live', RUN)
  assert.deepEqual(out.split('\n'), [
    'Ledger  3 of 3, 1 BLOCKED, 1 FAIL',
    '  ■ approval              BLOCKED  parameters without a value: TAG',
    '  ✓ migration             0.4 s',
    '  ✗ smoke                 1 min 1 s  FAIL  expected 0, got 1',
    'run r1: 1 PASS, 1 FAIL, 1 BLOCKED in 1 min 1 s',
    '',
  ])
})

test('a tree that does not fit loses passed gates first, then waiting ones, and never what runs before its sections', () => {
  const gates = Array.from({ length: 40 }, (_, at) => gateOf(`g${at}`, at < 20 ? 'One' : 'Two'))
  const tree = new RunTree(gates)
  const finish = (gate: string, status: 'PASS' | 'FAIL'): void =>
    tree.take(
      { kind: 'gate-finished', gate, attempt: 1, status, reason: 'r', durationMs: 1_000 },
      0,
    )
  finish('g0', 'PASS')
  finish('g1', 'FAIL')
  tree.take({ kind: 'gate-started', gate: 'g2', title: '', attempt: 1 }, 0)
  const at = (rows: number): string[] => tree.lines({ columns: 80, rows, isColoured: false }, 5_000)
  assert.equal(at(100).length, 42)
  assert.deepEqual(at(10), [
    'One  2 of 20, 1 FAIL',
    '  ✗ g1                    1.0 s  FAIL  r',
    '  … g2                    5.0 s',
    'Two  0 of 20',
  ])
  assert.deepEqual(at(3), [
    'One  2 of 20, 1 FAIL',
    '  … g2                    5.0 s',
    'Two  0 of 20',
  ])
  assert.deepEqual(at(2), ['One  2 of 20, 1 FAIL', 'Two  0 of 20'])
  assert.deepEqual(at(1), ['One  2 of 20, 1 FAIL', '… and 1 more sections'])
})

test('no line of the tree is wider than the terminal, wide characters included', () => {
  const gates = [gateOf('x'.repeat(300)), gateOf('船'.repeat(100), '港'.repeat(100))]
  const tree = new RunTree(gates)
  tree.take({ kind: 'gate-started', gate: gates[0]!.id, title: '', attempt: 1 }, 0)
  for (const line of tree.lines({ columns: 40, rows: 24, isColoured: false }, 0)) {
    const width = Array.from(line, (each) => (/[\u4e00-\u9fff]/.test(each) ? 2 : 1))
    assert.ok(width.reduce((a: number, b) => a + b, 0) < 40, line)
  }
})

test('control characters and direction marks of gates and reasons are shown, not obeyed', async () => {
  const gates = [gateOf('a\u001b[2Jb', 'x\u202ey')]
  const reason = 'x\ny\u202ez\u009b'
  const held: RunEvent = { kind: 'gate-held', gate: gates[0]!.id, status: 'BLOCKED', reason }
  assert.ok((await shownIn('lines', [held])).includes('a\\u{1b}[2Jb  x y\\u{202e}z\\u{9b}\n'))
  const live = await shownIn('live', [held], { gates })
  assert.match(live, /^x\\u\{202e\}y  1 of 1, 1 BLOCKED\n  ■ a\\u\{1b\}\[2Jb/)
  assert.ok(live.includes('BLOCKED  x y\\u{202e}z\\u{9b}'))
})

test('colour marks status and sign, and only where it is wanted', async () => {
  assert.equal((await shownIn('lines', RUN)).includes('\u001b'), false)
  const coloured = await shownIn('lines', RUN, { isColoured: true })
  assert.ok(coloured.includes('\u001b[31m✗\u001b[39m \u001b[31mFAIL\u001b[39m'))
  assert.ok(coloured.includes('\u001b[32m✓\u001b[39m PASS'))
})
