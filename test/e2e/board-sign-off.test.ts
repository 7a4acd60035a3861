// Two people sign off a release in their browsers, in a real Chromium: what is refused is said, what is signed makes a Go, and the bundle verifies offline.
import assert from 'node:assert/strict'
import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import test, { after, before } from 'node:test'
import { untilTrue } from '../asked-runs.ts'
import { browseApart, fillIn, pressButton } from '../board-tab.ts'
import { tickOff } from '../board-hands.ts'
import type { Reader } from '../board-tab.ts'
import { leaveAndReturn } from './issuer-board.ts'
import type { IssuerBoard } from './issuer-board.ts'
import { AGAIN, ANN, BEN, checklistOf, enterAs, openCrewBoard } from './sign-off-crew.ts'

/** How many words are chosen on the form of a sign-off. */
const CHOSEN = `document.querySelectorAll('[aria-label="Your word"] [aria-pressed=true]').length`

let board: IssuerBoard
before(async () => {
  board = await openCrewBoard()
})
after(() => board.close())

function runChecklist(service: string, ...words: readonly string[]): Promise<string> {
  const file = board.place.write(`${service}.md`, checklistOf(service))
  return board.run('run', file, ...words)
}

/** Where the row of the role says how it stands. */
function captainIs(word: string): string {
  return `[...document.querySelectorAll('#people tbody tr')].some((it) => it.innerText.startsWith('Captain') && it.querySelector('.mark').innerText.includes('${word}'))`
}

/** Takes the bundle and its keys from the page, and verifies them on another machine's command line. */
async function verifyDownloads(reader: Reader, stem: string): Promise<string> {
  const downloads = join(board.place.folder, 'downloads')
  await reader.tab.send('Page.setDownloadBehavior', { behavior: 'allow', downloadPath: downloads })
  await pressButton(reader, 'Record the decision and seal a bundle')
  await reader.shows('Recorded and sealed')
  await pressButton(reader, 'Download the bundle')
  const names = [`${stem}.bundle.tar`, `${stem}.trust.json`]
  await untilTrue(
    'two files',
    () => existsSync(downloads) && names.every((name) => readdirSync(downloads).includes(name)),
  )
  const [bundle = '', trust = ''] = names.map((name) => join(downloads, name))
  const verified = await board.place.ask<{ release: string }>(['verify', bundle, '--trust', trust])
  assert.equal(verified.exit, 0, verified.stdout)
  return verified.data.release
}

test(
  'two people sign in two browsers, one after proving again who they are, and the release is a Go that a stranger can verify',
  browseApart(
    () => board.origin,
    2,
    async (ann, ben) => {
      assert.ok(ann !== undefined && ben !== undefined)
      await runChecklist('sloop')
      await enterAs(board, ANN, ann, '/releases/sloop/1.0.0')
      await ann.shows('Say first whether it may go')
      assert.equal(await ann.tab.evaluate(CHOSEN), 0)
      await ann.inspect('sign-off-form')
      await pressButton(ann, 'Approve')
      await pressButton(ann, 'Sign the approval as Captain')
      await ann.shows('You approved sloop@1.0.0 as Captain')
      await ann.shows('ledger entry')
      await ann.inspect('sign-off-receipt')
      const readKey = `(async () => {
        const opened = await new Promise((done) => { const it = indexedDB.open('seaworthy', 1); it.onsuccess = () => done(it.result) })
        const store = opened.transaction('signing-keys').objectStore('signing-keys')
        const [held] = await new Promise((done) => { const it = store.getAll(); it.onsuccess = () => done(it.result) })
        return crypto.subtle.exportKey('pkcs8', held.privateKey).then(() => 'read', (error) => error.name)
      })()`
      assert.equal(await ann.tab.evaluate(readKey), 'InvalidAccessError')
      // Ben left his browser open: his word is refused until he has been at his issuer, and nothing he wrote is lost.
      await enterAs(board, { ...BEN, provenAgoS: 3_600 }, ben, '/releases/sloop/1.0.0')
      await ben.shows('It is too long since you signed in')
      await fillIn(ben, 'comment', 'calm sea')
      await pressButton(ben, 'Approve')
      await pressButton(ben, 'Sign the approval as Pilot')
      await ben.shows('WEB_PROOF_TOO_OLD')
      await ben.inspect('sign-off-proof-too-old')
      board.corp.person = BEN
      await leaveAndReturn(ben, AGAIN, 'You may sign until')
      await ben.until(`document.querySelector('[name=comment]').value === 'calm sea'`)
      assert.equal(
        await ben.tab.evaluate('location.pathname + location.search'),
        '/releases/sloop/1.0.0',
      )
      await pressButton(ben, 'Sign the approval as Pilot')
      await ben.shows('You approved sloop@1.0.0 as Pilot')
      await ben.shows('Every required gate is satisfied by evidence and every role has signed off.')
      await ben.shows('Record the decision: until then')
      const shown = String(await ben.tab.evaluate(`document.querySelector('main').textContent`))
      assert.doesNotMatch(shown, /npx seaworthy decide/)
      await ben.inspect('sign-off-go')
      assert.equal(await verifyDownloads(ben, 'sloop-1.0.0'), 'GO')
    },
  ),
)

