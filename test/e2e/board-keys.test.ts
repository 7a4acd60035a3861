// The keys of people who signed in, in a real Chromium: made, seen, ended, refused, and linked to who somebody was before.
import assert from 'node:assert/strict'
import test, { after, before } from 'node:test'
import { browseApart, fillIn, pressButton } from '../board-tab.ts'
import type { Reader } from '../board-tab.ts'
import type { TestPerson } from '../issuer.ts'
import { leaveAndReturn, openIssuerBoard, signInAtIssuer } from './issuer-board.ts'
import type { IssuerBoard } from './issuer-board.ts'

const CHECKLIST = `# Gig 1.0.0

- [ ] **The clock speaks UTC**
  \`\`\`bash
  test "$(date +%z)" = "+0000"
  \`\`\`

## Sign-Off

| Role | Name | Status |
| --- | --- | --- |
| **Captain** | _[Name]_ | ✅❌ |
`
const RELEASE = '/releases/gig/1.0.0'

let board: IssuerBoard
before(async () => {
  board = await openIssuerBoard()
  await board.run('run', board.place.write('gig.md', CHECKLIST))
})
after(() => board.close())

async function invite(name: string, ...rights: readonly string[]): Promise<TestPerson> {
  const subject = name.toLowerCase()
  const email = `${subject}@example.com`
  await board.run('account', 'invite', email, '--role', 'developer', ...rights)
  return { subject, email, name }
}

async function enter(reader: Reader, person: TestPerson, text: string): Promise<void> {
  board.corp.person = person
  await reader.open(RELEASE)
  await reader.shows('Sign in with Example Corp')
  await signInAtIssuer(reader, text)
}

interface Signer {
  readonly id: string
  readonly displayName: string
  readonly account?: string
  readonly person: string
  readonly revokedAt?: string
}

async function signersNamed(name: string): Promise<readonly Signer[]> {
  const { data } = await board.place.ask<readonly Signer[]>(['key', 'list'])
  return data.filter(({ displayName }) => displayName === name)
}

test(
  'a person ends the key of this browser, is told so where they sign, and goes on with a new one as the same person',
  browseApart(
    () => board.origin,
    1,
    async (ann) => {
      assert.ok(ann !== undefined)
      await enter(ann, await invite('Ann', '--signs-as', 'Captain'), 'What you sign')
      await pressButton(ann, 'Approve')
      await pressButton(ann, 'Sign the approval as Captain')
      await ann.shows('You approved gig@1.0.0 as Captain')
      await ann.open('/people')
      await ann.shows('this browser')
      await ann.inspect('people-own-keys')
      await ann.tab.evaluate(`document.querySelector('[aria-label^="Revoke the key"]').click()`)
      await fillIn(ann, 'reason', 'laptop lost')
      await pressButton(ann, 'End it')
      await ann.shows('signs nothing any more')
      await ann.open(RELEASE)
      await ann.shows('The key of this browser was revoked')
      await ann.inspect('sign-off-key-revoked')
      await pressButton(ann, 'Put it away and make a new key')
      await pressButton(ann, 'Approve')
      await pressButton(ann, 'Sign the approval as Captain')
      await ann.shows('You approved gig@1.0.0 as Captain')
      const keys = await signersNamed('Ann')
      const inForce = keys.filter(({ revokedAt }) => revokedAt === undefined)
      assert.deepEqual([keys.length, inForce.length], [2, 1])
      assert.equal(new Set(keys.map(({ person }) => person)).size, 1)
    },
  ),
)

test(
  'a browser that keeps nothing says so with a way out, and so does an account that signs in no wanted role',
  browseApart(
    () => board.origin,
    2,
    async (bea, zoe) => {
      assert.ok(bea !== undefined && zoe !== undefined)
      await bea.tab.send('Page.addScriptToEvaluateOnNewDocument', {
        source: `indexedDB.open = () => { throw new DOMException('A mutation operation was attempted on a database that did not allow mutations.') }`,
      })
      await enter(bea, await invite('Bea', '--signs-as', 'Captain'), 'cannot hold a key of yours')
      await bea.shows('npx seaworthy sign gig@1.0.0 --as YOU --role Captain')
      await bea.inspect('sign-off-no-shelf')
      await enter(zoe, await invite('Zoe'), 'You sign in no role')
      await zoe.shows('account change zoe@example.com --role developer --signs-as Captain')
      await zoe.inspect('sign-off-no-role')
    },
  ),
)

