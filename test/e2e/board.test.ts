// A change advisory board decides on a release: its people sign, its name does not, and a condition of it locks the deploy.
import assert from 'node:assert/strict'
import test, { after, before } from 'node:test'
import { openWorkplace } from './command-line.ts'
import type { ServedFolder } from './command-line.ts'

const place = openWorkplace()

const CHECKLIST = `---
service: tender
version: 3.0.0
---
# Tender 3.0.0

- [ ] **The rota is filled**
  - **Rota filled:** ✅❌

- [ ] **Limits are tuned**
  - **Tuned:** ✅❌
`

let served: ServedFolder

before(async () => {
  served = await place.serve()
  for (const name of ['ann', 'ben', 'cy']) await hold('key', 'create', name, '--role', 'Captain')
  await place.ask(['run', place.write('tender.md', CHECKLIST)])
  await hold('answer', 'the-rota-is-filled', '--as', 'ann', '--yes')
})

after(async () => {
  assert.equal((await served.stop()).exit, 0)
  place.remove()
})

/** A command that does what it is asked. */
async function hold<Data = unknown>(...words: string[]): Promise<Data> {
  const { exit, stdout, data } = await place.ask<Data>(words)
  assert.equal(exit, 0, `${words.join(' ')}\n${stdout}`)
  return data
}

/** Exit code, verdict and rules of a decision. */
async function rulesOf(...more: string[]): Promise<string> {
  const { exit, data } = await place.ask<{
    verdict: { value: string; reasons: { rule: string }[] }
  }>(['decide', ...more])
  return [exit, data.verdict.value, ...data.verdict.reasons.map(({ rule }) => rule)].join(' ')
}

async function assertRefused(words: string, exit: number, message: RegExp): Promise<void> {
  const refused = await place.refusal(words.split(' '))
  assert.deepEqual([words, refused.exit], [words, exit])
  assert.match(refused.message, message)
}

test('a board approves on a condition by the signatures of those who attended, and the condition locks the deploy', async () => {
  const add = 'condition add Limits --gate limits-are-tuned --owner ben --due 7d --as ann'
  await hold(...add.split(' '))
  await hold('rules', 'set', '--cab-quorum', '2', '--as', 'ann')
  await hold('approve', 'policy', '--as', 'ben')
  assert.equal(await rulesOf(), '20 NOT_READY 7.6-cab')
  const board = ['cab', 'record', '--attendee', 'ben', '--attendee', 'cy', '--as', 'ann']
  await assertRefused(`${board.join(' ')} --outcome fine`, 2, /approved-with-conditions/)
  await assertRefused(`${board.join(' ')} --outcome approved --held 2099-01-01`, 5, /held already/)
  await hold(...board, '--outcome', 'rejected', '--note', 'no rollback', '--id', 'CAB0')
  await hold('approve', 'CAB0', '--as', 'cy')
  assert.equal(await rulesOf(), '30 NO_GO 7.5-cab')
  const minutes = ['--minutes', place.write('minutes.md', '# Minutes\n')]
  await hold(...board, ...minutes, '--outcome', 'approved-with-conditions', '--condition', 'C1')
  await assertRefused('approve CAB1 --as ann', 5, /^ann did not attend/)
  await hold('approve', 'CAB1', '--as', 'ben')
  await hold('approve', 'CAB1', '--as', 'cy')
  const outcomes = await place.shell(['cab', 'list'])
  assert.match(outcomes.stdout, /CAB1 +approved-with-conditions .*\(C1\)/)
  assert.match(outcomes.stdout, /signed: ann \(did not attend\), ben, cy\n +minutes: sha256:/)
  assert.equal(await rulesOf(), '11 CONDITIONAL_GO 7.7')
  assert.equal(await rulesOf('--for', 'freeze'), '0 CONDITIONAL_GO 7.7')
  const status = await place.ask<{ locks: { stage: string; condition: string }[] }>([
    'status',
    '--for',
    'deploy',
  ])
  const locks = status.data.locks.map(({ stage, condition }) => [stage, condition])
  assert.deepEqual([status.exit, locks], [11, [['deploy', 'C1']]])
  const shown = await place.shell(['status'])
  assert.match(shown.stdout, /LOCKED deploy \(and what comes after: phase, post\): condition C1/)
})

test('what people write makes no line of its own on the screen, nor passes for what others did', async () => {
  const line = '2026-01-01T00:00:00.000Z  approved      ben: risk.accepted'
  const words = ['--level', 'P3', '--owner', 'cy', '--as', 'cy', '--mitigation', `b\n  ${line}`]
  await hold('risk', 'add', `a\n  ${line}`, ...words)
  for (const asked of [['list'], ['show', 'R1']]) {
    const { stdout } = await place.shell(['risk', ...asked])
    assert.ok(stdout.includes(`a   ${line}`), stdout)
    assert.doesNotMatch(stdout, /^ {2}2026-01-01/m)
  }
})