test(
  'a plan is read and reviewed on its page, after proving again who one is, and a run of it is offered there',
  browseApart(
    () => board.origin,
    1,
    async (ann) => {
      assert.ok(ann !== undefined)
      const text = `# cutter 1.0.0\n\n- [ ] **Look**\n  \`\`\`bash\n  ./look.sh | grep well\n  \`\`\`\n`
      const file = board.place.write('cutter.md', text)
      const made = await board.place.ask<{ planHash: string }>(['plan', file])
      const { planHash } = made.data
      await enterAs(board, { ...ANN, provenAgoS: 3_600 }, ann, `/plans/${planHash}`)
      await ann.shows('Nobody has reviewed this plan yet')
      await ann.shows('What the import and the lint say (1)')
      await ann.inspect('plan-review-form')
      await tickOff(ann, 'I have read what each gate does')
      await pressButton(ann, 'Sign the review')
      await ann.shows('WEB_PROOF_TOO_OLD')
      board.corp.person = ANN
      await leaveAndReturn(ann, AGAIN, 'You may sign until')
      assert.equal(await ann.tab.evaluate('document.activeElement.className'), 'word')
      await tickOff(ann, 'I have read what each gate does')
      await pressButton(ann, 'Sign the review')
      await ann.shows('You reviewed this plan')
      await ann.shows('Reviewed by Ann (person-')
      await ann.shows('No runner waits for this')
      await ann.inspect('plan-reviewed')
    },
  ),
)

test(
  'who wrote the change is refused on screen, may reject it and take that back, and signs nothing that changed meanwhile',
  browseApart(
    () => board.origin,
    1,
    async (ann) => {
      assert.ok(ann !== undefined)
      const signers = await board.place.ask<readonly { id: string; displayName: string }[]>([
        'key',
        'list',
      ])
      const author = signers.data.find(({ displayName }) => displayName === 'Ann')?.id ?? ''
      await runChecklist('brig', '--author', author)
      await enterAs(board, ANN, ann, '/releases/brig/1.0.0')
      await pressButton(ann, 'Approve')
      await pressButton(ann, 'Sign the approval as Captain')
      await ann.shows('expected somebody other than the author of the change')
      await ann.shows('RELEASE_SIGN_OFF_REFUSED')
      await ann.inspect('sign-off-refused')
      await pressButton(ann, 'Reject')
      await fillIn(ann, 'comment', 'fog')
      await pressButton(ann, 'Sign the rejection as Captain')
      await ann.shows('You rejected brig@1.0.0 as Captain')
      await ann.shows('It may not go: something was seen to stand against it.')
      await ann.shows('Ann rejected it as Captain')
      await ann.shows('Ann withdraws the rejection as Captain.')
      await ann.inspect('sign-off-rejected')
      // While the page cannot ask, another run changes what the release comes to.
      await ann.tab.send('Network.setBlockedURLs', { urls: ['*/v1/releases/*'] })
      await runChecklist('brig')
      await pressButton(ann, 'Take my rejection back')
      await pressButton(ann, 'Sign that it is taken back as Captain')
      await ann.shows('RELEASE_REVIEW_CHANGED')
      await ann.tab.send('Network.setBlockedURLs', { urls: [] })
      await ann.shows('The release has changed since you opened this')
      await ann.inspect('sign-off-changed')
      await pressButton(ann, 'Show what I would sign now')
      assert.equal(await ann.tab.evaluate(CHOSEN), 0)
      await pressButton(ann, 'Take my rejection back')
      await pressButton(ann, 'Sign that it is taken back as Captain')
      await ann.shows('You took your rejection back of brig@1.0.0 as Captain')
      // On one state: rejected, and then no longer.
      await pressButton(ann, 'Reject')
      await fillIn(ann, 'comment', 'fog again')
      await pressButton(ann, 'Sign the rejection as Captain')
      await ann.until(captainIs('Rejected'))
      await pressButton(ann, 'Take my rejection back')
      await pressButton(ann, 'Sign that it is taken back as Captain')
      await ann.until(captainIs('0 of 1'))
    },
  ),
)
