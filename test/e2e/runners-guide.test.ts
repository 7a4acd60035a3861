// Holds docs/runners.md to what the program does: its commands are typed as they stand there, on the desk of an admin and on a machine that waits.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { untilTrue } from '../asked-runs.ts'
import { openWorkplace } from './command-line.ts'
import type { ServedFolder, ShellEnd } from './command-line.ts'
import { openDesk, readBlocks } from './guide.ts'

const PAGE = 'runners.md'
const CHECKLIST = `---
service: harbour
---
# Harbour 2.1.0

- [ ] **Here**

  \`\`\`bash
  test -d .
  \`\`\`
`

interface Listed<Row> {
  readonly data: readonly Row[]
}

const house = openWorkplace()
const admin = openDesk()
const machine = openDesk()
let served: ServedFolder

before(async () => {
  served = await house.serve()
  const secret = readFileSync(join(house.dataFolder, 'keys', 'api.secret'), 'utf8').trim()
  const key = Buffer.from(secret, 'base64').toString('base64url')
  await admin.mustType(`export SEAWORTHY_URL=${served.url} SEAWORTHY_KEY=${key}`)
  admin.write('release.md', CHECKLIST)
})
after(async () => {
  await served.stop()
  for (const place of [house, admin, machine]) place.remove()
})

/** The one shell block that holds the word. */
function blockOf(word: string): string {
  const found = readBlocks(PAGE).filter(({ info, text }) => info === 'sh' && text.includes(word))
  assert.equal(found.length, 1, `one block with ${word}`)
  return found[0]!.text
}

test('every block of the page is typed by one of these tests', () => {
  const words = ['api-key create', 'runner enrol', 'runner start', 'curl', 'runner revoke']
  assert.deepEqual(
    readBlocks(PAGE).map(({ text }) => text),
    words.map(blockOf),
  )
})

test('a machine is enrolled by the line that it was refused with, waits, runs what was asked for, and is taken out', async () => {
  const made = await admin.mustType(`${blockOf('api-key create').trimEnd()} --json`)
  const { key } = (JSON.parse(made) as { data: { key: string } }).data
  await machine.mustType(`export SEAWORTHY_URL=${served.url} SEAWORTHY_KEY=${key}`)
  const refused = await machine.type(blockOf('runner enrol'))
  assert.equal(refused.exit, 5, refused.stderr)
  assert.match(refused.stderr, /IDENTITY_REGISTRATION_REFUSED/)
  const [line = ''] = /seaworthy runner register .*$/m.exec(refused.stderr) ?? []
  await admin.mustType(line)

  await admin.mustType('seaworthy key create rita')
  const listed = await admin.mustType('seaworthy key list --json')
  const [reviewer = ''] = /person-[0-9a-f]{16}/.exec(listed) ?? []
  const waiting: Promise<ShellEnd> = machine.type(
    `export REVIEWER=${reviewer}\n${blockOf('runner start')}`,
  )
  const read = async <Row>(path: string): Promise<readonly Row[]> => {
    const headers = { authorization: `Bearer ${key}` }
    const answer = await fetch(new URL(path, served.url), { headers })
    return ((await answer.json()) as Listed<Row>).data
  }
  await untilTrue('the runner waits', async () => {
    const seats = await read<{ isWaiting: boolean; offer: object }>('/v1/runner-seats')
    return seats.some(({ isWaiting }) => isWaiting)
  })
  const asked = await admin.mustType(blockOf('curl'))
  assert.match(asked, /"state":"waiting"/)
  const ended = await waiting
  assert.equal(ended.exit, 0, ended.stderr)
  assert.match(ended.stderr, /PASS +here/)
  const [request] = await read<{ state: string }>('/v1/run-requests')
  assert.equal(request?.state, 'finished')

  assert.match(await admin.mustType(blockOf('runner revoke')), /revoked/)
  const start = 'seaworthy runner start --environment staging --runner ci'
  const late = await machine.type(start)
  assert.equal(late.exit, 5, late.stderr)
  assert.match(late.stderr, /IDENTITY_REVOKED/)
})
