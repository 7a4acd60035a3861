// Escape artists: what tries to outlive its command, and what a command without rights can still reach.
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { fileURLToPath } from 'node:url'
import type { SpawnRequest, SpawnResult } from '../kernel/index.ts'
import { utf8Text } from '../kernel/index.ts'
import { guardCall, readGuardReport } from './spawn-guard.ts'
import { systemSpawn } from './spawn.ts'

const PATH = '/usr/local/bin:/usr/bin:/bin'
/** A user nobody has: within the range that systemd keeps for services without an account. */
const STRANGER = { uid: 64_123, gid: 64_123 }

function shell(script: string, more: Partial<SpawnRequest> = {}): SpawnRequest {
  return {
    file: 'bash',
    args: ['--noprofile', '--norc', '-c', script],
    cwd: '/',
    env: { PATH },
    timeoutMs: 20_000,
    outputLimitBytes: 100_000,
    ...more,
  }
}

function scratch(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'seaworthy-guard-test-'))
  chmodSync(folder, 0o777)
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

function hasGuard(t: TestContext): boolean {
  if (guardCall(shell('')) !== undefined) return true
  t.skip('no guard here: not Linux, or no perl')
  return false
}

/** A daemon without mark, pipes, session and parent: nothing in /proc but its lineage tells whose it is. */
function daemon(pidFile: string, command = 'exec /bin/sleep 60'): string {
  return `(env -i setsid /bin/bash -c '(cd /; umask 0; echo $BASHPID > ${pidFile}; ${command}) &' >/dev/null 2>&1 </dev/null 3>&- &)
    while [ ! -s ${pidFile} ]; do sleep 0.01; done; sleep 0.1`
}

async function runWithDaemon(
  t: TestContext,
  more: Partial<SpawnRequest> = {},
  command?: string,
): Promise<{ readonly result: SpawnResult; readonly isAlive: boolean }> {
  const pidFile = join(scratch(t), 'pid')
  const result = await systemSpawn.run(shell(daemon(pidFile, command), more))
  return { result, isAlive: isAlive(Number(readFileSync(pidFile, 'utf8'))) }
}

test('a daemon that left session, environment, pipes and parent behind is killed and told', async (t) => {
  if (!hasGuard(t)) return
  const { result, isAlive: escaped } = await runWithDaemon(t)
  assert.equal(result.exitCode, 0)
  assert.equal(escaped, false)
  assert.deepEqual(result.leftovers, { count: 1, survivedCount: 0, names: ['sleep'] })
})

test('a daemon that ignores SIGTERM and keeps starting others is killed with all of them', async (t) => {
  if (!hasGuard(t)) return
  const command = 'trap "" TERM HUP; while :; do /bin/sleep 30 & /bin/sleep 0.02; done'
  const { result, isAlive: escaped } = await runWithDaemon(t, {}, command)
  assert.equal(escaped, false)
  assert.equal(result.leftovers?.survivedCount, 0)
  assert.ok(result.leftovers.count > 1, String(result.leftovers.count))
})

test('a time limit reaches a daemon that was detached from its command', async (t) => {
  if (!hasGuard(t)) return
  const pidFile = join(scratch(t), 'pid')
  const script = `${daemon(pidFile, 'trap "" TERM; while :; do /bin/sleep 1; done')}; sleep 600`
  // On a busy machine the first limits may be over before the daemon is there.
  for (const timeoutMs of [1_500, 10_000, 60_000]) {
    const result = await systemSpawn.run(shell(script, { timeoutMs }))
    assert.equal(result.timedOut, true)
    if (existsSync(pidFile)) break
  }
  assert.equal(isAlive(Number(readFileSync(pidFile, 'utf8'))), false)
})

test('a command whose helpers end by themselves a moment later has left nothing', async (t) => {
  if (!hasGuard(t)) return
  const found: (number | undefined)[] = []
  // On a busy machine a helper may take longer than the moment that it is given; not ten times in a row.
  for (let tries = 0; tries < 10 && !found.includes(undefined); tries++) {
    const result = await systemSpawn.run(shell('echo hello > >(sleep 0.02; cat)'))
    if (result.leftovers === undefined) assert.equal(utf8Text(result.stdout.bytes), 'hello\n')
    found.push(result.leftovers?.count)
  }
  assert.ok(found.includes(undefined), `left over each time: ${found.join()}`)
})

test('a command that kills its guard is no success, and ends', async (t) => {
  if (!hasGuard(t)) return
  const pidFile = join(scratch(t), 'pid')
  const result = await systemSpawn.run(
    shell(`echo $$ > ${pidFile}; kill -9 $PPID; sleep 600`, { timeoutMs: 300_000 }),
  )
  assert.deepEqual([result.exitCode, result.signal, result.timedOut], [null, 'SIGKILL', false])
  // The kernel has sent its signal by now; on a busy machine the process may still have to take it.
  const pid = Number(readFileSync(pidFile, 'utf8'))
  assert.equal(await isGoneSoon(pid), true)
})

