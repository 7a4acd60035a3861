// Holds docs/notifications.md to what the program does: its commands are typed as they stand there, against a served control plane.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { parse, stringify } from 'yaml'
import { until } from '../jobs.ts'
import { openReceiver } from '../webhooks.ts'
import { openWorkplace } from './command-line.ts'
import type { ServedFolder } from './command-line.ts'
import { openDesk, readBlocks } from './guide.ts'

const PAGE = 'notifications.md'
const CHECKLIST = `---
service: harbour
---
# Harbour 2.1.0

- [ ] **Here**

  \`\`\`bash
  test -d .
  \`\`\`

| Role | Name | Status | Timestamp |
| --- | --- | --- | --- |
| SRE | _[Name]_ | ✅❌ | \`____\` |
`

const house = openWorkplace(undefined, { SEAWORTHY_WEBHOOK_LOOPBACK: 'yes' })
const desk = openDesk()
let served: ServedFolder
let operatorKey = ''

before(async () => {
  served = await house.serve()
  const secret = readFileSync(join(house.dataFolder, 'keys', 'api.secret'), 'utf8').trim()
  operatorKey = Buffer.from(secret, 'base64').toString('base64url')
  await desk.mustType(`export SEAWORTHY_URL=${served.url} SEAWORTHY_KEY=${operatorKey}`)
})
after(async () => {
  await served.stop()
  house.remove()
  desk.remove()
})

/** The one block of that language, and of several the one that holds the word. */
function blockOf(info: string, word = ''): string {
  const found = readBlocks(PAGE).filter((each) => each.info === info && each.text.includes(word))
  assert.equal(found.length, 1, `one block ${info} with ${word}`)
  return found[0]!.text
}

test('every shell block of the page is typed by one of these tests', () => {
  const shells = readBlocks(PAGE).filter(({ info }) => info === 'sh')
  const typed = [blockOf('sh', 'notify test'), blockOf('sh', 'rule set'), blockOf('sh', 'template')]
  assert.deepEqual(
    shells.map(({ text }) => text),
    typed,
  )
})

test('a channel is added, proven and used; a rule tells a real verdict over it; a template is filled for partners', async (t) => {
  const slack = await openReceiver(t, (_request, response) => void response.end('ok'))
  const partner = await openReceiver(t)
  desk.write('slack-url.txt', `${slack.url}\n`)
  desk.write('partner-url.txt', `${partner.url}\n`)
  desk.write('note.md', 'Out at **noon**')
  desk.write('notes.md', blockOf('markdown'))
  const first = await desk.mustType(blockOf('sh', 'notify test'))
  assert.match(first, /^release-room \(slack\): it arrived, accepted/m)
  await until(() => slack.received.some(({ body }) => body.includes('goes out at noon')))

  await desk.mustType(blockOf('sh', 'rule set'))
  desk.write('release.md', CHECKLIST)
  await desk.mustType('seaworthy runner enrol here; seaworthy run release.md')
  assert.equal((await desk.type('seaworthy decide harbour@2.1.0')).exit, 20)
  await until(() => slack.received.some(({ body }) => body.includes('harbour@2.1.0: NOT_READY')))

  const filled = await desk.mustType(blockOf('sh', 'template'))
  assert.match(filled, /All 1 gates hold\./)
  await until(() => partner.received.length === 1)
  const { data } = JSON.parse(partner.received[0]!.body)
  assert.equal(data.title, 'harbour 2.1.0: NOT_READY')
  assert.match(data.text, /Migrate by \*\*2026\\-12\\-01\*\*\./)

  const metrics = await fetch(`${served.url}/metrics`, {
    headers: { authorization: `Bearer ${operatorKey}` },
  })
  const scraped = await metrics.text()
  assert.match(scraped, /^seaworthy_notification_attempts_total\{outcome="arrived"\} 3$/m)
  assert.match(scraped, /^seaworthy_notification_messages\{state="pending"\} 0$/m)
  assert.match(scraped, /^seaworthy_notification_messages\{state="dead"\} 0$/m)
  assert.match(scraped, /^seaworthy_notification_oldest_pending_seconds 0$/m)
})

test('the gate of the page holds for the proven channel, and not for one that nobody proved', async () => {
  const gate = parse(blockOf('yaml')) as { check: { with: { channel: string } } }
  await desk.mustType('seaworthy plan release.md --out gate.plan.yaml')
  const plan = parse(readFileSync(join(desk.folder, 'gate.plan.yaml'), 'utf8'))
  const at = (id: string, channel: string): object => ({
    ...plan.gates[0],
    ...gate,
    id,
    check: { ...gate.check, with: { channel } },
  })
  const gates = [at('proven', gate.check.with.channel), at('unproven', 'partners')]
  desk.write('gate.plan.yaml', stringify({ ...plan, gates }))
  const { stdout } = await desk.type('seaworthy run gate.plan.yaml --json')
  const { data } = JSON.parse(stdout) as {
    data: { results: readonly { gate: string; status: string }[] }
  }
  assert.deepEqual(
    data.results.map(({ gate: id, status }) => [id, status === 'PASS']),
    [
      ['proven', true],
      ['unproven', false],
    ],
  )
})
