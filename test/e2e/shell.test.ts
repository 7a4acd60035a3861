// How the command line behaves as a guest in somebody's shell.
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { after, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { openWorkplace } from './command-line.ts'

const PROGRAM = fileURLToPath(new URL('../../bin/seaworthy.js', import.meta.url))
const place = openWorkplace()
after(() => place.remove())

test('without a command, and with half of one, the help that fits is shown', async () => {
  const [whole, half] = [await place.shell([]), await place.shell(['ledger'])]
  assert.deepEqual([whole.exit, half.exit], [0, 0])
  assert.match(whole.stdout, /Usage: seaworthy \[options\] \[command\]/)
  assert.match(half.stdout, /Usage: seaworthy ledger/)
})

test('a reader that closes the pipe early is no fault', async () => {
  const child = spawn(process.execPath, [PROGRAM, '--help'], { stdio: ['ignore', 'pipe', 'pipe'] })
  child.stdout.destroy()
  const errors: Buffer[] = []
  child.stderr.on('data', (chunk: Buffer) => errors.push(chunk))
  const [code] = (await once(child, 'close')) as [number | null]
  assert.deepEqual([code, Buffer.concat(errors).toString()], [0, ''])
})

test('a command of two words reads its own options, not those of the first word', async () => {
  const checklist = place.write(
    'own.md',
    '# Own 1.0.0\n\n- [ ] **Holds**\n\n  ```bash\n  test 1 = 1\n  ```\n',
  )
  const plan = place.write('own.plan.yaml', '')
  assert.equal(
    (await place.refusal(['plan', checklist, '--out', plan])).code,
    'GATES_PLAN_FILE_EXISTS',
  )
  const tenant = ['--tenant', 'berth-nine']
  assert.equal((await place.ask(['plan', checklist, '--out', plan, '--force', ...tenant])).exit, 0)
  assert.equal((await place.ask(['key', 'create', 'ann', ...tenant])).exit, 0)
  assert.equal((await place.ask(['plan', 'review', plan, '--as', 'ann', ...tenant])).exit, 0)
  const listed = await place.ask<{ entries: readonly { body: { type: string } }[] }>([
    'ledger',
    'list',
    ...tenant,
  ])
  assert.ok(listed.data.entries.some(({ body }) => body.type === 'plan.reviewed'))
})

test('options are refused before a run is opened', async () => {
  const checklist = place.write(
    'two.md',
    '# Two 1.0.0\n\n- [ ] **Holds**\n\n  ```bash\n  test 1 = 1\n  ```\n',
  )
  assert.equal((await place.refusal(['run', checklist, '--parallel', 'zero'])).exit, 2)
  assert.equal((await place.refusal(['run', checklist, '--param', 'NOBODY=1'])).exit, 2)
  assert.equal((await place.refusal(['status'])).code, 'RELEASE_RUN_MISSING')
})

test('a secret given on the command line is stored nowhere', async () => {
  const canary = 'canary-of-a-secret-7731'
  const file = place.write(
    'secret.md',
    '# Secret 1.0.0\n\n- [ ] **Says it**\n\n  ```bash\n  echo "it is $PLAIN"\n  ```\n',
  )
  const ran = await place.ask<{ results: readonly { status: string }[] }>([
    'run',
    file,
    '--secret',
    `PLAIN=${canary}`,
  ])
  // Only a gate that ran could have leaked.
  assert.equal(ran.data.results[0]?.status, 'INCONCLUSIVE')
  assert.doesNotMatch(ran.stdout + ran.stderr, new RegExp(canary))
  const found = spawn('grep', ['-rlaF', canary, place.dataFolder], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const hits: Buffer[] = []
  found.stdout.on('data', (chunk: Buffer) => hits.push(chunk))
  const [code] = (await once(found, 'close')) as [number | null]
  assert.deepEqual([code, Buffer.concat(hits).toString()], [1, ''])
})