test('exit code and signal of a guarded command are its own', async () => {
  const exits = await Promise.all(
    ['exit 0', 'exit 200', 'kill -TERM $$', 'kill -SEGV $$', 'kill -KILL $$'].map(
      async (script) => {
        const { exitCode, signal } = await systemSpawn.run(shell(script))
        return [exitCode, signal]
      },
    ),
  )
  assert.deepEqual(exits, [
    [0, null],
    [200, null],
    [null, 'SIGTERM'],
    [null, 'SIGSEGV'],
    [null, 'SIGKILL'],
  ])
})

test('a command gets no descriptor but those it was promised', async (t) => {
  if (!hasGuard(t)) return
  const result = await systemSpawn.run(shell('ls /proc/self/fd', { extraOutputs: 1 }))
  // The last one is the folder that ls itself reads.
  assert.equal(utf8Text(result.stdout.bytes), '0\n1\n2\n3\n4\n')
})

test('when the process that started a command is killed, the command ends with all it detached', async (t) => {
  if (!hasGuard(t)) return
  const folder = scratch(t)
  const pidFile = join(folder, 'pid')
  const request = shell(`${daemon(pidFile)}; echo $$ > ${folder}/shell; sleep 60`)
  const program = `import { systemSpawn } from ${JSON.stringify(new URL('./spawn.ts', import.meta.url).href)}
    await systemSpawn.run(${JSON.stringify(request)})`
  const runner = spawn(process.execPath, ['--input-type=module', '-e', program], {
    cwd: fileURLToPath(new URL('.', import.meta.url)),
    stdio: 'ignore',
  })
  const shellPid = await readPid(join(folder, 'shell'))
  runner.kill('SIGKILL')
  assert.equal(await isGoneSoon(shellPid), true)
  assert.equal(await isGoneSoon(Number(readFileSync(pidFile, 'utf8'))), true)
})

test('a command of another user has that user only, no group of ours and no way to gain rights', async (t) => {
  if (!hasGuard(t) || process.getuid?.() !== 0) return t.skip('only root can run as another user')
  const secret = join(scratch(t), 'key.pem')
  writeFileSync(secret, 'fake-key', { mode: 0o600 })
  const script = `grep -E '^(Uid|Gid|Groups|NoNewPrivs|CapEff)' /proc/self/status | tr -s '\\t ' ' '
    cat ${secret} || echo refused; kill -0 $PPID 2>/dev/null || echo cannot signal its guard`
  const result = await systemSpawn.run(shell(script, { user: STRANGER }))
  const told = utf8Text(result.stdout.bytes).trim().split('\n')
  assert.deepEqual(
    told.map((line) => line.trim()),
    [
      'Uid: 64123 64123 64123 64123',
      'Gid: 64123 64123 64123 64123',
      'Groups: 64123',
      'CapEff: 0000000000000000',
      'NoNewPrivs: 1',
      'refused',
      'cannot signal its guard',
    ],
  )
})

test('a daemon of another user is killed too', async (t) => {
  if (!hasGuard(t) || process.getuid?.() !== 0) return t.skip('only root can run as another user')
  const { result, isAlive: escaped } = await runWithDaemon(t, { user: STRANGER })
  assert.equal(escaped, false)
  assert.equal(result.leftovers?.count, 1)
})

test('what a guard tells is read back, also when it was cut off', () => {
  assert.deepEqual(readGuardReport('pid 7 1\nleft 2 1\nname a\nname b\nend 15\n'), {
    pid: 7,
    end: { code: null, signal: 'SIGTERM' },
    isClean: false,
    leftovers: { count: 2, survivedCount: 1, names: ['a', 'b'] },
  })
  assert.deepEqual(readGuardReport('error 13\n'), { startError: 'EACCES', isClean: false })
  assert.deepEqual(readGuardReport('pid 7 1\n'), { pid: 7, isClean: false })
  assert.deepEqual(readGuardReport('pid 7 0\nend 0\n'), {
    pid: 7,
    end: { code: 0, signal: null },
    isClean: false,
  })
})

async function readPid(path: string): Promise<number> {
  const limitAt = performance.now() + 60_000
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

async function isGoneSoon(pid: number): Promise<boolean> {
  const limitAt = performance.now() + 60_000
  while (isAlive(pid) && performance.now() < limitAt)
    await new Promise((resolve) => setTimeout(resolve, 20))
  return !isAlive(pid)
}
