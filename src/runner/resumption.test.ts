// A run that was killed is taken up again by another process.
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { test } from 'node:test'
import {
  aCommand,
  aFolder,
  aPlan,
  aRequest,
  folderSink,
  readFolderSink,
} from '../../test/runner.ts'
import type { PlanGate, RunTerms } from '../verdict/index.ts'
import type { RunEvent } from './events.ts'
import { runPlan } from './service.ts'

/** Sleeps between its two changes, the first time. */
const CHANGING = `echo changed >> "$MARK"
if [ ! -e "$MARK.held" ]; then touch "$MARK.held"; echo on; sleep 600; fi
echo late >> "$MARK"`

test('after kill -9 finished gates keep their evidence, reads run again, and changes ask', async (t) => {
  const folder = aFolder(t)
  const mark = join(folder, 'changes')
  const gates = [
    aCommand('done', 'true'),
    aCommand(
      'reading',
      'if [ -e "$MARK.read" ]; then echo again; else touch "$MARK.read"; echo first; sleep 600; fi',
      { needs: ['done'], parameters: ['MARK'] },
    ),
    aCommand('changing', CHANGING, {
      needs: ['done'],
      parameters: ['MARK'],
      effect: 'write-staging',
      provenRead: false,
    }),
    aCommand('untouched', 'true', { needs: ['reading'] }),
  ]
  const plan = aPlan(gates)
  const terms: RunTerms = { parameters: { MARK: mark }, confirmed: ['changing'] }
  await killInMidRun(folder, gates, terms)
  const state = readFolderSink(folder)
  assert.deepEqual(
    [state.results, [...state.unfinished].sort()],
    [{ done: 'PASS' }, ['changing', 'reading']],
  )

  const events: RunEvent[] = []
  const resumed = await runPlan(
    aRequest(plan, folderSink(folder, plan, terms), {
      terms,
      resume: state,
      onEvent: (event) => events.push(event),
    }),
  )
  assert.deepEqual(
    resumed.results.map((each) => `${each.gate} ${each.status} ${each.attempt ?? '-'}`),
    ['done PASS -', 'reading PASS 2', 'changing BLOCKED -', 'untouched PASS 1'],
  )
  assert.deepEqual(resumed.unknown, ['changing'])
  assert.ok(events.some((event) => event.kind === 'gate-kept' && event.gate === 'done'))
  const asked = events.find((event) => event.kind === 'gate-unknown')
  assert.match(asked?.reason ?? '', /^unknown, confirm/)
  assert.deepEqual(readFolderSink(folder).envelopes['done'], state.envelopes['done'])
  assert.equal(readFileSync(mark, 'utf8'), 'changed\n')

  const again = readFolderSink(folder)
  const consent = { terms, resume: again, confirmRepeat: ['changing'] }
  const confirmed = await runPlan(aRequest(plan, folderSink(folder, plan, terms), consent))
  assert.deepEqual(
    confirmed.results.map((each) => `${each.gate} ${each.status}`),
    ['done PASS', 'reading PASS', 'changing PASS', 'untouched PASS'],
  )
  // The block of the killed runner was asleep: it stopped before its next command, so there is one "late" only.
  assert.equal(readFileSync(mark, 'utf8'), 'changed\nchanged\nlate\n')
})

/** Runs the gates in a process of its own and kills it once both slow gates are at work. */
async function killInMidRun(
  folder: string,
  gates: readonly PlanGate[],
  terms: RunTerms,
): Promise<void> {
  const program = `
    import { runPlan } from ${JSON.stringify(new URL('./service.ts', import.meta.url).href)}
    import { aPlan, aRequest, folderSink } from ${JSON.stringify(new URL('../../test/runner.ts', import.meta.url).href)}
    const { folder, gates, terms } = JSON.parse(process.argv[1])
    const plan = aPlan(gates)
    const onEvent = (event) => console.log(JSON.stringify(event))
    await runPlan(aRequest(plan, folderSink(folder, plan, terms), { terms, onEvent }))`
  const args = ['--input-type=module', '-e', program, JSON.stringify({ folder, gates, terms })]
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] })
  const ended = new Promise<NodeJS.Signals | null>((resolve) =>
    child.once('exit', (_code, signal) => resolve(signal)),
  )
  const atWork = new Set<string>()
  for await (const line of createInterface({ input: child.stdout })) {
    const event = JSON.parse(line) as RunEvent
    if (event.kind === 'gate-output') atWork.add(event.gate)
    if (atWork.has('reading') && atWork.has('changing')) child.kill('SIGKILL')
  }
  assert.equal(await ended, 'SIGKILL')
}
