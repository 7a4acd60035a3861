// Types the last part of docs/tutorial.md word for word: a server, three people on machines of their own, a Go, and a proof for a stranger.
import assert from 'node:assert/strict'
import { copyFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { openWorkplace } from './command-line.ts'
import type { ShellEnd } from './command-line.ts'
import { openDesk, readBlocks } from './guide.ts'
import type { Desk } from './guide.ts'

const HEADING = '## 8. A server for several people'
/** The one thing that is another in this test. */
const ADDRESS = 'https://seaworthy.example.com'
const KEY = /swk_(?:live|test)_[0-9A-Za-z]{12}_[0-9A-Za-z]{38}/
const REGISTER = /seaworthy ((?:key|runner) register .*?--public-key [A-Za-z0-9+/=]+)/

const house = openWorkplace()
const desks = { server: openDesk(), ann: openDesk(), bo: openDesk(), cleo: openDesk() }
after(() => {
  house.remove()
  for (const desk of Object.values(desks)) desk.remove()
})

interface Line {
  readonly who: keyof typeof desks
  readonly words: string
  readonly exit: number
}

/** What each person types, in order: the page marks whose machine a block is for, and what does not end with 0. */
function readLines(): readonly Line[] {
  return readBlocks('tutorial.md', HEADING).flatMap(({ info, text }) => {
    const who = /^sh (\w+)$/.exec(info)?.[1]
    if (who === undefined) return []
    assert.ok(who in desks, who)
    return text
      .trim()
      .split('\n')
      .map((words) => ({
        who: who as keyof typeof desks,
        words,
        exit: Number(/# ends with (\d+)/.exec(words)?.[1] ?? 0),
      }))
  })
}

/** What one person hands to another: API keys to their owners, commands to the admin, the sealed release to Cleo. */
async function handOver({ who, words }: Line, end: ShellEnd): Promise<void> {
  const owner = /api-key create (ann|bo)\b/.exec(words)?.[1]
  if (owner !== undefined)
    desks[owner as 'ann' | 'bo'].write('seaworthy.key', `${KEY.exec(end.stdout)?.[0]}\n`)
  if (/key create|runner enrol/.test(words) && who !== 'server') {
    const told = REGISTER.exec(end.stderr)?.[1]
    assert.ok(told !== undefined, `what an admin has to type, in: ${end.stderr}`)
    await desks.server.mustType(`npx seaworthy ${told}`)
  }
  if (words.includes(' bundle '))
    for (const name of ['beacon-1.0.0.bundle.tar', 'beacon-1.0.0.trust.json'])
      copyFileSync(join(desks.ann.folder, '.seaworthy', name), join(desks.cleo.folder, name))
}

const typed = (desk: Desk, words: string, url: string): Promise<ShellEnd> =>
  desk.type(words.replaceAll(ADDRESS, url))

test('two people on a shared server come to a signed Go as the tutorial says, and a stranger verifies it', async (t) => {
  const [first, ...lines] = readLines()
  assert.deepEqual(first, { who: 'server', words: 'npx seaworthy serve', exit: 0 })
  assert.ok(lines.length >= 17, `${lines.length} lines`)
  const checklist = readBlocks('tutorial.md', HEADING).find(({ info }) => info === 'markdown')
  desks.ann.write('beacon.md', checklist?.text ?? '')

  const served = await house.serve()
  let isServed = true
  const stop = async (): Promise<string> => {
    if (!isServed) return ''
    isServed = false
    return (await served.stop()).stderr
  }
  t.after(stop)
  desks.server.write('admin.key', `${KEY.exec(served.told())?.[0]}\n`)
  let said = ''
  for (const line of lines) {
    // She has no access, and here nobody has any more.
    if (line.who === 'cleo') await stop()
    const end = await typed(desks[line.who], line.words, served.url)
    assert.equal(end.exit, line.exit, `${line.who}: ${line.words}\n${end.stdout}\n${end.stderr}`)
    await handOver(line, end)
    if (line.words.startsWith('npx seaworthy decide')) said = end.stdout
    if (line.who === 'cleo')
      assert.match(end.stdout, /^INTACT[^]*^beacon 1\.0\.0 in production: GO,/m)
  }
  assert.match(said, /^beacon@1\.0\.0: GO$/m)
})
