// The web board in a real Chromium: what a reader signs in with, sees, opens and verifies, in light, dark and at 320 pixels.
import assert from 'node:assert/strict'
import { readFileSync, writeFileSync } from 'node:fs'
import test, { after, before } from 'node:test'
import type { TestContext } from 'node:test'
import { browse as browseAt, viewKeyOf } from '../board-tab.ts'
import type { Reader } from '../board-tab.ts'
import { openWorkplace } from './command-line.ts'
import type { ServedFolder } from './command-line.ts'

const place = openWorkplace()

const CHECKLIST = `---
service: lighter
version: 2.4.0
---
# Lighter 2.4.0

## Hull

- [ ] **The clock is right**
  \`\`\`bash
  date -u +%Y
  \`\`\`

- [ ] **Nothing listens where nothing should**
  \`\`\`bash
  curl -s http://127.0.0.1:9/health | grep ok
  \`\`\`

## Crew

- [ ] **The rota is filled**
  - **Rota filled:** ✅❌
`

let served: ServedFolder
let viewKey = ''

before(async () => {
  served = await place.serve()
  const checklist = place.write('lighter.md', CHECKLIST)
  for (const name of ['ann', 'ben']) await place.ask(['key', 'create', name, '--role', 'Captain'])
  await place.ask(['run', checklist])
  viewKey = viewKeyOf(place.dataFolder)
})

after(async () => {
  await served.stop()
  place.remove()
})

const browse = (use: (reader: Reader) => Promise<void>): ((t: TestContext) => Promise<void>) =>
  browseAt(() => served.url, use)

const signedIn = (address: string): string => `${address}#key=${viewKey}`

test(
  'a reader signs in with the link, which leaves the address, or with a key; a wrong key is refused with words',
  browse(async (reader) => {
    const { tab } = reader
    await reader.open('/')
    await reader.shows('A key opens the releases of one tenant')
    await reader.inspect('sign-in')
    await reader.open('/#key=wrong')
    await reader.shows('The server does not know this key')
    await reader.open(signedIn('/'))
    await reader.shows('lighter 2.4.0')
    const seen = await tab.evaluate('[location.href, document.cookie, localStorage.length]')
    assert.deepEqual(seen, [`${served.url}/`, '', 0])
    assert.ok(
      tab.requests.every((url) => !url.includes(viewKey)),
      'the key is in no address',
    )
    await reader.inspect('releases')
    const size = { width: 1000, height: 900, deviceScaleFactor: 1, mobile: false }
    await tab.send('Emulation.setDeviceMetricsOverride', size)
    const heights = `['.bar nav', '.bar nav a'].map((it) => document.querySelector(it).offsetHeight)`
    const [pages, page] = (await tab.evaluate(heights)) as [number, number]
    assert.equal(pages, page, 'the names of the pages stand on one line')
    await tab.send('Emulation.clearDeviceMetricsOverride')
    await tab.evaluate(
      `[...document.querySelectorAll('button')].find((each) => each.innerText === 'Sign out').click()`,
    )
    await reader.shows('Where a key comes from')
    assert.equal(await tab.evaluate('sessionStorage.length'), 0)
  }),
)

test(
  'a release says whether it may go, why and what flips it, and changes while somebody looks at it',
  browse(async (reader) => {
    const { tab } = reader
    await reader.open(signedIn('/releases/lighter/2.4.0'))
    await reader.shows('What would flip it')
    await reader.shows('The rota is filled')
    await reader.inspect('release')
    const rota = `[...document.querySelectorAll('summary')].find((each) => each.innerText.includes('The rota is filled'))`
    assert.doesNotMatch(String(await tab.evaluate(`${rota}.innerText`)), /Pass/)
    const answered = await place.ask(['answer', 'crew/the-rota-is-filled', '--as', 'ann', '--yes'])
    assert.equal(answered.exit, 0)
    await reader.until(`${rota}.innerText.includes('Pass')`)
    // By keyboard: the row takes the focus, Enter opens it, its evidence is a link.
    await tab.evaluate(`${rota}.focus()`)
    await reader.press('Enter')
    await reader.shows('signed statement')
    await reader.shows('Pass: what had to hold was seen to hold.')
    await reader.inspect('release-gate')
    await reader.press('Tab')
    await reader.press('Enter')
    await reader.shows('These bytes have this digest; this browser computed it')
    await reader.shows('https://in-toto.io/Statement/v1')
    assert.match(
      String(await tab.evaluate('location.pathname')),
      /^\/evidence\/sha256:[0-9a-f]{64}$/,
    )
    await reader.inspect('evidence')
    await reader.open(signedIn('/releases/lighter/2.4.0/reports/decision'))
    await reader.until('document.querySelector("iframe")')
    await reader.inspect('report')
  }),
)

