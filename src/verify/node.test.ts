// The verifier on Node: files and trust arguments, exit codes, one JSON document, and no way to a network.
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { keyIdOf } from '../proof/index.ts'
import { aBundle } from '../../test/bundle.ts'
import type { BuiltBundle } from '../../test/bundle.ts'
import { nodeDigest } from '../../test/crypto.ts'
import { runVerifyCli } from './node-cli.ts'

let folder = ''
let built: BuiltBundle

before(async () => {
  folder = mkdtempSync(join(tmpdir(), 'seaworthy-verify-'))
  built = await aBundle()
  writeFileSync(join(folder, 'a.bundle.tar'), built.bytes)
  writeFileSync(join(folder, 'a.trust.json'), built.trustBytes)
  writeFileSync(join(folder, 'bad.bundle.tar'), built.bytes.with(3000, built.bytes[3000]! ^ 1))
})

after(() => rmSync(folder, { recursive: true }))

async function runCli(...args: string[]): Promise<{ exit: number; out: string; err: string }> {
  let [out, err] = ['', '']
  const exit = await runVerifyCli(args, {
    stdout: (text) => (out += text),
    stderr: (text) => (err += text),
  })
  return { exit, out, err }
}

test('exit codes tell intact, signer unknown, INVALID, usage and a missing file apart', async () => {
  const bundle = join(folder, 'a.bundle.tar')
  const trust = join(folder, 'a.trust.json')
  const keyId = keyIdOf(nodeDigest, built.keys.plane.publicKey)
  const cases: readonly (readonly [readonly string[], number, RegExp])[] = [
    [[bundle, '--trust', trust], 0, /^INTACT:[^]*harbour 2\.4\.0 in staging: GO/],
    [[bundle, '--trust', keyId], 0, /^INTACT:/],
    [[bundle], 12, /^INTACT, SIGNER UNKNOWN[^]*--trust/],
    [[bundle, '--trust', '0'.repeat(64)], 40, /^INVALID[^]*VERIFY_SIGNER_UNTRUSTED/],
    [[join(folder, 'bad.bundle.tar'), '--trust', trust], 40, /^INVALID/],
    [[trust], 40, /VERIFY_CONTAINER_REFUSED/],
    [[join(folder, 'none.tar')], 6, /VERIFY_BUNDLE_MISSING/],
    [[bundle, '--trust', 'nobody'], 2, /VERIFY_TRUST_REFUSED/],
    [[bundle, '--trust', bundle], 2, /VERIFY_TRUST_REFUSED/],
    [[bundle, '--frobnicate'], 2, /VERIFY_USAGE_REFUSED/],
    [[], 2, /VERIFY_USAGE_REFUSED/],
    [['--help'], 0, /--trust FILE\|KEY/],
  ]
  for (const [args, exit, text] of cases) {
    const ran = await runCli(...args)
    assert.equal(ran.exit, exit, JSON.stringify([args, ran]))
    assert.match(ran.out + ran.err, text)
  }
})

test('--json answers one document, whether it went well or not', async () => {
  const good = JSON.parse((await runCli(join(folder, 'a.bundle.tar'), '--json')).out) as Record<
    string,
    unknown
  >
  assert.deepEqual(
    [good['schemaVersion'], good['ok'], (good['data'] as { verdict: string }).verdict],
    [1, true, 'INTACT_SIGNER_UNKNOWN'],
  )
  const invalid = JSON.parse(
    (await runCli(join(folder, 'bad.bundle.tar'), '--json')).out,
  ) as Record<string, unknown>
  assert.deepEqual(
    [invalid['ok'], (invalid['data'] as { release: unknown }).release],
    [true, 'INVALID'],
  )
  const missing = JSON.parse((await runCli('none', '--json')).out) as Record<string, unknown>
  assert.deepEqual(
    [missing['ok'], (missing['error'] as { code: string }).code],
    [false, 'VERIFY_BUNDLE_MISSING'],
  )
})

test('a file beyond the limit is refused without being read', async () => {
  const path = join(folder, 'huge.tar')
  writeFileSync(path, '')
  truncateSync(path, 600 * 1024 * 1024)
  const ran = await runCli(path)
  assert.equal(ran.exit, 40)
  assert.match(ran.out, /at most 536870912 bytes/)
})

test(
  'a pipe in place of a bundle is refused and not waited for',
  { timeout: 10_000 },
  async (t) => {
    if (process.platform === 'win32') {
      t.skip('there are no named pipes in folders')
      return
    }
    const path = join(folder, 'pipe.tar')
    assert.equal(spawnSync('mkfifo', [path]).status, 0)
    const ran = await runCli(path)
    assert.equal(ran.exit, 6)
    assert.match(ran.err, /no regular file/)
  },
)

test('verifying loads no module that could reach a network', () => {
  const script = `
    import { registerHooks } from 'node:module'
    const seen = []
    registerHooks({ resolve: (name, context, next) => { seen.push(name); return next(name, context) } })
    const { runVerifyCli } = await import('./src/verify/node-cli.ts')
    process.exitCode = await runVerifyCli([${JSON.stringify(join(folder, 'a.bundle.tar'))}], { stdout: () => {}, stderr: () => {} })
    console.log(JSON.stringify(seen.filter((name) => !name.startsWith('.'))))`
  const ran = spawnSync(process.execPath, ['--input-type=module', '-e', script], {
    encoding: 'utf8',
  })
  assert.equal(ran.status, 12, ran.stderr)
  const loaded = new Set(JSON.parse(ran.stdout) as string[])
  assert.deepEqual([...loaded].toSorted(), [
    'node:crypto',
    'node:fs',
    'node:fs/promises',
    'node:util',
    'node:zlib',
  ])
})

test('the verify command of the whole program loads no module that could reach a network either', () => {
  const hook = `
    import { registerHooks } from 'node:module'
    const seen = []
    registerHooks({ load: (url, context, next) => { seen.push(url); return next(url, context) } })
    process.on('exit', () => console.log('\\n' + JSON.stringify(seen)))`
  const bundle = join(folder, 'a.bundle.tar')
  const ran = spawnSync(
    process.execPath,
    [
      '--import',
      `data:text/javascript,${encodeURIComponent(hook)}`,
      'bin/seaworthy.js',
      'verify',
      bundle,
    ],
    { encoding: 'utf8' },
  )
  assert.equal(ran.status, 12, ran.stderr)
  const loaded = JSON.parse(ran.stdout.trim().split('\n').at(-1) ?? '') as string[]
  assert.ok(loaded.some((url) => url.endsWith('/src/verify/service.ts')))
  const reaching =
    /^node:(?:https?|http2|net|tls|dns|dgram)$|\/src\/(?:platform|web)\/|\/node_modules\/(?!commander\/)/
  assert.deepEqual(
    loaded.filter((url) => reaching.test(url)),
    [],
  )
})
