// A control plane that goes away in the middle: nothing signed is lost, nothing is recorded twice.
import assert from 'node:assert/strict'
import { readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { aFolder } from '../../test/runner.ts'
import { SeaworthyError } from '../kernel/index.ts'
import type { Clock } from '../kernel/index.ts'
import type { RunSink } from './gate-run.ts'
import { folderOutbox } from './outbox.ts'
import { patientSink, submitKept } from './patient-sink.ts'

const fault = (code: string, status: 503 | 409): SeaworthyError =>
  new SeaworthyError(code, { status, exit: status === 503 ? 9 : 7, title: '', hint: '' }, code)
const AWAY = fault('APP_SERVER_UNREACHABLE', 503)
const TAKEN = fault('GATES_ATTEMPT_TAKEN', 409)
const RECORD = {
  gate: 'ledger/æ/../x',
  attempt: 2,
  statement: new Uint8Array([1, 2, 3]),
  blobs: [{ digest: `sha256:${'a'.repeat(64)}` as const, bytes: new Uint8Array([9]) }],
}
const PASS = { status: 'PASS', reason: 'r' } as const
/** Time that passes at once. */
const clock: Clock = { nowMs: () => 0, monotonicMs: () => 0, sleep: () => Promise.resolve() }

/** A control plane whose answers are these in turn; a fault is thrown, and the last one stays. */
function sinkOf(answers: readonly (SeaworthyError | typeof PASS)[]): RunSink & { asked: number } {
  const sink = {
    asked: 0,
    answer() {
      const next = answers[Math.min(sink.asked++, answers.length - 1)]!
      return next instanceof SeaworthyError ? Promise.reject(next) : Promise.resolve(next)
    },
    intend: async () => void (await sink.answer()),
    record: () => sink.answer(),
    perform: () => Promise.reject(new Error('not asked here')),
    results: async () => {
      await sink.answer()
      return []
    },
  }
  return sink
}

function patient(t: TestContext, sink: RunSink, recalled: typeof PASS | undefined) {
  const folder = join(aFolder(t), 'outbox')
  const outbox = folderOutbox(folder)
  const waits: string[] = []
  const { signal } = new AbortController()
  const made = patientSink({
    sink,
    outbox,
    clock,
    signal,
    recall: () => Promise.resolve(recalled),
    onWait: (reason) => waits.push(reason),
  })
  const record = () => made.record(RECORD.gate, RECORD.attempt, RECORD.statement, RECORD.blobs)
  return { folder, outbox, waits, record, intend: () => made.intend(RECORD.gate, RECORD.attempt) }
}

test('a control plane that is away for a while gets the record, and nothing is left on the disk', async (t) => {
  const { outbox, waits, record } = patient(t, sinkOf([AWAY, AWAY, PASS]), undefined)
  assert.deepEqual(await record(), PASS)
  assert.equal(waits.length, 1)
  assert.deepEqual(await outbox.list(), [])
})

test('an answer that got lost is found again: the record counts once, and the intent was ours', async (t) => {
  assert.deepEqual(await patient(t, sinkOf([AWAY, TAKEN]), PASS).record(), PASS)
  await patient(t, sinkOf([AWAY, TAKEN]), undefined).intend()
})

test('an attempt that is taken at once, or by another statement, is refused', async (t) => {
  await assert.rejects(patient(t, sinkOf([TAKEN]), PASS).record(), { code: TAKEN.code })
  await assert.rejects(patient(t, sinkOf([AWAY, TAKEN]), undefined).record(), { code: TAKEN.code })
  await assert.rejects(patient(t, sinkOf([TAKEN]), undefined).intend(), { code: TAKEN.code })
})

test('a control plane that stays away ends the waiting, and what was signed is kept and submitted later', async (t) => {
  const sink = sinkOf([AWAY])
  const { folder, outbox, record } = patient(t, sink, undefined)
  await assert.rejects(record(), { code: AWAY.code })
  assert.ok(sink.asked > 5 && sink.asked < 20)
  assert.deepEqual(await outbox.list(), [RECORD])
  const [name = ''] = readdirSync(folder)
  assert.equal(statSync(join(folder, name)).mode & 0o777, 0o600)
  const statuses = await submitKept(sinkOf([PASS]), outbox, () => Promise.resolve(undefined))
  assert.deepEqual([...statuses], [[RECORD.gate, 'PASS']])
  assert.deepEqual(await outbox.list(), [])
})