test(
  'what is not there, what nobody may see and a server that is gone have their own words',
  browse(async (reader) => {
    await reader.open(signedIn('/releases/ghost/1.0.0'))
    await reader.shows('No such run')
    await reader.inspect('no-release')
    await reader.open(signedIn('/ledger/999999'))
    await reader.shows('The ledger has no such entry yet')
    // The board asks for nothing that a viewer may not read, so the refusal is put into the browser's hands.
    const refusal = { code: 'WEB_ROLE_REFUSED', title: 'Not for this key', status: 403, exit: 5 }
    const words = {
      detail: 'expected a key of a developer',
      hint: '',
      retryable: false,
      details: {},
    }
    const { identifier } = await reader.tab.send('Page.addScriptToEvaluateOnNewDocument', {
      source: `globalThis.fetch = () => Promise.resolve(new Response(
        ${JSON.stringify(JSON.stringify({ ...refusal, ...words }))},
        { status: 403, headers: { 'content-type': 'application/problem+json' } }))`,
    })
    await reader.open(signedIn('/releases/lighter/2.4.0'))
    await reader.shows('Your key may not see this')
    await reader.inspect('no-permission')
    await reader.tab.send('Page.removeScriptToEvaluateOnNewDocument', { identifier })
    await reader.tab.send('Network.setBlockedURLs', { urls: ['*/v1/*'] })
    await reader.open(signedIn('/'))
    await reader.shows('The server does not answer')
    await reader.tab.send('Network.setBlockedURLs', { urls: [] })
    await reader.shows('lighter 2.4.0')
    await reader.tab.send('Network.setBlockedURLs', { urls: ['*/v1/*'] })
    await reader.shows('Offline: last seen at')
    await reader.shows('lighter 2.4.0')
  }),
)

test(
  'an entry of the ledger is proven in the browser, and what a forging server sends is not',
  browse(async (reader) => {
    const about = ['--subject', 'customer-7']
    const { seq } = (await place.ask<{ seq: number }>(['ledger', 'append', 'Quay 9', ...about]))
      .data
    const erase = ['ledger', 'erase', ...about, '--reason', 'asked']
    const { preview } = (await place.ask<{ preview: { token: string } }>(erase)).data
    await place.ask(['confirm', preview.token])
    await place.ask(['decide'])
    await reader.open(signedIn('/ledger'))
    await reader.shows('release.decided')
    await reader.shows('erased (attested by entry')
    await reader.shows('No entry is ever changed or taken out.')
    await reader.inspect('ledger')
    await reader.open(signedIn(`/ledger/${seq}`))
    await reader.shows('erased (attested by entry')
    await reader.shows('Proven here')
    await reader.open(signedIn('/ledger/3'))
    await reader.shows('Proven here')
    await reader.inspect('entry')
    const { tab } = reader
    await tab.send('Page.addScriptToEvaluateOnNewDocument', {
      source: `const honest = globalThis.fetch
        globalThis.fetch = (path, terms) =>
          honest(String(path).replace('/proofs/3', '/proofs/2'), terms)`,
    })
    await reader.open(signedIn('/ledger/3'))
    await reader.shows('The proof does not hold')
    await tab.send('Page.addScriptToEvaluateOnNewDocument', {
      source: `const whole = globalThis.fetch
        globalThis.fetch = async (path, terms) => {
          const answer = await whole(path, terms)
          if (!String(path).includes('/ledger/entries')) return answer
          const text = await answer.text()
          return new Response(text.replace(/"actor":"[^"]*"/, '"actor":"mallory"'), answer)
        }`,
    })
    await reader.open(signedIn('/ledger/2'))
    await reader.shows('mallory')
    await reader.shows('The proof does not hold')
    await reader.shows('say otherwise than what is shown above (body.actor)')
  }),
)

