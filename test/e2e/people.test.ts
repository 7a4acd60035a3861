// People and a release, through a served folder: who may sign, what a signature is worth, and when it is a GO.
import assert from 'node:assert/strict'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import test, { after, before } from 'node:test'
import { openKeyFile, systemDigest } from '../../src/platform/index.ts'
import { buildStatement, keyIdOf, sealStatement, subjectsOf } from '../../src/proof/index.ts'
import type { Subject } from '../../src/verdict/index.ts'
import { openWorkplace } from './command-line.ts'
import type { ServedFolder } from './command-line.ts'

interface Review {
  readonly release: string
  readonly runId: string
  readonly reviewHash: string
  readonly subject: Subject
  readonly signOffs: readonly { readonly role: string; readonly decision: string }[]
}

interface Decided {
  readonly verdict: {
    readonly value: string
    readonly reasons: readonly { readonly rule: string; readonly text: string }[]
  }
}

interface PlanAnswer {
  readonly planHash: string
  readonly paths: { readonly plan: string }
}

interface RunAnswer {
  readonly results: readonly { readonly status: string }[]
  readonly confirm: { readonly token: string }
}

const CHECKLIST = `---
service: SERVICE
version: 1.0.0
---
# SERVICE 1.0.0

## Checks

- [ ] **The clock speaks UTC**
  \`\`\`bash
  test "$(date +%z)" = "+0000"
  \`\`\`
  - **Result:** no offset ✅❌

MANUAL
## Sign-Off

| Role | Name | Status | Timestamp |
| --- | --- | --- | --- |
| **Captain** | _[Name]_ | ✅❌ | \`____\` |
| **Pilot** | _[Name]_ | ✅❌ | \`____\` |
`

const MANUAL = '- [ ] **The pilot is on board**\n  - **Pilot boarded:** ✅❌\n'

const place = openWorkplace()
let served: ServedFolder

/** A release of its own per test, in one tenant, so that the people are created once. */
function checklistOf(service: string, manual = ''): string {
  return place.write(
    `${service}.md`,
    CHECKLIST.replaceAll('SERVICE', service).replace('MANUAL', manual),
  )
}

function signAs(name: string, role: string, release: string, verb = 'sign'): readonly string[] {
  return [verb, release, '--as', name, '--role', role]
}

before(async () => {
  served = await place.serve()
  for (const [name, role] of [
    ['ada', 'Captain'],
    ['ben', 'Pilot'],
    ['cleo', 'Captain'],
  ] as const) {
    const { exit } = await place.ask(['key', 'create', name, '--role', role])
    assert.equal(exit, 0)
  }
})

after(async () => {
  const end = await served.stop()
  assert.equal(end.exit, 0, 'a server that is told to stop ends well')
  place.remove()
})

test('one passing gate and two people in their roles make a GO, with names in the filled checklist', async () => {
  const { exit } = await place.ask(['run', checklistOf('sloop')])
  assert.equal(exit, 0)
  const early = await place.ask<Decided>(['decide', 'sloop@1.0.0'])
  assert.deepEqual([early.exit, early.data.verdict.value], [20, 'NOT_READY'])
  assert.deepEqual(
    early.data.verdict.reasons.map(({ rule }) => rule),
    ['7.6-sign-off', '7.6-sign-off'],
  )
  for (const [name, role] of [
    ['ada', 'Captain'],
    ['ben', 'Pilot'],
  ] as const) {
    const signed = await place.ask<Review>(signAs(name, role, 'sloop@1.0.0'))
    assert.equal(signed.exit, 0)
  }
  const decided = await place.ask<Decided & { paths: { filled: string } }>([
    'decide',
    'sloop@1.0.0',
  ])
  assert.deepEqual([decided.exit, decided.data.verdict.value], [0, 'GO'])
  assert.deepEqual(decided.data.verdict.reasons, [])
  const filled = readFileSync(decided.data.paths.filled, 'utf8')
  assert.match(filled, /\| \*\*Captain\*\* \| ada \| ✅ \| `\d{4}-\d\d-\d\dT[\d:.]+Z` \|/)
  assert.match(filled, /\| \*\*Pilot\*\* \| ben \| ✅ \|/)
  const sealed = await place.ask<{ paths: { bundle: string; trust: string } }>([
    'bundle',
    'sloop@1.0.0',
  ])
  const proven = await place.ask<{ release: { verdict: string } }>([
    'verify',
    sealed.data.paths.bundle,
    '--trust',
    sealed.data.paths.trust,
  ])
  assert.deepEqual([proven.exit, proven.data.release], [0, 'GO'])
})

