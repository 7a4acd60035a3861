// What package manifests say about tests and checks: package.json, go.mod, Cargo.toml, pyproject.toml, Maven and Gradle.
import type { ProposedGate, Remark, RepositoryFiles, Sightings } from './model.ts'
import { merge } from './sightings.ts'

/** What a script may be called to be put into a command as it is. */
const PLAIN_NAME = /^[A-Za-z0-9][\w:.-]{0,79}$/

/** Scripts worth a gate, by the first part of their name, with the claim each one decides. */
const SCRIPT_CLAIMS: readonly (readonly [RegExp, string])[] = [
  [/^test$/, 'The tests pass'],
  [/^(?:lint|eslint)$/, 'The linter has nothing to say'],
  [/^(?:typecheck|type-check|tsc)$/, 'The types hold'],
  [/^(?:e2e|test:e2e)$/, 'The end-to-end tests pass'],
  [/^(?:test:integration|integration)$/, 'The integration tests pass'],
  [/^check$/, 'The repository’s own checks pass'],
]

/** Scripts that can only succeed, or that npm wrote in place of a test. */
const EMPTY_SCRIPT = /no test specified|^\s*(?:echo\b[^&|;]*|true|exit 0|:)\s*$/
const FORGIVING_SCRIPT = /(?:\|\||;)\s*(?:true|exit 0|:)\s*$|--passWithNoTests|--forceExit\s*\|\|/

export async function surveyPackages(files: RepositoryFiles): Promise<Sightings> {
  const found = [await surveyNpm(files)]
  for (const { manifest, gates } of OTHERS) {
    if (files.paths.includes(manifest)) found.push({ gates, remarks: [] })
  }
  found.push(await surveyPython(files), await surveyMake(files))
  return merge(found)
}

async function surveyNpm(files: RepositoryFiles): Promise<Sightings> {
  const manifest = await readJson(files, 'package.json')
  if (manifest === undefined) return { gates: [], remarks: [] }
  const scripts = recordOf(manifest['scripts'])
  const gates: ProposedGate[] = []
  const remarks: Remark[] = []
  for (const [name, script] of Object.entries(scripts)) {
    const claim = SCRIPT_CLAIMS.find(([pattern]) => pattern.test(name))?.[1]
    if (claim === undefined || typeof script !== 'string' || !PLAIN_NAME.test(name)) continue
    const where = `package.json: scripts.${name}`
    if (EMPTY_SCRIPT.test(script)) {
      remarks.push({ where, text: 'runs nothing, so it is no gate' })
      continue
    }
    if (FORGIVING_SCRIPT.test(script)) {
      remarks.push({
        where,
        text: 'succeeds although what it runs may fail; mend it and add a gate',
      })
      continue
    }
    gates.push({
      section: 'Code',
      title: claim,
      because: where,
      command: runScript(files, name),
    })
  }
  const lock = LOCKS.find(({ file }) => files.paths.includes(file))
  if (lock === undefined) {
    remarks.push({
      where: 'package.json',
      text: 'has no lock file beside it: what is tested may not be what is released',
    })
  } else if (lock.audit !== undefined) {
    gates.push({
      section: 'Dependencies',
      title: 'No dependency has a known vulnerability of level high or critical',
      because: lock.file,
      command: lock.audit,
    })
  }
  return { gates, remarks }
}

interface LockFile {
  readonly file: string
  readonly run: string
  readonly audit?: string
}

const LOCKS: readonly LockFile[] = [
  { file: 'pnpm-lock.yaml', run: 'pnpm run', audit: 'pnpm audit --audit-level high' },
  { file: 'yarn.lock', run: 'yarn run' },
  { file: 'bun.lock', run: 'bun run' },
  {
    file: 'package-lock.json',
    run: 'npm run',
    audit: 'npm audit --audit-level=high',
  },
]

function runScript(files: RepositoryFiles, name: string): string {
  const run = LOCKS.find(({ file }) => files.paths.includes(file))?.run ?? 'npm run'
  return run === 'npm run' && name === 'test' ? 'npm test' : `${run} ${name}`
}

const OTHERS: readonly { readonly manifest: string; readonly gates: readonly ProposedGate[] }[] = [
  {
    manifest: 'go.mod',
    gates: [
      { section: 'Code', title: 'The Go tests pass', because: 'go.mod', command: 'go test ./...' },
      {
        section: 'Code',
        title: 'go vet has nothing to say',
        because: 'go.mod',
        command: 'go vet ./...',
      },
    ],
  },
  {
    manifest: 'Cargo.toml',
    gates: [
      {
        section: 'Code',
        title: 'The Rust tests pass',
        because: 'Cargo.toml',
        command: 'cargo test --locked',
      },
    ],
  },
  {
    manifest: 'pom.xml',
    gates: [
      {
        section: 'Code',
        title: 'The Maven build passes',
        because: 'pom.xml',
        command: 'mvn -B verify',
      },
    ],
  },
]

async function surveyPython(files: RepositoryFiles): Promise<Sightings> {
  const manifest = ['pyproject.toml', 'pytest.ini', 'tox.ini', 'setup.cfg'].find((path) =>
    files.paths.includes(path),
  )
  if (manifest === undefined) return { gates: [], remarks: [] }
  const text = (await files.read(manifest)) ?? ''
  const hasTests = files.paths.some((path) => /(?:^|\/)(?:test_[^/]*|[^/]*_test)\.py$/.test(path))
  if (!hasTests && !/pytest/.test(text)) {
    return { gates: [], remarks: [{ where: manifest, text: 'no Python tests were found' }] }
  }
  return {
    gates: [
      {
        section: 'Code',
        title: 'The Python tests pass',
        because: manifest,
        command: 'python3 -m pytest',
      },
    ],
    remarks: [],
  }
}

async function surveyMake(files: RepositoryFiles): Promise<Sightings> {
  const path = ['Makefile', 'GNUmakefile', 'makefile'].find((name) => files.paths.includes(name))
  const text = path === undefined ? undefined : await files.read(path)
  if (path === undefined || text === undefined) return { gates: [], remarks: [] }
  const gates: ProposedGate[] = []
  for (const [target, title] of [
    ['test', 'make test passes'],
    ['check', 'make check passes'],
    ['lint', 'make lint passes'],
  ] as const) {
    const line = text.split('\n').findIndex((row) => new RegExp(`^${target}\\s*:(?!=)`).test(row))
    if (line < 0) continue
    gates.push({
      section: 'Code',
      title,
      because: `${path}:${line + 1}`,
      command: `make ${target}`,
    })
  }
  return { gates, remarks: [] }
}

/** A JSON file as a record; undefined when there is none or it is something else. */
export async function readJson(
  files: RepositoryFiles,
  path: string,
): Promise<Readonly<Record<string, unknown>> | undefined> {
  const text = files.paths.includes(path) ? await files.read(path) : undefined
  if (text === undefined) return undefined
  try {
    return recordOf(JSON.parse(text))
  } catch {
    // A manifest that its own tools could not read says nothing; the survey goes on with the other files.
    return undefined
  }
}

function recordOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Record<string, unknown>)
    : {}
}
