// The provenance of a release in a real Chromium: as a picture and as a list, of few gates and of a thousand.
import assert from 'node:assert/strict'
import test, { after, before } from 'node:test'
import { browse as browseAt, viewKeyOf } from '../board-tab.ts'
import { openWorkplace } from './command-line.ts'
import type { ServedFolder } from './command-line.ts'

const place = openWorkplace()

const CHECKLIST = `---
service: beacon
version: 3.1.0
---
# Beacon 3.1.0

## Lamp

- [ ] **The clock is right**
  \`\`\`bash
  test -e .
  \`\`\`

- [ ] **The lens is here**
  \`\`\`bash
  test -d .
  \`\`\`

## Hull

- [ ] **Nothing listens where nothing should, and the service behind it says so**
  \`\`\`bash
  curl -s http://127.0.0.1:9/health | grep ok
  \`\`\`

- [ ] **The working folder is there**
  \`\`\`bash
  test -d .
  \`\`\`

## Crew

- [ ] **The rota is filled**
  - **Rota filled:** ✅❌

## Sign-off

| Role    | Name     | Status | Timestamp |
| ------- | -------- | ------ | --------- |
| Captain | _[Name]_ | ✅❌   | \`____\`    |
`

const SECTION_COUNT = 20
const GATES_OF_SECTION = 50

/** A thousand gates that wait for people. */
const LARGE = `---
service: armada
version: 1.0.0
---
# Armada 1.0.0

${Array.from({ length: SECTION_COUNT }, (_, section) => {
  const gates = Array.from(
    { length: GATES_OF_SECTION },
    (_each, gate) =>
      `- [ ] **Ship ${section}.${gate} is ready**\n  - **Ready ${section}.${gate}:** ✅❌\n`,
  )
  return `## Squadron ${section + 1}\n\n${gates.join('\n')}`
}).join('\n')}
`

let served: ServedFolder
let viewKey = ''

before(async () => {
  served = await place.serve()
  await place.ask(['key', 'create', 'ann', '--role', 'Captain'])
  await place.ask(['run', place.write('armada.md', LARGE)])
  await place.ask(['run', place.write('beacon.md', CHECKLIST)])
  await place.ask(['sign', '--role', 'Captain', '--as', 'ann'])
  await place.ask(['decide'])
  viewKey = viewKeyOf(place.dataFolder)
})

after(async () => {
  await served.stop()
  place.remove()
})

const browse: (use: Parameters<typeof browseAt>[1]) => ReturnType<typeof browseAt> = (use) =>
  browseAt(() => served.url, use)

const SUMMARY = `document.querySelector('#provenance summary')`
const PICTURE = `document.querySelector('.provenance-picture')`
const WIDE = { width: 1280, height: 900, deviceScaleFactor: 1, mobile: false }

test(
  'the provenance of a release is a picture that says where it breaks, and a list that says the same',
  browse(async ({ tab, open, until, shows, press, inspect }) => {
    await tab.send('Emulation.setDeviceMetricsOverride', WIDE)
    await open(`/releases/beacon/3.1.0#key=${viewKey}`)
    await until(SUMMARY)
    assert.equal(await tab.evaluate(`${PICTURE} === null`), true)
    const asked = tab.requests.filter((url) => url.includes('/graphql')).length
    assert.equal(asked, 0, 'nothing is asked before somebody wants to see it')
    // By keyboard: the section takes the focus, Enter opens it.
    await tab.evaluate(`${SUMMARY}.focus()`)
    await press('Enter')
    await until(PICTURE)
    await shows('The rota is filled')
    const words = String(await tab.evaluate(`${PICTURE}.textContent`))
    for (const word of [
      'No-Go',
      'Lamp',
      '2 gates, none breaks',
      'Hull',
      'Crew',
      '1 missing',
      'Fail',
    ])
      assert.ok(words.includes(word), `${word} in ${words}`)
    assert.ok(!words.includes('The lens is here'), 'what holds is counted, not drawn')
    await tab.evaluate(`document.querySelector('.as-list summary').click()`)
    await shows('entries #')
    const button = `[...document.querySelectorAll('.as-list button')][0]`
    await tab.evaluate(`${button}.click()`)
    await shows('The lens is here')
    await inspect('provenance')
    // The failed gate leads to the statement that its status rests on.
    await tab.send('Emulation.setDeviceMetricsOverride', WIDE)
    await until(PICTURE)
    const failed = `[...document.querySelectorAll('.provenance-picture a')].find((each) => each.textContent.endsWith('Fail'))`
    await tab.evaluate(`${failed}.focus()`)
    await press('Enter')
    await shows('https://in-toto.io/Statement/v1')
  }),
)

test(
  'a thousand gates are drawn by section, and asked for a hundred at a time',
  browse(async ({ tab, open, until, inspect, shows }) => {
    await tab.send('Emulation.setDeviceMetricsOverride', WIDE)
    await open(`/releases/armada/1.0.0#key=${viewKey}`)
    await until(SUMMARY)
    await tab.evaluate(`${SUMMARY}.click()`)
    await until(PICTURE)
    await shows('Squadron 20')
    const parts = Number(await tab.evaluate(`${PICTURE}.querySelectorAll('*').length`))
    assert.ok(parts < 1_500, `${parts} parts`)
    const words = String(await tab.evaluate(`${PICTURE}.textContent`))
    assert.match(words, /50 gates, 50 of them open/)
    assert.match(words, /and 49 more/)
    // The list of gates below makes the page too tall for a picture of it.
    await tab.evaluate(`document.querySelector('#gates').remove()`)
    await inspect('provenance-thousand')
  }),
)