test(
  'a bundle is verified without a key and without a request, and one changed bit is found',
  browse(async (reader) => {
    const sealed = await place.ask<{ paths: { bundle: string; trust: string } }>(['bundle'])
    const { bundle, trust } = sealed.data.paths
    const forged = `${bundle}.forged.tar`
    const bytes = readFileSync(bundle)
    bytes[bytes.length >> 1]! ^= 1
    writeFileSync(forged, bytes)
    await reader.open('/verify')
    await reader.shows('no request is made')
    reader.tab.requests.length = 0
    await reader.handIn(bundle)
    await reader.shows('Intact, signer unknown')
    await reader.inspect('verify-unknown')
    await reader.handIn(trust, 1)
    await reader.shows('the signer is the one you trust')
    await reader.shows('What was not proven')
    await reader.inspect('verify-intact')
    await reader.handIn(forged)
    await reader.shows('This bundle proves nothing')
    await reader.inspect('verify-invalid')
    assert.deepEqual(reader.tab.requests, [])
  }),
)

test(
  'times are in the zone of the reader, with UTC beside them',
  browse(async (reader) => {
    const told = async (timezoneId: string): Promise<string> => {
      await reader.tab.send('Emulation.setTimezoneOverride', { timezoneId })
      await reader.open(signedIn('/'))
      await reader.until('document.querySelector("time")')
      return String(await reader.tab.evaluate('document.querySelector("time").innerText'))
    }
    const utc = await told('UTC')
    const [, day, minute] = /^(\d+ \w+ \d{4}), (\d\d:\d\d) UTC$/.exec(utc) ?? []
    assert.ok(minute !== undefined && day !== undefined, utc)
    // Kathmandu is 5 h 45 min ahead: minutes differ too, and sometimes the day.
    const there = await told('Asia/Kathmandu')
    assert.match(
      there,
      new RegExp(`^\\d+ \\w+ \\d{4}, \\d\\d:\\d\\d \\((?:\\d+ \\w+, )?${minute} UTC\\)$`),
    )
    assert.notEqual(there.slice(0, utc.length - ' UTC'.length), utc.slice(0, -' UTC'.length))
  }),
)

test(
  'a release whose rules name a zone has it beside every time on its page and in the list; what is of no release has UTC',
  browse(async (reader) => {
    for (const words of ['rules set --zone Asia/Tokyo --as ann', 'approve policy --as ben'])
      assert.equal((await place.ask(words.split(' '))).exit, 0, words)
    await reader.tab.send('Emulation.setTimezoneOverride', { timezoneId: 'Asia/Kathmandu' })
    const times = `[...document.querySelectorAll('main time')].map((each) => each.innerText)`
    const areOfTokyo = `${times}.length > 0 && ${times}.every((text) => /^\\d+ \\w+ \\d{4}, \\d\\d:\\d\\d \\((?:\\d+ \\w+, )?\\d\\d:\\d\\d Asia\\/Tokyo\\)$/.test(text))`
    await reader.open(signedIn('/'))
    await reader.until(areOfTokyo)
    await reader.open(signedIn('/releases/lighter/2.4.0'))
    await reader.until(`document.querySelector('.under-title time')`)
    await reader.until(areOfTokyo)
    await reader.inspect('release-zone')
    // Of no one release, of which nobody set rules: there it is UTC.
    await reader.open(signedIn('/ledger'))
    await reader.until('document.querySelector("main time")?.innerText.includes("UTC)")')
  }),
)
