// From a file to a run on the board, in a real Chromium: read, put aside, reviewed, confirmed, run; and what is refused on the way.
import assert from 'node:assert/strict'
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import test, { after } from 'node:test'
import { openAskedPier } from '../asked-runs.ts'
import { fillIn, pressOn, tickOff, waitForText } from '../board-hands.ts'
import { browse as browseAt, viewKeyOf } from '../board-tab.ts'
import type { Reader } from '../board-tab.ts'

const pier = await openAskedPier((clean) => after(clean))
const SEEDS = process.env['SEAWORTHY_SEEDS']

const CHECKLIST = `# Sluice 3.1.0

## Before

- [ ] **The clock is right** [SRE]
  \`\`\`bash
  date -u +%Y
  \`\`\`
- [x] **The door answers**
  \`\`\`bash
  curl -s https://sluice.example.org/health | tee /tmp/health.json
  \`\`\`
- [ ] **Deploy it**
  \`\`\`bash
  kubectl -n staging rollout restart deploy/sluice
  \`\`\`
- [ ] ~~Call the old harbour~~
- [] Brackets without a blank

## After

- [ ] The crew knows
- [ ] Run $PLACE by hand, then tell <WHOM>
`

const browse = (use: (reader: Reader) => Promise<void>): ReturnType<typeof browseAt> =>
  browseAt(() => pier.url, use)

const write = (name: string, content: string | Uint8Array): string =>
  pier.server.write(name, content)

async function openImport(reader: Reader): Promise<void> {
  await reader.open(`/import#key=${pier.key}`)
  await reader.until(`document.querySelector('input[type=file]')`)
}

async function entryCount(): Promise<number> {
  const listed = await pier.call<{ entries: unknown[] }>('GET', '/v1/ledger/entries?limit=1000')
  return listed.data.entries.length
}

test(
  'a checklist is read on the board: each item with its line, what was left out, the lint; nothing is stored',
  browse(async (reader) => {
    const before = await entryCount()
    await reader.open(`/#key=${pier.key}`)
    await pressOn(reader, 'Import a checklist')
    await reader.shows('nothing is stored, nothing runs')
    await reader.inspect('import')
    await reader.handIn(write('sluice.md', CHECKLIST))
    await reader.shows('5 gates, 3 blocks of code')
    await reader.shows('was ticked, does not count')
    await waitForText(reader, '- [ ] **Deploy it**')
    await reader.inspect('import-recognised')
    await pressOn(reader, 'Left out or unclear 6')
    await waitForText(reader, 'struck out, so it is no gate')
    await waitForText(reader, 'brackets that are no box')
    await reader.inspect('import-left-out')
    await pressOn(reader, 'Lint of the code 4')
    await waitForText(reader, 'no-fail-curl')
    await pressOn(reader, 'Whole document 24')
    await waitForText(reader, '## After')
    await reader.inspect('import-lines')
    assert.equal(await entryCount(), before, 'nothing is stored')
  }),
)

test(
  'a draft is kept in the browser, reviewed and confirmed as a plan',
  browse(async (reader) => {
    await openImport(reader)
    await reader.handIn(write('sluice.md', CHECKLIST))
    await fillIn(reader, 'environment', 'staging')
    await pressOn(reader, 'Read it again so')
    await reader.shows('for staging')
    await pressOn(reader, 'Save as draft and review it')
    await reader.shows('Draft of sluice 3.1.0')
    await reader.shows('On a runner of yours, never on this server')
    await reader.shows('kubectl rollout')
    await reader.shows('/tmp/health.json')
    await waitForText(reader, 'may pass although false')
    await reader.inspect('draft-review')
    const address = String(await reader.tab.evaluate('location.pathname'))
    const before = await entryCount()
    await reader.open(`${address}#key=${viewKeyOf(pier.server.dataFolder)}`)
    await tickOff(reader, 'I have read what it would do')
    await pressOn(reader, 'Confirm as a plan')
    await reader.shows('Your key may not do this')
    await reader.inspect('draft-refused')
    assert.equal(await entryCount(), before + 1, 'the refusal alone is recorded')
    await reader.open(`${address}#key=${pier.key}`)
    await tickOff(reader, 'I have read what it would do')
    await pressOn(reader, 'Confirm as a plan')
    await reader.shows('Nobody has reviewed this plan yet')
    await reader.shows('npx seaworthy plan sluice.md --service sluice --release-version 3.1.0')
    await reader.inspect('plan-pinned')
    await openImport(reader)
    await reader.shows('Drafts in this browser')
    await reader.inspect('drafts')
    await pressOn(reader, 'Throw away: the draft of sluice.md')
    await reader.shows('The draft of sluice.md is gone')
    await reader.open(`${address}#key=${pier.key}`)
    await reader.shows('This browser has no such draft')
    await reader.inspect('draft-none')
  }),
)

