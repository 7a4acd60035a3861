// Tests of what a decision promises over time: replay, order, monotony, hashes, strict inputs and speed.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { nodeDigest } from '../../test/crypto.ts'
import {
  aGate,
  aPlan,
  aResult,
  DAY_MS,
  inputsFor,
  NOON_MS,
  withSignOffs,
} from '../../test/decisions.ts'
import { decide } from './decide.ts'
import { reviewHashOf } from './decision-hash.ts'
import { parseDecisionInputs } from './inputs-parse.ts'
import type { DecisionInputs, StoredStatus, VerdictValue } from './model.ts'
import type { Plan, PlanGate } from './plan-model.ts'
import { parsePlan } from './plan-parse.ts'

const STATUSES: readonly StoredStatus[] = [
  'PENDING',
  'BLOCKED',
  'RUNNING',
  'PASS',
  'WARN',
  'FAIL',
  'ERROR',
  'INCONCLUSIVE',
  'NOT_APPLICABLE',
  'SKIPPED',
]
const BEST_FIRST: readonly VerdictValue[] = [
  'GO',
  'GO_WITH_WAIVERS',
  'CONDITIONAL_GO',
  'NOT_READY',
  'NO_GO',
  'INVALID',
]

interface Scene {
  readonly plan: Plan
  readonly inputs: DecisionInputs
}

const name = fc.constantFrom('x', 'y', 'z', 'ada')
const instant = fc.integer({ min: NOON_MS - 2 * DAY_MS, max: NOON_MS + 2 * DAY_MS })
const gateId = fc.constantFrom('g0', 'g1', 'g2', 'g3')

/** Small releases in which every rule can fire. */
const scenes: fc.Arbitrary<Scene> = fc
  .record({
    gates: fc.array(
      fc.record({
        status: fc.oneof(
          { weight: 3, arbitrary: fc.constant<StoredStatus>('PASS') },
          fc.constantFrom(...STATUSES),
        ),
        severity: fc.constantFrom<PlanGate['severity']>(
          'required',
          'required',
          'advisory',
          'informational',
        ),
        finishedAtMs: fc.integer({ min: NOON_MS - 2 * DAY_MS, max: NOON_MS }),
      }),
      { minLength: 1, maxLength: 4 },
    ),
    risks: fc.array(
      fc.record({
        level: fc.constantFrom('P0', 'P1', 'P2', 'P3'),
        state: fc.constantFrom('OPEN', 'ACCEPTED', 'CLOSED', 'CLOSED'),
        dueAtMs: instant,
        acceptedBy: fc.array(name, { maxLength: 2 }),
        acceptedUntilMs: instant,
      }),
      { maxLength: 2 },
    ),
    waivers: fc.array(
      fc.record({
        gates: fc.uniqueArray(gateId, { minLength: 1 }),
        approvers: fc.oneof(fc.constant(['x', 'y']), fc.array(name, { maxLength: 3 })),
        expiresAtMs: fc.oneof(fc.constant(NOON_MS + DAY_MS), instant),
        uses: fc.nat(2),
      }),
      { maxLength: 3 },
    ),
    conditions: fc.array(
      fc.record({
        gate: gateId,
        dueAtMs: instant,
        onMiss: fc.constantFrom('NO_GO', 'EXTEND'),
        withdrawn: fc.boolean(),
      }),
      { maxLength: 2 },
    ),
    signOffs: fc.array(
      fc.record({
        role: fc.constantFrom('SRE', 'Security'),
        principal: name,
        decision: fc.constantFrom('APPROVE', 'APPROVE', 'APPROVE', 'REJECT'),
        atMs: instant,
      }),
      { maxLength: 8 },
    ),
    roles: fc.constantFrom(
      [],
      [{ role: 'SRE', minimum: 1 }],
      [
        { role: 'SRE', minimum: 1 },
        { role: 'Security', minimum: 2 },
      ],
    ),
    freeze: fc.array(fc.record({ fromMs: instant, untilMs: instant, reason: fc.constant('f') }), {
      maxLength: 1,
    }),
    errorBudget: fc.constantFrom(1, 0.5, 0),
  })
  .map((seed) => {
    const gates = seed.gates.map((each, i) =>
      aGate({ id: `g${i}`, severity: each.severity, maxAgeMs: DAY_MS }),
    )
    const plan = aPlan(gates, { signOffs: seed.roles })
    const inputs = inputsFor(
      plan,
      {},
      {
        results: seed.gates.map(({ status, finishedAtMs }, i) => {
          const result = aResult(gates[i]!, status)
          return result.finishedAtMs === undefined ? result : { ...result, finishedAtMs }
        }),
        risks: [
          { id: 'RW', level: 'P3', title: 'waived', owner: 'x', state: 'OPEN' },
          ...seed.risks.map((each, i) => ({ id: `R${i}`, title: 't', owner: 'x', ...each })),
        ],
        waivers: seed.waivers.map((each, i) => ({
          id: `W${i}`,
          environment: 'staging',
          version: '1.2.3',
          reason: 'r',
          risk: 'RW',
          requester: 'z',
          maxUses: 2,
          issuedAtMs: NOON_MS - DAY_MS,
          revoked: false,
          ...each,
        })),
        conditions: seed.conditions.map((each, i) => ({
          id: `C${i}`,
          text: 't',
          owner: 'o',
          blocks: 'deploy',
          ...each,
        })),
        freeze: seed.freeze,
        errorBudget: seed.errorBudget,
        policy: { nonWaivable: ['g3'], goLifetimeMs: DAY_MS, minimumErrorBudget: 0.1 },
      },
    )
    return { plan, inputs: withSignOffs(plan, inputs, seed.signOffs) }
  })

