// The board where the server says nothing, in a real Chromium: who is here is not guessed, and what was pressed is not taken for done.
import assert from 'node:assert/strict'
import test, { after, before } from 'node:test'
import { browseApart, pressButton } from '../board-tab.ts'
import type { Reader } from '../board-tab.ts'
import type { TestPerson } from '../issuer.ts'
import { openIssuerBoard, signInAtIssuer } from './issuer-board.ts'
import type { IssuerBoard } from './issuer-board.ts'

const ANN: TestPerson = { subject: 'ann', email: 'ann@example.com', name: 'Ann' }

let board: IssuerBoard
before(async () => {
  board = await openIssuerBoard()
  await board.run('account', 'invite', ANN.email ?? '', '--role', 'admin')
})
after(() => board.close())

/** Requests that match get no answer; none = all do. */
async function silence({ tab }: Reader, ...urls: readonly string[]): Promise<void> {
  await tab.send('Network.setBlockedURLs', { urls })
}

async function enter(reader: Reader, person: TestPerson): Promise<void> {
  board.corp.person = person
  await reader.open('/')
  await reader.shows('Sign in with Example Corp')
  await signInAtIssuer(reader, `${person.name}, admin of local`)
}

test(
  'a page that is loaded while nothing says who is here asks again until it knows, and signing out without an answer says that one is still signed in',
  browseApart(
    () => board.origin,
    1,
    async (ann) => {
      assert.ok(ann !== undefined)
      await enter(ann, ANN)
      await silence(ann, '*/v1/session')
      await ann.open('/')
      await ann.shows('It is not known yet who you are')
      await ann.shows('BOARD_NO_ANSWER')
      await ann.inspect('entrance-silent')
      await silence(ann)
      await ann.shows('Ann, admin of local')
      await silence(ann, '*/v1/sign-out')
      await pressButton(ann, 'Sign out')
      await ann.shows('You are still signed in.')
      await ann.inspect('sign-out-silent')
      await silence(ann)
      await pressButton(ann, 'Sign out')
      await ann.shows('Sign in with Example Corp')
    },
  ),
)
