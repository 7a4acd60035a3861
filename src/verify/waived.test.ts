// Waivers in a bundle: asked for, approved and told to the run as the rules say, or found for the reason that fits.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { aBundle } from '../../test/bundle.ts'
import type { BundleChanges } from '../../test/bundle.ts'
import { instantAt, RELEASE, RUN, VERSION } from '../../test/bundle-release.ts'
import type { BundleChange } from '../../test/bundle-register.ts'
import { forgerKeys } from '../../test/forgery.ts'
import { verifyBundle } from './index.ts'
import { nodeVerifyPorts } from './node.ts'

const GATE = 'release/migration'

const RISK: BundleChange = {
  by: 'lead',
  change: {
    kind: 'risk.opened',
    id: 'R1',
    level: 'P3',
    title: 'rows are slow',
    owner: 'owen',
    likelihood: 'low',
    impact: 'low',
    mitigation: '',
  },
}

function aRequest(id: string, expiresAt = instantAt(86_400)): BundleChange {
  const terms = { environment: 'staging', version: VERSION, gates: [GATE], reason: 'slow disk' }
  const request = { ...terms, id, risk: 'R1', compensatingControl: 'canary', expiresAt, maxUses: 1 }
  return { by: 'asker', change: { kind: 'waiver.requested', ...request } }
}

function approval(by: BundleChange['by'], id: string, place: number, at?: string): BundleChange {
  return { by, change: { kind: 'approves', id, place }, ...(at === undefined ? {} : { at }) }
}

const APPROVED = [
  RISK,
  aRequest('W1'),
  approval('lead', 'W1', 1),
  approval('operator', 'W1', 1),
] as const

/** What the ledger and the decision say of waived gates. */
function told(
  register: readonly BundleChange[],
  notice: Readonly<Record<string, string | number | Readonly<Record<string, string>>>> | undefined,
  waived: Readonly<Record<string, string>> | undefined = { [GATE]: 'W1' },
): BundleChanges {
  const gates = { [GATE]: 'W1' }
  const payload = { asOf: instantAt(35), changes: register.length, gates, run: RUN, ...notice }
  const fact = { type: 'run.waived', actor: 'operator', subject: RELEASE, payload, refs: [] }
  return {
    register,
    facts: (facts) => (notice === undefined ? facts : [...facts, fact]),
    inputs: (inputs) =>
      waived === undefined ? inputs : { ...inputs, terms: { ...inputs.terms, waived } },
  }
}

async function findingsOf(changes: BundleChanges): Promise<readonly string[]> {
  const { bytes } = await aBundle({ keys: forgerKeys, ...changes })
  const report = await verifyBundle(bytes, { ports: nodeVerifyPorts })
  return report.findings.map(({ code, text }) => `${code} ${text}`)
}

test('a waiver with two approvers, told to the run while it was in force, is proven', async () => {
  assert.deepEqual(await findingsOf(told(APPROVED, {})), [])
})

test('a gate that was counted as waived without right is found', async () => {
  const revoke: BundleChange = {
    by: 'lead',
    change: { kind: 'waiver.revoked', id: 'W1', reason: 'over' },
  }
  const other = { 'release/on-call': 'W1' }
  const expired = [RISK, aRequest('W1', instantAt(34)), ...APPROVED.slice(2)]
  const rows: readonly (readonly [what: string, changes: BundleChanges, found: RegExp])[] = [
    ['no entry', told(APPROVED, undefined), /^VERIFY_TERMS_DIFFER .*the decision used others/],
    ['not in the terms', told(APPROVED, {}, {}), /^VERIFY_TERMS_DIFFER /],
    ['another run', told(APPROVED, { run: 'another' }), /^VERIFY_TERMS_DIFFER /],
    ['another gate', told(APPROVED, { gates: other }, other), /^VERIFY_REGISTER_DIFFERS .*on-call/],
    ['too early', told(APPROVED, { changes: 3 }), /^VERIFY_REGISTER_DIFFERS .*not in force/],
    ['expired', told(expired, {}), /^VERIFY_REGISTER_DIFFERS .*not in force/],
    ['revoked', told([...APPROVED, revoke], {}), /^VERIFY_REGISTER_DIFFERS .*not in force/],
    ['dated back', told(APPROVED, { asOf: instantAt(-900) }), /^VERIFY_TIME_IMPOSSIBLE /],
    ['no date', told(APPROVED, { asOf: 'noon' }), /^VERIFY_TIME_IMPOSSIBLE /],
  ]
  for (const [what, changes, found] of rows) {
    const findings = await findingsOf(changes)
    assert.ok(
      findings.some((each) => found.test(each)),
      `${what}: ${findings.join('; ')}`,
    )
  }
})

test('approvals by the requester, twice, too late or taken from another waiver are found', async () => {
  const [, request] = APPROVED
  const rows: readonly (readonly [
    what: string,
    register: readonly BundleChange[],
    found: RegExp,
  ])[] = [
    ['own', [RISK, request, approval('asker', 'W1', 1)], /asked for waiver W1 and cannot approve/],
    [
      'twice',
      [RISK, request, approval('lead', 'W1', 1), approval('lead', 'W1', 1, instantAt(31))],
      /has approved waiver W1 already/,
    ],
    [
      'replayed on another waiver',
      [...APPROVED, aRequest('W2'), approval('lead', 'W2', 1)],
      /nothing about W2 waits for a second person with this statement/,
    ],
    [
      'too late',
      [RISK, aRequest('W1', instantAt(40)), approval('lead', 'W1', 1, instantAt(41))],
      /waiver W1 has expired/,
    ],
    ['asked for twice', [RISK, request, aRequest('W1')], /there is a waiver W1 already/],
    ['for no risk', [aRequest('W1')], /there is no risk R1/],
  ]
  for (const [what, register, found] of rows) {
    const findings = await findingsOf({ register })
    assert.ok(
      findings.some((each) => each.startsWith('VERIFY_REGISTER_DIFFERS') && found.test(each)),
      `${what}: ${findings.join('; ')}`,
    )
  }
})
