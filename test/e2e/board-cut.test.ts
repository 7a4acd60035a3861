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

${[1, 2, 3, 4].map((nth) => `- [ ] **Leg ${nth}**\n  \`\`\`bash\n  until test -e ${gate(nth)}; do sleep 0.1; done\n  \`\`\`\n`).join('')}
- [ ] **The rota is filled**
  - **Rota filled:** ✅❌
- [ ] **The mate is aboard**
  - **Mate aboard:** ✅❌
- [ ] **The cook is aboard**
  - **Cook aboard:** ✅❌
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

async function setNetwork({ tab }: Reader, isThere: boolean): Promise<void> {
  const endless = { latency: 0, downloadThroughput: -1, uploadThroughput: -1 }
  await tab.send('Network.emulateNetworkConditions', { offline: !isThere, ...endless })
}

/** As a browser does with the page of a laptop that sleeps: it is hidden, and nothing of it runs. */
async function fallAsleep({ tab }: Reader): Promise<void> {
  await tab.evaluate('delete document.hidden')
  await tab.send('Page.setWebLifecycleState', { state: 'frozen' })
}

/** Without a window a browser that thaws a page does not show it again; the page is told as if one had. */
async function wake({ tab }: Reader): Promise<void> {
  await tab.send('Page.setWebLifecycleState', { state: 'active' })
  await tab.evaluate(`Object.defineProperty(document, 'hidden', { configurable: true, value: false })
    document.dispatchEvent(new Event('visibilitychange'))`)
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
    // The same run ends while the laptop has no network: what was seen stays, and nothing is missing afterwards.
    await reader.until(rowHas('Leg 4', 'Running'))
    await setNetwork(reader, false)
    await reader.shows('Offline: last seen at')
    writeFileSync(gate(4), '')
    await run.ended
    assert.equal(await reader.tab.evaluate(rowHas('Leg 3', 'Pass')), true)
    assert.equal(await reader.tab.evaluate(rowHas('Leg 4', 'Running')), true)
    await setNetwork(reader, true)
    for (const nth of [1, 2, 3, 4]) await reader.until(rowHas(`Leg ${nth}`, 'Pass'))
    await reader.until(`!document.body.innerText.includes('A run is going on')`)
    await reader.shows('Live')
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
    await setNetwork(reader, false)
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
    await setNetwork(reader, true)
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

test(
  'a laptop that slept while its server began anew is right by itself, and one whose key was revoked meanwhile shows nothing more',
  browse(async (reader) => {
    const made = await place.ask<{ id: string; key: string }>(['api-key', 'create', 'laptop'])
    assert.equal(made.exit, 0, made.stdout)
    const { id, key } = made.data
    await reader.open(`/releases/lighter/2.4.0#key=${key}`)
    await reader.until(rowHas('The cook is aboard', ''))
    await reader.shows('Live')
    await fallAsleep(reader)
    await served.kill()
    served = await place.serve(['--port', new URL(served.url).port])
    const answered = await place.ask(['answer', 'the-cook-is-aboard', '--as', 'ann', '--yes'])
    assert.equal(answered.exit, 0, answered.stdout)
    await wake(reader)
    await reader.until(rowHas('The cook is aboard', 'Pass'))
    await reader.shows('Live')
    await fallAsleep(reader)
    assert.equal((await place.ask(['api-key', 'revoke', id, '--reason', 'lost'])).exit, 0)
    await wake(reader)
    await reader.shows('The server does not know this key, or no longer.')
    const left = await reader.tab.evaluate(
      `[document.body.textContent.includes('The cook is aboard'), sessionStorage.length]`,
    )
    assert.deepEqual(left, [false, 0])
  }),
)
