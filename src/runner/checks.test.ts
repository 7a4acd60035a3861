// Every kind of check against the real thing, and the ways a command can misbehave.
import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import type { TestContext } from 'node:test'
import { utf8Text } from '../kernel/index.ts'
import { systemDigest, systemVerifier } from '../platform/index.ts'
import { keyIdOf, parseEnvelope, verifyEnvelope } from '../proof/index.ts'
import { planHashOf } from '../verdict/index.ts'
import type { PlanGate, RunTerms } from '../verdict/index.ts'
import { answerManualGate } from './checks/manual.ts'
import { runPlan } from './service.ts'
import type { RunRequest } from './service.ts'
import {
  aCommand,
  aGate,
  aPlan,
  aRequest,
  aSigner,
  aSubject,
  memorySink,
  systemPorts,
} from './specimen.ts'
import type { Submission } from './specimen.ts'

async function runGates(
  gates: readonly PlanGate[],
  terms: RunTerms,
  more: Partial<RunRequest> = {},
): Promise<Map<string, Submission>> {
  const plan = aPlan(gates)
  const sink = memorySink(plan, terms)
  await runPlan(aRequest(plan, sink, { terms, ...more }))
  return sink.submissions
}

async function runGate(gate: PlanGate, more: Partial<RunRequest> = {}): Promise<Submission> {
  const terms = more.terms ?? { parameters: {}, confirmed: [] }
  const submission = (await runGates([gate], terms, more)).get(gate.id)
  assert.ok(submission !== undefined, 'expected a submission')
  return submission
}

function aFolder(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'seaworthy-test-'))
  t.after(() => rmSync(folder, { recursive: true }))
  return folder
}

async function listen(t: TestContext, answer: Parameters<typeof createServer>[1]): Promise<string> {
  const server = createServer(answer ?? (() => undefined))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  t.after(() => {
    server.closeAllConnections()
    server.close()
  })
  const address = server.address()
  assert.ok(address !== null && typeof address === 'object')
  return `http://127.0.0.1:${address.port}`
}

function textOf(submission: Submission, name: string): string | undefined {
  const bytes = submission.evidence[name]
  return bytes === undefined ? undefined : utf8Text(bytes)
}

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
  const started = performance.now()
  const got = await runGate(
    aCommand('hang', 'echo begun\nsleep 300 & sleep 300', { timeoutMs: 300 }),
  )
  assert.ok(got.capture.kind === 'command')
  assert.deepEqual(
    [got.capture.timedOut, got.judgement.status, textOf(got, 'stdout')],
    [true, 'ERROR', 'begun\n'],
  )
  assert.ok(performance.now() - started < 10_000)
})

test('a command that ignores SIGTERM is ended all the same', async () => {
  const got = await runGate(
    aCommand('deaf', 'trap "" TERM\nwhile :; do sleep 0.1; done', { timeoutMs: 200 }),
  )
  assert.equal(got.judgement.status, 'ERROR')
})

test('a command that leaves processes behind does not outlive its gate', async (t) => {
  const folder = aFolder(t)
  const script =
    'setsid bash -c "sleep 1; echo late > $MARK" > /dev/null 2>&1 &\nsleep 300 &\necho done'
  const terms = { parameters: { MARK: join(folder, 'late') }, confirmed: [] }
  const started = performance.now()
  const got = await runGate(aCommand('forks', script, { parameters: ['MARK'] }), { terms })
  assert.equal(got.judgement.status, 'PASS')
  await systemPorts.clock.sleep(Math.max(0, 1_500 - (performance.now() - started)))
  assert.deepEqual(readdirSync(folder), [])
})

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

test('an http check keeps status, headers and body of whatever answers, and fills in its parameters', async (t) => {
  const url = await listen(t, (request, response) => {
    const isWrong = request.headers.authorization !== 'Bearer fake-token-1'
    response.writeHead(isWrong ? 401 : 200, {
      'content-type': 'application/json',
      'set-cookie': 'session=abc',
      'x-path': request.url ?? '',
    })
    response.end('{"healthy":true}')
  })
  const check = {
    type: 'http',
    method: 'GET',
    url: '$BASE/health',
    headers: { Authorization: 'Bearer ${API_TOKEN}' },
  } as const
  const gate = aGate('health', check, {
    parameters: ['BASE', 'API_TOKEN'],
    assertions: [
      { read: { from: 'status' }, op: 'eq', value: 200 },
      { read: { from: 'json', path: '$.healthy' }, op: 'eq', value: true },
    ],
  })
  const got = await runGate(gate, {
    terms: { parameters: { BASE: url, API_TOKEN: 'fake-token-1' }, confirmed: [] },
  })
  assert.equal(got.judgement.status, 'PASS')
  assert.ok(got.capture.kind === 'http')
  assert.deepEqual(
    [got.capture.headers['x-path'], got.capture.headers['set-cookie']],
    ['/health', '[masked]'],
  )
  assert.equal(textOf(got, 'body'), '{"healthy":true}')
  const refused = await runGate(gate, {
    terms: { parameters: { BASE: url, API_TOKEN: 'fake-token-2' }, confirmed: [] },
  })
  assert.equal(refused.judgement.status, 'FAIL')
})

test('an http check that gets no answer within its time is an error with a reason', async (t) => {
  const url = await listen(t, () => undefined)
  const got = await runGate(
    aGate('silent', { type: 'http', method: 'GET', url }, { timeoutMs: 200 }),
  )
  assert.ok(got.capture.kind === 'http')
  assert.deepEqual([got.judgement.status, got.capture.status], ['ERROR', null])
  assert.ok(got.capture.error !== undefined)
})

