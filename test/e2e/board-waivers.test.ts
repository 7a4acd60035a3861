// Waivers in a real Chromium: asked for by one, approved by two others, and what the release comes to with them.
import assert from 'node:assert/strict'
import test, { after, before } from 'node:test'
import { browseApart, fillIn, pressButton } from '../board-tab.ts'
import { waitForText } from '../board-hands.ts'
import type { Reader } from '../board-tab.ts'
import type { TestPerson } from '../issuer.ts'
import { leaveAndReturn } from './issuer-board.ts'
import type { IssuerBoard } from './issuer-board.ts'
import { AGAIN, ANN, BEN, checklistOf, CY, enterAs, openCrewBoard } from './sign-off-crew.ts'

let board: IssuerBoard
before(async () => {
  board = await openCrewBoard()
})
after(() => board.close())

/** A zone whose day is another one than that of UTC, whatever the hour. */
function otherDay(): { readonly zone: string; readonly day: string } {
  const zone = new Date().getUTCHours() < 11 ? 'Etc/GMT+12' : 'Pacific/Kiritimati'
  return { zone, day: new Intl.DateTimeFormat('sv-SE', { timeZone: zone }).format() }
}

/** A release whose only gate fails, and a risk that a waiver of it can rest on. */
async function runFailing(service: string): Promise<void> {
  const text = checklistOf(service).replace('"+0000"', '"+9999"')
  const { exit } = await board.place.shell(['run', board.place.write(`${service}.md`, text)])
  assert.notEqual(exit, 0, 'the gate fails')
  await board.run('key', 'create', 'dee', '--role', 'Captain')
  const terms = ['--service', service, '--level', 'P2', '--owner', 'dee', '--as', 'dee']
  await board.run('risk', 'add', 'The clock drifts', ...terms)
  await board.run('key', 'create', 'eli', '--role', 'Captain')
  await board.run('rules', 'set', '--zone', otherDay().zone, '--service', service, '--as', 'dee')
  await board.run('approve', 'policy', '--service', service, '--as', 'eli')
}

/** Unfolds what the summary says. */
async function unfold({ tab, until }: Reader, summary: string): Promise<void> {
  const found = `[...document.querySelectorAll('summary')].find((it) => it.textContent === '${summary}')`
  await until(found)
  await tab.evaluate(`${found}.click()`)
}

/** Asks for a waiver of the failing gate, at first with a proof of who they are that is too old. */
async function askForWaiver(reader: Reader, person: TestPerson): Promise<void> {
  await unfold(reader, 'Ask for a waiver')
  const first = await reader.tab.evaluate(`document.querySelector('[name=until]').min`)
  assert.equal(first, otherDay().day, 'the first day that may be chosen is that of the release')
  await fillIn(reader, 'reason', 'the drift is known')
  await fillIn(reader, 'control', 'times are compared by hand')
  const TWO_DAYS_MS = 172_800_000
  await fillIn(reader, 'until', new Date(Date.now() + TWO_DAYS_MS).toISOString().slice(0, 10))
  await reader.inspect('waiver-request')
  await pressButton(reader, 'Sign the request')
  await reader.shows('WEB_PROOF_TOO_OLD')
  board.corp.person = person
  await leaveAndReturn(reader, AGAIN, 'You may sign until')
  await reader.until(`document.querySelector('[name=reason]')?.value === 'the drift is known'`)
  await pressButton(reader, 'Sign the request')
  await reader.shows('You asked for waiver W1. 2 other people have to approve it.')
  await waitForText(reader, '0 of 2 approvals')
}

/** The first of two approvals by the second reader, the other one by the third. */
async function approveByTwo(ben: Reader, cy: Reader): Promise<void> {
  await enterAs(board, BEN, ben, '/releases/yawl/1.0.0')
  await unfold(ben, 'Approve waiver W1')
  await ben.shows('times are compared by hand')
  await ben.inspect('waiver-approval')
  await pressButton(ben, 'Sign the approval of W1')
  await ben.shows('You approved waiver W1.')
  await ben.shows('You approved W1; it waits for somebody else.')
  await waitForText(ben, '1 of 2 approvals')
  await enterAs(board, CY, cy, '/releases/yawl/1.0.0')
  await unfold(cy, 'Approve waiver W1')
  await pressButton(cy, 'Sign the approval of W1')
  await cy.shows('You approved waiver W1.')
  await waitForText(cy, 'in use')
}

test(
  'a waiver is asked for and not approved by who asked; two colleagues approve it, and the release goes on it and says so',
  browseApart(
    () => board.origin,
    3,
    async (ann, ben, cy) => {
      assert.ok(ann !== undefined && ben !== undefined && cy !== undefined)
      await runFailing('yawl')
      await enterAs(board, { ...ANN, provenAgoS: 3_600 }, ann, '/releases/yawl/1.0.0')
      await ann.shows('No-Go')
      await askForWaiver(ann, ANN)
      await unfold(ann, 'Approve waiver W1')
      await pressButton(ann, 'Sign the approval of W1')
      await ann.shows('Ann asked for waiver W1 and cannot approve it')
      await ann.shows('RELEASE_CHANGE_REFUSED')
      await ann.inspect('waiver-refused')
      await approveByTwo(ben, cy)
      // Who asked reads it without asking again: the page is told.
      await ann.shows('On waiver W1; without it: No-Go')
      // What they had before them has changed, and is looked at anew before it is signed.
      await pressButton(ann, 'Show what I would sign now')
      await pressButton(ann, 'Approve')
      await pressButton(ann, 'Sign the approval as Captain')
      await ann.shows('You approved yawl@1.0.0 as Captain')
      await pressButton(ben, 'Show what I would sign now')
      await pressButton(ben, 'Approve')
      await pressButton(ben, 'Sign the approval as Pilot')
      await ben.shows('Go, with waivers')
      await ben.shows('waiver W1 covers it: the drift is known')
      await ben.shows('Record the decision: until then')
      const row = String(await ben.tab.evaluate(`document.querySelector('#waiver-W1').textContent`))
      assert.match(row, /^W1: the drift is known for The clock speaks UTC.*in useAnnBen, Cy/)
      await ben.inspect('waiver-go')
      await cy.open('/audit')
      await cy.shows('You may not see this')
    },
  ),
)
