// Built-in checks on a database: run by the control plane, signed with its key, judged by assertions.
import assert from 'node:assert/strict'
import test from 'node:test'
import { openHouse, sealGateRun, startPlan, SUBJECT } from '../../test/house.ts'
import type { House } from '../../test/house.ts'
import { aGate, aPlan } from '../../test/runner.ts'
import { utf8Text } from '../kernel/index.ts'
import { parseEnvelope, parseStatement } from '../proof/index.ts'
import type { Assertion, Check, Effect, Plan } from '../verdict/index.ts'

type With = Readonly<Record<string, string | number | boolean>>

const IS_OK: Assertion = { read: { from: 'json', path: '$.ok' }, op: 'eq', value: true }

function aBuiltinPlan(name: string, assertions: readonly Assertion[], values?: With): Plan {
  const check = {
    type: 'builtin',
    name,
    ...(values === undefined ? {} : { with: values }),
  } as const
  const { service, version, environment } = SUBJECT
  return { ...aPlan([aGate('house', check, { assertions })]), service, version, environment }
}

async function perform(
  house: House,
  plan: Plan,
): Promise<{ status: string; reason: string; runId: string }> {
  const started = await startPlan(house, plan, true)
  const { runId } = started.run
  const done = await house.runs.perform(house.tenantId, 'operator', {
    runId,
    gate: 'house',
    attempt: 1,
  })
  return { status: done.status, reason: done.reason, runId }
}

async function standingOf(house: House, plan: Plan): Promise<{ status: string; reason: string }> {
  const started = await startPlan(house, plan, true)
  const view = await house.runs.read(house.tenantId, started.run.runId)
  return { status: view.results[0]?.status ?? '', reason: view.results[0]?.reason ?? '' }
}

test('the chain check verifies the log, and the control plane signs what it found', async () => {
  const house = await openHouse()
  const size: Assertion = { read: { from: 'json', path: '$.checkedEntries' }, op: 'ge', value: 2 }
  const done = await perform(house, aBuiltinPlan('ledger-chain-verifies', [IS_OK, size]))
  assert.deepEqual([done.status, done.reason], ['PASS', 'JSON $.ok = true holds (true) and 1 more'])
  const audit = await house.runs.audit(house.tenantId, done.runId)
  assert.deepEqual(audit, { checkedCount: 1, findings: [] })
  const view = await house.runs.read(house.tenantId, done.runId)
  const statement = view.results[0]?.statement
  assert.ok(statement !== undefined)
  const envelope = parseEnvelope(house.blobs.get(statement) ?? new Uint8Array())
  assert.ok(envelope.ok)
  const opened = parseStatement(envelope.value.payload)
  assert.ok(opened.ok && opened.value.kind === 'gate-run')
  assert.match(opened.value.predicate.runner.id, /^control-plane-/)
  const record = opened.value.predicate.evidence.find(({ name }) => name === 'record')
  assert.match(utf8Text(house.blobs.get(record?.digest ?? '') ?? new Uint8Array()), /"ok":true/)
})

test('a built-in check collects and does not decide: without an assertion it is INCONCLUSIVE, a false one fails', async () => {
  const house = await openHouse()
  const name = 'gates-plan-reviewed'
  assert.equal((await perform(house, aBuiltinPlan(name, []))).status, 'INCONCLUSIVE')
  const one: Assertion = { read: { from: 'json', path: '$.count' }, op: 'ge', value: 1 }
  const failed = await perform(house, aBuiltinPlan(name, [one]))
  assert.deepEqual([failed.status, failed.reason], ['FAIL', 'expected JSON $.count ≥ 1, got 0'])
})

test('the clock check compares the results of its own run, and without any there is no data', async () => {
  const house = await openHouse()
  const skew: Assertion = {
    read: { from: 'json', path: '$.aheadMs' },
    op: 'le',
    value: 5,
    unit: 'min',
    sampleSize: { read: { from: 'json', path: '$.samples' }, minimum: 1 },
  }
  const started = await startPlan(house, aBuiltinPlan('gates-clock-skew', [skew]), true)
  const attempt = async (number: number): Promise<string> =>
    (
      await house.runs.perform(house.tenantId, 'operator', {
        runId: started.run.runId,
        gate: 'house',
        attempt: number,
      })
    ).status
  assert.equal(await attempt(1), 'INCONCLUSIVE')
  assert.equal(await attempt(2), 'PASS')
})

