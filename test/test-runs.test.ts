// Holds the test runner to what it promises: groups, engines, counts, and no silence about what did not run.
import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import test from 'node:test'
import { spawnSync } from 'node:child_process'
import { readReport } from '../src/formats/index.ts'
import { renderCtrf } from '../tools/test-ctrf.ts'
import { groupsFor, probePostgres } from '../tools/test-groups.ts'
import type { GroupRequest } from '../tools/test-groups.ts'
import { SUMMARY_FILE_VARIABLE } from '../tools/test-reporter.ts'

const EVERYTHING: GroupRequest = {
  only: undefined,
  isQuick: false,
  isExtended: false,
  isServiceBound: false,
}

/** Hands `work` a folder with the given files, and removes it. */
function withFiles(files: Readonly<Record<string, string>>, work: (root: string) => void): void {
  const root = mkdtempSync(join(tmpdir(), 'seaworthy-runs-'))
  try {
    for (const [path, text] of Object.entries(files)) {
      mkdirSync(dirname(join(root, path)), { recursive: true })
      writeFileSync(join(root, path), text)
    }
    work(root)
  } finally {
    rmSync(root, { recursive: true })
  }
}

test('each test file is in one group, and the database group runs once per engine', () => {
  const paths = [
    'src/a/a.test.ts',
    'src/a/a.db.test.ts',
    'test/b.test.ts',
    'test/e2e/c.test.ts',
    'test/faults/d.test.ts',
    'test/extended/e.test.ts',
  ]
  withFiles(Object.fromEntries(paths.map((path) => [path, ''])), (root) => {
    const groups = groupsFor(EVERYTHING, { url: 'postgres://here' }, root)
    assert.deepEqual(
      groups.map(({ name, files, env }) => [name, files.join(' '), env['SEAWORTHY_TEST_ENGINE']]),
      [
        ['pure', 'src/a/a.test.ts test/b.test.ts', undefined],
        ['database on pglite', 'src/a/a.db.test.ts', 'pglite'],
        ['database on postgres', 'src/a/a.db.test.ts', 'postgres'],
        ['e2e', 'test/e2e/c.test.ts', undefined],
        ['faults', 'test/faults/d.test.ts', undefined],
      ],
    )
    const hidden = groupsFor(EVERYTHING, { absence: 'hidden' }, root)
    assert.deepEqual(
      hidden.map(({ name }) => name),
      ['pure', 'database on pglite', 'e2e', 'faults'],
    )
    assert.ok(hidden.every(({ env }) => env['SEAWORTHY_HIDE_SERVICES'] === '1'))
    const extended = groupsFor({ ...EVERYTHING, isExtended: true }, { absence: 'hidden' }, root)
    assert.deepEqual(
      extended.map(({ files }) => files),
      [['test/extended/e.test.ts']],
    )
  })
})

test('only files that ask for services, themselves or through others, are bound to them', () => {
  const files = {
    'test/redis.ts': "process.env['SEAWORTHY_HIDE_SERVICES']",
    'test/middle.ts': "import { a } from './redis.ts'\nimport { b } from './circle.ts'",
    'test/circle.ts': "import { c } from './middle.ts'",
    'test/database.ts': "process.env['SEAWORTHY_TEST_PG_URL']",
    'test/plain.test.ts': "import { d } from './plain.ts'",
    'src/a/a.db.test.ts': "import { e } from '../../test/database.ts'",
    'test/e2e/bound.test.ts': "import { f } from '../middle.ts'",
    'test/e2e/url.test.ts': "process.env['SEAWORTHY_TEST_PG_URL']",
    'test/e2e/plain.test.ts': "import { g } from '../database.ts'",
    'test/faults/bound.test.ts': "import { h } from '../circle.ts'",
  }
  withFiles(files, (root) => {
    const bound = { ...EVERYTHING, isServiceBound: true }
    const groups = groupsFor(bound, { absence: 'hidden' }, root)
    assert.deepEqual(
      groups.map(({ name, files: found }) => [name, found.join(' ')]),
      [
        ['pure', ''],
        ['database on pglite', ''],
        ['e2e', 'test/e2e/bound.test.ts test/e2e/url.test.ts'],
        ['faults', 'test/faults/bound.test.ts'],
      ],
    )
  })
})

