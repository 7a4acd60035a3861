// What `npm start` shows, from the first line to the refused forgery, twice in the same folder.
import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { openWorkplace } from './command-line.ts'

const place = openWorkplace()
after(() => place.remove())

test('the walkthrough ends with the verdict of the certified release, the first time and the second', async () => {
  for (const turn of ['first', 'second']) {
    const { exit, stdout, stderr } = await place.shell(['start', '--once'])
    assert.deepEqual([turn, exit, stderr], [turn, 0, ''])
    assert.match(stdout, /ferrybell@v3\.2\.0: NO_GO/)
    assert.match(stdout, /harbour@1\.4\.0: GO/)
    assert.match(
      stdout,
      /INTACT: nothing changed[^]*exit 0\n[^]*INVALID: this bundle proves nothing[^]*exit 40\n/,
    )
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
