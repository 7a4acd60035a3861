// Somebody with the control plane's key lies about risks, conditions or policy: the signatures of people show each lie.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { START_MS } from '../../test/bundle-release.ts'
import type { BundleChange } from '../../test/bundle-register.ts'
import { aBundle } from '../../test/bundle.ts'
import { assertForged, forgerKeys } from '../../test/forgery.ts'
import type { Change } from '../register/index.ts'
import type { DecisionInputs } from '../verdict/index.ts'
import { verifyBundle } from './index.ts'
import { nodeVerifyPorts } from './node.ts'

const after = (ms: number): string => new Date(START_MS + ms).toISOString()
const DAY_MS = 86_400_000

const RISK: Change = {
  kind: 'risk.opened',
  id: 'R1',
  level: 'P3',
  title: 'restore never drilled',
  owner: 'owen',
  likelihood: 'low',
  impact: 'low',
  mitigation: '',
}
const CONDITION: Change = {
  kind: 'condition.set',
  id: 'C1',
  version: '2.4.0',
  text: 'limits tuned',
  gate: 'release/migration',
  owner: 'guild',
  dueAt: after(DAY_MS),
  onMiss: 'NO_GO',
  blocks: 'deploy',
}
const EXTEND: Change = {
  kind: 'condition.extended',
  id: 'C1',
  dueAt: after(9 * DAY_MS),
  reason: 'late',
}
const HONEST: readonly BundleChange[] = [
  { by: 'lead', change: RISK },
  { by: 'lead', change: CONDITION },
  { by: 'lead', change: EXTEND },
  { by: 'operator', change: { kind: 'approves', id: 'C1', place: 2 } },
]

function lie(change: (inputs: DecisionInputs) => Partial<DecisionInputs>): {
  readonly register: readonly BundleChange[]
  readonly inputs: (inputs: DecisionInputs) => DecisionInputs
} {
  return { register: HONEST, inputs: (inputs) => ({ ...inputs, ...change(inputs) }) }
}

test('an honest register is made again from its signatures', async () => {
  const built = await aBundle({ keys: forgerKeys, register: HONEST })
  const report = await verifyBundle(built.bytes, { ports: nodeVerifyPorts })
  assert.deepEqual(report.findings, [])
  assert.deepEqual([report.checked.changes, report.release], [4, 'GO'])
})

test('a risk revised by one person stays as it was for the verifier; by two it is lowered', async () => {
  const lower: Change = { kind: 'risk.revised', id: 'R1', reason: 'milder', level: 'P3' }
  const register: readonly BundleChange[] = [
    { by: 'lead', change: { ...RISK, level: 'P2' } },
    { by: 'lead', change: lower },
  ]
  const agreed: readonly BundleChange[] = [
    ...register,
    { by: 'operator', change: { kind: 'approves', id: 'R1', place: 1 } },
  ]
  const levelOf = async (changes: readonly BundleChange[]): Promise<string | undefined> => {
    let level: string | undefined
    const inputs = (honest: DecisionInputs): DecisionInputs => {
      level = honest.risks[0]?.level
      return honest
    }
    const built = await aBundle({ keys: forgerKeys, register: changes, inputs })
    assert.deepEqual((await verifyBundle(built.bytes, { ports: nodeVerifyPorts })).findings, [])
    return level
  }
  assert.deepEqual([await levelOf(register), await levelOf(agreed)], ['P2', 'P3'])
  await assertForged([
    [
      'a risk lowered by one person',
      'VERIFY_REGISTER_DIFFERS',
      {
        register,
        inputs: (inputs) => ({
          ...inputs,
          risks: inputs.risks.map((each) => ({ ...each, level: 'P3' as const })),
        }),
      },
    ],
  ])
})

test('an outcome of the board that nobody signed, and a launch that is left out, are found', async () => {
  const register: readonly BundleChange[] = [
    {
      by: 'lead',
      change: {
        kind: 'cab.recorded',
        id: 'CAB1',
        version: '2.4.0',
        heldAt: after(-DAY_MS),
        attendees: ['the board'],
        items: [{ about: 'it', outcome: 'approved' }],
      },
    },
    {
      by: 'lead',
      change: { kind: 'launch.planned', version: '2.4.0', at: after(2 * DAY_MS), timezone: 'UTC' },
    },
  ]
  const built = await aBundle({ keys: forgerKeys, register })
  assert.deepEqual((await verifyBundle(built.bytes, { ports: nodeVerifyPorts })).findings, [])
  const forged = (change: (inputs: DecisionInputs) => DecisionInputs) => ({
    register,
    inputs: change,
  })
  await assertForged([
    [
      'signers nobody recorded',
      'VERIFY_REGISTER_DIFFERS',
      forged((inputs) => ({
        ...inputs,
        cab: inputs.cab!.map((each) => ({
          ...each,
          signers: [...each.signers, { principal: 'the board', roles: [] }],
        })),
      })),
    ],
    ['outcome left out', 'VERIFY_REGISTER_DIFFERS', forged(({ cab: _cab, ...inputs }) => inputs)],
    [
      'launch left out',
      'VERIFY_REGISTER_DIFFERS',
      forged(({ launch: _launch, ...inputs }) => inputs),
    ],
    [
      'taken for a decision of the first edition, which knew neither',
      'VERIFY_REGISTER_DIFFERS',
      forged(({ edition: _edition, cab: _cab, launch: _launch, ...inputs }) => inputs),
    ],
  ])
})

