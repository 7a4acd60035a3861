// Installs the packed packages in an empty folder and runs their commands, as somebody who has only them would.
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import test, { after, before } from 'node:test'
import { buildPackages } from '../../tools/pack.ts'
import { browserCheck } from '../browser-check.ts'
import { aBundle } from '../bundle.ts'
import { CHROMIUM_MISSING, findChromium, withTab } from '../chromium.ts'
import { serveModules } from '../module-server.ts'

const COMMAND_TIMEOUT_MS = 5 * 60_000
const EXIT_RUNTIME_TOO_OLD = 78

interface Ended {
  readonly status: number | null
  readonly stdout: string
  readonly stderr: string
}

let folder = ''

/** How this machine reaches a registry, which is no business of the packages: a proxy, and whose certificates it trusts. */
function networkSettings(): Record<string, string> {
  const names = /^(?:NODE_EXTRA_CA_CERTS|(?:https?|no)_proxy)$/i
  return Object.fromEntries(
    Object.entries(process.env).flatMap(([name, value]) =>
      names.test(name) && value !== undefined ? [[name, value]] : [],
    ),
  )
}

/** Runs a program without anything else of this process's npm or Node settings. */
function run(
  program: string,
  args: readonly string[],
  cwd: string,
  node: string = process.execPath,
): Ended {
  const path = `${dirname(node)}:/usr/local/bin:/usr/bin:/bin`
  const env = {
    ...networkSettings(),
    PATH: path,
    HOME: process.env['HOME'] ?? cwd,
    npm_config_loglevel: 'error',
  }
  const { status, stdout, stderr, error } = spawnSync(program, args, {
    cwd,
    env,
    encoding: 'utf8',
    timeout: COMMAND_TIMEOUT_MS,
  })
  if (error !== undefined) throw error
  return { status, stdout, stderr }
}

function installed(name: string, tarball: string): string {
  const home = join(folder, name)
  mkdirSync(home)
  writeFileSync(join(home, 'package.json'), '{ "private": true }\n')
  const done = run('npm', ['install', '--prefer-offline', '--no-audit', '--no-fund', tarball], home)
  assert.equal(done.status, 0, done.stderr)
  return home
}

/** A Node older than the packages accept: named by SEAWORTHY_OLD_NODE, or met on the path. */
function findOldNode(): string | undefined {
  const places = (process.env['PATH'] ?? '').split(':').map((place) => join(place, 'node'))
  const candidates = [process.env['SEAWORTHY_OLD_NODE'], ...places]
  return candidates.find((node) => {
    if (node === undefined || !existsSync(node)) return false
    const [major = 0] = spawnSync(node, ['-p', 'process.versions.node'], { encoding: 'utf8' })
      .stdout.split('.')
      .map(Number)
    return major > 0 && major < 24
  })
}

let seaworthy = ''
let verify = ''
let guard = ''

before(() => {
  folder = mkdtempSync(join(tmpdir(), 'seaworthy-packed-'))
  const built = buildPackages(join(folder, 'out'))
  const tarballOf = (name: string): string =>
    built.find((each) => each.name === name)?.tarball ?? ''
  seaworthy = installed('one', tarballOf('seaworthy'))
  verify = installed('two', tarballOf('@seaworthy/verify'))
  guard = installed('three', tarballOf('@seaworthy/guard'))
})

after(() => rmSync(folder, { recursive: true }))

function addToGuard(name: string): void {
  const words = ['install', '--prefer-offline', '--no-audit', '--no-fund', name]
  const added = run('npm', words, guard)
  assert.equal(added.status, 0, added.stderr)
}

/** Milliseconds in which each group of packages is loaded in a process of its own; the fastest of five, taken in turn. */
function fastestLoads(...groups: readonly (readonly string[])[]): readonly number[] {
  for (const [at, names] of groups.entries()) {
    const lines = names.map((name) => `await import('${name}')`)
    const timing = [
      'const began = performance.now()',
      ...lines,
      'console.log(performance.now() - began)',
    ]
    writeFileSync(join(guard, `load-${at}.mjs`), timing.join('\n'))
  }
  const rounds = Array.from({ length: 5 }, () =>
    groups.map((_, at) => {
      const { status, stdout, stderr } = run(process.execPath, [`load-${at}.mjs`], guard)
      assert.equal(status, 0, stderr)
      return Number(stdout)
    }),
  )
  return groups.map((_, at) => Math.round(Math.min(...rounds.map((each) => each[at]!)) * 10) / 10)
}

