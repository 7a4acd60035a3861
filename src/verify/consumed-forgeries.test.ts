// A gate that says it took another value than its producer has: each way of saying it is found.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { contentDigest, utf8Bytes } from '../kernel/index.ts'
import type { GateRunPredicate } from '../proof/index.ts'
import type { Plan, PlanGate } from '../verdict/index.ts'
import { aBundle } from '../../test/bundle.ts'
import type { BundleChanges } from '../../test/bundle.ts'
import { nodeDigest } from '../../test/crypto.ts'
import { assertForged, forgerKeys } from '../../test/forgery.ts'
import { verifyBundle } from './index.ts'
import { nodeVerifyPorts } from './node.ts'

const other = contentDigest(nodeDigest.sha256(utf8Bytes('another')))

/** The plan with a third gate that takes the number of rows from the first one. */
function withConsumer(plan: Plan): Plan {
  const producer = plan.gates[0]!
  const consumer: PlanGate = {
    ...producer,
    id: 'release/rows-reported',
    title: 'Rows reported',
    parameters: ['ROWS'],
    consumes: { ROWS: { gate: producer.id, slot: 'rows' } },
    check: { type: 'command', language: 'bash', script: 'echo "rows: $ROWS"' },
  }
  return { ...plan, gates: [...plan.gates, consumer] }
}

const saying = (
  consumed: (honest: NonNullable<GateRunPredicate['consumed']>) => GateRunPredicate['consumed'],
): BundleChanges => ({
  plan: withConsumer,
  consumer: ({ consumed: honest, ...run }) => {
    const said = consumed(honest ?? {})
    return { ...run, ...(said === undefined ? {} : { consumed: said }) }
  },
})

test('a gate that took exactly what its producer has verifies, and the decision is a Go', async () => {
  const built = await aBundle({ keys: forgerKeys, plan: withConsumer })
  const report = await verifyBundle(built.bytes, { ports: nodeVerifyPorts })
  assert.deepEqual([report.findings, report.release], [[], 'GO'])
})

test('a gate that took another value, from something else, or does not say so is found', () =>
  assertForged([
    [
      'another value',
      'VERIFY_CONSUMED_DIFFERS',
      saying(({ ROWS }) => ({ ROWS: { ...ROWS!, value: '43' } })),
    ],
    [
      'no attempt of the producer',
      'VERIFY_CONSUMED_DIFFERS',
      saying(({ ROWS }) => ({ ROWS: { ...ROWS!, statement: other } })),
    ],
    ['nothing said', 'VERIFY_CONSUMED_DIFFERS', saying(() => undefined)],
    [
      'another parameter',
      'VERIFY_CONSUMED_DIFFERS',
      saying((honest) => ({ ...honest, MORE: honest['ROWS']! })),
    ],
    [
      'value put right in the inputs alone',
      'VERIFY_RESULT_DIFFERS',
      {
        plan: withConsumer,
        inputs: (inputs) => ({
          ...inputs,
          results: inputs.results.map((result) =>
            result.consumed === undefined
              ? result
              : {
                  ...result,
                  consumed: { ROWS: { ...result.consumed['ROWS']!, statement: other } },
                },
          ),
        }),
      },
    ],
    [
      'gate that takes nothing',
      'VERIFY_CONSUMED_DIFFERS',
      { gateRun: (run) => ({ ...run, consumed: { ROWS: { statement: other, value: '1' } } }) },
    ],
  ]))
