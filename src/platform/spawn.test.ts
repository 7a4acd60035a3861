// Commands that behave, hang, fork, flood and want a terminal.
import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import type { SpawnRequest } from '../kernel/index.ts'
import { SeaworthyError, utf8Bytes, utf8Text } from '../kernel/index.ts'
import { systemSpawn } from './spawn.ts'

const PATH = '/usr/local/bin:/usr/bin:/bin'

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
  const folder = mkdtempSync(join(tmpdir(), 'seaworthy-spawn-test-'))
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

test('exit code, output and duration of a command are told apart', async () => {
  const result = await systemSpawn.run(shell('echo out; echo err >&2; exit 3'))
  assert.equal(result.exitCode, 3)
  assert.equal(result.signal, null)
  assert.equal(utf8Text(result.stdout.bytes), 'out\n')
  assert.equal(utf8Text(result.stderr.bytes), 'err\n')
  assert.equal(result.startError, undefined)
  assert.ok(!result.timedOut && !result.aborted && result.durationMs > 0)
})

test('the environment is the given one and the mark, and nothing is inherited', async () => {
  process.env['SEAWORTHY_FAKE_TOKEN'] = 'fake-token'
  const result = await systemSpawn.run({
    ...shell(''),
    file: 'env',
    args: [],
    env: { PATH, LANG: 'C' },
  })
  delete process.env['SEAWORTHY_FAKE_TOKEN']
  const names = utf8Text(result.stdout.bytes)
    .trim()
    .split('\n')
    .map((line) => line.split('=')[0])
  assert.deepEqual(
    names.toSorted((a = '', b = '') => a.localeCompare(b)),
    ['LANG', 'PATH', 'SEAWORTHY_SPAWN'],
  )
})

test('standard output and error can be opened again by name as in a terminal', async () => {
  const result = await systemSpawn.run(shell('echo twice | tee /dev/stderr > /dev/stdout'))
  assert.equal(utf8Text(result.stdout.bytes), 'twice\n')
  assert.equal(utf8Text(result.stderr.bytes), 'twice\n')
})

test('standard input is empty, or exactly the given bytes', async () => {
  const without = await systemSpawn.run(shell('wc -c; cat /dev/stdin'))
  const given = await systemSpawn.run(
    shell('cat; echo; cat /dev/stdin', { stdin: utf8Bytes('abc') }),
  )
  assert.equal(utf8Text(without.stdout.bytes), '0\n')
  assert.equal(utf8Text(given.stdout.bytes), 'abc\nabc')
})

test('extra file descriptors are captured from 3 on', async () => {
  const result = await systemSpawn.run(shell('echo three >&3; echo four >&4', { extraOutputs: 2 }))
  assert.deepEqual(
    result.extra.map((each) => utf8Text(each.bytes)),
    ['three\n', 'four\n'],
  )
})

test('a command that hangs and ignores SIGTERM is killed after its time and the grace', async () => {
  const script = 'trap "" TERM; echo deaf; while :; do sleep 1; done'
  // On a busy machine the first limits may be over before the command ignores anything.
  for (const timeoutMs of [200, 5_000, 60_000]) {
    const result = await systemSpawn.run(shell(script, { timeoutMs }))
    assert.deepEqual([result.timedOut, result.exitCode], [true, null])
    if (utf8Text(result.stdout.bytes) !== 'deaf\n') continue
    assert.equal(result.signal, 'SIGKILL')
    assert.ok(result.durationMs > timeoutMs + 1_800, String(result.durationMs))
    return
  }
  assert.fail('expected the command to begin within its time')
})

test('an abort ends the command and its children', async (t) => {
  const pidFile = join(scratch(t), 'pid')
  const leaving = new AbortController()
  const result = await systemSpawn.run(
    shell(`sleep 600 & echo $! > ${pidFile}; echo there; wait`, {
      signal: leaving.signal,
      timeoutMs: 300_000,
      onOutput: () => leaving.abort(),
    }),
  )
  assert.equal(result.aborted, true)
  assert.equal(result.timedOut, false)
  assert.equal(isAlive(Number(readFileSync(pidFile, 'utf8'))), false)
})

test('a background child does not outlive the command or delay its end', async (t) => {
  const pidFile = join(scratch(t), 'pid')
  // The child would sleep for twice the time limit.
  const result = await systemSpawn.run(
    shell(`sleep 600 & echo $! > ${pidFile}`, { timeoutMs: 300_000 }),
  )
  assert.deepEqual([result.exitCode, result.timedOut], [0, false])
  assert.equal(isAlive(Number(readFileSync(pidFile, 'utf8'))), false)
})

