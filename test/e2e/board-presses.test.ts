// Presses of people who signed in, in a real Chromium: as whom they count, that they count once, and that only the button signs.
import assert from 'node:assert/strict'
import test, { after, before } from 'node:test'
import { browseApart, fillIn, pressButton } from '../board-tab.ts'
import type { Reader } from '../board-tab.ts'
import type { TestPerson } from '../issuer.ts'
import { leaveAndReturn, openIssuerBoard, signInAtIssuer } from './issuer-board.ts'
import type { IssuerBoard } from './issuer-board.ts'

const CHECKLIST = `# ketch 1.0.0

- [ ] **The harbour master agreed**
  - **Agreed:** ✅❌
  - under number: ________

## Sign-Off

| Role | Name | Status |
| --- | --- | --- |
| **Captain** | _[Name]_ | ✅❌ |
`
const RELEASE = '/releases/ketch/1.0.0'
const IDA: TestPerson = { subject: 'ida', email: 'ida@example.com', name: 'Ida' }
const ANN: TestPerson = { subject: 'ann', email: 'ann@example.com', name: 'Ann' }
const BEN: TestPerson = { subject: 'ben', email: 'ben@example.com', name: 'Ben' }
/** Loses the answers to what is posted to a path, as often as it says; the server has done it all the same. */
const LOSE = `{ const ask = globalThis.fetch
  globalThis.losing = { path: '', left: 0, keys: [] }
  globalThis.fetch = async (path, terms) => {
    const answer = await ask(path, terms)
    if (terms?.method !== 'POST' || !path.startsWith(losing.path)) return answer
    losing.keys.push(terms.headers['idempotency-key'])
    if (losing.left-- > 0) throw new TypeError('Failed to fetch')
    return answer
  } }`

let board: IssuerBoard
before(async () => {
  board = await openIssuerBoard()
  for (const { email = '' } of [ANN, BEN])
    await board.run('account', 'invite', email, '--role', 'developer', '--signs-as', 'Captain')
  await board.run('account', 'invite', IDA.email ?? '', '--role', 'admin')
  await board.place.shell(['run', board.place.write('ketch.md', CHECKLIST)])
})
after(() => board.close())

async function enter(reader: Reader, person: TestPerson, text = 'What you sign'): Promise<void> {
  board.corp.person = person
  await reader.open(RELEASE)
  await reader.shows('Sign in with Example Corp')
  await signInAtIssuer(reader, text)
}

/** As when somebody signs in in another tab of the same browser. */
async function takeSessionOf(reader: Reader, other: Reader): Promise<void> {
  const { cookies } = (await other.tab.send('Network.getCookies')) as {
    cookies: readonly { name: string; value: string; httpOnly: boolean }[]
  }
  const session = cookies.find(({ name }) => name.startsWith('seaworthy-session'))
  assert.ok(session !== undefined)
  const { name, value, httpOnly } = session
  await reader.tab.send('Network.setCookie', { name, value, httpOnly, url: board.origin })
}

async function countSignOffs(): Promise<number> {
  const words = ['ledger', 'list', '--limit', '1000']
  const { data } = await board.place.ask<{ entries: readonly Entry[] }>(words)
  return data.entries.filter(({ body }) => body.type === 'sign-off.recorded').length
}

interface Entry {
  readonly body: { readonly type: string }
}

test(
  'a page that shows one person acts for nobody else once another has signed in in the same browser',
  browseApart(
    () => board.origin,
    2,
    async (ann, ben) => {
      assert.ok(ann !== undefined && ben !== undefined)
      await enter(ann, ANN)
      await ann.shows('As: Ann, ann@example.com, with a new key')
      await enter(ben, BEN)
      const before = await countSignOffs()
      await takeSessionOf(ann, ben)
      await pressButton(ann, 'Approve')
      await pressButton(ann, 'Sign the approval as Captain')
      await ann.shows('WEB_ACCOUNT_CHANGED')
      await ann.shows('Somebody else has signed in in this browser. This page is still Ann’s')
      await ann.inspect('other-person')
      assert.equal(await countSignOffs(), before)
      await pressButton(ann, 'Sign out')
      await ann.shows('Somebody else has signed in in this browser.')
      await pressButton(ann, 'Load it anew')
      await ann.shows('Ben, developer of local')
      await ann.shows('As: Ben, ben@example.com')
    },
  ),
)

