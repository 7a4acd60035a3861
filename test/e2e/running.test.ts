// From a checklist to a sealed bundle through the real command line: what runs unasked, what waits, what can be verified.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import test, { after } from 'node:test'
import { fileURLToPath } from 'node:url'
import { assertNoStack, openWorkplace } from './command-line.ts'

interface RunAnswer {
  readonly release: string
  readonly run: string
  readonly results: readonly {
    readonly gate: string
    readonly status: string
    readonly reason: string
    readonly evidence: readonly { readonly name: string; readonly digest: string }[]
  }[]
  readonly paths: Readonly<Record<'report' | 'reportHtml' | 'filled', string>>
  readonly confirm: { readonly token: string; readonly gates: readonly { readonly gate: string }[] }
}

interface DecideAnswer {
  readonly verdict: {
    readonly value: string
    readonly reasons: readonly {
      readonly rule: string
      readonly gate?: string
      readonly evidence?: string
      readonly flip: string
    }[]
  }
}

interface VerifyAnswer {
  readonly verdict: string
  readonly release: string
  readonly decision: { readonly gates: readonly { readonly status: string }[] } | null
  readonly scope: string
  readonly checked: Readonly<Record<string, number>>
  readonly findings: readonly unknown[]
}

const EXAMPLE = fileURLToPath(
  new URL('../../examples/checklist/release-checklist.md', import.meta.url),
)

const place = openWorkplace()
after(() => place.remove())

/** Each line of the filled copy is the original's, but for boxes, slots, toggles and the cells of the sign-off table. */
function assertOnlySpotsFilled(original: string, filled: string): number {
  const before = original.split('\n')
  const now = filled.split('\n')
  assert.equal(now.length, before.length)
  let changed = 0
  for (const [index, line] of before.entries()) {
    if (now[index] === line) continue
    changed++
    const pattern = line
      .replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
      .replace('\\[ \\]', '\\[[ x]\\]')
      .replaceAll(/_{4,}/g, '[^`]+')
      .replaceAll('âœ…âŒ', '(?:âœ…|âŒ|âœ…âŒ)')
      .replaceAll('✅❌', '(?:✅|❌|✅❌)')
      .replaceAll('_\\[Name\\]_', '.+')
    assert.match(now[index] ?? '', new RegExp(`^${pattern}$`, 'u'))
  }
  return changed
}

test('an unreviewed checklist runs only what is proven to read; all else is BLOCKED or PENDING, and the verdict is not GO', async () => {
  const { exit, data, stderr } = await place.ask<RunAnswer>(['run', EXAMPLE])
  assert.equal(exit, 30)
  const statuses = new Map<string, number>()
  for (const { gate, status, reason, evidence } of data.results) {
    statuses.set(status, (statuses.get(status) ?? 0) + 1)
    assert.notEqual(reason, '', gate)
    assert.equal(evidence.length > 0, !['BLOCKED', 'PENDING'].includes(status), gate)
  }
  assert.deepEqual(Object.fromEntries(statuses), {
    PASS: 3,
    INCONCLUSIVE: 1,
    FAIL: 1,
    BLOCKED: 22,
    PENDING: 2,
  })
  assert.ok(data.confirm.gates.length >= 15)
  assert.match(data.confirm.token, /^c[\w-]{24}$/)
  const events = stderr
    .trim()
    .split('\n')
    .map((line): { kind: string } => JSON.parse(line))
  assert.equal(events.at(-1)?.kind, 'run-finished')
  const changed = assertOnlySpotsFilled(
    readFileSync(EXAMPLE, 'utf8'),
    readFileSync(data.paths.filled, 'utf8'),
  )
  assert.equal(changed, 7, 'three boxes, three toggles of passes, one of the failure')
  assert.match(readFileSync(data.paths.report, 'utf8'), /ferrybell/)

  const decided = await place.ask<DecideAnswer>(['decide', data.release])
  assert.equal(decided.exit, 30)
  assert.equal(decided.data.verdict.value, 'NO_GO')
  const rules = decided.data.verdict.reasons.map((reason) => reason.rule)
  assert.deepEqual([...new Set(rules)], ['7.2', '7.6', '7.6-sign-off'])
  for (const reason of decided.data.verdict.reasons) assert.notEqual(reason.flip, '')
  const failed = decided.data.verdict.reasons.find((reason) =>
    reason.gate?.endsWith('operators-can-read-what-changes-for-them'),
  )
  assert.match(failed?.evidence ?? '', /^sha256:[0-9a-f]{64}$/)
})