test('a group stays in the list when its folder is empty, so that it can fail', () => {
  withFiles({ 'src/a/a.test.ts': '' }, (root) => {
    const groups = groupsFor(EVERYTHING, { absence: 'hidden' }, root)
    assert.deepEqual(
      groups.filter(({ files }) => files.length === 0).map(({ name }) => name),
      ['database on pglite', 'e2e', 'faults'],
    )
  })
})

test('a database that does not answer or is hidden is absent with its reason and without its password', async () => {
  const refused = await probePostgres({
    SEAWORTHY_TEST_PG_URL: 'postgres://someone:hush@127.0.0.1:1/none',
  })
  assert.ok('absence' in refused)
  assert.match(refused.absence, /127\.0\.0\.1:1 /)
  assert.ok(!refused.absence.includes('hush'))
  const hidden = await probePostgres({ SEAWORTHY_HIDE_SERVICES: '1' })
  assert.deepEqual(hidden, { absence: 'SEAWORTHY_HIDE_SERVICES is 1' })
})

test('the reporter counts passes, failures and skips with their reasons, and is silent about passes', () => {
  const text = [
    "import test from 'node:test'",
    "test('holds', () => {})",
    "test('breaks', () => { throw new Error('expected 1, got 2') })",
    "test('waits', (t) => t.skip('no server'))",
    "test.todo('comes later')",
    "test('has parts', async (t) => { await t.test('a broken part', () => { throw new Error('part') }) })",
  ].join('\n')
  withFiles({ 'some.test.mjs': text }, (root) => {
    const summary = join(root, 'counts.json')
    const reporter = new URL('../tools/test-reporter.ts', import.meta.url).href
    const env = { ...process.env, [SUMMARY_FILE_VARIABLE]: summary, NODE_TEST_CONTEXT: undefined }
    const { stdout } = spawnSync(
      process.execPath,
      ['--test', `--test-reporter=${reporter}`, 'some.test.mjs'],
      { cwd: root, env, encoding: 'utf8' },
    )
    const counts: { passed: number; failed: number; skipped: { name: string; reason: string }[] } =
      JSON.parse(readFileSync(summary, 'utf8'))
    assert.deepEqual([counts.passed, counts.failed], [1, 3])
    assert.deepEqual(
      counts.skipped.map(({ name, reason }) => `${name}: ${reason}`),
      ['waits: no server', 'comes later: no reason given'],
    )
    assert.match(stdout, /breaks\n.*some\.test\.mjs:3\n/)
    assert.match(stdout, /expected 1, got 2/)
    assert.ok(!stdout.includes('holds'))
  })
})

test('the CTRF report counts each test, and a group that proved nothing or did not run is not silent in it', () => {
  const listed = { name: 'holds', file: 'a.test.ts:1', durationMs: 1.4 }
  const tests = [
    { ...listed, status: 'passed' },
    { ...listed, status: 'skipped', reason: 'no server' },
  ] as const
  const good = { name: 'pure', counts: { passed: 1, failed: 0, skipped: [], tests } }
  const hollow = { name: 'e2e', counts: { passed: 0, failed: 0, skipped: [], tests: [] } }
  const text = renderCtrf([good, { ...hollow, fault: 'not one test ran' }], ['no PostgreSQL'], {
    startMs: 0,
    stopMs: 5,
  })
  const reading = readReport(new TextEncoder().encode(text))
  assert.ok(reading.ok)
  assert.deepEqual(reading.report.doubts, [])
  const { passed, failed, skipped, failedNames } = reading.report.tests!
  assert.deepEqual([passed, failed, skipped], [1, 1, 2])
  assert.deepEqual(failedNames, ['group e2e'])
})

test('the launcher accepts exactly the versions that engines names', async () => {
  const { isNodeNewEnough }: { isNodeNewEnough: (version: string) => boolean } = await import(
    new URL('../bin/runtime.js', import.meta.url).href
  )
  const { engines }: { engines: { node: string } } = JSON.parse(
    readFileSync('package.json', 'utf8'),
  )
  assert.equal(engines.node, '^24.15 || >=26')
  const accepted = ['24.15.0', '24.21.3', '26.0.0', '26.10.0', '27.1.0']
  const refused = ['18.19.0', '20.20.2', '22.23.2', '24.14.9', '25.9.0']
  assert.deepEqual([...accepted, ...refused].filter(isNodeNewEnough), accepted)
})