test(
  'a word whose answer was lost is signed once, however often it is pressed, and the page does not say that it failed',
  browseApart(
    () => board.origin,
    1,
    async (ann) => {
      assert.ok(ann !== undefined)
      await ann.tab.send('Page.addScriptToEvaluateOnNewDocument', { source: LOSE })
      await enter(ann, ANN)
      const before = await countSignOffs()
      await ann.tab.evaluate(`losing.path = '/v1/sign-offs'; losing.left = 2`)
      await pressButton(ann, 'Approve')
      for (const _ of [1, 2]) {
        await pressButton(ann, 'Sign the approval as Captain')
        await ann.shows('BOARD_PRESS_UNANSWERED')
        await ann.shows('Whether it was done is not known')
      }
      await ann.inspect('sign-off-unanswered')
      await pressButton(ann, 'Sign the approval as Captain')
      await ann.shows('You approved ketch@1.0.0 as Captain')
      const keys = (await ann.tab.evaluate('losing.keys')) as readonly string[]
      assert.equal(keys.length, 3)
      assert.deepEqual([new Set(keys).size, /^"[0-9a-f]{32}"$/.test(keys[0] ?? '')], [1, true])
      assert.equal(await countSignOffs(), before + 1)
    },
  ),
)

test(
  'nothing is chosen for who answers a gate, Enter in a field signs nothing, and who had to prove again who they are comes back to it',
  browseApart(
    () => board.origin,
    1,
    async (ben) => {
      assert.ok(ben !== undefined)
      await enter(ben, { ...BEN, provenAgoS: 3_600 })
      const gate = `document.querySelector('.gates details')`
      await ben.until(gate)
      await ben.tab.evaluate(`${gate}.open = true`)
      await ben.until(`document.querySelector('input[name^=slot-]')`)
      const press = `[...document.querySelectorAll('button')].find((it) => it.innerText === 'Say first whether it holds')`
      assert.equal(await ben.tab.evaluate(`${press}.disabled`), true)
      await pressButton(ben, 'It holds')
      const name = String(
        await ben.tab.evaluate(`document.querySelector('input[name^=slot-]').name`),
      )
      await fillIn(ben, name, '4711')
      await ben.tab.evaluate(`document.querySelector('input[name^=slot-]').focus()`)
      const countAsked = (): number =>
        ben.tab.requests.filter((url) => url.endsWith('/v1/session/keys')).length
      const before = countAsked()
      await ben.press('Enter')
      await pressButton(ben, 'Sign that it holds')
      await ben.shows('WEB_PROOF_TOO_OLD')
      assert.equal(countAsked(), before + 1, 'one press registers one key')
      board.corp.person = BEN
      const again = `[...document.querySelectorAll('.refusal a')].find((it) => it.innerText.startsWith('Sign in again'))`
      await leaveAndReturn(ben, again, 'You may sign until')
      await ben.until(`document.activeElement?.className === 'word'`)
      await ben.until(`document.querySelector('input[name^=slot-]')?.value === '4711'`)
      assert.equal(await ben.tab.evaluate('location.search'), '')
      await pressButton(ben, 'Sign that it holds')
      await ben.shows('Recorded: Pass')
    },
  ),
)

test(
  'that somebody else has signed in is said until the page is loaded anew, whatever is answered to anybody meanwhile',
  browseApart(
    () => board.origin,
    2,
    async (ida, ben) => {
      assert.ok(ida !== undefined && ben !== undefined)
      await enter(ida, IDA, 'Ida, admin of local')
      await enter(ben, BEN)
      // With whom people may sign in is answered to anybody: here once the session is Ben's.
      await ida.tab.send('Network.setBlockedURLs', { urls: ['*/v1/sign-in'] })
      for (const to of ['/webhooks', '/people']) {
        await ida.until(`document.querySelector('a[href="${to}"]')`)
        await ida.tab.evaluate(`document.querySelector('a[href="${to}"]').click()`)
      }
      await ida.until(`document.querySelector('[aria-label="Remove the account of Ben"]')`)
      await takeSessionOf(ida, ben)
      await pressButton(ida, 'Sign out')
      await ida.shows('This page is still Ida’s')
      await ida.tab.evaluate(`{ globalThis.goneCount = 0
        const look = () => { if (document.querySelector('.other-person') === null) goneCount++ }
        new MutationObserver(look).observe(document.body, { childList: true, subtree: true }) }`)
      await ida.tab.send('Network.setBlockedURLs', { urls: [] })
      await ida.shows('Invite somebody')
      assert.equal(await ida.tab.evaluate('goneCount'), 0)
    },
  ),
)
