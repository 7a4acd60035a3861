// Reports over a real ledger: history is found, the same ledger gives the same bytes.
import assert from 'node:assert/strict'
import { createPublicKey, verify } from 'node:crypto'
import { test } from 'node:test'
import { aGate, aPlan } from '../../test/decisions.ts'
import { openHouse, RELEASE, startPlan } from '../../test/house.ts'
import type { House } from '../../test/house.ts'
import { utf8Text } from '../kernel/index.ts'
import { REPORT_KINDS } from '../report/index.ts'
import type { ReportKind } from '../report/index.ts'

const PLAN = aPlan([aGate({ id: 'tests' }), aGate({ id: 'health' })], {
  ...RELEASE,
  environment: 'staging',
  signOffs: [{ role: 'Manager', minimum: 1 }],
})

/** A release that failed, was run again and then decided GO. */
async function repairedHouse(): Promise<House> {
  const house = await openHouse()
  const runner = await house.person('runner', [], 'runner')
  const manager = await house.person('Ann', ['Manager'])
  await house.releases.open(house.tenantId, 'operator', RELEASE, null)
  for (const health of [1, 0]) {
    const started = await startPlan(house, PLAN, true)
    await house.submit(runner, started, 'tests', 0)
    await house.submit(runner, started, 'health', health)
    house.clock.advance(7_200_000)
    if (health === 0) await house.sign(manager, 'Manager')
    await house.releases.decide(house.tenantId, RELEASE)
  }
  return house
}

test('the same ledger gives the same bytes of every report, however late it is asked', async () => {
  const house = await repairedHouse()
  const render = async (): Promise<string[]> => {
    const out: string[] = []
    for (const kind of REPORT_KINDS) {
      const { markdown, html, isDecided } = await house.releases.report(
        house.tenantId,
        RELEASE,
        kind,
      )
      assert.ok(isDecided)
      out.push(utf8Text(markdown), utf8Text(html))
    }
    return out
  }
  const first = await render()
  house.clock.advance(86_400_000)
  assert.deepEqual(await render(), first)
})

test('the history of a release shows in its reports: diff, heat map and waiting time', async () => {
  const house = await repairedHouse()
  const textOf = async (kind: ReportKind): Promise<string> =>
    utf8Text((await house.releases.report(house.tenantId, RELEASE, kind)).markdown)
  assert.match(await textOf('diff'), /\| BETTER \| checks \| health \| FAIL \| PASS \|/)
  assert.match(await textOf('audit'), /\| checks \| 1 of 2, worst FAIL \| 2 of 2, worst PASS \|/)
  assert.match(await textOf('metrics'), /\| 2 h \| sign-off \| Manager \| Ann \|/)
})

test('an exported summary is a DSSE envelope that OpenSSL accepts under the control plane key, and needs a decision', async () => {
  const house = await repairedHouse()
  const bytes = await house.releases.export(house.tenantId, RELEASE, 'vsa')
  const envelope = JSON.parse(utf8Text(bytes)) as {
    payloadType: string
    payload: string
    signatures: { keyid: string; sig: string }[]
  }
  const payload = Buffer.from(envelope.payload, 'base64')
  const { payloadType } = envelope
  const signed = Buffer.concat([
    Buffer.from(`DSSEv1 ${payloadType.length} ${payloadType} ${payload.length} `),
    payload,
  ])
  const people = await house.identity.list(house.tenantId)
  const plane = people.find(({ kind }) => kind === 'control-plane')
  const key = createPublicKey({ key: Buffer.from(plane!.publicKey), format: 'der', type: 'spki' })
  assert.ok(verify('sha256', signed, key, Buffer.from(envelope.signatures[0]!.sig, 'base64')))
  assert.equal(JSON.parse(payload.toString()).predicate.verificationResult, 'PASSED')
  const undecided = await openHouse()
  await undecided.releases.open(undecided.tenantId, 'operator', RELEASE, null)
  await startPlan(undecided, PLAN)
  await assert.rejects(undecided.releases.export(undecided.tenantId, RELEASE, 'vsa'), {
    code: 'RELEASE_DECISION_MISSING',
  })
})

test('a report before any decision says that its verdict is provisional', async () => {
  const house = await openHouse()
  await house.releases.open(house.tenantId, 'operator', RELEASE, null)
  await startPlan(house, PLAN)
  const { markdown, isDecided } = await house.releases.report(house.tenantId, RELEASE, 'evaluation')
  assert.equal(isDecided, false)
  assert.match(utf8Text(markdown), /Provisional as of/)
})