test('an sql check keeps rows, cannot write, and never shows the address', async (t) => {
  const url = 'postgresql://postgres:fake-password@127.0.0.1:5432/postgres?sslmode=disable'
  const ask = (text: string): Promise<Submission> =>
    runGate(
      aGate(
        'db',
        { type: 'sql', connection: 'DB', text },
        { assertions: [{ read: { from: 'cell', column: 'n' }, op: 'eq', value: 2 }] },
      ),
      {
        terms: { parameters: { DB: '[masked]' }, confirmed: [] },
        secretParameters: { DB: url },
      },
    )
  const got = await ask('select 1 + 1 as n')
  assert.ok(got.capture.kind === 'sql')
  assert.ok(!JSON.stringify(got.capture).includes('fake-password'))
  if (got.capture.error !== undefined)
    return t.skip(`PostgreSQL on 127.0.0.1:5432: ${got.capture.error}`)
  assert.deepEqual(
    [got.judgement.status, textOf(got, 'rows')],
    ['PASS', '{"columns":["n"],"rows":[[2]]}'],
  )
  assert.equal((await ask('create table runner_probe (n int)')).judgement.status, 'ERROR')
  const many = await ask('select 2 as n from generate_series(1, 20000)')
  assert.ok(many.capture.kind === 'sql')
  assert.deepEqual([many.capture.rowCount, many.capture.streams['rows']?.truncated], [null, true])
})

test('an sql check whose database cannot be reached is an error', async () => {
  const gate = aGate('db', { type: 'sql', connection: 'DB', text: 'select 1' })
  const terms = { parameters: { DB: 'postgresql://a:fake-password@127.0.0.1:1/x' }, confirmed: [] }
  assert.equal((await runGate(gate, { terms })).judgement.status, 'ERROR')
})

test('a document check reads inside the workspace only', async (t) => {
  const folder = aFolder(t)
  const workspace = join(folder, 'work')
  mkdirSync(join(workspace, 'docs'), { recursive: true })
  writeFileSync(join(workspace, 'docs', 'runbook.md'), '# Rollback\n')
  writeFileSync(join(workspace, 'big.bin'), new Uint8Array(4 * 1024 * 1024 + 1))
  writeFileSync(join(folder, 'outside.md'), 'outside')
  symlinkSync(join(folder, 'outside.md'), join(workspace, 'link.md'))
  symlinkSync(folder, join(workspace, 'up'))
  const assertions = [{ read: { from: 'text' }, op: 'contains', value: 'Rollback' }] as const
  // [path, status, found, error]
  const table: readonly (readonly [string, string, boolean, boolean])[] = [
    ['docs/runbook.md', 'PASS', true, false],
    ['docs/missing.md', 'FAIL', false, false],
    ['docs/runbook.md/x', 'FAIL', false, false],
    ['../outside.md', 'ERROR', false, true],
    ['docs/../../outside.md', 'ERROR', false, true],
    ['/etc/hostname', 'ERROR', false, true],
    ['link.md', 'ERROR', false, true],
    ['up/outside.md', 'ERROR', false, true],
    ['docs', 'ERROR', false, true],
    ['big.bin', 'ERROR', false, true],
  ]
  for (const [path, status, found, hasError] of table) {
    const got = await runGate(aGate('doc', { type: 'document', path }, { assertions }), {
      workspace,
    })
    assert.ok(got.capture.kind === 'document')
    const outcome = [path, got.judgement.status, got.capture.found, got.capture.error !== undefined]
    assert.deepEqual(outcome, [path, status, found, hasError])
  }
  const without = await runGate(
    aGate('doc', { type: 'document', path: 'docs/runbook.md' }, { assertions }),
  )
  assert.equal(without.judgement.status, 'ERROR')
})

test("a manual gate is never run, and a person's answer is signed and submitted", async () => {
  const slots = [{ id: 'owner', label: 'Owner' }]
  const plan = aPlan([
    aGate('legal', { type: 'manual', question: 'Terms reviewed?' }, { slots }),
    aCommand('unit', 'true'),
  ])
  const sink = memorySink(plan)
  const outcome = await runPlan(aRequest(plan, sink))
  assert.deepEqual([...sink.submissions.keys()], ['unit'])
  assert.equal(outcome.results[0]?.status, 'PENDING')
  const runner = { id: 'person:ada', version: '0.1.0' }
  const binding = {
    runId: 'run',
    planHash: planHashOf(systemDigest, plan),
    subject: aSubject,
    runner,
    signer: aSigner(),
    digest: systemDigest,
  }
  const given = {
    plan,
    gate: 'legal',
    attempt: 1,
    answer: true,
    note: 'yes',
    slots: { owner: 'Ada' },
    binding,
    sink,
    clock: systemPorts.clock,
  }
  assert.equal((await answerManualGate(given)).status, 'PASS')
  assert.equal(sink.submissions.get('legal')?.predicate.runner.id, 'person:ada')
  assert.equal((await answerManualGate({ ...given, attempt: 2, answer: false })).status, 'FAIL')
  await assert.rejects(answerManualGate({ ...given, gate: 'unit' }), {
    code: 'RUNNER_GATE_KIND_REFUSED',
  })
  await assert.rejects(answerManualGate({ ...given, gate: 'none' }), {
    code: 'RUNNER_GATE_UNKNOWN',
  })
  await assert.rejects(answerManualGate({ ...given, slots: { other: 'x' } }), {
    code: 'RUNNER_SLOT_UNKNOWN',
  })
})
