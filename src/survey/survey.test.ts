// What a survey makes of repositories of several kinds, and of ones that mean ill.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { composeChecklist } from './checklist.ts'
import type { RepositoryFiles, Survey } from './model.ts'
import { surveyRepository } from './survey.ts'

function aRepository(texts: Readonly<Record<string, string>>): RepositoryFiles {
  return {
    paths: Object.keys(texts).sort(),
    read: (path) => Promise.resolve(texts[path]),
  }
}

async function surveyOf(texts: Readonly<Record<string, string>>): Promise<Survey> {
  return surveyRepository(aRepository(texts), 'folder')
}

function commandsOf({ gates }: Survey): (string | undefined)[] {
  return gates.map(({ command }) => command).filter((command) => command !== undefined)
}

const aPackage = (scripts: Readonly<Record<string, string>>, name = '@team/Lantern'): string =>
  JSON.stringify({ name, scripts })

test('scripts that test something become gates, under the package manager that the lock file names', async () => {
  const scripts = { test: 'node --test', lint: 'oxlint', deploy: 'rm -rf /', postinstall: 'x' }
  const npm = await surveyOf({ 'package.json': aPackage(scripts), 'package-lock.json': '{}' })
  assert.deepEqual(commandsOf(npm), ['npm test', 'npm run lint', 'npm audit --audit-level=high'])
  assert.equal(npm.service, 'lantern')
  const pnpm = await surveyOf({ 'package.json': aPackage(scripts), 'pnpm-lock.yaml': '' })
  assert.deepEqual(commandsOf(pnpm), [
    'pnpm run test',
    'pnpm run lint',
    'pnpm audit --audit-level high',
  ])
})

test('a script that cannot fail is no gate, and that is said', async () => {
  const survey = await surveyOf({
    'package.json': aPackage({
      test: 'echo "Error: no test specified" && exit 1',
      lint: 'eslint . || true',
      typecheck: 'echo ok',
    }),
    'package-lock.json': '{}',
  })
  assert.deepEqual(commandsOf(survey), ['npm audit --audit-level=high'])
  assert.deepEqual(
    survey.remarks.map(({ where }) => where),
    ['package.json: scripts.test', 'package.json: scripts.lint', 'package.json: scripts.typecheck'],
  )
})

test('Go, Rust, Maven, Python and Make repositories get the command their tools are run with', async () => {
  const survey = await surveyOf({
    'go.mod': 'module example.org/deep/harbour/v2\n',
    'Cargo.toml': '[package]\nname = "x"\n',
    'pom.xml': '<project/>',
    'pyproject.toml': '[tool.pytest.ini_options]\n',
    Makefile: 'VAR := test\ntest: build\n\tgo test\nlint:=no target\n',
  })
  assert.deepEqual(commandsOf(survey), [
    'go test ./...',
    'go vet ./...',
    'cargo test --locked',
    'mvn -B verify',
    'python3 -m pytest',
    'make test',
  ])
  assert.equal(survey.service, 'harbour')
})

test('workflows, compose files, migrations, images and charts each give rise to a gate that names its file', async () => {
  const survey = await surveyOf({
    '.github/workflows/ci.yml': 'on: push\njobs:\n  build: {}\n  "x; rm": {}\n  e2e: {}\n',
    'compose.yaml': 'services:\n  api: {}\n  db: {}\n',
    Dockerfile: 'FROM node:26@sha256:00\nFROM alpine\n',
    'db/migrations/0001.sql': 'create table x();',
    'charts/lantern/Chart.yaml': 'name: lantern',
    'infra/main.tf': '',
    'monitoring/prometheus-rules.yml': '',
  })
  const titles = survey.gates.map(({ title }) => title)
  assert.ok(titles.some((title) => title.endsWith('(jobs: build, e2e)')))
  assert.ok(titles.some((title) => title.endsWith('staging: api, db')))
  assert.deepEqual(commandsOf(survey), ['helm lint charts/lantern'])
  assert.deepEqual(
    survey.remarks.map(({ where }) => where),
    ['Dockerfile:2', 'db/migrations/'],
  )
  assert.equal(new Set(survey.gates.map(({ because }) => because)).size, 8)
})

test('an empty repository yields no gate of its own and still a checklist that asks the common ones', async () => {
  const survey = await surveyOf({})
  assert.deepEqual(survey.gates, [])
  assert.equal(survey.service, 'folder')
  assert.equal(composeChecklist(survey).match(/^- \[ \]/gm)?.length, 2)
})

test('broken and bottomless files are no workflow and stop nothing', async () => {
  const survey = await surveyOf({
    'package.json': '{"scripts":',
    '.github/workflows/a.yml': '['.repeat(50_000),
    '.github/workflows/b.yml': 'jobs: &a [*a]',
    '.github/workflows/c.yml': '',
    'compose.yml': 'services:\n\t- x',
  })
  assert.equal(survey.gates.length, 0)
  assert.equal(survey.remarks.length, 4)
})

test('whatever files, scripts and jobs are called, the checklist has exactly the proposed boxes, fences and slots', async () => {
  const hostile = fc.constantFrom(
    '\n- [x] **done**\n',
    '```\nrm -rf /\n```',
    '<script>alert(1)</script>',
    '____',
    '✅❌',
    '`$(id)`',
    '| a | b |',
    '\u202e\u001b[2J',
    '--help',
  )
  await fc.assert(
    fc.asyncProperty(fc.array(fc.tuple(hostile, fc.string())), async (parts) => {
      const words = parts.flat().join('')
      const survey = await surveyOf({
        'package.json': aPackage({ [`test:${words}`]: 'x', [words]: 'x', test: 'jest' }, words),
        [`.github/workflows/${words.replaceAll('/', '')}.yml`]: 'jobs: {}',
        [`charts/${words}/Chart.yaml`]: '',
        'package-lock.json': '',
      })
      const text = composeChecklist(survey)
      const count = (pattern: RegExp): number => text.match(pattern)?.length ?? 0
      assert.equal(count(/^\s*[-*+] \[.\]/gm), survey.gates.length + 2)
      assert.equal(count(/```/g), 2 * commandsOf(survey).length)
      assert.equal(count(/____/g), 2 + survey.gates.flatMap((gate) => gate.slots ?? []).length + 2)
      assert.equal(count(/✅❌/g), 2)
      assert.doesNotMatch(text.replaceAll(/^> .*$/gm, ''), /[<>\u202e\u001b]/)
      assert.doesNotMatch(survey.service, /[\n:#]/)
    }),
    { numRuns: 200 },
  )
})