test('the scenes of these properties reach every verdict but INVALID', () => {
  const seen = new Map<VerdictValue, number>()
  for (const { plan, inputs } of fc.sample(scenes, { numRuns: 1_000, seed: 7 })) {
    const { value } = decide(nodeDigest, plan, inputs)
    seen.set(value, (seen.get(value) ?? 0) + 1)
  }
  assert.deepEqual([...seen.keys()].sort(), [
    'CONDITIONAL_GO',
    'GO',
    'GO_WITH_WAIVERS',
    'NOT_READY',
    'NO_GO',
  ])
})

test('a decision read back from JSON is the same decision, hashes included', () => {
  fc.assert(
    fc.property(scenes, ({ plan, inputs }) => {
      const again = decide(
        nodeDigest,
        parsePlan(JSON.parse(JSON.stringify(plan))),
        parseDecisionInputs(JSON.parse(JSON.stringify(inputs))),
      )
      assert.deepEqual(again, decide(nodeDigest, plan, inputs))
    }),
  )
})

test('the order of any list changes neither verdict nor hashes', () => {
  const withSalt = fc.record({
    scene: scenes,
    salt: fc.array(fc.nat(), { minLength: 16, maxLength: 16 }),
  })
  fc.assert(
    fc.property(withSalt, ({ scene: { plan, inputs }, salt }) => {
      let turn = 0
      const shuffled = <T>(items: readonly T[]): T[] => {
        const rest = [...items]
        const out: T[] = []
        while (rest.length > 0)
          out.push(...rest.splice((salt[turn++ % salt.length] ?? 0) % rest.length, 1))
        return out
      }
      const other: DecisionInputs = {
        ...inputs,
        results: shuffled(inputs.results),
        risks: shuffled(inputs.risks),
        waivers: shuffled(
          inputs.waivers.map((each) => ({
            ...each,
            gates: shuffled(each.gates),
            approvers: shuffled(each.approvers),
          })),
        ),
        conditions: shuffled(inputs.conditions),
        signOffs: shuffled(inputs.signOffs),
        freeze: shuffled(inputs.freeze),
      }
      assert.deepEqual(decide(nodeDigest, plan, other), decide(nodeDigest, plan, inputs))
    }),
  )
})

test('one more required gate that is not satisfied never improves the verdict', () => {
  const bad = fc.constantFrom<StoredStatus>(
    'FAIL',
    'ERROR',
    'INCONCLUSIVE',
    'SKIPPED',
    'PENDING',
    'BLOCKED',
    'RUNNING',
  )
  fc.assert(
    fc.property(scenes, bad, ({ plan, inputs }, status) => {
      const gate = aGate({ id: 'extra' })
      const wider = { ...plan, gates: [...plan.gates, gate] }
      const more = inputsFor(
        wider,
        {},
        {
          ...inputs,
          plan: inputsFor(wider).plan,
          results: [...inputs.results, aResult(gate, status)],
        },
      )
      const reviewHash = reviewHashOf(nodeDigest, wider, more)
      const resigned = { ...more, signOffs: more.signOffs.map((each) => ({ ...each, reviewHash })) }
      const after = decide(nodeDigest, wider, resigned)
      const before = decide(nodeDigest, plan, inputs)
      assert.ok(
        BEST_FIRST.indexOf(after.value) >= BEST_FIRST.indexOf(before.value) ||
          before.reasons.every((each) => each.rule === '7.6-nothing-certified'),
      )
      assert.ok(after.value === 'NO_GO' || after.value === 'NOT_READY')
    }),
  )
})

test('the raw verdict is never better than the one with waivers', () => {
  fc.assert(
    fc.property(scenes, ({ plan, inputs }) => {
      const verdict = decide(nodeDigest, plan, inputs)
      // A GO with waivers is the better outcome of a raw NO_GO; without any waiver used both are equal.
      const isSame = verdict.raw === verdict.value
      assert.ok(
        isSame || BEST_FIRST.indexOf(verdict.raw) > BEST_FIRST.indexOf(verdict.value),
        `${verdict.raw} ${verdict.value}`,
      )
      assert.equal(verdict.value === 'GO_WITH_WAIVERS' && isSame, false)
    }),
  )
})
