// seaworthy.yaml: what it may say, what wins over it, and what it may not do to the reader's machine.
import assert from 'node:assert/strict'
import { existsSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { openWorkplace } from './command-line.ts'
import type { Workplace } from './command-line.ts'

const places: Workplace[] = []
after(() => {
  for (const place of places) place.remove()
})

/** A workplace whose data folder is chosen by nobody but the files in it and `settings`. */
function aPlace(settings: Readonly<Record<string, string>> = {}): Workplace {
  const place = openWorkplace('', settings)
  places.push(place)
  return place
}

interface Settings {
  readonly settings: readonly {
    readonly key: string
    readonly value: string
    readonly source: string
  }[]
}

async function settingOf(place: Workplace, key: string, words: readonly string[] = []) {
  const { data } = await place.ask<Settings>(['config', ...words])
  const { value, source } = data.settings.find((setting) => setting.key === key) ?? {}
  return [value, source]
}

test('a flag wins over the environment, the environment over the file, the file over the default', async () => {
  const bare = aPlace()
  assert.deepEqual(await settingOf(bare, 'tenant'), ['local', 'default'])
  const path = bare.write('seaworthy.yaml', 'tenant: from-file\n')
  assert.deepEqual(await settingOf(bare, 'tenant'), ['from-file', path])
  assert.deepEqual(await settingOf(bare, 'tenant', ['--tenant', 'by-flag']), [
    'by-flag',
    '--tenant',
  ])
  const set = aPlace({ SEAWORTHY_TENANT: 'from-environment' })
  set.write('seaworthy.yaml', 'tenant: from-file\n')
  assert.deepEqual(await settingOf(set, 'tenant'), ['from-environment', 'SEAWORTHY_TENANT'])
})

test('the file names checklist, service, environment and data folder, and --service still wins', async () => {
  const place = aPlace()
  place.write('gates.md', '- [ ] **holds**\n\n  ```bash\n  test -e /\n  ```\n')
  place.write(
    'seaworthy.yaml',
    'checklist: gates.md\nservice: lantern\nenvironment: staging\ndata: state\n',
  )
  const ran = await place.ask<{ release: string }>(['run', '--release-version', '1.0'])
  assert.equal(ran.data.release, 'lantern@1.0')
  assert.ok(existsSync(join(place.folder, 'state', 'db')))
  assert.equal(existsSync(join(place.folder, '.seaworthy')), false)
  const named = await place.ask<{ release: string }>([
    'run',
    '--service',
    'other',
    '--release-version',
    '1.0',
  ])
  assert.equal(named.data.release, 'other@1.0')
})

test('a command about a checklist says what to do when none is named anywhere', async () => {
  const { exit, code, message } = await aPlace().refusal(['lint'])
  assert.deepEqual([exit, code], [2, 'GATES_FILE_UNNAMED'])
  assert.match(message, /expected a file/)
})

test('a mistake in the file is shown with its line and the key that was meant, and nothing runs', async () => {
  const place = aPlace()
  place.write('seaworthy.yaml', '# ours\ntenannt: x\n')
  const { exit, code, message } = await place.refusal(['config'])
  assert.deepEqual([exit, code], [2, 'APP_CONFIG_REFUSED'])
  assert.match(
    message,
    /line 2, column 1: unknown key "tenannt" at the top; did you mean "tenant"\?/,
  )
  assert.match(message, /\n2 \| tenannt: x\n {4}\^$/)
})

test('a file cannot point the data folder, a key or a server elsewhere, multiply itself or be huge', async () => {
  const place = aPlace()
  const texts = [
    'data: /tmp\n',
    'data: ../elsewhere\n',
    'data: .\n',
    'server: http://127.0.0.1:1\n',
    'url: http://127.0.0.1:1\n',
    'tenant: &a [*a, *a]\n',
    'tenant: x\ntenant: y\n',
    'tenant: !!js/function x\n',
    'tenant: ""\n',
    '[',
    `${'#'.repeat(70_000)}\n`,
  ]
  for (const text of texts) {
    place.write('seaworthy.yaml', text)
    assert.equal((await place.refusal(['config'])).code, 'APP_CONFIG_REFUSED', text.slice(0, 40))
  }
  rmSync(join(place.folder, 'seaworthy.yaml'))
  const missing = await aPlace({ SEAWORTHY_CONFIG: '/nowhere/at-all.yaml' }).refusal(['config'])
  assert.equal(missing.code, 'APP_CONFIG_REFUSED')
})

test('how many realtime connections one has is a whole number from the environment', async () => {
  const place = aPlace({ SEAWORTHY_SOCKETS_PER_TENANT: '12000' })
  assert.deepEqual(await settingOf(place, 'socketsPerTenant'), [
    '12000',
    'SEAWORTHY_SOCKETS_PER_TENANT',
  ])
  for (const count of ['0', 'many', '1.5', '-1', '1000000']) {
    const refused = await aPlace({ SEAWORTHY_SOCKETS_PER_ADDRESS: count }).refusal(['config'])
    assert.equal(refused.code, 'APP_CONFIG_REFUSED', count)
  }
})

test('a password in a database URL is not shown', async () => {
  const place = aPlace({ SEAWORTHY_DATABASE_URL: 'postgres://someone:hunter-two@localhost/x' })
  assert.deepEqual(await settingOf(place, 'database'), [
    'postgres://someone:***@localhost/x',
    'SEAWORTHY_DATABASE_URL',
  ])
})

test('the printed schemas are the published ones, and another name is answered with the known ones', async () => {
  const place = aPlace()
  for (const name of ['plan', 'config']) {
    const { stdout } = await place.shell(['schema', name])
    const published = new URL(`../../schemas/${name}.schema.json`, import.meta.url)
    assert.equal(stdout, readFileSync(published, 'utf8'))
  }
  const { code, message } = await place.refusal(['schema', 'plans'])
  assert.equal(code, 'APP_OPTION_INVALID')
  assert.match(message, /did you mean plan\?/)
})

test('a command that is printed for later names the place again when the flags of this one did, and works as printed', async () => {
  const place = aPlace()
  const path = place.write('my gates.md', '- [ ] **writes**\n\n  ```bash\n  echo 1 > out\n  ```\n')
  const words = ['run', path, '--release-version', '1.0', '--service', 'lantern']
  const flags = ['--data', 'the state', '--tenant', 'north']
  const { stdout } = await place.shell([...words, ...flags])
  const printed = /: seaworthy (confirm \S+ --data '[^']+' --tenant north)$/m.exec(stdout)?.[1]
  assert.ok(printed, stdout)
  const asAShellReadsIt = [...printed.matchAll(/'([^']*)'|(\S+)/g)].map(
    ([, quoted, bare]) => quoted ?? bare ?? '',
  )
  const confirmed = await place.shell(asAShellReadsIt)
  assert.match(confirmed.stderr, /writes .* it ran/)
  assert.match(stdout, /^Next: .*, each with --data '[^']+' --tenant north$/m)
  const plain = await place.shell(words)
  assert.match(plain.stdout, /: seaworthy confirm \S+$/m)
})
