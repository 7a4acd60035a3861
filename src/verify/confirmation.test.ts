// A run whose gates were confirmed after its start: the ledger's confirmations belong to its terms, and to no other run's.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { aBundle } from '../../test/bundle.ts'
import type { BundleChanges } from '../../test/bundle.ts'
import { RUN } from '../../test/bundle-release.ts'
import { assertForged, forgerKeys } from '../../test/forgery.ts'
import type { Json } from '../kernel/index.ts'
import { verifyBundle } from './index.ts'
import { nodeVerifyPorts } from './node.ts'

const GATE = 'release/migration'

/** The decision counts the gate as confirmed; the ledger holds this payload of a confirmation, if any. */
function confirmedLater(payload?: Json): BundleChanges {
  return {
    inputs: (inputs) => ({ ...inputs, terms: { ...inputs.terms, confirmed: [GATE] } }),
    facts: (facts) =>
      facts.flatMap((fact) =>
        fact.type === 'run.started' && payload !== undefined
          ? [fact, { ...fact, type: 'run.confirmed', payload }]
          : [fact],
      ),
  }
}

test('a gate that was confirmed after the run began belongs to the terms of the decision', async () => {
  const changes = confirmedLater({ by: 'token', gates: [GATE], run: RUN })
  const { bytes } = await aBundle({ keys: forgerKeys, ...changes })
  const report = await verifyBundle(bytes, { ports: nodeVerifyPorts })
  assert.deepEqual([report.verdict, report.findings], ['INTACT_SIGNER_UNKNOWN', []])
})

test('a confirmation that the ledger does not hold for this run and gate is found', () =>
  assertForged([
    ['never confirmed', 'VERIFY_TERMS_DIFFER', confirmedLater()],
    [
      'of another run',
      'VERIFY_TERMS_DIFFER',
      confirmedLater({ by: 'token', gates: [GATE], run: 'another' }),
    ],
    [
      'of another gate',
      'VERIFY_TERMS_DIFFER',
      confirmedLater({ by: 'token', gates: ['another'], run: RUN }),
    ],
  ]))
