// Runs that are stopped, put to sleep, or killed at any instant: no orphan stays, and the same command ends what was begun.
import assert from 'node:assert/strict'
import { existsSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import test, { after } from 'node:test'
import { setTimeout as pause } from 'node:timers/promises'
import { openWorkplace } from '../e2e/command-line.ts'
import type { CommandChild } from '../e2e/command-line.ts'

const KILLS = 6
const KILL_WINDOW_MS = 4_000
const SLEEP_MS = 1_500

const place = openWorkplace()
after(() => place.remove())

const gate = (title: string, script: string): string =>
  `- [ ] **${title}**\n  \`\`\`bash\n  ${script.replaceAll('\n', '\n  ')}\n  \`\`\`\n`

async function started(child: CommandChild): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  let told = ''
  child.child.stderr?.on('data', (chunk: Buffer) => {
    told += chunk.toString('utf8')
    if (told.includes('"gate-started"')) resolve()
  })
  child.ended.then((end) => reject(new Error(`expected a gate to start: ${end.stdout}`)), reject)
  await promise
}

function isRunning(pid: number): boolean {
  const status = `/proc/${pid}/status`
  return existsSync(status) && !/^State:\s+Z/m.test(readFileSync(status, 'utf8'))
}

test('SIGINT, SIGTERM and SIGHUP stop a run with exit 130 and leave nothing that it started', async (t) => {
  if (process.platform !== 'linux') return t.skip('setsid and /proc are there on Linux only')
  const daemon = join(place.folder, 'daemon.pid')
  const script = `(env -i setsid /bin/sh -c 'echo $$ > ${daemon}; exec sleep 900' > /dev/null 2>&1 < /dev/null 3>&- &)\nsleep 600`
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    rmSync(daemon, { force: true })
    const file = place.write(
      `${signal}/gale.md`,
      `# Gale-${signal} 1.0.0\n\n${gate('Gale', script)}`,
    )
    const preview = await place.ask<{ confirm: { token: string } }>(['run', file])
    const words = ['run', file, '--confirm', preview.data.confirm.token, '--json']
    const child = place.start(words)
    await started(child)
    while (!existsSync(daemon) || readFileSync(daemon, 'utf8') === '') await pause(50)
    const pid = Number(readFileSync(daemon, 'utf8'))
    assert.equal(isRunning(pid), true)
    child.child.kill(signal)
    const end = await child.ended
    assert.deepEqual([end.exit, end.signal], [130, null], `${signal}: ${end.stdout}`)
    assert.equal(isRunning(pid), false, signal)
  }
})

test('a runner that sleeps while a gate runs goes on with it', async () => {
  const file = place.write('calm.md', `# Calm 1.0.0\n\n${gate('Calm', 'sleep 1\ntest -d .')}`)
  const child = place.start(['run', file, '--json'])
  await started(child)
  child.child.kill('SIGSTOP')
  await pause(SLEEP_MS)
  child.child.kill('SIGCONT')
  const { exit, stdout } = await child.ended
  assert.equal(exit, 0, stdout)
})

test('a run that is killed again and again at random instants is finished by the same command, each gate recorded once', async () => {
  const gates = Array.from({ length: 6 }, (_, at) => gate(`Gate ${at}`, 'sleep 0.3\ntest -d .'))
  const file = place.write('storm.md', `# Storm 1.0.0\n\n${gates.join('')}`)
  const words = ['run', file, '--parallel', '2', '--json']
  for (let at = 0; at < KILLS; at++) {
    const child = place.start(words)
    const waitMs = 300 + Math.floor(Math.random() * KILL_WINDOW_MS)
    await Promise.race([pause(waitMs), child.ended])
    child.child.kill('SIGKILL')
    await child.ended
  }
  const last = await place.ask<{ results: { gate: string; status: string }[] }>(words.slice(0, -1))
  assert.equal(last.exit, 0, last.stdout)
  assert.equal(last.data.results.filter(({ status }) => status === 'PASS').length, 6)
  const listed = await place.ask<{ entries: { body: { type: string; subject: string } }[] }>([
    'ledger',
    'list',
    '--limit',
    '1000',
  ])
  const count = (type: string): number =>
    listed.data.entries.filter(({ body }) => body.subject === 'storm@1.0.0' && body.type === type)
      .length
  const verified = await place.ask<{ ok: boolean }>(['ledger', 'verify'])
  assert.deepEqual([verified.exit, verified.data.ok], [0, true])
  // A run that ended before its kill is followed by a new one; each of them was finished, each gate of it recorded once.
  assert.ok(count('run.started') >= 1)
  assert.equal(count('gate.recorded'), 6 * count('run.started'))
})
