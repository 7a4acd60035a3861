// The three faces of a run's progress.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { systemClock } from '../platform/index.ts'
import type { RunEvent } from './events.ts'
import { progressView } from './progress.ts'
import type { ProgressMode } from './progress.ts'

async function shownIn(
  mode: ProgressMode,
  events: readonly RunEvent[],
  columns = 80,
): Promise<string> {
  let out = ''
  const view = progressView({ mode, write: (text) => (out += text), clock: systemClock, columns })
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

test('for machines each event but output is one JSON object', async () => {
  const lines = (await shownIn('ndjson', RUN)).trimEnd().split('\n')
  assert.deepEqual(
    lines.map((line) => JSON.parse(line) as unknown),
    RUN.filter((event) => event.kind !== 'gate-output'),
  )
})

test('a terminal shows running gates below the finished lines and nothing of them at the end', async () => {
  const out = await shownIn('live', RUN)
  assert.ok(out.includes('ledger/migration\n'))
  assert.ok(out.includes('\u001b[1A\u001b[J'))
  assert.ok(out.trimEnd().endsWith('in 1 min 1 s'))
})

test('a line of the live region never wraps', async () => {
  const started: RunEvent = { kind: 'gate-started', gate: 'x'.repeat(300), title: '', attempt: 1 }
  const lines = (await shownIn('live', [started], 40)).split('\n')
  assert.ok(lines.some((line) => line.startsWith('…')))
  assert.ok(lines.every((line) => line.length < 60))
})

test('control characters and direction marks of gates and reasons are shown, not obeyed', async () => {
  const held: RunEvent = {
    kind: 'gate-held',
    gate: 'a\u001b[2Jb',
    status: 'BLOCKED',
    reason: 'x\ny\u202ez\u009b',
  }
  for (const mode of ['lines', 'live'] as const) {
    const out = await shownIn(mode, [held])
    assert.ok(out.includes('a\\u{1b}[2Jb  x y\\u{202e}z\\u{9b}\n'), out)
  }
})
