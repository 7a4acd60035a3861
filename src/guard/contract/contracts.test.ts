// Contracts from schema to verdict: tried in a real worker with ajv, ended when they take too long, compiled once.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Ajv2020 } from 'ajv/dist/2020.js'
import { compileContract } from '../../../test/contract-compiler.ts'
import { makeIngestGuard } from '../ingest/ingest-guard.ts'
import type { GuardEvent } from '../model.ts'
import { nodeContractTrial, nodeGuardClock, nodeSha256 } from '../node.ts'
import { tryContract } from './contract-trial.ts'
import type { ContractTrial } from './contract-trial.ts'
import { makeContracts } from './contracts.ts'

const compiler = new URL('../../../test/contract-compiler.ts', import.meta.url)
const body = { sizeBytes: 1_048_576, depth: 32 }
const here: ContractTrial = async (text) => tryContract(text, compileContract, body)
const booking = {
  type: 'object',
  required: ['berth'],
  properties: { berth: { type: 'string', pattern: '^[A-Z]-[0-9]+$' } },
}

test('a contract tried in a worker judges bodies, and a hostile one ends with its deadline while the service goes on', async () => {
  const events: GuardEvent[] = []
  const patient = nodeContractTrial({ compiler, deadlineMs: 30_000 })
  const hasty = nodeContractTrial({ compiler, deadlineMs: 300 })
  const contracts = makeContracts({
    compile: compileContract,
    // On a busy machine a good schema may take its time; the hostile one must not have it.
    trial: (text) => (text.includes('never end') ? hasty(text) : patient(text)),
    sha256: nodeSha256,
    sink: (event) => void events.push(event),
  })
  let [turns, isOver] = [0, false]
  const beat = (): void => {
    turns++
    if (!isOver) setTimeout(beat, 5)
  }
  beat()
  const [good, endless] = await Promise.all([
    contracts.admit(booking),
    contracts.admit({ $comment: 'never end' }),
  ])
  isOver = true
  assert.ok(good.ok)
  assert.deepEqual([good.contract({ berth: 'B-17' }), good.contract({ berth: 'b' })], [true, false])
  assert.ok(!endless.ok)
  assert.equal(endless.reason, 'trial-slow')
  assert.ok(turns > 10, `the event loop turned ${turns} times meanwhile`)
  assert.deepEqual(events, [{ type: 'contract.refused', reason: 'trial-slow' }])
})

test('a schema that takes all memory or ends its worker ends nothing else', async () => {
  const trial = nodeContractTrial({ compiler, deadlineMs: 20_000, memoryMb: 24 })
  for (const wish of ['take all memory', 'leave']) {
    const tried = await trial(JSON.stringify({ $comment: wish }))
    assert.ok(!tried.ok)
    assert.equal(tried.reason, 'trial-failed', wish)
  }
  const wrong = await nodeContractTrial({ compiler: new URL('data:text/javascript,') })('{}')
  assert.ok(!wrong.ok)
  assert.match(wrong.detail, /export compileContract/)
})

test('the same schema is tried once, also when many ask for it at once; the unused one goes first', async () => {
  let trials = 0
  const contracts = makeContracts({
    compile: compileContract,
    trial: (text) => {
      trials++
      return here(text)
    },
    sha256: nodeSha256,
    keptCount: 2,
  })
  const [first, second] = await Promise.all([
    contracts.admit(booking),
    contracts.admit({ ...booking }),
  ])
  assert.ok(first.ok && second.ok)
  assert.equal(first.contract, second.contract)
  assert.equal(trials, 1)
  await contracts.admit({ type: 'string' })
  await contracts.admit(booking)
  await contracts.admit({ type: 'null' })
  assert.equal(trials, 3)
  await contracts.admit(booking)
  assert.equal(trials, 3, 'what was used last is still there')
  await contracts.admit({ type: 'string' })
  assert.equal(trials, 4)
})

test('a flood of contracts is refused as busy, and what was refused for now is tried again later', async () => {
  let open: () => void = () => undefined
  const gate = new Promise<void>((resolve) => void (open = resolve))
  const contracts = makeContracts({
    compile: compileContract,
    trial: (text) => gate.then(() => here(text)),
    sha256: nodeSha256,
    keptCount: 1_000,
  })
  const asked = Array.from({ length: 100 }, (_, index) => contracts.admit({ const: index }))
  open()
  const answers = await Promise.all(asked)
  const busy = answers.filter((each) => !each.ok && each.reason === 'busy')
  assert.equal(busy.length, 83)
  assert.equal((await contracts.admit({ const: 99 })).ok, true)
})

test('a compiler that would repair bodies, or go on after the first mistake, is not used', () => {
  const refused = [
    { coerceTypes: true },
    { useDefaults: true },
    { removeAdditional: true },
    { allErrors: true },
  ]
  for (const options of refused) {
    const ajv = new Ajv2020(options)
    const tried = tryContract('{}', (schema) => ajv.compile(schema), body)
    assert.ok(!tried.ok)
    assert.equal(tried.reason, 'compiler-unfit', JSON.stringify(options))
  }
  const ajv = new Ajv2020()
  assert.equal(tryContract('{}', (schema) => ajv.compile(schema), body).ok, true)
})

test('what the compiler refuses is refused with its words in one harmless line', async () => {
  const contracts = makeContracts({ compile: compileContract, trial: here, sha256: nodeSha256 })
  const wrong = await contracts.admit({ 'un\u001b[31mknown\n': 1 })
  assert.ok(!wrong.ok)
  assert.equal(wrong.reason, 'compile-failed')
  assert.match(wrong.detail, /unknown keyword/)
  assert.doesNotMatch(wrong.detail, /[\u0000-\u001f]/)
  const promising = await contracts.admit({ $comment: 'answer with a promise' })
  assert.ok(!promising.ok)
  assert.equal(promising.reason, 'contract-unfit')
})

test('a contract that throws or promises refuses the body, and its own error stays inside', () => {
  const guard = makeIngestGuard({ clock: nodeGuardClock, sha256: nodeSha256 })
  const bytes = new TextEncoder().encode('{"secret":1}')
  const throwing = (): boolean => {
    throw new RangeError('Maximum call stack size exceeded {"secret":1}')
  }
  const promising = (() => Promise.resolve(true)) as never
  for (const contract of [throwing, promising]) {
    const answer = guard.admit(bytes, contract)
    assert.ok(!answer.ok)
    assert.deepEqual([answer.reason, answer.status], ['contract-fault', 422])
    assert.doesNotMatch(answer.detail, /secret|stack/)
  }
})