test('a rejection is a NO_GO until the same person withdraws it and approves', async () => {
  await place.ask(['run', checklistOf('ketch')])
  await place.ask(signAs('ada', 'Captain', 'ketch@1.0.0'))
  const rejected = await place.ask<Review>([
    ...signAs('ben', 'Pilot', 'ketch@1.0.0', 'reject'),
    '--comment',
    'fog',
  ])
  assert.equal(rejected.exit, 0)
  const stopped = await place.ask<Decided>(['decide', 'ketch@1.0.0'])
  assert.deepEqual([stopped.exit, stopped.data.verdict.value], [30, 'NO_GO'])
  assert.deepEqual(
    stopped.data.verdict.reasons.map(({ rule }) => rule),
    ['7.5-rejection', '7.6-sign-off'],
  )
  const early = await place.refusal(signAs('ben', 'Pilot', 'ketch@1.0.0'))
  assert.deepEqual([early.exit, early.code], [5, 'RELEASE_SIGN_OFF_REFUSED'])
  await place.ask([...signAs('ben', 'Pilot', 'ketch@1.0.0', 'reject'), '--withdraw'])
  await place.ask(signAs('ben', 'Pilot', 'ketch@1.0.0'))
  const lifted = await place.ask<Decided>(['decide', 'ketch@1.0.0'])
  assert.deepEqual([lifted.exit, lifted.data.verdict.value], [0, 'GO'])
})

test('the author of a change, a foreign role and a role nobody asked for are refused', async () => {
  await place.ask(['run', checklistOf('brig'), '--author', 'cleo'])
  const table = [
    ['cleo', 'Captain', 5, 'RELEASE_SIGN_OFF_REFUSED', /author/],
    ['ben', 'Captain', 5, 'RELEASE_SIGN_OFF_REFUSED', /role Captain/],
    ['ada', 'Cook', 5, 'RELEASE_SIGN_OFF_REFUSED', /Captain, Pilot/],
    ['dora', 'Pilot', 6, 'APP_IDENTITY_MISSING', /dora/],
  ] as const
  for (const [name, role, exit, code, message] of table) {
    const refused = await place.refusal(signAs(name, role, 'brig@1.0.0'))
    assert.deepEqual([name, role, refused.exit, refused.code], [name, role, exit, code])
    assert.match(refused.message, message)
  }
  const { data } = await place.ask<Review>(['status', 'brig@1.0.0'])
  assert.deepEqual(data.signOffs, [])
})

test('a signature over what has changed meanwhile is refused, and one given before a new run counts no more', async () => {
  const file = checklistOf('yawl', MANUAL)
  await place.ask(['run', file])
  const { data: seen } = await place.ask<Review>(['status', 'yawl@1.0.0'])
  const answered = await place.ask<{ status: string }>([
    'answer',
    'checks/the-pilot-is-on-board',
    '--as',
    'ben',
    '--yes',
  ])
  assert.equal(answered.data.status, 'PASS')
  const late = await postSignOff(seen, 'ada', 'Captain')
  assert.equal(late.status, 409)
  assert.deepEqual([late.problem.code, late.problem.exit], ['RELEASE_REVIEW_CHANGED', 7])
  for (const [name, role] of [
    ['ada', 'Captain'],
    ['ben', 'Pilot'],
  ] as const) {
    await place.ask(signAs(name, role, 'yawl@1.0.0'))
  }
  const go = await place.ask<Decided>(['decide', 'yawl@1.0.0'])
  assert.equal(go.data.verdict.value, 'GO')
  await place.ask(['run', file])
  const again = await place.ask<Decided>(['decide', 'yawl@1.0.0'])
  assert.deepEqual([again.exit, again.data.verdict.value], [20, 'NOT_READY'])
})

