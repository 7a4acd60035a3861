// One person who has never seen the board takes a checklist to a Go, in a real Chromium: no command but the line that the board shows for a runner.
import assert from 'node:assert/strict'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import test, { after, before } from 'node:test'
import { untilTrue } from '../asked-runs.ts'
import { fillIn, pressOn, tickOff, waitForText } from '../board-hands.ts'
import { browseApart } from '../board-tab.ts'
import type { Reader } from '../board-tab.ts'
import type { TestPerson } from '../issuer.ts'
import { openWorkplace } from './command-line.ts'
import type { CommandChild, Workplace } from './command-line.ts'
import { openIssuerBoard, signInAtIssuer } from './issuer-board.ts'
import type { IssuerBoard } from './issuer-board.ts'

/** @param go a file that the run waits for, so that somebody can watch it */
const checklistOf = (go: string): string => `# Dinghy 1.2.0

## Before the tide

- [ ] **The hull is dry** [SRE]
  \`\`\`bash
  until test -e ${go}; do sleep 0.1; done
  \`\`\`
- [ ] **The crew was told**
- [ ] **The harbour master agreed**, under number: ____

## Sign-Off

| Role | Name | Status |
| --- | --- | --- |
| **Captain** | _[Name]_ | ✅❌ |
| **Pilot** | _[Name]_ | ✅❌ |
`

const ANN: TestPerson = { subject: 'ann', email: 'ann@example.com', name: 'Ann' }
const BEN: TestPerson = { subject: 'ben', email: 'ben@example.com', name: 'Ben' }

let board: IssuerBoard
/** Enrolled by an admin, who set the server up. */
let machine: Workplace
let runner: CommandChild | undefined
before(async () => {
  board = await openIssuerBoard()
  const rights = ['--role', 'developer', '--signs-as']
  await board.run('account', 'invite', ANN.email ?? '', ...rights, 'Captain')
  await board.run('account', 'invite', BEN.email ?? '', ...rights, 'Pilot')
  const issue = async (...words: readonly string[]): Promise<string> =>
    (await board.place.ask<{ key: string }>(['api-key', 'create', ...words])).data.key
  const reach = { SEAWORTHY_URL: board.origin }
  const admin = await issue('boss', '--role', 'admin')
  const enrolling = openWorkplace(undefined, { ...reach, SEAWORTHY_KEY: admin })
  assert.equal((await enrolling.ask(['runner', 'enrol', 'ci'])).exit, 0)
  const key = await issue('ci', '--role', 'developer', '--environment', 'staging')
  machine = openWorkplace(enrolling.dataFolder, { ...reach, SEAWORTHY_KEY: key })
})
after(async () => {
  runner?.child.kill('SIGTERM')
  await runner?.ended
  machine.remove()
  await board.close()
})

const goOf = (): string => join(board.place.folder, 'go')

/** Imports the file and confirms the plan that it makes. */
async function importChecklist(reader: Reader): Promise<void> {
  await pressOn(reader, 'Import a checklist')
  await reader.until(`document.querySelector('input[type=file]')`)
  await reader.handIn(board.place.write('dinghy.md', checklistOf(goOf())))
  await reader.shows('3 gates')
  await fillIn(reader, 'environment', 'staging')
  await pressOn(reader, 'Read it again so')
  await reader.shows('for staging')
  await pressOn(reader, 'Save as draft and review it')
  await tickOff(reader, 'I have read what it would do')
  await pressOn(reader, 'Confirm as a plan')
  await reader.shows('Nobody has reviewed this plan yet')
}

/** Types what the page says on the machine of the runner. */
async function startShownRunner(reader: Reader): Promise<void> {
  await reader.shows('No runner waits for this')
  const line = String(
    await reader.tab.evaluate(
      `[...document.querySelectorAll('code')].find((it) => it.innerText.includes('runner start')).innerText`,
    ),
  )
  const [reach, npx, seaworthy, ...words] = line.split(/\s+/)
  assert.deepEqual([reach, npx, seaworthy], [`SEAWORTHY_URL=${board.origin}`, 'npx', 'seaworthy'])
  runner = machine.start(words)
  await reader.shows('dinghy in staging')
}