test('terms that people did not sign are found, whichever part they are in', () =>
  assertForged([
    ['risk left out', 'VERIFY_REGISTER_DIFFERS', lie(() => ({ risks: [] }))],
    [
      'risk closed by nobody',
      'VERIFY_REGISTER_DIFFERS',
      lie(({ risks }) => ({ risks: risks.map((each) => ({ ...each, state: 'CLOSED' as const })) })),
    ],
    [
      'condition due later',
      'VERIFY_REGISTER_DIFFERS',
      lie(({ conditions }) => ({
        conditions: conditions.map((each) => ({ ...each, dueAtMs: each.dueAtMs + 1 })),
      })),
    ],
    [
      'policy loosened',
      'VERIFY_REGISTER_DIFFERS',
      lie(({ policy }) => ({ policy: { ...policy, rejectionsStand: false } })),
    ],
  ]))

test('waivers, budgets and broken glasses that nobody signed are found', () =>
  assertForged([
    [
      'waiver that nobody asked for',
      'VERIFY_REGISTER_DIFFERS',
      lie(() => ({
        waivers: [
          {
            id: 'W1',
            gates: ['release/migration'],
            environment: 'staging',
            version: '2.4.0',
            reason: 'trust me',
            risk: 'R1',
            requester: 'x',
            approvers: ['y', 'z'],
            issuedAtMs: START_MS,
            expiresAtMs: START_MS + DAY_MS,
            maxUses: 1,
            revoked: false,
          },
        ],
      })),
    ],
    [
      'freeze and budget invented',
      'VERIFY_REGISTER_DIFFERS',
      lie(() => ({
        errorBudget: 1,
        roster: { people: ['x'], confirmedBy: 'x', confirmedAtMs: 1 },
      })),
    ],
    [
      'broken glass invented',
      'VERIFY_REGISTER_DIFFERS',
      lie(() => ({
        breakGlass: [
          {
            id: 'B1',
            version: '2.4.0',
            principal: 'x',
            reason: 'r',
            atMs: START_MS,
            expiresAtMs: START_MS + DAY_MS,
            reviewDueAtMs: START_MS + DAY_MS,
          },
        ],
      })),
    ],
  ]))

test('changes that the rules refuse, that are dated elsewhere, signed for another or left out are found', () => {
  const [risk, set, extend] = HONEST as readonly [BundleChange, BundleChange, BundleChange]
  return assertForged([
    [
      'one person as the second',
      'VERIFY_REGISTER_DIFFERS',
      {
        register: [
          risk,
          set,
          extend,
          { by: 'lead', change: { kind: 'approves', id: 'C1', place: 2 } },
        ],
      },
    ],
    [
      'dated back to before it was due',
      'VERIFY_TIME_IMPOSSIBLE',
      { register: [{ ...risk, at: after(-DAY_MS) }] },
    ],
    [
      'signed for somebody else',
      'VERIFY_SIGNER_DIFFERS',
      { register: [{ ...risk, principal: 'person-0000000000000000' }] },
    ],
    [
      'a change without a rule',
      'VERIFY_STATEMENT_MALFORMED',
      { register: [{ by: 'lead', change: { kind: 'risk.forgotten', id: 'R1' } as never }] },
    ],
    [
      'one left out of the middle',
      'VERIFY_REGISTER_DIFFERS',
      { register: [risk, { ...set, position: 3 }] },
    ],
    [
      'a statement taken out of the bundle',
      'VERIFY_STATEMENT_MISSING',
      {
        register: HONEST,
        files: (files) =>
          files.filter(
            (file) =>
              !file.path.startsWith('statements/') ||
              !Buffer.from(
                (JSON.parse(Buffer.from(file.bytes).toString()) as { payload: string }).payload,
                'base64',
              )
                .toString()
                .includes('condition.extended'),
          ),
      },
    ],
  ])
})

test('a decision whose entry does not show how many changes it rests on is found', () => {
  const recorded = { register: HONEST }
  return assertForged([
    [
      'no number',
      'VERIFY_REGISTER_DIFFERS',
      { ...recorded, decided: (fact) => ({ ...fact, payload: { verdict: 'GO' } }) },
    ],
  ])
})
