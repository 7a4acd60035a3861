// What takes two admins, in two real browsers: one asks and hands a link, the other one looks at it and confirms.
import assert from 'node:assert/strict'
import test, { after, before } from 'node:test'
import { fillIn } from '../board-hands.ts'
import { browseApart, pressButton } from '../board-tab.ts'
import type { Reader } from '../board-tab.ts'
import type { TestPerson } from '../issuer.ts'
import { leaveAndReturn, openIssuerBoard, signInAtIssuer } from './issuer-board.ts'
import type { IssuerBoard } from './issuer-board.ts'

const IDA: TestPerson = { subject: 'ida', email: 'ida@example.com', name: 'Ida' }
const EVE: TestPerson = { subject: 'eve', email: 'eve@example.com', name: 'Eve' }

let board: IssuerBoard
before(async () => {
  board = await openIssuerBoard()
  for (const { email = '' } of [IDA, EVE])
    await board.run('account', 'invite', email, '--role', 'admin')
})
after(() => board.close())

async function enter(reader: Reader, person: TestPerson, address: string): Promise<void> {
  board.corp.person = person
  await reader.open(address)
  await reader.shows('Sign in with Example Corp')
  await signInAtIssuer(reader, `${person.name}, admin of local`)
}

/** Asks for an admin, and comes to the link that somebody else is handed, as its address here. */
async function askForAdmin(ida: Reader, email: string): Promise<string> {
  await fillIn(ida, 'email', email)
  await fillIn(ida, 'role', 'admin')
  await pressButton(ida, 'Invite')
  await ida.shows('It takes another admin. Hand them this link')
  const link = String(
    await ida.tab.evaluate(`document.querySelector('.word .state .command code').innerText`),
  )
  assert.match(link, /\/confirm#token=[\w-]+$/)
  return link.slice(board.origin.length)
}

test(
  'an admin asks for another one, and a second admin confirms it in the browser, after proving again who they are',
  browseApart(
    () => board.origin,
    2,
    async (ida, eve) => {
      assert.ok(ida !== undefined && eve !== undefined)
      await enter(ida, IDA, '/people')
      const address = await askForAdmin(ida, 'fay@example.com')
      await ida.inspect('people-takes-two')
      // The link is opened before its reader is known, and outlives the way through the issuer.
      await enter(eve, { ...EVE, provenAgoS: 3_600 }, address)
      assert.equal(await eve.tab.evaluate('location.pathname + location.hash'), '/confirm')
      await eve.shows('Would invite fay@example.com as admin')
      await eve.shows('fay@example.com: may sign in as admin')
      await eve.inspect('confirm')
      await pressButton(eve, 'Do it')
      await eve.shows('WEB_PROOF_TOO_OLD')
      board.corp.person = EVE
      const again = `[...document.querySelectorAll('.refusal a')].find((it) => it.innerText.startsWith('Sign in again'))`
      await leaveAndReturn(eve, again, 'Would invite fay@example.com as admin')
      await pressButton(eve, 'Do it')
      await eve.shows('Done: invite fay@example.com as admin.')
      await ida.until(
        `[...document.querySelectorAll('tr')].some((it) => it.innerText.includes('fay@example.com') && it.innerText.includes('Invited until'))`,
      )
      await eve.open(address)
      await eve.shows('ACTION_TOKEN_USED')
      // Whoever asked is told that it is not theirs to confirm.
      await pressButton(ida, 'Leave it')
      const other = await askForAdmin(ida, 'gus@example.com')
      await ida.open(other)
      await ida.shows('You asked for it yourself: somebody else has to confirm it.')
      await ida.inspect('confirm-own')
      assert.doesNotMatch(String(await ida.tab.evaluate('document.body.innerText')), /^Do it$/m)
      await pressButton(ida, 'Leave it')
      await ida.shows('Link or token that you were given')
      await ida.inspect('confirm-empty')
    },
  ),
)
