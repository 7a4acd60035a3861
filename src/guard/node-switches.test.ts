// Files of switches on a real disk: seen at once when replaced, and whatever takes their place is survived.
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import {
  mkdirSync,
  mkdtempSync,
  renameSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { lastGoodFile, nodeGuardClock, switchFile } from './node.ts'
import { makeSwitches } from './switches/switches.ts'
import type { Switches } from './switches/switches.ts'

const folder = mkdtempSync(join(tmpdir(), 'seaworthy-switches-'))
after(() => rmSync(folder, { recursive: true }))

function documentOf(state: 'on' | 'off'): string {
  return JSON.stringify({ format: 'seaworthy-switches/1', switches: { a: { state } } })
}

function replaceFile(path: string, text: string): void {
  writeFileSync(`${path}.next`, text)
  renameSync(`${path}.next`, path)
}

function openSwitches(path: string): Switches<'a'> {
  return makeSwitches({
    definitions: { a: { kind: 'kill-switch', boot: 'on' } },
    sources: [switchFile(path)],
    clock: nodeGuardClock,
  })
}

async function msUntil(switches: Switches<'a'>, isOn: boolean): Promise<number> {
  const startedMs = performance.now()
  // Three seconds: past the promised two it fails below.
  for (let round = 0; round < 600 && switches.isOn('a') !== isOn; round++)
    await nodeGuardClock.wait(5)
  assert.equal(switches.isOn('a'), isOn)
  return performance.now() - startedMs
}

test('a replaced, swapped and rewritten file is in force within two seconds, without a restart', async () => {
  const path = join(folder, 'live.json')
  const switches = openSwitches(path)
  await switches.start()
  try {
    assert.equal(switches.status().sources[0]?.state, 'absent')
    replaceFile(path, documentOf('off'))
    assert.ok((await msUntil(switches, false)) < 2_000)
    writeFileSync(path, documentOf('on'))
    assert.ok((await msUntil(switches, true)) < 2_000)
    const mounted = join(folder, 'mounted')
    mkdirSync(mounted)
    writeFileSync(join(mounted, 'switches.json'), documentOf('off'))
    rmSync(path)
    symlinkSync(join(mounted, 'switches.json'), path)
    assert.ok((await msUntil(switches, false)) < 2_000)
  } finally {
    switches.stop()
  }
})

test('a pipe, a folder or a huge file in its place is told and waited out with the last good words', async () => {
  const path = join(folder, 'odd.json')
  const switches = openSwitches(path)
  const put: readonly (() => void)[] = [
    () => assert.equal(spawnSync('mkfifo', [path]).status, 0),
    () => mkdirSync(path),
    () => {
      writeFileSync(path, '')
      truncateSync(path, 2 ** 40)
    },
    () => undefined,
  ]
  for (const each of put) {
    rmSync(path, { recursive: true, force: true })
    writeFileSync(path, documentOf('off'))
    await switches.refresh()
    rmSync(path)
    each()
    await switches.refresh()
    assert.deepEqual([switches.isOn('a'), switches.status().sources[0]?.state], [false, 'lost'])
  }
})

test('the last good words are kept in a file that is replaced whole', async () => {
  const store = lastGoodFile(join(folder, 'last-good.json'))
  assert.equal(await store.read(), undefined)
  await store.write('{"a":"b"}')
  assert.equal(await store.read(), '{"a":"b"}')
})