test('a built-in check that nobody brings, or that is asked for what it does not take, is BLOCKED with the reason', async () => {
  const house = await openHouse()
  const cases: readonly (readonly [string, With | undefined, RegExp])[] = [
    [
      'ledger-chain-verifis',
      undefined,
      /no built-in check "ledger-chain-verifis"; did you mean ledger-chain-verifies\?/,
    ],
    [
      'something-else',
      undefined,
      /no built-in check "something-else"; seaworthy checks lists them/,
    ],
    ['ledger-chain-verifies', { limits: 3 }, /takes no parameter "limits"; did you mean limit\?/],
    ['ledger-chain-verifies', { limit: '3' }, /takes a number for limit, got a text/],
    ['ledger-chain-verifies', { ['__proto__']: 1 }, /takes no parameter "__proto__"/],
    ['constructor', undefined, /no built-in check "constructor"/],
  ]
  for (const [name, values, expected] of cases) {
    const standing = await standingOf(house, aBuiltinPlan(name, [IS_OK], values))
    assert.equal(standing.status, 'BLOCKED')
    assert.match(standing.reason, expected)
  }
})

test('an attempt at a built-in check is recorded once, and only for a gate that has one', async () => {
  const house = await openHouse()
  const plan = aBuiltinPlan('ledger-chain-verifies', [IS_OK])
  const { runId } = await perform(house, plan)
  const again = house.runs.perform(house.tenantId, 'operator', { runId, gate: 'house', attempt: 1 })
  await assert.rejects(again, { code: 'GATES_ATTEMPT_TAKEN' })
  const other = house.runs.perform(house.tenantId, 'operator', {
    runId,
    gate: 'nobody',
    attempt: 1,
  })
  await assert.rejects(other, { code: 'GATES_GATE_UNKNOWN' })
})

test('a runner may not tell of a built-in check, whatever it says to have seen', async () => {
  const house = await openHouse()
  const runner = await house.person('runner', [], 'runner')
  const started = await startPlan(house, aBuiltinPlan('ledger-chain-verifies', [IS_OK]), true)
  const { runId } = started.run
  await house.runs.intend(house.tenantId, 'operator', { runId, gate: 'house', attempt: 1 })
  const digest = `sha256:${'0'.repeat(64)}` as const
  const atMs = house.clock.nowMs()
  const forged = await sealGateRun(runner, started, 'house', 1, { digest, sizeBytes: 1 }, atMs)
  const record = house.runs.record(house.operator, runId, forged)
  await assert.rejects(record, {
    code: 'GATES_STATEMENT_REFUSED',
    message: /expected the signature of a control-plane for house, got one of a runner/,
  })
})

test('a check of another service is the runner’s to tell, and no plan can call it a read when it acts', async () => {
  const house = await openHouse()
  const url = 'http://127.0.0.1:1/'
  const gateOf = (check: Check, effect: Effect = 'read'): Plan => {
    const plan = aBuiltinPlan('probe-load', [IS_OK])
    return { ...plan, gates: [aGate('house', check, { assertions: [IS_OK], effect })] }
  }
  const values = { url, ratePerSecond: 1, seconds: 1 }
  const load = { type: 'builtin', name: 'probe-load', on: 'runner', with: values } as const
  const standing = await standingOf(house, gateOf(load))
  assert.deepEqual(
    [standing.status, standing.reason],
    ['BLOCKED', 'needs review and confirm: the check has the effect unknown'],
  )
  const here = { type: 'builtin', name: 'probe-load', with: values } as const
  assert.match((await standingOf(house, gateOf(here))).reason, /write on: runner/)
  const elsewhere = { type: 'builtin', name: 'ledger-chain-verifies', on: 'runner' } as const
  assert.match((await standingOf(house, gateOf(elsewhere))).reason, /leave out on: runner/)
  const started = await startPlan(house, gateOf(load), true)
  const attempt = { runId: started.run.runId, gate: 'house', attempt: 1 }
  const performed = house.runs.perform(house.tenantId, 'operator', attempt)
  await assert.rejects(performed, { code: 'GATES_GATE_UNKNOWN' })
})
