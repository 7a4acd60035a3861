// The claims page in a real Chromium: a report is audited in the browser, held against a checklist, and refused with words.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import test, { after, before } from 'node:test'
import { browse as browseAt } from '../board-tab.ts'
import type { Reader } from '../board-tab.ts'
import { openWorkplace } from './command-line.ts'
import type { ServedFolder } from './command-line.ts'

const place = openWorkplace()
const COMPLETION = fileURLToPath(new URL('../reports/completion.md', import.meta.url))
const HONEST = fileURLToPath(new URL('../reports/honest/not-ready.md', import.meta.url))

let served: ServedFolder

before(async () => {
  served = await place.serve()
})

after(async () => {
  await served.stop()
  place.remove()
})

const browse = (use: (reader: Reader) => Promise<void>): ReturnType<typeof browseAt> =>
  browseAt(() => served.url, use)

interface Found {
  readonly rule: string
  readonly claim: { readonly line: number }
  readonly against: { readonly line: number; readonly text: string }
}

test(
  'a report is audited without a key and without a request, and says what the command says',
  browse(async (reader) => {
    const { data } = await place.ask<{ findings: Found[]; claims: unknown[] }>([
      'claims',
      COMPLETION,
    ])
    await reader.open('/claims')
    await reader.shows('nothing leaves the page')
    await reader.inspect('claims')
    reader.tab.requests.length = 0
    await reader.handIn(COMPLETION)
    await reader.shows('spoken against')
    await reader.inspect('claims-contradicted')
    const shown = await reader.tab
      .evaluate(`[...document.querySelectorAll('.lines .against')].map((it) =>
      [it.closest('li').id, it.querySelector('a[href^="#rule-"]').textContent].join(' '))`)
    assert.deepEqual(
      shown,
      data.findings.map(({ rule, claim }) => `line-${claim.line} Rule ${rule}`),
    )
    assert.ok(data.findings.length > 5, 'the report has findings to compare')
    const text = String(await reader.tab.evaluate('document.body.innerText'))
    const [first] = data.findings
    assert.ok(first !== undefined && text.includes(`Against, line ${first.against.line}`))
    assert.ok(text.includes(first.against.text), 'the other side is quoted')
    assert.doesNotMatch(text, /\bscore of\b|\d+ ?%\s*(?:true|supported)/i)
    assert.deepEqual(reader.tab.requests, [])
  }),
)

test(
  'every line of a report can be read with what is said of it, by keyboard alone',
  browse(async (reader) => {
    await reader.open('/claims')
    await reader.shows('Report')
    await reader.handIn(COMPLETION)
    await reader.shows('spoken against')
    await reader.tab.evaluate(
      `[...document.querySelectorAll('button')].find((it) => it.innerText.startsWith('Whole report')).focus()`,
    )
    await reader.press('Enter')
    const lines = readFileSync(COMPLETION, 'utf8').split('\n')
    await reader.until(`document.querySelectorAll('.lines > li').length === ${lines.length}`)
    const told = await reader.tab.evaluate(
      `document.querySelector('#line-30 .line-text').textContent`,
    )
    assert.equal(told, lines[29])
    await reader.inspect('claims-lines')
  }),
)

test(
  'an honest report has nothing spoken against it, and that is not called a proof',
  browse(async (reader) => {
    await reader.open('/claims')
    await reader.shows('Report')
    await reader.handIn(HONEST)
    await reader.shows('Nothing speaks against it')
    await reader.shows('this is no proof that the report is true')
    await reader.inspect('claims-honest')
  }),
)

test(
  'a checklist beside the report is held against it, and a file that is no report is refused with words',
  browse(async (reader) => {
    const report = place.write('done.md', '# Done\n\n- [x] The restore drill was run\n')
    const checklist = place.write('list.md', '# List\n\n- [ ] Run the restore drill\n')
    await reader.open('/claims')
    await reader.shows('Report')
    await reader.handIn(report)
    await reader.shows('Nothing speaks against it')
    await reader.handIn(checklist, 1)
    await reader.shows('list.md line 3')
    await reader.handIn(place.write('empty.md', ''))
    await reader.shows('DOCUMENT_CONTENT_EMPTY')
    await reader.inspect('claims-refused')
  }),
)