test('the bundle of that decision verifies offline as 0, 12 without trust, 40 after one changed byte', async () => {
  const sealed = await place.ask<{ paths: { bundle: string; trust: string } }>([
    'bundle',
    'ferrybell@v3.2.0',
  ])
  assert.equal(sealed.exit, 0)
  const { bundle, trust } = sealed.data.paths
  const whole = await place.ask<VerifyAnswer>(['verify', bundle, '--trust', trust])
  assert.deepEqual([whole.exit, whole.data.verdict, whole.data.release], [0, 'INTACT', 'NO_GO'])
  assert.equal(whole.data.decision?.gates.length, 29)
  assert.deepEqual(whole.data.findings, [])
  assert.match(whole.data.scope, /^ferrybell@v3\.2\.0, consistent-with-checkpoint /)
  assert.equal(whole.data.checked['gates'], 29)
  assert.equal(whole.data.checked['gateRuns'], 5)
  const unknown = await place.ask<VerifyAnswer>(['verify', bundle])
  assert.deepEqual([unknown.exit, unknown.data.verdict], [12, 'INTACT_SIGNER_UNKNOWN'])
  const bytes = readFileSync(bundle)
  const middle = bytes.length >> 1
  bytes[middle] = (bytes[middle] ?? 0) ^ 1
  const damaged = await place.ask<VerifyAnswer>([
    'verify',
    place.write('changed.bundle.tar', bytes),
    '--trust',
    trust,
  ])
  assert.deepEqual(
    [damaged.exit, damaged.data.verdict, damaged.data.release],
    [40, 'INVALID', 'INVALID'],
  )
  assert.ok(damaged.data.findings.length > 0)
  const swapped = await place.ask<VerifyAnswer>(['verify', bundle, '--trust', '0'.repeat(64)])
  assert.equal(swapped.exit, 40)
})

const WRITING = `---
service: skiff
version: 1.0.0
---
# Skiff 1.0.0

## Checks

- [ ] **A log book can be written**
  \`\`\`bash
  printf 'log' > log-book.txt
  test -s log-book.txt
  \`\`\`
  - **Result:** written ✅❌
`

test('a token runs exactly what it was shown for, once, and is refused for anything else', async () => {
  const file = place.write('skiff/checklist.md', WRITING)
  const own = ['--tenant', 'skiff']
  const first = await place.ask<RunAnswer>(['run', file, ...own])
  assert.equal(first.exit, 30)
  assert.deepEqual(
    first.data.results.map(({ status }) => status),
    ['BLOCKED'],
  )
  assert.deepEqual(
    first.data.confirm.gates.map(({ gate }) => gate),
    ['checks/a-log-book-can-be-written'],
  )
  const { token } = first.data.confirm
  const guessed = await place.refusal(['run', file, '--confirm', 'x'.repeat(24), ...own])
  assert.deepEqual([guessed.exit, guessed.code], [7, 'ACTION_TOKEN_UNKNOWN'])
  const other = await place.refusal([
    'run',
    file,
    '--confirm',
    token,
    '--param',
    'MOOD=calm',
    ...own,
  ])
  assert.deepEqual([other.exit, other.code], [7, 'ACTION_TOKEN_FOREIGN'])
  const confirmed = await place.ask<RunAnswer>(['run', file, '--confirm', token, ...own])
  assert.deepEqual([confirmed.exit, confirmed.data.results[0]?.status], [0, 'PASS'])
  assert.equal(readFileSync(`${place.folder}/skiff/log-book.txt`, 'utf8'), 'log')
  assert.ok(
    readFileSync(confirmed.data.paths.filled, 'utf8').includes(
      '- [x] **A log book can be written**',
    ),
  )
  assert.equal(confirmed.data.run, first.data.run, 'the same run goes on')
  const replayed = await place.refusal(['run', file, '--confirm', token, ...own])
  assert.deepEqual([replayed.exit, replayed.code], [7, 'ACTION_TOKEN_USED'])
  const again = await place.ask<RunAnswer>(['run', file, ...own])
  place.write('skiff/checklist.md', WRITING.replace("'log'", "'changed'"))
  const changed = await place.refusal(['run', file, '--confirm', again.data.confirm.token, ...own])
  assert.deepEqual([changed.exit, changed.code], [7, 'ACTION_TOKEN_FOREIGN'])
  const edited = await place.ask<RunAnswer>(['run', file, ...own])
  const late = await place.refusal(['confirm', again.data.confirm.token, ...own])
  assert.deepEqual([late.exit, late.code], [7, 'ACTION_TOKEN_FOREIGN'])
  const short = await place.ask<RunAnswer>(['confirm', edited.data.confirm.token, ...own])
  assert.deepEqual([short.exit, short.data.run], [0, edited.data.run])
  assert.equal(readFileSync(`${place.folder}/skiff/log-book.txt`, 'utf8'), 'changed')
})

test('a terminal reads what waits and how to confirm it', async () => {
  const file = place.write('dinghy/checklist.md', WRITING.replaceAll('skiff', 'dinghy'))
  const { exit, stdout, stderr } = await place.shell(['run', file, '--tenant', 'dinghy'])
  assert.equal(exit, 30)
  assert.match(stdout, /1 gates? waits? for a person’s word/)
  assert.match(stdout, /seaworthy confirm c[\w-]{24}/)
  assertNoStack(stdout + stderr)
})
