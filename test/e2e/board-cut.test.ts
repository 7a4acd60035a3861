// The board where its stream is cut, in a real Chromium: a server that is killed while a run goes on, a laptop without a network, a stream that something between keeps back.
import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import test, { after, before } from 'node:test'
import { browse as browseAt, operatorKeyOf, viewKeyOf } from '../board-tab.ts'
import type { Reader } from '../board-tab.ts'
import { openWorkplace } from './command-line.ts'
import type { ServedFolder } from './command-line.ts'

const place = openWorkplace()
const gate = (nth: number): string => join(place.folder, `go-${nth}`)

const CHECKLIST = `---
service: lighter
version: 2.4.0
---
# Lighter 2.4.0

${[1, 2, 3].map((nth) => `- [ ] **Leg ${nth}**\n  \`\`\`bash\n  until test -e ${gate(nth)}; do sleep 0.1; done\n  \`\`\`\n`).join('')}
- [ ] **The rota is filled**
  - **Rota filled:** ✅❌
- [ ] **The mate is aboard**
  - **Mate aboard:** ✅❌
`

let served: ServedFolder
let address = ''
let checklist = ''

before(async () => {
  served = await place.serve()
  checklist = place.write('lighter.md', CHECKLIST)
  await place.ask(['key', 'create', 'ann', '--role', 'Captain'])
  address = `/releases/lighter/2.4.0#key=${viewKeyOf(place.dataFolder)}`
})

after(async () => {
  await served.stop()
  place.remove()
})

const browse = (use: (reader: Reader) => Promise<void>): ReturnType<typeof browseAt> =>
  browseAt(() => served.url, use)

function rowHas(title: string, word: string): string {
  return `[...document.querySelectorAll('summary')].some((each) => each.innerText.includes('${title}') && each.innerText.includes('${word}'))`
}

/** Where the page begins: nothing that is said of the connection may move it. */
const TOP = `document.querySelector('main').getBoundingClientRect().top`

test(
  'a page catches up by itself after its server was killed while a run went on, and started again',
  browse(async (reader) => {
    const runner = openWorkplace(undefined, {
      SEAWORTHY_URL: served.url,
      SEAWORTHY_KEY: operatorKeyOf(place.dataFolder),
    })
    assert.equal((await runner.ask(['runner', 'enrol', 'here'])).exit, 0)
    const asked = await runner.ask<{ confirm: { token: string } }>(['run', checklist])
    const run = runner.start(['run', checklist, '--confirm', asked.data.confirm.token, '--json'])
    await reader.open(`/${address.slice(address.indexOf('#'))}`)
    await reader.shows('lighter 2.4.0')
    await reader.open(address)
    await reader.until(rowHas('Leg 1', 'Running'))
    await reader.shows('Live')
    const top = await reader.tab.evaluate(TOP)
    writeFileSync(gate(1), '')
    await reader.until(rowHas('Leg 1', 'Pass'))
    await served.kill()
    await reader.shows('Offline: last seen at')
    assert.equal(await reader.tab.evaluate(TOP), top, 'nothing moved')
    writeFileSync(gate(2), '')
    served = await place.serve(['--port', new URL(served.url).port])
    await reader.until(rowHas('Leg 2', 'Pass'))
    await reader.shows('Live')
    writeFileSync(gate(3), '')
    await reader.until(rowHas('Leg 3', 'Pass'))
    await run.ended
    await reader.until(`!document.body.innerText.includes('A run is going on')`)
    assert.equal(await reader.tab.evaluate(TOP), top)
    runner.remove()
  }),
)

test(
  'a laptop without a network says so and when the server was last seen, by the server’s clock, and is right once it is back',
  browse(async (reader) => {
    const { tab } = reader
    await tab.send('Page.addScriptToEvaluateOnNewDocument', {
      source: `{ const now = Date.now; Date.now = () => now() - 47 * 60_000 }`,
    })
    await reader.open(address)
    await reader.shows('Live')
    const network = { latency: 0, downloadThroughput: -1, uploadThroughput: -1 }
    await tab.send('Network.emulateNetworkConditions', { offline: true, ...network })
    await reader.shows('Offline: last seen at')
    const told = String(await tab.evaluate(`document.querySelector('.reach [title]').title`))
    await reader.inspect('release-offline')
    const [, hour, minute] = /, (\d\d):(\d\d)/.exec(told) ?? []
    const now = new Date()
    const apartMin = Math.abs(
      Number(hour) * 60 + Number(minute) - now.getHours() * 60 - now.getMinutes(),
    )
    assert.ok(apartMin < 10 || apartMin > 24 * 60 - 10, `${told}, ${apartMin} minutes apart`)
    await place.ask(['answer', 'the-rota-is-filled', '--as', 'ann', '--yes'])
    await tab.send('Network.emulateNetworkConditions', { offline: false, ...network })
    await reader.until(rowHas('The rota is filled', 'Pass'))
    await reader.shows('Live')
  }),
)

test(
  'where something keeps the stream back the page asks again and again, and says so',
  browse(async (reader) => {
    const { tab } = reader
    await tab.send('Network.setBlockedURLs', { urls: ['*/v1/changes*'] })
    await reader.open(address)
    await reader.shows('Polling every few seconds')
    await place.ask(['answer', 'the-mate-is-aboard', '--as', 'ann', '--yes'])
    await reader.until(rowHas('The mate is aboard', 'Pass'))
    await tab.send('Network.setBlockedURLs', { urls: [] })
    await reader.shows('Live')
  }),
)
