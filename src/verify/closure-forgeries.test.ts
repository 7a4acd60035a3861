// A control plane that lets one person close a risk on evidence of their own making: the verifier does not.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { aPlan, instantAt } from '../../test/bundle-release.ts'
import type { BundleChange } from '../../test/bundle-register.ts'
import { aBundle } from '../../test/bundle.ts'
import { nodeDigest } from '../../test/crypto.ts'
import { assertForged, forgerKeys } from '../../test/forgery.ts'
import type { Forgery } from '../../test/forgery.ts'
import { definitionHashOf } from '../verdict/index.ts'
import { verifyBundle } from './index.ts'
import type { VerifyReport } from './index.ts'
import { nodeVerifyPorts } from './node.ts'

const [migration, onCall] = aPlan().gates
const MIGRATION = definitionHashOf(nodeDigest, migration!)
const ON_CALL = definitionHashOf(nodeDigest, onCall!)

function opened(
  closureTest: string,
  fields: { readonly closureDefinition?: typeof MIGRATION } = {},
): BundleChange {
  return {
    by: 'lead',
    isEarly: true,
    at: instantAt(1),
    change: {
      kind: 'risk.opened',
      id: 'R1',
      level: 'P0',
      title: 'restore never drilled',
      owner: 'owen',
      likelihood: 'low',
      impact: 'low',
      mitigation: '',
      closureTest,
      ...fields,
    },
  }
}

function closed(by: BundleChange['by'], gate: string, more: object): BundleChange {
  return { by, change: { kind: 'closes', id: 'R1', gate, ...more } }
}

const TEST = 'release/migration'
const PINNED = opened(TEST, { closureDefinition: MIGRATION })
const HONEST = closed('operator', TEST, { definition: MIGRATION })
const REVIEWED = { definition: MIGRATION, isReviewed: true }

async function releaseOf(
  register: readonly BundleChange[],
  isFirstEdition = false,
): Promise<VerifyReport> {
  const built = await aBundle({ keys: forgerKeys, register, isFirstEdition })
  const report = await verifyBundle(built.bytes, { ports: nodeVerifyPorts })
  assert.deepEqual(report.findings, [])
  return report
}

test('a risk closed by what its opening pinned, or by a reviewed plan, is closed for the verifier too', async () => {
  assert.equal((await releaseOf([PINNED, HONEST])).release, 'GO')
  const reviewed = await releaseOf([opened(TEST), closed('operator', TEST, REVIEWED)])
  assert.equal(reviewed.release, 'GO')
})

test('a closing of the first edition closes the risk in its own decisions and in none of the second', async () => {
  const register = [opened(TEST), closed('lead', TEST, {})]
  const before = await releaseOf(register, true)
  assert.equal(before.release, 'GO')
  assert.match(before.notProven.join('\n'), /somebody else vouched for what closed the risk "R1"/)
  assert.equal((await releaseOf(register)).release, 'NO_GO')
})

test('a risk that one person closed on evidence of their own making stays open for the verifier', () => {
  const forgery = (what: string, ...register: readonly BundleChange[]): Forgery => [
    what,
    'VERIFY_REGISTER_DIFFERS',
    { register },
  ]
  return assertForged([
    forgery('nothing pinned, nothing reviewed', opened(TEST), HONEST),
    forgery('the opener closes', PINNED, closed('lead', TEST, { definition: MIGRATION })),
    forgery('their own review', opened(TEST), closed('lead', TEST, REVIEWED)),
    forgery('opened afterwards', { ...PINNED, isEarly: false }, HONEST),
    forgery('opened later than it ran', { ...PINNED, at: instantAt(50) }, HONEST),
    forgery('another definition', PINNED, closed('operator', TEST, { definition: ON_CALL })),
    forgery(
      'their own answer',
      opened('release/on-call', { closureDefinition: ON_CALL }),
      closed('operator', 'release/on-call', { definition: ON_CALL }),
    ),
  ])
})

test('a risk closed by a gate that its evidence shows failing is found, whatever the ledger says', () =>
  assertForged([
    [
      'failing evidence',
      'VERIFY_REGISTER_DIFFERS',
      { register: [PINNED, HONEST], command: { exitCode: 1, stdout: 'rows: 0\n' } },
    ],
  ]))

test('a review of the plan that is made up or left out is found', () =>
  assertForged([
    [
      'made up',
      'VERIFY_REVIEW_DIFFERS',
      {
        inputs: (inputs) => ({
          ...inputs,
          planReviews: [{ principal: 'ada', statement: MIGRATION }],
        }),
      },
    ],
    ['left out', 'VERIFY_REVIEW_DIFFERS', { inputs: (inputs) => ({ ...inputs, planReviews: [] }) }],
  ]))
