// Changes of the register count in the ledger that they were signed for, and in no other.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { BundleChange } from '../../test/bundle-register.ts'
import { aBundle } from '../../test/bundle.ts'
import { assertForged, forgerKeys } from '../../test/forgery.ts'
import { verifyBundle } from './index.ts'
import { nodeVerifyPorts } from './node.ts'

const RISK: BundleChange = {
  by: 'lead',
  change: {
    kind: 'risk.opened',
    id: 'R1',
    level: 'P3',
    title: 'restore never drilled',
    owner: 'owen',
    likelihood: 'low',
    impact: 'low',
    mitigation: '',
  },
}

test('a change that people signed for another ledger is found, and one of before ledgers were named counts', async () => {
  await assertForged([
    [
      'a change of another tenant',
      'VERIFY_STATEMENT_SUBJECT_DIFFERS',
      { register: [{ ...RISK, audience: 'ships.example/ledger/other' }] },
    ],
  ])
  const register = [{ ...RISK, audience: null }]
  const built = await aBundle({ keys: forgerKeys, register })
  const report = await verifyBundle(built.bytes, { ports: nodeVerifyPorts })
  assert.deepEqual([report.findings, report.checked.changes], [[], 1])
})
