// Commands against a real bash, and the ways they can misbehave.
import assert from 'node:assert/strict'
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { aCommand, aFolder, aSigner, runGate, textOf } from '../../../test/runner.ts'
import { systemDigest, systemVerifier } from '../../platform/index.ts'
import { keyIdOf, parseEnvelope, verifyEnvelope } from '../../proof/index.ts'

test('a command is captured with its exit code, its streams and its steps, and signed by the runner', async () => {
  const signer = aSigner()
  const got = await runGate(aCommand('unit', 'echo out\necho err >&2'), { signer })
  assert.equal(got.judgement.status, 'PASS')
  assert.equal(textOf(got, 'stdout'), 'out\n')
  assert.equal(textOf(got, 'stderr'), 'err\n')
  assert.ok(got.capture.kind === 'command')
  assert.deepEqual(got.capture.steps, [
    { line: 1, exitCode: 0 },
    { line: 2, exitCode: 0 },
  ])
  const envelope = parseEnvelope(got.envelope)
  assert.ok(envelope.ok)
  const { publicKey, algorithm } = signer
  const keys = [{ keyId: keyIdOf(systemDigest, publicKey), algorithm, publicKey }]
  assert.equal(await verifyEnvelope(systemVerifier, envelope.value, keys), keys[0])
})

test('a command without output leaves no empty evidence', async () => {
  const got = await runGate(aCommand('quiet', 'true'))
  assert.deepEqual(Object.keys(got.evidence).sort(), ['capture', 'trace'])
})

test('a failing command is a fact about the gate, with the line that failed', async () => {
  const got = await runGate(
    aCommand('broken', 'echo a\nfalse | cat\necho never', { assertions: [] }),
  )
  assert.equal(got.judgement.status, 'FAIL')
  assert.ok(got.capture.kind === 'command')
  assert.deepEqual([got.capture.exitCode, got.capture.steps.at(-1)], [1, { line: 2, exitCode: 1 }])
})

test('a command that hangs ends at its time limit with everything it started', async () => {
  // On a busy machine the first limits may be over before the command has begun.
  for (const timeoutMs of [300, 5_000, 60_000]) {
    const started = performance.now()
    const got = await runGate(aCommand('hang', 'echo begun\nsleep 600 & sleep 600', { timeoutMs }))
    assert.ok(got.capture.kind === 'command')
    assert.deepEqual([got.capture.timedOut, got.judgement.status], [true, 'ERROR'])
    // Usually a tenth of a second longer than its limit; what is not ended takes ten minutes.
    assert.ok(performance.now() - started < timeoutMs + 60_000)
    if (textOf(got, 'stdout') === 'begun\n') return
  }
  assert.fail('expected the command to begin within its time')
})

test('a command that ignores SIGTERM is ended all the same', async () => {
  const got = await runGate(
    aCommand('deaf', 'trap "" TERM\nwhile :; do sleep 0.1; done', { timeoutMs: 200 }),
  )
  assert.equal(got.judgement.status, 'ERROR')
})

test('a command that leaves processes behind does not outlive its gate', async (t) => {
  const folder = aFolder(t)
  const mark = join(folder, 'pid')
  const script = [
    'setsid bash -c "echo \\$\\$ > $MARK; exec sleep 600" > /dev/null 2>&1 &',
    'while [ ! -s "$MARK" ]; do sleep 0.01; done',
    'sleep 600 &',
    'echo done',
  ].join('\n')
  const terms = { parameters: { MARK: mark }, confirmed: [] }
  const got = await runGate(aCommand('forks', script, { parameters: ['MARK'] }), { terms })
  assert.equal(got.judgement.status, process.platform === 'linux' ? 'WARN' : 'PASS')
  const pid = Number(readFileSync(mark, 'utf8'))
  assert.ok(pid > 0)
  if (process.platform === 'linux') assert.equal(isRunning(pid), false, `${pid} runs`)
})

/** A dead process that nobody has collected yet does not run. */
function isRunning(pid: number): boolean {
  try {
    return !/\) [ZX] /.test(readFileSync(`/proc/${pid}/stat`, 'utf8'))
  } catch {
    return false
  }
}

test('a command that prints a gigabyte keeps the first bytes, says so, and is not judged on them', async () => {
  const gate = aCommand('loud', 'head -c 1000000000 /dev/zero', {
    timeoutMs: 60_000,
    assertions: [{ read: { from: 'stdout' }, op: 'contains', value: 'x' }],
  })
  const before = process.memoryUsage().rss
  const got = await runGate(gate)
  assert.ok(got.capture.kind === 'command')
  assert.equal(got.capture.streams['stdout']?.truncated, true)
  assert.equal(got.evidence['stdout']?.length, 4 * 1024 * 1024)
  assert.equal(got.judgement.status, 'INCONCLUSIVE')
  assert.ok(process.memoryUsage().rss - before < 300_000_000)
})

test('a command that wants a terminal gets none and does not wait for one', async () => {
  const got = await runGate(
    aCommand('asks', 'if [ -t 0 ]; then echo tty; fi\ncat < /dev/tty\necho never'),
  )
  assert.equal(got.judgement.status, 'FAIL')
  assert.equal(textOf(got, 'stdout'), undefined)
})