test(
  'whoever had a key before they had an account is refused by name, until an admin types who they are',
  browseApart(
    () => board.origin,
    1,
    async (cleo) => {
      assert.ok(cleo !== undefined)
      await board.run('key', 'create', 'Cleo', '--role', 'Captain')
      const [before] = await signersNamed('Cleo')
      const person = await invite('Cleo', '--signs-as', 'Captain')
      await enter(cleo, person, 'What you sign')
      await pressButton(cleo, 'Approve')
      await pressButton(cleo, 'Sign the approval as Captain')
      await cleo.shows('IDENTITY_NAME_TAKEN')
      await cleo.shows('seaworthy account link ACCOUNT KEY')
      await cleo.inspect('sign-off-name-taken')
      const told = await board.run('account', 'link', person.email ?? '', before?.id ?? '')
      assert.match(told, /all keys of person-[0-9a-f]{16} count as this account/)
      await pressButton(cleo, 'Sign the approval as Captain')
      await cleo.shows('You approved gig@1.0.0 as Captain')
      const keys = await signersNamed('Cleo')
      assert.equal(keys.length, 2)
      assert.deepEqual([...new Set(keys.map((each) => each.person))], [before?.id])
      assert.equal(new Set(keys.map((each) => each.account)).size, 1)
    },
  ),
)

test(
  'an admin invites somebody in the browser, after proving again who they are, sees them join, gives them other rights, and takes the account away',
  browseApart(
    () => board.origin,
    2,
    async (ida, dov) => {
      assert.ok(ida !== undefined && dov !== undefined)
      const admin = { subject: 'ida', email: 'ida@example.com', name: 'Ida' }
      await board.run('account', 'invite', admin.email, '--role', 'admin')
      await enter(ida, { ...admin, provenAgoS: 3_600 }, 'gig')
      await ida.open('/people')
      await fillIn(ida, 'email', 'dov@example.com')
      await fillIn(ida, 'signs-as', 'Captain, Pilot')
      await pressButton(ida, 'Invite')
      await ida.shows('WEB_PROOF_TOO_OLD')
      board.corp.person = admin
      const again = `[...document.querySelectorAll('.refusal a')].find((it) => it.innerText.startsWith('Sign in again'))`
      await leaveAndReturn(ida, again, 'Ida, admin of local')
      await ida.until(`document.querySelector('[name=email]')?.value === 'dov@example.com'`)
      await ida.until(`!document.querySelector('.refusal')`)
      await pressButton(ida, 'Invite')
      await ida.shows('dov@example.com is invited, and signs in at')
      await ida.shows('Invited until')
      await ida.inspect('people-invited')
      // An admin takes a second one.
      await fillIn(ida, 'email', 'eve@example.com')
      await ida.tab.evaluate(
        `(() => { const it = document.querySelector('[name=role]'); it.value = 'admin'; it.dispatchEvent(new Event('change', { bubbles: true })) })()`,
      )
      await pressButton(ida, 'Invite')
      await ida.shows('It takes another admin')
      await pressButton(ida, 'Leave it')
      await enter(dov, { subject: 'dov', email: 'dov@example.com', name: 'Dov' }, 'As: Dov')
      await ida.until(rowSays('Dov', 'Captain, Pilot'))
      await ida.until(rowSays('Dov', 'Joined'))
      await ida.tab.evaluate(
        `document.querySelector('[aria-label="Change the rights of Dov"]').click()`,
      )
      await ida.until(`document.querySelector('form[aria-label="Rights of Dov"]')`)
      await fillIn(ida, 'environments', 'staging')
      await ida.inspect('people-rights')
      await pressButton(ida, 'Give Dov these rights')
      await ida.shows('signed out everywhere, and keys for other roles end')
      await pressButton(ida, 'Do it')
      await ida.shows('Dov has these rights now, and signs in again to use them.')
      await ida.until(rowSays('Dov', 'in staging'))
      await dov.shows('The session is over: sign in again.')
      await ida.tab.evaluate(
        `document.querySelector('[aria-label="Remove the account of Dov"]').click()`,
      )
      await fillIn(ida, 'reason', 'left the team')
      await pressButton(ida, 'End it')
      await ida.shows('has no account any more; signed out everywhere')
      await pressButton(ida, 'Do it')
      await ida.shows('Dov signs in no more')
      await dov.shows('Sign in with Example Corp')
      await signInAtIssuer(dov, 'Nobody invited you here')
    },
  ),
)

function rowSays(name: string, word: string): string {
  return `[...document.querySelectorAll('tr')].some((it) => it.innerText.includes('${name}') && it.innerText.includes('${word}'))`
}