test('the installed command says its version and lists its commands', () => {
  const { version }: { version: string } = JSON.parse(readFileSync('package.json', 'utf8'))
  const command = join(seaworthy, 'node_modules', '.bin', 'seaworthy')
  const said = run(command, ['--version'], seaworthy)
  assert.deepEqual([said.status, said.stdout.trim()], [0, version], said.stderr)
  const help = run(command, ['--help'], seaworthy)
  assert.equal(help.status, 0, help.stderr)
  for (const word of ['import', 'run', 'decide', 'verify'])
    assert.ok(help.stdout.includes(word), `help names ${word}`)
})

test('the installed command opens its database and reads a checklist', () => {
  const command = join(seaworthy, 'node_modules', '.bin', 'seaworthy')
  writeFileSync(join(seaworthy, 'checklist.md'), '# Release\n\n- [ ] The tests pass\n')
  const said = run(command, ['import', 'checklist.md', '--json'], seaworthy)
  assert.equal(said.status, 0, said.stderr)
  const answer: { ok: boolean } = JSON.parse(said.stdout)
  assert.equal(answer.ok, true)
  const stored = run(command, ['key', 'create', 'alice', '--json'], seaworthy)
  assert.equal(stored.status, 0, stored.stderr)
  assert.ok(run(command, ['key', 'list'], seaworthy).stdout.includes('alice'))
})

test('the installed verifier explains itself and refuses a file that is not there', () => {
  const command = join(verify, 'node_modules', '.bin', 'seaworthy-verify')
  const help = run(command, ['--help'], verify)
  assert.equal(help.status, 0, help.stderr)
  assert.ok(help.stdout.includes('--trust'))
  assert.equal(run(command, ['no-such.bundle.tar'], verify).status, 6)
})

test('the verifier brings no other package and no server code', () => {
  assert.deepEqual(
    readdirSync(join(verify, 'node_modules')).filter((name) => !name.startsWith('.')),
    ['@seaworthy'],
  )
  const rooms = readdirSync(join(verify, 'node_modules', '@seaworthy', 'verify', 'dist')).toSorted()
  assert.deepEqual(rooms, ['formats', 'kernel', 'proof', 'register', 'verdict', 'verify'])
})

test('the installed verifier accepts a Go in a browser and refuses one flipped bit', async (t) => {
  const chromium = findChromium()
  if (chromium === undefined) return t.skip(CHROMIUM_MISSING)
  const { bytes, trustBytes } = await aBundle()
  const server = await serveModules(join(verify, 'node_modules', '@seaworthy', 'verify', 'dist'))
  await withTab(chromium, async (tab) => {
    await tab.open(`${server.origin}/`)
    const modules = { verify: '/verify/index.js', ports: '/verify/browser.js' }
    await tab.evaluate(browserCheck(modules, bytes, trustBytes))
    await server.close()
    assert.equal(await tab.evaluate('check(-1)'), 'INTACT GO 0')
    const middle = bytes.length * 4
    assert.match(String(await tab.evaluate(`check(${middle})`)), /^INVALID INVALID [1-9]/)
  })
})

test('both packages can be imported by the names they export', () => {
  const script =
    "const { verifyBundle } = await import('@seaworthy/verify'); const node = await import('@seaworthy/verify/node'); const browser = await import('@seaworthy/verify/browser'); process.exit(verifyBundle && node && browser.browserVerifyPorts ? 0 : 1)"
  assert.equal(run(process.execPath, ['--input-type=module', '-e', script], verify).status, 0)
  const other =
    "await import('seaworthy'); const { verifyBundle } = await import('seaworthy/verify'); process.exit(verifyBundle ? 0 : 1)"
  const done = run(process.execPath, ['--input-type=module', '-e', other], seaworthy)
  assert.equal(done.status, 0, done.stderr)
})