test('a person’s no to a manual gate is a FAIL and a NO_GO', async () => {
  await place.ask(['run', checklistOf('cutter', MANUAL)])
  const refused = await place.refusal([
    'answer',
    'checks/the-clock-speaks-utc',
    '--as',
    'ben',
    '--yes',
  ])
  assert.deepEqual([refused.exit, refused.code], [2, 'RUNNER_GATE_KIND_REFUSED'])
  const answered = await place.ask<{ status: string }>([
    'answer',
    'checks/the-pilot-is-on-board',
    '--as',
    'ben',
    '--no',
    '--comment',
    'late',
  ])
  assert.deepEqual([answered.exit, answered.data.status], [30, 'FAIL'])
  const decided = await place.ask<Decided>(['decide', 'cutter@1.0.0'])
  assert.deepEqual([decided.exit, decided.data.verdict.value], [30, 'NO_GO'])
})

test('a plan file cannot vouch for itself: what it claims to read is proven again, and waits for a reviewer', async () => {
  const file = checklistOf('barge')
  const planned = await place.ask<PlanAnswer>([
    'plan',
    file,
    '--out',
    join(place.folder, 'barge.plan.yaml'),
  ])
  assert.equal(planned.exit, 0)
  const { plan } = planned.data.paths
  const honest = await place.ask<RunAnswer>(['run', plan])
  assert.deepEqual([honest.exit, honest.data.results[0]?.status], [0, 'PASS'])
  const edited = readFileSync(plan, 'utf8').replace(
    /script: .*/,
    'script: touch planted.txt && test -f planted.txt',
  )
  assert.match(edited, /provenRead: true/)
  place.write('barge.plan.yaml', edited)
  const unread = await place.ask<RunAnswer>(['run', plan])
  assert.deepEqual([unread.exit, unread.data.results[0]?.status], [30, 'BLOCKED'])
  assert.ok(!existsSync(join(place.folder, 'planted.txt')))
  const reviewed = await place.ask<{ reviewers: string[] }>(['plan', 'review', plan, '--as', 'ada'])
  assert.equal(reviewed.data.reviewers.length, 1)
  const still = await place.ask<RunAnswer>(['run', plan])
  assert.deepEqual([still.exit, still.data.results[0]?.status], [30, 'BLOCKED'])
  assert.ok(
    !existsSync(join(place.folder, 'planted.txt')),
    'calling a change a read changes nothing',
  )
  const { token } = still.data.confirm
  const agreed = await place.ask<RunAnswer>(['run', plan, '--confirm', token])
  assert.deepEqual([agreed.exit, agreed.data.results[0]?.status], [0, 'PASS'])
  assert.ok(existsSync(join(place.folder, 'planted.txt')))
})

interface Problem {
  readonly code: string
  readonly exit: number
}

/** A sign-off made from what was seen earlier, sent as any client of the API could. */
async function postSignOff(
  seen: Review,
  name: string,
  role: string,
): Promise<{ status: number; problem: Problem }> {
  const signer = await openKeyFile(
    join(place.dataFolder, 'keys', 'people', `${name}.pem`),
    'ecdsa-p256-sha256',
  )
  const statement = buildStatement('sign-off', subjectsOf(seen.subject), {
    release: seen.release,
    run: seen.runId,
    role,
    principal: `person-${keyIdOf(systemDigest, signer.publicKey).slice(0, 16)}`,
    decision: 'APPROVE',
    reviewHash: seen.reviewHash as `sha256:${string}`,
    at: new Date().toISOString(),
    comment: '',
  })
  const sealed = await sealStatement(systemDigest, signer, statement)
  const secret = readFileSync(join(place.dataFolder, 'keys', 'api.secret'), 'utf8').trim()
  const answer = await fetch(`${served.url}/v1/sign-offs`, {
    method: 'POST',
    headers: { authorization: `Bearer ${Buffer.from(secret, 'base64').toString('base64url')}` },
    body: Buffer.from(sealed.bytes),
  })
  const problem: Problem = (await answer.json()) as Problem
  return { status: answer.status, problem }
}
