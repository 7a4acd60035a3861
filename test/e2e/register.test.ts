// One release through everything that people record about it: CONDITIONAL_GO, NO_GO, GO_WITH_WAIVERS, GO, and their mistakes.
import assert from 'node:assert/strict'
import { readFileSync, unlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import test, { after, before } from 'node:test'
import { openWorkplace } from './command-line.ts'
import type { ServedFolder } from './command-line.ts'

interface Decided {
  readonly verdict: {
    readonly value: string
    readonly raw: string
    readonly reasons: readonly { readonly rule: string; readonly flip: string }[]
    readonly notes: readonly string[]
  }
}

const place = openWorkplace()
const LOAD_FILE = join(place.folder, 'load-holds')
const PLAN_FILE = join(place.folder, 'lantern.plan.yaml')
const LOAD = 'checks/load-holds'
const ROTA = 'checks/the-rota-is-filled'

const CHECKLIST = `---
service: lantern
version: 2.1.0
---
# Lantern 2.1.0

## Checks

- [ ] **Load holds**
  \`\`\`bash
  test -e ${LOAD_FILE}
  \`\`\`
  - **Result:** there ✅❌

- [ ] **The clock speaks UTC**
  \`\`\`bash
  test "$(date +%z)" = "+0000"
  \`\`\`
  - **Result:** no offset ✅❌

- [ ] **The rota is filled**
  - **Rota filled:** ✅❌

## Sign-off

| Role | Name | Status | Timestamp |
| --- | --- | --- | --- |
| **Captain** | _[Name]_ | ✅❌ | \`____\` |
`

let served: ServedFolder

before(async () => {
  served = await place.serve()
  for (const [name, role] of [
    ['ann', 'Captain'],
    ['ben', 'Captain'],
    ['cy', 'SRE'],
  ] as const)
    await hold('key', 'create', name, '--role', role)
  await hold('plan', place.write('lantern.md', CHECKLIST), '--out', PLAN_FILE)
  // The clock is only looked at once load holds.
  const plan = readFileSync(PLAN_FILE, 'utf8')
  const at = plan.indexOf('needs: []', plan.indexOf('id: checks/the-clock-speaks-utc'))
  writeFileSync(PLAN_FILE, `${plan.slice(0, at)}needs: [ ${LOAD} ]${plan.slice(at + 9)}`)
  await hold('plan', 'review', PLAN_FILE, '--as', 'ann')
  await place.ask(['run', PLAN_FILE])
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

async function assertRefusals(
  rows: readonly (readonly [words: string, exit: number, code: string, message: RegExp])[],
): Promise<void> {
  for (const [words, exit, code, message] of rows) {
    const refused = await place.refusal(words.split(' '))
    assert.deepEqual([words, refused.exit, refused.code], [words, exit, code])
    assert.match(refused.message, message)
  }
}

/** Exit code, verdict and rules of a decision. */
async function decided(...more: string[]): Promise<string> {
  const { exit, data } = await place.ask<Decided>(['decide', ...more])
  const rules = data.verdict.reasons.map(({ rule }) => rule)
  return [exit, data.verdict.value, ...rules].join(' ')
}

/** By `status`, beside how things stand now. */
async function assertRecorded(verdict: string): Promise<void> {
  const { stdout } = await place.shell(['status'])
  assert.match(stdout, new RegExp(`^  recorded: ${verdict} at .+ \\(sha256:[0-9a-f]{64}\\)$`, 'm'))
}

const sign = (): Promise<unknown> => hold('sign', '--as', 'ann', '--role', 'Captain')

const REFUSED = 'RELEASE_CHANGE_REFUSED'
const MISSING = 'RELEASE_ENTRY_MISSING'

test('a risk is accepted by its owner and a second person, closes by two, and opens again', async () => {
  const opened = 'risk add Rota-by-hand --level P1 --owner ben --due 2030-01-01 --as cy'
  assert.equal((await hold<{ id: string }>(...opened.split(' '))).id, 'R1')
  await assertRefusals([
    ['risk add x --level P9 --owner ben --as cy', 2, 'RELEASE_OPTION_MISSING', /P0, P1, P2, P3/],
    ['risk accept R9 --until 30d --as cy', 6, MISSING, /R1/],
    ['risk accept R1 --until 2020-01-01 --as cy', 5, REFUSED, /in the future/],
    ['risk accept R1 --until soon --as cy', 2, 'RELEASE_DATE_UNREADABLE', /"soon"/],
    ['risk accept R1 --until 30d --as zoe', 6, 'APP_IDENTITY_MISSING', /zoe/],
    ['risk reopen R1 --reason x --as cy', 5, REFUSED, /open already/],
  ])
  await hold('risk', 'accept', 'R1', '--until', '30d', '--as', 'cy')
  await assertRefusals([['approve R1 --as cy', 5, REFUSED, /^cy has consented to it already/]])
  await hold('approve', 'R1', '--as', 'ben')
  const shown = await place.shell(['risk', 'show', 'R1'])
  assert.match(shown.stdout, /ACCEPTED until .* by cy and ben {2}Rota-by-hand/)
  assert.match(shown.stdout, /approved +ben: risk\.accepted \(sha256:/)
  await hold('risk', 'close', 'R1', '--note', 'done', '--as', 'cy')
  await hold('approve', 'R1', '--as', 'ann')
  await assertRefusals([['risk close R1 --note x --as cy', 5, REFUSED, /R1 is closed/]])
  await hold('risk', 'reopen', 'R1', '--reason', 'by hand again', '--as', 'ann')
  await hold('risk', 'accept', 'R1', '--until', '30d', '--as', 'cy')
  await hold('approve', 'R1', '--as', 'ben')
  await hold('risk', 'revise', 'R1', '--level', 'P2', '--reason', 'milder', '--as', 'cy')
  assert.match((await place.shell(['risk', 'list'])).stdout, /P1 .*risk\.revised waits/)
  await hold('risk', 'revise', 'R1', '--impact', 'high', '--reason', 'worse', '--as', 'ann')
  await assertRefusals([
    ['approve R1 --as ben', 6, MISSING, /./],
    ['risk revise R1 --impact high --reason same --as ann', 5, REFUSED, /changes something/],
  ])
  await hold('risk', 'accept', 'R1', '--until', '30d', '--as', 'cy')
  await hold('approve', 'R1', '--as', 'ben')
  const list = await hold<{ risks: { state: string; impact: string }[] }>('risk', 'list')
  assert.deepEqual(
    list.risks.map(({ state, impact }) => [state, impact]),
    [['ACCEPTED', 'high']],
  )
})

test('a condition that was missed is withdrawn by two, and another one makes a failing gate wait', async () => {
  const gate = ['--gate', ROTA, '--owner', 'ben', '--as', 'ann']
  await hold('condition', 'add', 'Rota moved to the tool', '--due', '2020-01-01', ...gate)
  await assertRefusals([
    ['condition extend C1 --until 7d --reason late --as ann', 5, REFUSED, /C1 was due/],
    ['condition withdraw C7 --reason x --as ann', 6, MISSING, /C1/],
    [
      `condition add x --gate ${ROTA} --owner ben --due 7d --blocks lunch --as ann`,
      2,
      'RELEASE_OPTION_MISSING',
      /freeze, deploy, phase, post/,
    ],
  ])
  const { conditions } = await hold<{ conditions: { state: string }[] }>('condition', 'list')
  assert.equal(conditions[0]?.state, 'MISSED')
  assert.match(await decided(), /^30 NO_GO 7\.2 7\.2 7\.5-condition/)
  await hold('condition', 'withdraw', 'C1', '--reason', 'a wrong date', '--as', 'ann')
  await assertRefusals([['approve C1 --as ann', 5, REFUSED, /^ann has consented/]])
  await hold('approve', 'C1', '--as', 'ben')
  await hold('condition', 'add', 'Rota moved to the tool', '--due', '7d', ...gate)
  await hold('condition', 'extend', 'C2', '--until', '14d', '--reason', 'holidays', '--as', 'ann')
  await hold('approve', 'C2', '--as', 'cy')
})

test('a waiver takes two others; what needs the waived gate runs then, and the release goes on a condition', async () => {
  const words = ['waive', '--gate', LOAD, '--reason', 'the rig is broken', '--control', 'canary']
  const ask = [...words, '--risk', 'R1', '--until', '7d', '--as', 'cy']
  const { id } = await hold<{ id: string }>(...ask)
  assert.equal(id, 'W1')
  const bare = '--reason x --control y --until 7d --as cy'
  await assertRefusals([
    [`waive --gate checks/lod --risk R1 ${bare}`, 2, 'RELEASE_OPTION_MISSING', /checks\/lod/],
    [`waive --gate ${LOAD} --risk R9 ${bare}`, 6, MISSING, /R1/],
    [
      `waive --gate ${LOAD} --risk R1 --reason x --control y --until 91d --as cy`,
      5,
      REFUSED,
      /90 days/,
    ],
    ['approve W1 --as cy', 5, REFUSED, /^cy asked for waiver W1 and cannot approve it/],
    ['approve W9 --as ann', 6, MISSING, /W1/],
  ])
  await hold('approve', 'W1', '--as', 'ann')
  await hold('approve', 'W1', '--as', 'ben')
  const early = await place.ask<Decided>(['decide'])
  assert.ok(early.data.verdict.reasons.some(({ flip }) => flip.startsWith('Run again')))
  const ran = await place.shell(['run', PLAN_FILE])
  assert.match(ran.stdout + ran.stderr, /PASS +checks\/the-clock-speaks-utc/)
  assert.match(ran.stdout + ran.stderr, /waived \(W1\): what needs it runs all the same/)
  await sign()
  assert.equal(await decided(), '11 CONDITIONAL_GO 7.7 7.8')
})

test('freezes, a spent error budget and an unconfirmed roster stop the release until people say otherwise', async () => {
  const freeze = ['freeze', 'add', '--until', '2099-01-01', '--reason', 'year end', '--as', 'ann']
  await hold(...freeze, '--from', '2020-01-01')
  await hold(...freeze, '--from', '2020-01-01')
  assert.equal(await decided(), '30 NO_GO 7.4-freeze 7.4-freeze')
  await assertRefusals([
    ['freeze lift F9 --reason x --as ann', 6, MISSING, /F1, F2/],
    ['freeze add --from 2021-01-02 --until 2021-01-01 --reason x --as ann', 5, REFUSED, /after/],
    ['budget set 110% --source grafana --as cy', 2, 'RELEASE_OPTION_MISSING', /42%/],
    ['budget override --reason x --as ann', 5, REFUSED, /no error budget/],
    ['rules set --as ann', 5, REFUSED, /sets something/],
    ['rules set --zone Mars/Olympus --as ann', 5, REFUSED, /zone/],
  ])
  await hold('freeze', 'override', 'F1', '--reason', 'agreed', '--as', 'ann')
  await hold('approve', 'F1', '--as', 'cy')
  await hold('freeze', 'lift', 'F2', '--reason', 'entered twice', '--as', 'ann')
  await hold('approve', 'F2', '--as', 'cy')
  const listed = await place.shell(['freeze', 'list'])
  assert.match(listed.stdout, /F1 +ACTIVE.*overridden for 2\.1\.0[^]*F2 +LIFTED/)
  await hold('rules', 'set', '--non-waivable', 'checks/other', '--as', 'ann')
  await hold('approve', 'policy', '--as', 'ben')
  await hold('rules', 'set', '--minimum-budget', '0.2', '--roster-hours', '12', '--as', 'ann')
  await hold('approve', 'policy', '--as', 'ben')
  const rules = await hold<{ nonWaivable: string[] }>('rules', 'show')
  assert.deepEqual(rules.nonWaivable, ['checks/other'], 'what is not set again stays')
  await hold('budget', 'set', '10%', '--source', 'grafana', '--as', 'cy')
  await sign()
  assert.equal(await decided(), '30 NO_GO 7.4-error-budget 7.6-roster')
  await hold('budget', 'override', '--reason', 'measured wrong', '--as', 'ann')
  await hold('approve', 'budget', '--as', 'ben')
  await hold('roster', 'confirm', '--on-call', 'ben', '--as', 'cy')
  assert.equal(await decided(), '11 CONDITIONAL_GO 7.7 7.8')
})

test('launch, agenda and a rejection that is withdrawn: the condition is met and the waiver alone remains', async () => {
  await assertRefusals([['launch show', 6, MISSING, /launch/]])
  await hold('launch', 'plan', '--at', '12h', '--as', 'ann')
  const launch = await place.ask<{ steps: { name: string }[] }>(['launch', 'show'])
  assert.deepEqual(
    [launch.exit, launch.data.steps.map(({ name }) => name)],
    [0, ['T-24h', 'T-1h', 'T-0', 'T+24h']],
  )
  // Two days early by the clock is a day too late for the freeze that begins before the launch.
  const early = ['--until', '2099-01-01', '--reason', 'new year', '--as', 'ann']
  await hold('freeze', 'add', '--from', '2h', ...early)
  assert.equal(await decided(), '20 NOT_READY 7.6-launch')
  await hold('freeze', 'override', 'F3', '--reason', 'agreed', '--as', 'ann')
  await hold('approve', 'F3', '--as', 'cy')
  const { markdown } = await hold<{ markdown: string }>('cab', 'agenda')
  assert.match(markdown, /## What it rests on[^]*C2 OPEN: Rota moved to the tool/)
  await hold('answer', ROTA, '--as', 'ben', '--yes')
  await hold('reject', '--as', 'ann', '--role', 'Captain', '--comment', 'fog')
  assert.equal(await decided(), '30 NO_GO 7.5-rejection 7.6-sign-off')
  await hold('reject', '--withdraw', '--as', 'ann', '--role', 'Captain')
  await sign()
  assert.equal(await decided(), '10 GO_WITH_WAIVERS 7.8')
  assert.equal(await decided('--replay'), '10 GO_WITH_WAIVERS 7.8')
  await assertRefusals([['decide --phase lunch', 2, 'WEB_QUERY_INVALID', /phase: .*canary-5/]])
  // Decisions over one review use the waiver once; sign-offs are for one phase.
  const late = await place.ask<Decided>(['decide', '--phase', 'post-deploy'])
  assert.deepEqual([late.exit, late.data.verdict.value], [20, 'NOT_READY'])
})

test('load holds at last: a GO without a waiver, whose bundle anybody can verify', async () => {
  writeFileSync(LOAD_FILE, '')
  await hold('waive', 'revoke', 'W1', '--reason', 'the rig works', '--as', 'cy')
  await place.ask(['run', PLAN_FILE])
  await hold('answer', ROTA, '--as', 'ben', '--yes')
  await sign()
  assert.equal(await decided(), '0 GO')
  await assertRecorded('GO')
  const { paths } = await hold<{ paths: { bundle: string; trust: string } }>('bundle')
  const proven = await hold<{ release: string; checked: { changes: number } }>(
    'verify',
    paths.bundle,
    '--trust',
    paths.trust,
  )
  assert.deepEqual([proven.release, proven.checked.changes > 30], ['GO', true])
})

test('a broken glass goes in spite of a failing gate and is reviewed by somebody else', async () => {
  unlinkSync(LOAD_FILE)
  await place.ask(['run', PLAN_FILE])
  assert.match(await decided(), /^30 NO_GO/)
  await assertRefusals([
    ['break-glass --reason x --for 48h --as ann', 5, REFUSED, /24 hours/],
    ['break-glass review B1 --finding x --as ann', 6, MISSING, /B1/],
  ])
  await hold('break-glass', '--reason', 'outage', '--as', 'ann')
  assert.match(await decided(), /^10 GO_WITH_WAIVERS break-glass/)
  await assertRefusals([
    ['break-glass review B1 --finding fine --as ann', 5, REFUSED, /^ann broke B1/],
  ])
  await hold('break-glass', 'review', 'B1', '--finding', 'justified', '--as', 'ben')
})