test('the packages carry no Node binary and no test', () => {
  const manifest: Record<string, unknown> = JSON.parse(
    readFileSync(join(seaworthy, 'node_modules', 'seaworthy', 'package.json'), 'utf8'),
  )
  assert.equal(manifest['optionalDependencies'], undefined)
  assert.deepEqual(
    readdirSync(join(seaworthy, 'node_modules')).filter((name) => name.startsWith('node-')),
    [],
  )
  const files = readdirSync(join(seaworthy, 'node_modules', 'seaworthy'), {
    recursive: true,
    encoding: 'utf8',
  })
  assert.ok(files.length > 0)
  assert.deepEqual(
    files.filter((file) => /\.test\.|node_modules/.test(file)),
    [],
  )
})

test('an older Node is refused in one line with exit code 78', (t) => {
  const old = findOldNode()
  if (old === undefined)
    return t.skip('no Node older than 24 on the path, and SEAWORTHY_OLD_NODE is not set')
  for (const [home, name] of [
    [seaworthy, 'seaworthy'],
    [verify, 'seaworthy-verify'],
  ] as const) {
    const said = run(old, [join(home, 'node_modules', '.bin', name), '--version'], home, old)
    assert.equal(said.status, EXIT_RUNTIME_TOO_OLD, said.stderr)
    assert.match(said.stderr, /^[^\n]+\n$/)
    assert.equal(said.stdout, '')
  }
})

test('the guard brings no other package, loads without delay, and protects a project that has only Express', (t) => {
  assert.deepEqual(
    readdirSync(join(guard, 'node_modules')).filter((name) => !name.startsWith('.')),
    ['@seaworthy'],
  )
  addToGuard('express@5')
  const [guardMs, expressMs] = fastestLoads(
    ['@seaworthy/guard', '@seaworthy/guard/node'],
    ['express'],
  )
  t.diagnostic(`the guard loads in ${guardMs} ms (goal 30), Express in ${expressMs} ms`)
  // How fast a machine is differs; what the guard adds to the framework that it protects does not.
  assert.ok(guardMs! < expressMs!, `${guardMs} ms, Express ${expressMs} ms`)
  const page = readFileSync('docs/guards.md', 'utf8')
  const code = /^```ts express\n([^]*?)^```/m.exec(page)?.[1] ?? ''
  writeFileSync(join(guard, 'app.mts'), code)
  const drive = [
    "import { app } from './app.mts'",
    "const server = app.listen(0, '127.0.0.1', async () => {",
    '  const statuses = []',
    '  for (let index = 0; index < 6; index++)',
    '    statuses.push((await fetch(`http://127.0.0.1:${server.address().port}/`)).status)',
    '  console.log(statuses.join())',
    '  process.exit(0)',
    '})',
  ]
  writeFileSync(join(guard, 'drive.mts'), drive.join('\n'))
  const driven = run(process.execPath, ['drive.mts'], guard)
  assert.equal(driven.stdout.trim(), '200,200,200,200,200,429', driven.stderr)
})

test('the packed guard tries a contract in its worker, and one that never ends is refused', () => {
  addToGuard('ajv@8')
  const compiler = [
    "import { Ajv2020 } from 'ajv/dist/2020.js'",
    'export function compileContract(schema) {',
    "  if (schema.$comment === 'never end') for (;;);",
    '  return new Ajv2020({ strict: true }).compile(schema)',
    '}',
  ]
  writeFileSync(join(guard, 'compiler.mjs'), compiler.join('\n'))
  const trying = [
    "import { nodeContractTrial } from '@seaworthy/guard/node'",
    "const compiler = new URL('./compiler.mjs', import.meta.url)",
    'const good = await nodeContractTrial({ compiler, deadlineMs: 30_000 })(\'{"type":"object"}\')',
    'const endless = await nodeContractTrial({ compiler, deadlineMs: 300 })(\'{"$comment":"never end"}\')',
    'console.log(good.ok, endless.ok, endless.reason)',
  ]
  writeFileSync(join(guard, 'trial.mjs'), trying.join('\n'))
  const tried = run(process.execPath, ['trial.mjs'], guard)
  assert.equal(tried.stdout.trim(), 'true false trial-slow', tried.stderr)
})
