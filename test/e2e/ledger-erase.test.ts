// Somebody is erased by the commands of the documents: their payload is gone, the chain holds, and the list says who attests it.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { openWorkplace } from './command-line.ts'

const PAGE = new URL('../../docs/ledger.md', import.meta.url)

test('the commands about erasing do what the documents say, and a process that starts anew finds it so', async (t) => {
  const place = openWorkplace()
  t.after(() => place.remove())
  const page = readFileSync(PAGE, 'utf8')
  const lines = /## Erasing somebody(?:[^`]|`[^`])*```sh\n([^`]*)```/.exec(page)?.[1]?.split('\n')
  const [append = '', erase = '', confirm = '', list = '', verify = ''] = lines ?? []
  assert.equal((await place.shell(wordsOf(append))).exit, 0)
  const shown = await place.ask<{ preview: { token: string; summary: string } }>(wordsOf(erase))
  assert.equal(shown.exit, 8)
  const { token, summary } = shown.data.preview
  assert.match(summary, /^erase 1 payloads of customer-7 \(1 of class subject\); stay: 0 under/)
  const done = await place.ask(wordsOf(confirm.replace('TOKEN', token)))
  assert.equal(done.exit, 0, done.stderr)
  const listed = await place.shell(wordsOf(list))
  assert.match(listed.stdout, /note\.appended +customer-7 .* erased \(attested by seq (\d+)\)$/m)
  assert.match(listed.stdout, /erasure\.executed +erasure /)
  const verified = await place.shell(wordsOf(verify))
  assert.equal(verified.exit, 0, verified.stdout)
  assert.match(verified.stdout, /checked: \d+ entries, \d+ payloads, 1 erased \(attested\)/)
})

/** As a shell takes them, quotation marks included. */
function wordsOf(line: string): string[] {
  return [...line.matchAll(/"([^"]*)"|(\S+)/g)].map(([, text, word]) => text ?? word ?? '').slice(1)
}
