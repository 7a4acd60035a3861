// Runs that people ask for without a command line: a waiting runner takes each once, on terms of its own, and leaves nothing repeated.
import assert from 'node:assert/strict'
import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import test, { after } from 'node:test'
import { linesIn, openAskedPier, untilTrue } from '../asked-runs.ts'

interface RunView {
  readonly run: {
    readonly finishedAt: string | null
    readonly terms: { readonly parameters: object }
  }
  readonly results: readonly { readonly gate: string; readonly status: string }[]
}
interface RunnerEnd {
  readonly ended: readonly { readonly request: string; readonly state: string }[]
}

const pier = await openAskedPier((clean) => after(clean))

function checklist(name: string, marker: string): string {
  return `# ${name} 1.0.0

- [ ] **Look**
  \`\`\`bash
  test -d .
  \`\`\`
- [ ] **Change**
  \`\`\`bash
  pwd >> ${marker}
  echo "with $DEPLOY_TOKEN"
  test -n "$PLACE"
  \`\`\`
`
}

test('of two runners that wait one takes the run, in a folder of its own, with its own secret masked', async () => {
  const marker = join(pier.server.folder, 'tide.txt')
  const planHash = await pier.review('tide', checklist('Tide', marker))
  const work = join(pier.machine.folder, 'work')
  const words = [
    '--once',
    '--work',
    work,
    '--secret',
    'DEPLOY_TOKEN=verysecretvalue',
    '--label',
    'linux',
  ]
  const runners = [pier.startRunner(...words), pier.startRunner(...words)]
  await untilTrue('two runners wait', async () => {
    const { data } = await pier.call<readonly { isWaiting: boolean }[]>('GET', '/v1/runner-seats')
    return data.filter(({ isWaiting }) => isWaiting).length === 2
  })
  const wish = { parameters: { PLACE: '/' }, secrets: ['DEPLOY_TOKEN'], labels: ['linux'] }
  const asked = await pier.ask(planHash, wish)
  const ended = await pier.until(asked.requestId, 'finished', 'declined', 'abandoned')
  assert.equal(ended.state, 'finished', ended.reason ?? '')
  const { data } = await pier.call<RunView>('GET', `/v1/runs/${ended.runId}`)
  const statuses = data.results.map(({ gate, status }) => `${gate.split('/').at(-1)} ${status}`)
  assert.deepEqual(statuses.toSorted(), ['change PASS', 'look PASS'], JSON.stringify(data.results))
  assert.deepEqual(data.run.terms.parameters, { DEPLOY_TOKEN: '[masked]', PLACE: '/' })
  assert.ok(!JSON.stringify(data).includes('verysecretvalue'))
  assert.deepEqual(linesIn(marker), [join(work, ended.runId ?? '')])
  const first = await Promise.race(runners.map(({ ended: end }) => end))
  // The other one must not take what the next test asks for.
  for (const { child } of runners) child.kill('SIGTERM')
  await Promise.all(runners.map(({ ended: end }) => end))
  assert.ok(!existsSync(join(work, ended.runId ?? '')), 'the folder of a finished run is removed')
  const told = JSON.parse(first.stdout) as { data: RunnerEnd }
  assert.deepEqual(
    told.data.ended.map(({ request, state }) => [request, state]),
    [[asked.requestId, 'finished']],
  )
})

test('a runner declines what it was not started for, whatever the control plane offers', async () => {
  const marker = join(pier.server.folder, 'declined.txt')
  const planHash = await pier.review('ebb', checklist('Ebb', marker))
  const wish = { parameters: { PLACE: '/' }, secrets: ['DEPLOY_TOKEN'] }
  const refusals: string[] = []
  for (const words of [['--reads-only'], ['--reviewer', 'person-0000000000000000']]) {
    const runner = pier.startRunner('--once', ...words)
    const { requestId } = await pier.ask(planHash, wish)
    const { state, reason } = await pier.until(requestId, 'declined', 'finished')
    refusals.push(`${state}: ${reason?.replace(/^runner-[0-9a-f]+ /, '')}`)
    assert.equal((await runner.ended).exit, 0)
  }
  assert.match(
    refusals[0] ?? '',
    /^declined: declined: it runs reads only, and these are more: .*change/,
  )
  assert.equal(
    refusals[1],
    'declined: declined: none of the people whose review it believes has reviewed the plan',
  )
  assert.deepEqual(linesIn(marker), [])
  const { data } = await pier.call<readonly { service: string }[]>('GET', '/v1/runs')
  assert.ok(data.every(({ service }) => service !== 'ebb'))
})

test('a run whose runner is killed is abandoned, and asking again changes nothing twice', async () => {
  const marker = join(pier.server.folder, 'slow.txt')
  const planHash = await pier.review(
    'slow',
    `# Slow 1.0.0

- [ ] **Look**
  \`\`\`bash
  test -d .
  \`\`\`
- [ ] **Change**
  \`\`\`bash
  echo once >> ${marker}
  sleep 600
  \`\`\`
`,
  )
  const runner = pier.startRunner()
  const first = await pier.ask(planHash)
  await untilTrue('the change began', () => linesIn(marker).length === 1)
  runner.child.kill('SIGKILL')
  await runner.ended
  // It sees at once that the process of its machine is gone; a runner elsewhere would have to wait for the lease.
  const other = pier.startRunner('--once')
  const abandoned = await pier.until(first.requestId, 'abandoned')
  assert.match(abandoned.reason ?? '', /asking again goes on with the run, and repeats no change/)
  const again = await pier.ask(planHash)
  const ended = await pier.until(again.requestId, 'abandoned', 'finished')
  assert.deepEqual([ended.state, ended.runId], ['abandoned', abandoned.runId])
  assert.equal((await other.ended).exit, 0)
  assert.deepEqual(linesIn(marker), ['once'])
  const { data } = await pier.call<RunView>('GET', `/v1/runs/${ended.runId}`)
  assert.equal(data.run.finishedAt, null)
  assert.ok(data.results.some(({ gate, status }) => gate.endsWith('look') && status === 'PASS'))
  assert.deepEqual(readdirSync(join(pier.machine.dataFolder, 'work')), [ended.runId])
})
