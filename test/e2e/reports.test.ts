// Reports that real tools write: read as evidence, judged in a run, shown to people, verified offline.
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import test, { after } from 'node:test'
import { fileURLToPath } from 'node:url'
import { parse, stringify } from 'yaml'
import type { Plan, PlanGate } from '../../src/verdict/index.ts'
import { aJunit, aReport, aSarif, aVex, read } from '../reports.ts'
import { openWorkplace } from './command-line.ts'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))
const place = openWorkplace()
after(() => place.remove())

const SUITE = `import { describe, it, test } from 'node:test'
test('plain', () => {})
test('later', { skip: 'no database' }, () => {})
test('to do', { todo: true }, () => { throw new Error('not yet') })
describe('cart', () => {
  it('adds', () => {})
  it('pays <twice> & more', () => { if (process.env.BREAK === 'yes') throw new Error('\\u001b[31mpaid once') })
})
`
const CHECKLIST = `---
service: dinghy
version: 1.0.0
---
# Dinghy 1.0.0

## Checks

- [ ] **All tests pass**
  \`\`\`bash
  "$NODE" --test --test-reporter=junit --test-reporter-destination=junit.xml suite.mjs
  \`\`\`
- [ ] **The suite has its size**
  \`\`\`bash
  "$NODE" --test --test-reporter=tap suite.mjs
  \`\`\`
`

interface RunAnswer {
  readonly release: string
  readonly results: readonly {
    readonly gate: string
    readonly status: string
    readonly reason: string
  }[]
  readonly paths: Readonly<Record<'report', string>>
  readonly confirm: { readonly token: string }
}

/** A plan of the checklist whose gates are judged by what node:test reports. */
async function writePlan(): Promise<string> {
  place.write('dinghy/suite.mjs', SUITE)
  const checklist = place.write('dinghy/checklist.md', CHECKLIST)
  const path = join(place.folder, 'dinghy/dinghy.plan.yaml')
  const made = await place.shell(['plan', checklist, '--out', path])
  assert.equal(made.exit, 0, made.stderr)
  const plan: Plan = parse(readFileSync(path, 'utf8'))
  const gates = plan.gates.map((gate): PlanGate => {
    if (gate.check.type !== 'command') return gate
    const isUnit = gate.check.script.includes('junit')
    return {
      ...gate,
      check: isUnit ? { ...gate.check, reports: ['junit.xml'] } : gate.check,
      assertions: [
        { read: { from: 'report', of: 'tests.failed' }, op: 'eq', value: 0 },
        { read: { from: 'report', of: 'tests.total' }, op: 'ge', value: 5 },
      ],
    }
  })
  writeFileSync(path, stringify({ ...plan, gates }))
  return path
}

async function runConfirmed(
  words: readonly string[],
): Promise<{ exit: number | null; data: RunAnswer }> {
  const asked = await place.ask<RunAnswer>(words)
  return place.ask<RunAnswer>([...words, '--confirm', asked.data.confirm.token])
}

test('gates judged by real JUnit and TAP reports pass, say what was counted, and verify offline', async () => {
  const words = ['run', await writePlan(), '--param', `NODE=${process.execPath}`]
  const { exit, data } = await runConfirmed(words)
  const shown = data.results.map(({ status, reason }) => `${status} ${reason}`)
  assert.deepEqual(shown, [
    'PASS tests.failed = 0 holds (0) and 1 more; JUnit XML: 3 passed, 2 skipped',
    'PASS tests.failed = 0 holds (0) and 1 more; TAP: 3 passed, 2 skipped',
  ])
  assert.equal(exit, 0)
  const status = await place.shell(['status', data.release])
  assert.match(status.stdout, /JUnit XML: 3 passed, 2 skipped/)
  assert.match(readFileSync(data.paths.report, 'utf8'), /JUnit XML: 3 passed, 2 skipped/)
  await place.ask(['decide', data.release])
  const sealed = await place.ask<{ paths: { bundle: string; trust: string } }>([
    'bundle',
    data.release,
  ])
  const { bundle, trust } = sealed.data.paths
  const verified = await place.ask<{ verdict: string; findings: readonly unknown[] }>([
    'verify',
    bundle,
    '--trust',
    trust,
  ])
  assert.deepEqual(
    [verified.exit, verified.data.verdict, verified.data.findings],
    [0, 'INTACT', []],
  )
})