test(
  'what cannot be read is refused with its code and a remedy, and the remedy for a document without boxes is at hand',
  browse(async (reader) => {
    await openImport(reader)
    const refused = async (path: string, code: string, remedy: string): Promise<void> => {
      await reader.handIn(path)
      await reader.shows(code)
      await reader.shows(remedy)
    }
    const big = new Uint8Array(8 * 1024 * 1024 + 1).fill(0x61)
    await refused(write('big.md', big), 'GATES_CHECKLIST_SIZE_EXCEEDED', 'Split the checklist')
    const huge = new Uint8Array(33 * 1024 * 1024).fill(0x61)
    await refused(write('huge.md', huge), 'BOARD_FILE_TOO_LARGE', 'Split the checklist')
    const latin = Uint8Array.of(0x2d, 0x20, 0x5b, 0x20, 0x5d, 0x20, 0xe9, 0x0a)
    await refused(write('latin.md', latin), 'DOCUMENT_ENCODING_UNKNOWN', 'Save the file as UTF-8')
    await refused(write('none.md', ''), 'DOCUMENT_CONTENT_EMPTY', 'at least one visible')
    await refused(write('x.yaml', 'gates: 3\n'), 'GATES_PLAN_FILE_REFUSED', 'Correct the line')
    const steps = write('steps.md', '# Steps 1.0.0\n\n1. Close the lock\n2. Open the sluice\n')
    await refused(steps, 'GATES_CHECKLIST_GATELESS', 'Write gates as task items')
    await reader.inspect('import-refused')
    await tickOff(reader, 'numbered steps without boxes')
    await pressOn(reader, 'Read it again so')
    await reader.shows('2 gates')
    assert.equal(await reader.tab.evaluate(`document.querySelector('[role=alert]')`), null)
  }),
)

test(
  'hostile text is shown as text, with what would hide or reorder it made visible',
  browse(async (reader) => {
    await openImport(reader)
    const hostile = `# <img src=x onerror=alert(1)> 1.0.0

- [ ] <script>document.title = 'owned'</script> [link](javascript:alert(1)) \u202Eecilam\u202C
  \`\`\`bash
  true # \u202E rm -rf / \u2066
  \`\`\`
- [ ] ${'long '.repeat(4_000)}
- [ ] __proto__ constructor
`
    await reader.handIn(write('hostile.md', hostile))
    await reader.shows('⟨U+202E⟩ecilam⟨U+202C⟩')
    await reader.shows("<script>document.title = 'owned'</script>")
    await waitForText(reader, 'letters more')
    await reader.inspect('import-hostile')
    await pressOn(reader, 'Save as draft and review it')
    await reader.shows('Gate by gate')
    await reader.tab.evaluate(
      `for (const each of document.querySelectorAll('details')) each.open = true`,
    )
    await waitForText(reader, '# ⟨U+202E⟩ rm -rf / ⟨U+2066⟩')
    await reader.inspect('draft-hostile')
    const seen = await reader.tab.evaluate(
      `[document.title, document.querySelectorAll('main img, main script, main a[href^=javascript]').length]`,
    )
    assert.deepEqual(seen, ['Draft · Seaworthy', 0])
  }),
)

test(
  'the real documents are imported, each item on its line, and become drafts',
  { skip: SEEDS === undefined ? 'SEAWORTHY_SEEDS names no folder of real documents' : false },
  browse(async (reader) => {
    const folder = SEEDS ?? ''
    const names = readdirSync(folder).toSorted()
    assert.ok(names.length > 0, 'expected documents')
    await openImport(reader)
    for (const name of names) {
      const path = join(folder, name)
      const known = await pier.server.ask<{ counts: { gates: number }; title: string }>([
        'import',
        path,
      ])
      await reader.handIn(path)
      await reader.until(
        `document.querySelector('#given')?.innerText === ${JSON.stringify(known.data.title)}`,
      )
      await reader.shows(`Recognised ${known.data.counts.gates}`)
      if (name.startsWith('003')) await reader.inspect('import-real')
    }
  }),
)
