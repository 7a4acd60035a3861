// What a run is started with again: after a lost answer that held a token, and after a process that died.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { SeaworthyError } from '../kernel/index.ts'
import { takeUpRun } from './take-up.ts'

const runner = { id: 'own', machine: 'here', pid: 7 }
const REQUEST = { runner, resume: 'cut-off', confirmToken: 'c1' }
const row = { status: 409, exit: 7, title: 'No', hint: 'None.' } as const

/** @param refusals one for each start, in their order; undefined is a start that works */
async function startWith(
  refusals: readonly (SeaworthyError | undefined)[],
  isAlive = false,
  runId = 'r1',
  sent: unknown[] = [],
): Promise<{ readonly sent: readonly unknown[]; readonly isResumed: boolean }> {
  const call = (_method: string, _path: string, body: unknown): Promise<never> => {
    const refusal = refusals[sent.length]
    sent.push(JSON.parse(JSON.stringify(body)))
    if (refusal !== undefined) return Promise.reject(refusal)
    return Promise.resolve({ isResumed: true, run: { runId } } as never)
  }
  const process = { machine: 'here', pid: 1, isAlive: () => isAlive }
  const { isResumed } = await takeUpRun({ call }, process, REQUEST)
  return { sent, isResumed }
}

test('a start whose answer was lost with a token in it is taken up by its own holder, without the token that it spent', async () => {
  const details = { status: 201, data: { run: { runId: 'r1' }, isResumed: false } }
  const withheld = new SeaworthyError('WEB_IDEMPOTENCY_ANSWER_WITHHELD', row, 'no', { details })
  assert.deepEqual(await startWith([withheld, undefined]), {
    sent: [REQUEST, { runner, resume: 'must', replaces: 'own' }],
    isResumed: false,
  })
})

test('what is taken up after a lost answer is the run that was started, and another one is let go', async () => {
  const details = { status: 201, data: { run: { runId: 'r1' }, isResumed: false } }
  const withheld = new SeaworthyError('WEB_IDEMPOTENCY_ANSWER_WITHHELD', row, 'no', { details })
  const sent: unknown[] = []
  const started = startWith([withheld, undefined, undefined], false, 'r2', sent)
  await assert.rejects(started, { code: 'RUNNER_RUN_OTHER' })
  assert.deepEqual(sent.at(-1), { holder: 'own', isWaiting: false })
})

test('a run that a dead process of this machine holds is taken from it, one of a living process is not', async () => {
  const details = { holder: { id: 'dead', machine: 'here', pid: 8 } }
  const held = new SeaworthyError('GATES_RUN_HELD', row, 'no', { details })
  const { sent } = await startWith([held, undefined])
  assert.deepEqual(sent[1], { ...REQUEST, replaces: 'dead' })
  await assert.rejects(startWith([held, undefined], true), { code: 'GATES_RUN_HELD' })
})
