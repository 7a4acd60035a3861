// Commands started by the small process: the same promises, and what happens when one of the two processes is killed.
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { fileURLToPath } from 'node:url'
import type { SpawnRequest } from '../kernel/index.ts'
import { SeaworthyError, utf8Bytes, utf8Text } from '../kernel/index.ts'
import { SpawnHost } from './spawn-host.ts'

const PATH = '/usr/local/bin:/usr/bin:/bin'
const GONE_LIMIT_MS = 60_000

function shell(script: string, more: Partial<SpawnRequest> = {}): SpawnRequest {
  return {
    file: 'bash',
    args: ['--noprofile', '--norc', '-c', script],
    cwd: tmpdir(),
    env: { PATH },
    timeoutMs: 20_000,
    outputLimitBytes: 100_000,
    ...more,
  }
}

function scratch(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'seaworthy-spawn-host-'))
  t.after(() => {
    rmSync(folder, { recursive: true, force: true })
  })
  return folder
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0) && !/\) [ZX] /.test(readFileSync(`/proc/${pid}/stat`, 'utf8'))
  } catch {
    return false
  }
}

/** Reads a number that some process is about to write. */
async function readPid(path: string): Promise<number> {
  const limitAt = performance.now() + GONE_LIMIT_MS
  while (performance.now() < limitAt) {
    try {
      const pid = Number(readFileSync(path, 'utf8'))
      if (pid > 0) return pid
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && error.code === 'ENOENT')) throw error
    }
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
  throw new Error(`expected a process id in ${path}`)
}

async function waitUntilGone(pid: number): Promise<boolean> {
  const limitAt = performance.now() + GONE_LIMIT_MS
  while (isAlive(pid) && performance.now() < limitAt)
    await new Promise((resolve) => setTimeout(resolve, 20))
  return !isAlive(pid)
}

test('a command started by the small process is told completely', async () => {
  const host = new SpawnHost()
  const heard: string[] = []
  const result = await host.run(
    shell('cat; echo err >&2; echo three >&3; exit 3', {
      stdin: utf8Bytes('in'),
      extraOutputs: 1,
      onOutput: (stream, chunk) => heard.push(`${stream}:${utf8Text(chunk)}`),
    }),
  )
  assert.deepEqual([result.exitCode, result.signal, result.startError], [3, null, undefined])
  assert.deepEqual(
    [result.stdout, result.stderr, ...result.extra].map((each) => utf8Text(each.bytes)),
    ['in', 'err\n', 'three\n'],
  )
  assert.deepEqual(heard.toSorted(), ['stderr:err\n', 'stdout:in'])
  const missing = await host.run(shell('', { file: 'seaworthy-no-such-command' }))
  assert.equal(missing.startError, 'ENOENT')
})

test('an abort reaches a command of the small process and what it started', async (t) => {
  const pidFile = join(scratch(t), 'pid')
  const leaving = new AbortController()
  const running = new SpawnHost().run(
    shell(`sleep 600 & echo $! > ${pidFile}; wait`, {
      signal: leaving.signal,
      timeoutMs: 300_000,
    }),
  )
  await readPid(pidFile)
  leaving.abort()
  const result = await running
  assert.deepEqual([result.aborted, result.timedOut], [true, false])
  assert.equal(isAlive(await readPid(pidFile)), false)
})

test('the small process knows nothing of the environment of this one', async (t) => {
  if (process.platform !== 'linux') return t.skip('only Linux shows environments')
  process.env['SEAWORTHY_FAKE_TOKEN'] = 'fake-token'
  const host = new SpawnHost()
  delete process.env['SEAWORTHY_FAKE_TOKEN']
  await host.run(shell('true'))
  const names = readFileSync(`/proc/${host.pid ?? 0}/environ`, 'utf8')
    .split('\0')
    .map((line) => line.split('=')[0] ?? '')
  assert.ok(names.includes('TMPDIR'))
  assert.ok(!names.includes('SEAWORTHY_FAKE_TOKEN') && !names.includes('PATH'), names.join(' '))
})

test('when the small process is killed, its command ends and the caller learns that the outcome is unknown', async (t) => {
  if (process.platform !== 'linux') return t.skip('only Linux shows strays')
  const pidFile = join(scratch(t), 'pid')
  const host = new SpawnHost()
  const running = host.run(shell(`echo $$ > ${pidFile}; while :; do sleep 1; done`))
  const refused = assert.rejects(
    running,
    (error) => error instanceof SeaworthyError && error.code === 'PLATFORM_SPAWN_LOST',
  )
  const pid = await readPid(pidFile)
  assert.ok(host.pid !== undefined && process.kill(host.pid, 'SIGKILL'))
  await refused
  assert.equal(isAlive(pid), false)
  assert.equal(host.state, 'lost')
  await assert.rejects(
    host.run(shell('true')),
    (error) => error instanceof SeaworthyError && error.code === 'PLATFORM_SPAWN_LOST',
  )
})

test('when this process is killed, the small one ends its commands and itself', async (t) => {
  if (process.platform !== 'linux') return t.skip('only Linux shows processes in /proc')
  const folder = scratch(t)
  const file = fileURLToPath(new URL('./spawn-host.ts', import.meta.url))
  const command = JSON.stringify(
    shell(`echo $$ > ${folder}/command; trap "" TERM; while :; do sleep 1; done`),
  )
  const program = `
    import { writeFileSync } from 'node:fs'
    const { SpawnHost } = await import(${JSON.stringify(file)})
    const host = new SpawnHost()
    writeFileSync('${folder}/host', String(host.pid))
    await host.run(${command})`
  const owner = spawn(process.execPath, ['--input-type=module', '-e', program], { stdio: 'ignore' })
  const pids = [await readPid(join(folder, 'command')), await readPid(join(folder, 'host'))]
  assert.deepEqual(pids.map(isAlive), [true, true])
  owner.kill('SIGKILL')
  assert.deepEqual(await Promise.all(pids.map(waitUntilGone)), [true, true])
})