test('a command that leaves read-only folders does not keep its scratch folder alive', async (t) => {
  const scratchRoot = aFolder(t)
  const script =
    'mkdir -p "$HOME/cache/deep"\ntouch "$HOME/cache/deep/file"\nchmod -R a-w "$HOME/cache"'
  assert.equal(
    (await runGate(aCommand('caches', script), { scratchRoot })).judgement.status,
    'PASS',
  )
  assert.deepEqual(readdirSync(scratchRoot), [])
})

test('a missing folder for scratch is a fault with a code, not evidence about the gate', async () => {
  const run = runGate(aCommand('unit', 'true'), { scratchRoot: '/no/such/folder' })
  await assert.rejects(run, { code: 'RUNNER_SCRATCH_FAILED' })
})

test('a bash that is not there makes the gate an error, not a failure', async () => {
  const got = await runGate(aCommand('nowhere', 'true'), { searchPath: '/nowhere' })
  assert.equal(got.judgement.status, 'ERROR')
})

test('a command of an unreviewed plan starts in an empty folder, one with a workspace starts there', async (t) => {
  const workspace = aFolder(t)
  writeFileSync(join(workspace, 'here.txt'), 'x')
  assert.equal(textOf(await runGate(aCommand('where', 'ls -A')), 'stdout'), undefined)
  assert.equal(
    textOf(await runGate(aCommand('where', 'ls -A'), { workspace }), 'stdout'),
    'here.txt\n',
  )
})

test("the environment holds five fixed values, the gate's own parameters and nothing of the parent", async (t) => {
  const fakes = [
    'AWS_SECRET_ACCESS_KEY',
    'KUBECONFIG',
    'SSH_AUTH_SOCK',
    'GIT_ASKPASS',
    'GITHUB_TOKEN',
    'DATABASE_URL',
    'BASH_ENV',
  ]
  for (const name of fakes) process.env[name] = 'fake-parent-credential'
  t.after(() => {
    for (const name of fakes) delete process.env[name]
  })
  const terms = {
    parameters: { REGION: 'eu-1', OTHER: 'not-for-this-gate', HOME: '/root' },
    confirmed: [],
  }
  const got = await runGate(
    aCommand('env', 'env -0 | sort -z | tr "\\0" "\\n"\npwd', { parameters: ['REGION', 'HOME'] }),
    { terms },
  )
  const lines = (textOf(got, 'stdout') ?? '').trimEnd().split('\n')
  const cwd = lines.pop()
  const values = new Map(
    lines.map(
      (line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)] as const,
    ),
  )
  // PWD, SHLVL and _ are bash's own; SEAWORTHY_SPAWN is how descendants are found.
  const expected = [
    'HOME',
    'LANG',
    'PATH',
    'PWD',
    'REGION',
    'SEAWORTHY_SPAWN',
    'SHLVL',
    'TMPDIR',
    'TZ',
    '_',
  ]
  assert.deepEqual([...values.keys()].sort(), expected)
  assert.deepEqual(
    [
      values.get('REGION'),
      values.get('LANG'),
      values.get('TZ'),
      values.get('HOME'),
      values.get('TMPDIR'),
    ],
    ['eu-1', 'C.UTF-8', 'UTC', cwd, cwd],
  )
})

test('secret values are masked in every stream before anything is hashed, and the count is kept', async () => {
  const secretParameters = { DEPLOY_CODE: 'obviously-fake-code' }
  const terms = {
    parameters: {
      DEPLOY_CODE: '[masked]',
      API_TOKEN: 'fake-token-1',
      DB: 'postgres://app:fake-pass@db/x',
      REGION: 'eu-central',
    },
    confirmed: [],
  }
  const script =
    'echo "$DEPLOY_CODE $API_TOKEN $REGION"\necho "fake-pass" >&2\nprintf %s "$DEPLOY_CODE" | base64'
  const gate = aCommand('prints', script, {
    parameters: ['DEPLOY_CODE', 'API_TOKEN', 'DB', 'REGION'],
    assertions: [{ read: { from: 'stdout' }, op: 'contains', value: 'eu-central' }],
  })
  const got = await runGate(gate, { terms, secretParameters })
  assert.equal(textOf(got, 'stdout')?.split('\n')[0], '[masked] [masked] eu-central')
  assert.equal(textOf(got, 'stderr'), '[masked]\n')
  assert.ok(got.capture.kind === 'command')
  assert.deepEqual(
    [got.capture.streams['stdout']?.maskedCount, got.capture.streams['stderr']?.maskedCount],
    [3, 1],
  )
  assert.equal(got.judgement.status, 'INCONCLUSIVE')
  const everything = Object.values(got.evidence)
    .map((bytes) => Buffer.from(bytes).toString('latin1'))
    .join('\n')
  for (const secret of ['obviously-fake-code', 'fake-token-1', 'fake-pass'])
    assert.ok(!everything.includes(secret), secret)
})
