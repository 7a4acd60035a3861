// What an admin does with accounts, and everybody with their own sessions, in real browsers: sign out everywhere, link, invite by subject.
import assert from 'node:assert/strict'
import test, { after, before } from 'node:test'
import { fillIn } from '../board-hands.ts'
import { browseApart, pressButton } from '../board-tab.ts'
import type { Reader } from '../board-tab.ts'
import type { TestPerson } from '../issuer.ts'
import { openIssuerBoard, signInAtIssuer } from './issuer-board.ts'
import type { IssuerBoard } from './issuer-board.ts'

const IDA: TestPerson = { subject: 'ida', email: 'ida@example.com', name: 'Ida' }
const DOV: TestPerson = { subject: 'dov', email: 'dov@example.com', name: 'Dov' }

let board: IssuerBoard
before(async () => {
  board = await openIssuerBoard()
  await board.run('account', 'invite', IDA.email ?? '', '--role', 'admin')
  await board.run('account', 'invite', DOV.email ?? '', '--role', 'developer')
})
after(() => board.close())

async function enter(reader: Reader, person: TestPerson): Promise<void> {
  board.corp.person = person
  await reader.open('/people')
  await reader.shows('Sign in with Example Corp')
  await signInAtIssuer(reader, 'Where you are signed in')
}

async function pressNamed({ tab, until }: Reader, label: string): Promise<void> {
  const found = `document.querySelector('button[aria-label="${label}"]:not(:disabled)')`
  await until(found)
  await tab.evaluate(`${found}.click()`)
}

test(
  'a person sees where they are signed in and ends all of it, and an admin ends it for somebody else',
  browseApart(
    () => board.origin,
    3,
    async (ida, dov, alsoDov) => {
      assert.ok(ida !== undefined && dov !== undefined && alsoDov !== undefined)
      await enter(dov, DOV)
      await enter(alsoDov, DOV)
      await dov.shows('Ends 2 sessions, this one too.')
      await dov.inspect('people-sessions')
      await pressButton(dov, 'Sign out everywhere')
      await dov.shows('Sign in with Example Corp')
      await alsoDov.shows('The session is over: sign in again.')
      await enter(dov, DOV)
      await enter(ida, IDA)
      await pressNamed(ida, 'Sign out Dov everywhere')
      await ida.shows('Dov is signed out of 1 browser.')
      await dov.shows('The session is over: sign in again.')
    },
  ),
)

test(
  'an admin says in the browser who somebody was before they had an account, and invites by what the issuer calls them',
  browseApart(
    () => board.origin,
    1,
    async (ida) => {
      assert.ok(ida !== undefined)
      await board.run('key', 'create', 'Dov of old', '--role', 'Captain')
      await enter(ida, IDA)
      await pressNamed(ida, 'Link Dov with keys that were there before')
      const options = `[...document.querySelectorAll('[name=principal] option')]`
      const old = `${options}.find((it) => it.innerText.startsWith('Dov of old (person-'))`
      await ida.until(old)
      await ida.inspect('people-link')
      const id = String(await ida.tab.evaluate(`${old}.value`))
      await fillIn(ida, 'principal', id)
      await pressButton(ida, 'Link them')
      await ida.shows('It takes another admin. Hand them this link')
      const link = `document.querySelector('.state .command code').innerText`
      const token = String(await ida.tab.evaluate(link)).split('token=')[1] ?? ''
      await board.run('confirm', token)
      const { data } = await board.place.ask<readonly { id: string; account?: string }[]>([
        'key',
        'list',
      ])
      assert.match(data.find((each) => each.id === id)?.account ?? '', /^account-/)
      await ida.open('/people')
      await pressNamed(ida, 'Link Dov with keys that were there before')
      await ida.shows('There is nobody to link Dov with')
      await fillIn(ida, 'by', 'subject')
      await fillIn(ida, 'subject', '583231')
      await pressButton(ida, 'Invite')
      await ida.shows('583231 is invited, and signs in at')
      await ida.until(
        `[...document.querySelectorAll('tr')].some((it) => it.innerText.includes('583231') && it.innerText.includes('Invited until'))`,
      )
      await ida.inspect('people-by-subject')
    },
  ),
)
