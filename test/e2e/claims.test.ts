// The claims command as a person and a pipeline meet it: exit codes, JSON, files, refusals, and a machine with nothing on it.
import assert from 'node:assert/strict'
import { existsSync, readFileSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import test, { after } from 'node:test'
import { fileURLToPath } from 'node:url'
import { parse, stringify } from 'yaml'
import type { AuditReport } from '../../src/claims/index.ts'
import { openWorkplace } from './command-line.ts'

const REPORT = fileURLToPath(new URL('../reports/completion.md', import.meta.url))

const place = openWorkplace()
after(() => place.remove())

test('claims answers findings with both sides quoted and exits 30, with no data folder made', async () => {
  const { exit, data } = await place.ask<AuditReport>(['claims', REPORT])
  assert.equal(exit, 30)
  const lines = readFileSync(REPORT, 'utf8').split('\n')
  assert.ok(data.findings.length >= 8)
  for (const { rule, claim, against } of data.findings) {
    assert.match(rule, /^R\d{1,2}$/)
    for (const quote of [claim, against]) {
      const word = /\p{L}{4,}/u.exec(quote.text)![0]
      assert.ok(lines[quote.line - 1]!.includes(word), `line ${quote.line} holds ${word}`)
    }
  }
  for (const claim of data.claims) {
    assert.match(claim.type, /^T[1-7]$/)
    assert.match(claim.support, /^S[0-4]$/)
    assert.notEqual(claim.verdict, '')
  }
  assert.equal(existsSync(place.dataFolder), false)
})

test('claims exits 0 on an honest report, and says what it read', async () => {
  const honest = fileURLToPath(new URL('../reports/honest/end-of-update.md', import.meta.url))
  const { exit, stdout } = await place.shell(['claims', honest])
  assert.equal(exit, 0)
  assert.match(stdout, /end-of-update\.md: \d+ lines, \d+ claims/)
  assert.match(stdout, /0 contradictions, 0 notes/)
})

test('claims writes Markdown and SARIF that quote the report', async () => {
  const markdown = join(place.folder, 'audit.md')
  const sarif = join(place.folder, 'audit.sarif')
  await place.ask(['claims', REPORT, '--markdown', markdown, '--sarif', sarif])
  assert.match(readFileSync(markdown, 'utf8'), /Line 4: `Status: ✅ ALL TASKS COMPLETE`/)
  const log = JSON.parse(readFileSync(sarif, 'utf8'))
  const [run] = log.runs
  assert.equal(run.tool.driver.rules.length, 14)
  assert.ok(run.results.length >= 8)
  assert.ok(
    run.results.every(
      (result: { relatedLocations: unknown[] }) => result.relatedLocations.length > 0,
    ),
  )
})

test('a report that steers terminals and Markdown is shown harmless', async () => {
  const path = place.write(
    'hostile.md',
    '# R\n\n**Status:** ✅ ALL TASKS COMPLETE \u001b[2J\u202e ``` <script> | x\n\n- [ ] \u001b]0;owned\u0007 Rotate keys (ACTION REQUIRED)\n',
  )
  const markdown = join(place.folder, 'hostile-audit.md')
  const { exit, stdout } = await place.shell(['claims', path, '--markdown', markdown])
  assert.equal(exit, 30)
  // oxlint-disable-next-line no-control-regex
  assert.doesNotMatch(stdout + readFileSync(markdown, 'utf8'), /[\u001b\u0007\u202e]/)
})

test('claims with a repository finds missing and changed files, and follows no link out of it', async () => {
  place.write('repo/src/a.ts', 'one\ntwo\n')
  place.write('outside.ts', 'x\n')
  symlinkSync(join(place.folder, 'outside.ts'), join(place.folder, 'repo/src/link.ts'))
  const path = place.write(
    'named.md',
    '# R\n\n- `src/a.ts` (2 lines)\n- `src/a.ts` and its tests\n- Created `src/gone.ts`\n- `../outside.ts`\n- Created `src/link.ts`\n',
  )
  const { exit, data } = await place.ask<AuditReport>([
    'claims',
    path,
    '--repo',
    join(place.folder, 'repo'),
  ])
  assert.equal(exit, 30)
  assert.deepEqual(
    data.findings.map(({ rule, claim }) => `${rule} ${claim.line}`),
    ['R14 5'],
  )
  const support = (line: number) => data.claims.find((claim) => claim.line === line)?.support
  assert.equal(support(3), 'S3')
  for (const line of [6, 7]) assert.notEqual(support(line), 'S3')
})

test('in a CI job the audit is appended to the job summary', async () => {
  const summary = place.write('summary.md', 'earlier step\n')
  const job = openWorkplace(undefined, {
    CI: 'true',
    GITHUB_ACTIONS: 'true',
    GITHUB_STEP_SUMMARY: summary,
  })
  const { exit } = await job.shell(['claims', REPORT])
  job.remove()
  assert.equal(exit, 30)
  assert.match(readFileSync(summary, 'utf8'), /^earlier step\n## Claims audit of `completion\.md`/)
})

test('claims holds a report against its checklist', async () => {
  const report = place.write('ready.md', '# R\n\n**Status:** READY FOR PRODUCTION\n')
  const checklist = place.write('checklist.md', '# C\n\n- [x] Build\n- [ ] Restore drill\n')
  const { exit, data } = await place.ask<AuditReport>(['claims', report, '--checklist', checklist])
  assert.equal(exit, 30)
  assert.deepEqual(
    data.findings.map(({ rule, against }) => [rule, against.document, against.line]),
    [['R12', 'checklist.md', 4]],
  )
})

test('reports that cannot be read are refused with a reason', async () => {
  const refused = async (name: string, content: string | Uint8Array): Promise<string> =>
    (await place.refusal(['claims', place.write(name, content)])).code
  assert.equal(await refused('empty.md', ' \n'), 'DOCUMENT_CONTENT_EMPTY')
  assert.equal(await refused('binary.md', new Uint8Array([35, 0, 1])), 'DOCUMENT_CONTENT_BINARY')
  assert.equal(await refused('huge.md', 'x\n'.repeat(10_000_000)), 'CLAIMS_REPORT_SIZE_EXCEEDED')
  assert.equal((await place.refusal(['claims', 'missing.md'])).code, 'APP_FILE_UNREADABLE')
  place.write('empty-repo/.gitkeep/x', '')
  const none = await place.refusal([
    'claims',
    REPORT,
    '--repo',
    join(place.folder, 'no-such-folder'),
  ])
  assert.equal(none.exit, 2)
})

interface LedgerAnswer extends AuditReport {
  readonly ledger: { readonly release: string; readonly gates: number; readonly decision: string }
}

const LEDGER_CHECKLIST = [
  '# Release ferrybell v1.2.0',
  '',
  '- [ ] Greeting of the gateway is sent',
  '',
  '  ```bash',
  "  printf 'abc' | sha256sum | grep -q '^ba7816bf'",
  '  ```',
  '',
  '- [ ] Licence texts of all fonts are packed',
  '',
  '  ```bash',
  '  cat no-such-file',
  '  ```',
  '',
].join('\n')

test('claims with a ledger names the gate and evidence behind a claim, and what speaks against another', async () => {
  const ledger = openWorkplace()
  after(() => ledger.remove())
  const none = ledger.write('early.md', '# R\n\n- ✅ Greeting of the gateway\n')
  assert.equal((await ledger.refusal(['claims', none, '--ledger'])).code, 'CLAIMS_RELEASE_UNKNOWN')
  await ledger.ask(['run', ledger.write('RELEASE.md', LEDGER_CHECKLIST)])
  const report = ledger.write(
    'report.md',
    '# Ferrybell v1.2.0\n\n**Status:** READY FOR PRODUCTION\n\n- ✅ Greeting of the gateway is sent\n- ✅ Licence texts of all fonts are packed\n',
  )
  const undecided = await ledger.ask<LedgerAnswer>(['claims', report, '--ledger'])
  assert.equal(undecided.exit, 30)
  assert.deepEqual(
    undecided.data.findings.map(({ claim, against }) => [claim.line, against.text.split(':')[0]]),
    [
      [3, `${undecided.data.ledger.release} has no decision`],
      [6, 'FAIL'],
    ],
    JSON.stringify(undecided.data),
  )
  await ledger.ask(['decide'])
  const { stdout, exit } = await ledger.shell([
    'claims',
    report,
    '--release',
    undecided.data.ledger.release,
  ])
  assert.equal(exit, 30)
  assert.match(stdout, /^Held against the ledger of \S+@v1\.2\.0: 2 gates, newest decision NO_GO$/m)
  assert.match(stdout, /1 \| NO_GO \(decision sha256:[0-9a-f]{64}\)/)
  assert.match(stdout, /line 5: gate \S+ PASS, sha256:[0-9a-f]{64}/)
  const other = ledger.write(
    'other.md',
    '# Ferrybell v9.0.0\n\n- ✅ Greeting of the gateway is sent\n',
  )
  assert.equal((await ledger.refusal(['claims', other, '--ledger'])).code, 'CLAIMS_RELEASE_OTHER')
  const unknown = await ledger.refusal(['claims', report, '--release', 'ferrybell@v7.7.7'])
  assert.equal(unknown.exit, 6)
})

test('claims with a repository holds stated test figures against the test report, and passes by samples', async () => {
  const junit = (failures: string): string =>
    `<testsuite name="all" tests="3"><testcase name="a"/><testcase name="b"/><testcase name="c">${failures}</testcase></testsuite>`
  place.write('tested/reports/junit.xml', junit('<skipped/>'))
  place.write('tested/test/fixtures/junit.xml', junit('<failure/>'))
  place.write('tested/test-broken.json', '{"results": 1')
  const path = place.write('tested.md', '# R\n\n2 passed, 1 skipped\n\n3 passed, 0 skipped\n')
  const words = ['claims', path, '--repo', join(place.folder, 'tested')]
  const { exit, data } = await place.ask<AuditReport>(words)
  assert.equal(exit, 30)
  assert.equal(data.claims[0]?.support, 'S3')
  assert.deepEqual(
    data.findings.map(({ rule, claim, against }) => [rule, claim.line, against.document]),
    [['R14', 5, 'reports/junit.xml']],
  )
})

test('claims with a repository reads branches, tags and commits from the files of git, also in a worktree', async () => {
  const commit = 'c'.repeat(40)
  place.write('git/a.txt', 'x\n')
  place.write('git/.git/HEAD', 'ref: refs/heads/trunk\n')
  place.write('git/.git/refs/heads/trunk', `${commit}\n`)
  place.write(
    'git/.git/packed-refs',
    `# pack-refs with: peeled\n${commit} refs/tags/v1.0.0\n${commit} refs/heads/build/x\n`,
  )
  place.write('git/.git/worktrees/w/HEAD', `${commit}\n`)
  place.write('git/.git/worktrees/w/commondir', '../..\n')
  place.write('tree/.git', 'gitdir: ../git/.git/worktrees/w\n')
  place.write('tree/a.txt', 'x\n')
  const path = place.write(
    'git.md',
    `# R\n\n- ✅ Tagged v1.0.0\n- ✅ Tagged v2.0.0\n- ✅ Merged to main\n- ✅ Merged to trunk\n- ✅ Fixed in commit ${commit}\n- ✅ Fixed in commit ${'d'.repeat(40)}\n- ✅ Created the branch \`build/x\`\n`,
  )
  const look = async (folder: string): Promise<[string[], string[]]> => {
    const words = ['claims', path, '--repo', join(place.folder, folder)]
    const { data } = await place.ask<AuditReport>(words)
    return [
      data.findings.map(({ rule, claim }) => `${rule} ${claim.line}`),
      data.claims.filter(({ support }) => support === 'S3').map(({ line }) => String(line)),
    ]
  }
  assert.deepEqual(await look('git'), [
    ['R14 4', 'R14 5'],
    ['3', '7', '9'],
  ])
  // A detached head may be a build server's checkout, which has neither branches nor tags.
  assert.deepEqual(await look('tree'), [[], ['3', '7', '9']])
  place.write('git/.git/shallow', `${commit}\n`)
  assert.deepEqual((await look('git'))[0], [])
  place.write('git/.git/HEAD', 'ref: refs/heads/.invalid\n')
  assert.deepEqual(await look('git'), [[], []])
})

test('evidence that has grown too old speaks against the claim that it once bore out', async () => {
  const ledger = openWorkplace()
  after(() => ledger.remove())
  const planFile = join(ledger.folder, 'release.plan.yaml')
  await ledger.ask(['plan', ledger.write('RELEASE.md', LEDGER_CHECKLIST), '--out', planFile])
  const plan = parse(readFileSync(planFile, 'utf8')) as { gates: Record<string, unknown>[] }
  const gates = plan.gates.slice(0, 1).map((gate) => ({ ...gate, maxAgeMs: 1 }))
  await ledger.ask(['run', ledger.write('short.plan.yaml', stringify({ ...plan, gates }))])
  const report = ledger.write('report.md', '# R\n\n- ✅ Greeting of the gateway is sent\n')
  const { data } = await ledger.ask<LedgerAnswer>(['claims', report, '--ledger'])
  assert.match(data.findings[0]?.against.text ?? '', /^STALE: Greeting of the gateway is sent/)
  assert.equal(data.claims[0]?.verdict, 'CONTRADICTED')
})