test('a daemon forked twice into its own session that ignores SIGTERM dies', async (t) => {
  if (process.platform !== 'linux') return t.skip('only Linux shows strays')
  const pidFile = join(scratch(t), 'pid')
  const daemon = `trap "" TERM; echo $$ > ${pidFile}; exec >/dev/null 2>&1 </dev/null; while :; do sleep 1; done`
  const script = `(setsid bash -c '${daemon}' &) ; while [ ! -s ${pidFile} ]; do sleep 0.01; done`
  const result = await systemSpawn.run(shell(script))
  assert.equal(result.exitCode, 0)
  assert.equal(isAlive(Number(readFileSync(pidFile, 'utf8'))), false)
})

test('a daemon that cleared its environment is found by the pipe it holds', async (t) => {
  if (process.platform !== 'linux') return t.skip('only Linux shows strays')
  const pidFile = join(scratch(t), 'pid')
  const script = `(env -i setsid /bin/bash -c 'echo $$ > ${pidFile}; exec /bin/sleep 60' &)
    while [ ! -s ${pidFile} ]; do sleep 0.01; done`
  const result = await systemSpawn.run(shell(script))
  assert.equal(result.exitCode, 0)
  assert.equal(isAlive(Number(readFileSync(pidFile, 'utf8'))), false)
})

test('a child without mark, pipes and parent is found by its process group', async (t) => {
  if (process.platform !== 'linux') return t.skip('only Linux shows strays')
  const pidFile = join(scratch(t), 'pid')
  const child = `env -i /bin/bash -c 'echo $$ > ${pidFile}; exec /bin/sleep 60' >/dev/null 2>&1 </dev/null`
  const script = `(${child} &) ; while [ ! -s ${pidFile} ]; do sleep 0.01; done`
  const result = await systemSpawn.run(shell(script))
  assert.equal(result.exitCode, 0)
  assert.equal(isAlive(Number(readFileSync(pidFile, 'utf8'))), false)
})

test('a command that prints one gibibyte ends, and only the limit is kept', async () => {
  const before = process.memoryUsage().rss
  const result = await systemSpawn.run(shell('yes | head -c 1G', { timeoutMs: 60_000 }))
  assert.equal(result.exitCode, 0)
  assert.equal(result.stdout.bytes.length, 100_000)
  assert.equal(result.stdout.totalBytes, 2 ** 30)
  assert.ok(process.memoryUsage().rss - before < 200_000_000)
})

test('a command that wants a terminal fails at once instead of waiting', async () => {
  for (const script of ['cat /dev/tty', 'read -r answer </dev/tty && echo "$answer"']) {
    const { exitCode, timedOut } = await systemSpawn.run(shell(script, { timeoutMs: 60_000 }))
    assert.notEqual(exitCode, 0)
    assert.equal(timedOut, false, 'it waited')
  }
})

test('a missing command, a forbidden one and a missing folder are told as such', async (t) => {
  const plain = join(scratch(t), 'plain')
  writeFileSync(plain, 'not executable')
  const missing = await systemSpawn.run(shell('', { file: 'seaworthy-no-such-command' }))
  const forbidden = await systemSpawn.run(shell('', { file: plain }))
  const nowhere = await systemSpawn.run(shell('true', { cwd: '/nowhere/at/all' }))
  const codes = [missing, forbidden, nowhere].map((each) => [each.exitCode, each.startError])
  assert.deepEqual(codes, [
    [null, 'ENOENT'],
    [null, 'EACCES'],
    [null, 'ENOENT'],
  ])
})

test('too long arguments are a start error and zero bytes are refused', async () => {
  const long = await systemSpawn.run(shell('true', { args: ['-c', ':', 'x'.repeat(4_000_000)] }))
  assert.equal(long.startError, 'E2BIG')
  await assert.rejects(
    async () => systemSpawn.run(shell('true', { args: ['a\0b'] })),
    (error) => error instanceof SeaworthyError && error.code === 'PLATFORM_SPAWN_REFUSED',
  )
})

test('listeners hear the output while the command runs, up to the limit', async (t) => {
  const heard: string[] = []
  const folder = scratch(t)
  // The command goes on only when what it printed so far was heard.
  const heardOf = (count: number): string =>
    `while [ ! -e ${folder}/${count} ]; do sleep 0.01; done`
  const result = await systemSpawn.run(
    shell(`echo a; ${heardOf(1)}; echo b >&2; ${heardOf(2)}; echo cccc`, {
      outputLimitBytes: 4,
      onOutput: (stream, chunk) => {
        heard.push(`${stream}:${utf8Text(chunk)}`)
        writeFileSync(join(folder, String(heard.length)), '')
      },
    }),
  )
  assert.deepEqual(heard, ['stdout:a\n', 'stderr:b\n', 'stdout:cc'])
  assert.equal(result.stdout.totalBytes, 7)
})

test('many commands at once keep their outputs apart', async () => {
  const numbers = Array.from({ length: 40 }, (_, at) => at)
  const results = await Promise.all(numbers.map((at) => systemSpawn.run(shell(`echo ${at}`))))
  assert.deepEqual(
    results.map((each) => Number(utf8Text(each.stdout.bytes))),
    numbers,
  )
})