/** Opens the gate in the list and says that it holds. @param slot what the blank of the checklist is filled with */
async function answerGate(reader: Reader, title: string, note: string, slot = ''): Promise<void> {
  const row = `[...document.querySelectorAll('.gates details')].find((it) => it.textContent.includes('${title}'))`
  await reader.until(row)
  await reader.tab.evaluate(`${row}.open = true`)
  await reader.until(`${row}.querySelector('textarea')`)
  await fillIn(reader, 'note', note)
  if (slot !== '') {
    const name = await reader.tab.evaluate(`${row}.querySelector('input[name^=slot-]').name`)
    await fillIn(reader, String(name), slot)
  }
  await pressOn(reader, 'It holds')
  await reader.inspect(`journey-answer-${note.split(' ')[0] ?? ''}`)
  await pressOn(reader, 'Sign that it holds')
  await waitForText(reader, 'Recorded: Pass')
  await reader.tab.evaluate(`${row}.open = false`)
}

async function signOff(reader: Reader, role: string): Promise<void> {
  await reader.shows('What you sign')
  await pressOn(reader, 'Approve')
  await pressOn(reader, `Sign the approval as ${role}`)
  await reader.shows(`You approved dinghy@1.2.0 as ${role}`)
}

/** Takes report, bundle and keys along, and checks the bundle on a machine that knows no server. */
async function takeAlong(reader: Reader): Promise<void> {
  const downloads = join(board.place.folder, 'downloads')
  const terms = { behavior: 'allow', downloadPath: downloads }
  await reader.tab.send('Page.setDownloadBehavior', terms)
  await pressOn(reader, 'Record the decision and seal a bundle')
  await reader.shows('Recorded and sealed')
  await pressOn(reader, 'Download the bundle')
  await pressOn(reader, 'Filled checklist')
  await pressOn(reader, 'Release report')
  await pressOn(reader, 'Download Markdown')
  const names = ['bundle.tar', 'md', 'trust.json', 'decision.md'].map(
    (ending) => `dinghy-1.2.0.${ending}`,
  )
  await untilTrue(
    'four files',
    () => existsSync(downloads) && names.every((name) => readdirSync(downloads).includes(name)),
  )
  const [bundle = '', filled = '', trust = '', report = ''] = names.map((name) =>
    join(downloads, name),
  )
  const text = readFileSync(filled, 'utf8')
  assert.match(text, /\[x\] \*\*The crew was told\*\*/)
  assert.match(text, /under number: .*4711/)
  assert.match(readFileSync(report, 'utf8'), /dinghy 1\.2\.0/)
  const stranger = openWorkplace()
  const words = ['verify', bundle, '--trust', trust]
  const verified = await stranger.ask<{ release: string }>(words)
  stranger.remove()
  assert.equal(verified.exit, 0, verified.stdout)
  assert.equal(verified.data.release, 'GO')
}

test(
  'a checklist is imported, reviewed, run, answered, signed off by two people and taken along, in browsers alone',
  browseApart(
    () => board.origin,
    2,
    async (ann, ben) => {
      assert.ok(ann !== undefined && ben !== undefined)
      board.corp.person = ANN
      await ann.open('/')
      await ann.shows('Sign in with Example Corp')
      await signInAtIssuer(ann, 'Import a checklist')
      await importChecklist(ann)
      await ann.inspect('journey-plan')
      await tickOff(ann, 'I have read what each gate does')
      await pressOn(ann, 'Sign the review')
      await ann.shows('You reviewed this plan')
      await startShownRunner(ann)
      await pressOn(ann, 'Start a run')
      await ann.shows('1 gate does more than read')
      await pressOn(ann, 'Confirm and start')
      await pressOn(ann, 'Watch it live')
      await ann.shows('A run is going on; this changes while you look')
      await ann.inspect('journey-live')
      board.place.write('go', '')
      await ann.shows('Ran to its end')
      await ann.shows('Not ready')
      await ann.inspect('journey-ran')
      await answerGate(ann, 'The crew was told', 'mail of this morning')
      await answerGate(ann, 'The harbour master agreed', 'letter in the office', '4711')
      // Her own answers changed what she would sign, so she looks again once the page knows both.
      await ann.until(
        `!document.querySelector('.verdict-screen').innerText.includes('waits for a person')`,
      )
      await pressOn(ann, 'Show what I would sign now')
      await signOff(ann, 'Captain')
      await ann.inspect('journey-captain')
      board.corp.person = BEN
      await ben.open('/releases/dinghy/1.2.0')
      await ben.shows('Sign in with Example Corp')
      await signInAtIssuer(ben, 'What you sign')
      await signOff(ben, 'Pilot')
      await ann.shows('Every required gate is satisfied by evidence and every role has signed off.')
      await ann.inspect('journey-go')
      await takeAlong(ann)
    },
  ),
)