test('a failing test fails the gate by name, and a run that writes no report leaves yesterday’s aside', async () => {
  place.write('dinghy/suite.mjs', SUITE.replace("process.env.BREAK === 'yes'", 'true'))
  const path = join(place.folder, 'dinghy/dinghy.plan.yaml')
  const words = ['run', path, '--param', `NODE=${process.execPath}`]
  const failed = await runConfirmed(words)
  assert.equal(failed.exit, 30)
  assert.match(
    failed.data.results[0]!.reason,
    /^expected exit code 0, got 1; JUnit XML: 2 passed, 1 failed, 2 skipped; failed: cart › pays <twice> & more$/,
  )
  place.write('dinghy/suite.mjs', SUITE)
  const text = readFileSync(path, 'utf8')
  writeFileSync(
    path,
    text.replace('--test-reporter-destination=junit.xml', '--test-reporter-destination=stdout'),
  )
  const stale = await runConfirmed(words)
  assert.deepEqual([stale.exit, stale.data.results[0]?.status], [30, 'INCONCLUSIVE'])
  assert.match(
    stale.data.results[0]!.reason,
    /junit\.xml was there before and was not written by this attempt/,
  )
})

test('SBOMs of npm and findings of oxlint and of our own lint are read', (t) => {
  const npm = (format: string): string | undefined => {
    const made = spawnSync('npm', ['sbom', '--sbom-format', format], {
      cwd: ROOT,
      encoding: 'utf8',
      shell: process.platform === 'win32',
      maxBuffer: 1 << 26,
    })
    return made.status === 0 ? made.stdout : undefined
  }
  const cyclone = npm('cyclonedx')
  const spdx = npm('spdx')
  if (cyclone === undefined || spdx === undefined) return t.skip('npm sbom is not there')
  const [first, second] = [aReport(cyclone), aReport(spdx)]
  assert.deepEqual([first.format, second.format], ['cyclonedx', 'spdx'])
  const count = Number(read('components.total', [first]))
  assert.ok(count > 20)
  // SPDX counts the described package, CycloneDX keeps it apart.
  assert.equal(read('components.total', [second]), count + 1)
  assert.match(String(read('findings.affected', [first])), /^\?no report with findings/)

  const source = place.write('lint/a.js', 'debugger\nvar a = 1\n')
  const linted = spawnSync(
    process.execPath,
    [join(ROOT, 'node_modules/oxlint/bin/oxlint'), '--format', 'sarif', source],
    { encoding: 'utf8', cwd: join(place.folder, 'lint') },
  )
  const oxlint = aReport(linted.stdout)
  assert.equal(oxlint.format, 'sarif')
  assert.ok(Number(read('findings.total', [oxlint])) > 0)
  assert.match(String(read('findings.critical', [oxlint])), /have no severity/)
})

test('the SARIF that lint writes is read as any other scanner’s', async () => {
  const checklist = place.write(
    'lint/checklist.md',
    '# R\n\n- [ ] Up\n  ```bash\n  curl http://127.0.0.1:1/health\n  ```\n',
  )
  const out = join(place.folder, 'lint/findings.sarif')
  await place.shell(['lint', checklist, '--sarif', out])
  const report = aReport(readFileSync(out, 'utf8'))
  assert.ok(Number(read('findings.error', [report])) > 0)
})

interface ReadAnswer {
  readonly reports: readonly { readonly format: string; readonly summary: readonly string[] }[]
  readonly values: Readonly<Record<string, number | string>>
}

test('evidence read names every value of a report, doubts one that contradicts itself, and refuses what is none', async () => {
  const good = place.write('look/a.xml', aJunit('<testcase name="a"/>'))
  const scan = place.write('look/scan.sarif', JSON.stringify(aSarif([{ ruleId: 'CVE-1' }])))
  const vex = place.write('look/vex.json', JSON.stringify(aVex()))
  const k6 = place.write('look/k6.json', '{"metrics":{"http_req_duration":{"avg":1.5,"p(95)":3}}}')
  const whole = await place.ask<ReadAnswer>(['evidence', 'read', good, '--with', k6])
  assert.deepEqual([whole.exit, whole.data.values['tests.passed']], [0, 1])
  assert.equal(whole.data.values['metrics.http_req_duration.p(95)'], '3 ms')
  const together = ['evidence', 'read', scan, '--with', vex]
  assert.equal((await place.ask<ReadAnswer>(together)).data.values['findings.affected'], 1)
  const named = await place.ask<ReadAnswer>([...together, '--product', 'pkg:npm/a@1'])
  assert.equal(named.data.values['findings.affected'], 0)
  const doubted = place.write('look/b.xml', aJunit('<testcase name="a\u001b[31m"/>', ' tests="9"'))
  const shown = await place.shell(['evidence', 'read', doubted])
  assert.equal(shown.exit, 30)
  assert.match(shown.stdout, /declares 9 tests and holds 1\n\nNo value can be read/)
  const page = place.write('look/c.xml', '<!doctype html><html></html>')
  const refused = await place.refusal(['evidence', 'read', page])
  assert.deepEqual([refused.exit, refused.code], [2, 'EVIDENCE_REPORT_REFUSED'])
  assert.match(refused.message, /a web page/)
})
