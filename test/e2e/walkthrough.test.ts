// What `npm start` shows, from the first line to the refused forgery, twice in the same folder.
import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { openReader } from '../board-tab.ts'
import { findChromium, withTab } from '../chromium.ts'
import { openWorkplace } from './command-line.ts'
import type { ShellEnd } from './command-line.ts'

const place = openWorkplace()
after(() => place.remove())

/** Walks to its end, opens the printed link, and interrupts the server. */
async function walkToBoard(): Promise<ShellEnd> {
  const { child, ended } = place.start(['start', '--port', '0'])
  const link = await new Promise<string>((resolve, reject) => {
    let told = ''
    child.stdout?.on('data', (chunk: Buffer) => {
      told += chunk.toString()
      const found = /the board: (http:\S+)\n[^]*Ctrl-C/.exec(told)?.[1]
      if (found !== undefined) resolve(found)
    })
    child.once('close', () => reject(new Error(`expected a link, got\n${told}`)))
  })
  assert.match(link, /\/releases\/harbour\/1\.4\.0#key=[\w-]{43}$/)
  const chromium = findChromium()
  if (chromium === undefined) assert.equal((await fetch(link)).status, 200)
  else
    await withTab(chromium, async (tab) => {
      const reader = await openReader(tab, link)
      await reader.open('')
      await reader.shows('Live')
      await reader.shows('risk R1 (P0, The mooring may break) is not closed')
      await reader.shows('Open 0')
      await reader.inspect('walkthrough')
    })
  child.kill('SIGINT')
  return ended
}

test('the walkthrough ends with the verdict of the release, on the board as well, and a No-Go is shown as a Go is', async () => {
  for (const turn of ['first', 'second']) {
    const walk = turn === 'first' ? place.shell(['start', '--once']) : walkToBoard()
    const { exit, stdout, stderr } = await walk
    assert.deepEqual([turn, exit, stderr], [turn, turn === 'first' ? 0 : 30, ''])
    assert.match(stdout, /ferrybell@v3\.2\.0: NO_GO/)
    const [, confirmed = ''] = stdout.split(/seaworthy confirm \S+\n/)
    for (const tried of ['limits', 'bodies', 'switches', 'pages', 'queries', 'breakers'])
      assert.match(confirmed, new RegExp(`✓ PASS +protection/${tried}/`))
    assert.match(
      stdout,
      turn === 'first'
        ? /harbour@1\.4\.0: GO/
        : /harbour@1\.4\.0: NO_GO\n[^]*not closed[^]*\nNo Go, for the reasons above/,
    )
    assert.match(
      stdout,
      /INTACT: nothing changed[^]*exit 0\n[^]*INVALID: this bundle proves nothing[^]*exit 40\n/,
    )
    // Whatever the gates say, this holds the second one back.
    const risk = ['risk', 'add', 'The mooring may break', '--level', 'P0', '--service', 'harbour']
    const added = await place.shell([...risk, '--owner', 'demo sre', '--as', 'demo sre'])
    assert.equal(added.exit, 0, added.stderr)
  }
  for (const name of ['bundle.tar', 'trust.json', 'checklist.md', 'report.html'])
    assert.ok(existsSync(join(place.dataFolder, `harbour-1.4.0.${name}`)), name)
})

test('the walkthrough takes a checklist of the user’s own, and says what is wrong with its words', async () => {
  const refused = await place.shell(['start', '--once', '--sideways'])
  assert.equal(refused.exit, 2)
  assert.match(refused.stderr, /npm start -- \[FILE\]/)
  const missing = await place.shell(['start', '--once', 'nowhere.md'])
  assert.deepEqual([missing.exit, /APP_FILE_UNREADABLE/.test(missing.stderr)], [2, true])
})
