// The second line: what an execution produces is counted, and it ends at its budget or its deadline whatever resolvers do.
import assert from 'node:assert/strict'
import test from 'node:test'
import { buildSchema, execute, parse } from 'graphql'
import type { ExecutionResult, GraphQLSchema } from 'graphql'
import { buildSchema as buildSchema17, execute as execute17, parse as parse17 } from 'graphql17'
import type { GuardClock } from '../model.ts'
import { nodeGuardClock } from '../node.ts'
import { ExecutionMeter, meterSchema } from './graph-meter.ts'

const TEXT = `type Query { item: Item needed: Item! items: [Item] strictItems: [Item!]! numbers: [Int] grid: [[Int]] name: String }
type Item { id: ID items: [Item] strictItems: [Item!]! self: Item }`

type Resolver = (source: unknown, args: unknown, context: unknown) => unknown

function schemaWith(resolvers: Readonly<Record<string, Resolver>>): GraphQLSchema {
  const schema = buildSchema(TEXT)
  for (const [path, resolve] of Object.entries(resolvers)) {
    const [type = '', field = ''] = path.split('.')
    const found = schema.getType(type)
    assert.ok(found !== undefined && 'getFields' in found)
    Object.assign(found.getFields()[field] ?? assert.fail(path), { resolve })
  }
  return schema
}

interface Ran {
  readonly result: ExecutionResult
  readonly meter: ExecutionMeter
}

async function run(
  query: string,
  resolvers: Readonly<Record<string, Resolver>>,
  limits = { nodes: 100, deadlineMs: 60_000 },
  clock: Pick<GuardClock, 'monotonicUs' | 'wait'> = nodeGuardClock,
): Promise<Ran> {
  const schema = schemaWith(resolvers)
  const meter = new ExecutionMeter(limits, clock)
  meterSchema(schema, (context) => (context === meter ? meter : undefined))
  meterSchema(schema, () => assert.fail('a field was metered twice'))
  const result = await execute({ schema, document: parse(query), contextValue: meter })
  meter.end()
  return { result, meter }
}

function itemsOf(count: number): Resolver {
  return () => Array.from({ length: count }, (_, index) => ({ id: String(index) }))
}

test('objects and items of lists are counted, also of lists in lists and of leaves', async () => {
  const counted = async (
    query: string,
    resolvers: Readonly<Record<string, Resolver>>,
  ): Promise<number> => {
    const { meter, result } = await run(query, resolvers)
    assert.equal(result.errors, undefined)
    return meter.nodes
  }
  assert.equal(await counted('{ item { id } name }', { 'Query.item': () => ({ id: '1' }) }), 1)
  assert.equal(await counted('{ items { id } }', { 'Query.items': itemsOf(7) }), 7)
  assert.equal(await counted('{ numbers }', { 'Query.numbers': () => [1, 2, 3] }), 3)
  assert.equal(await counted('{ grid }', { 'Query.grid': () => [[1, 2], [3]] }), 5)
  assert.equal(await counted('{ items { id } }', { 'Query.items': async () => [{}, {}] }), 2)
  assert.equal(await counted('{ items { id } }', { 'Query.items': () => new Set([{}, {}]) }), 2)
  assert.equal(
    await counted('{ items { items { id } } }', {
      'Query.items': itemsOf(3),
      'Item.items': itemsOf(4),
    }),
    15,
  )
})

test('an execution that grows without end stops at its budget, with few errors and no more calls', async () => {
  let calls = 0
  const endless: Resolver = () => {
    calls++
    return [{}, {}, {}]
  }
  const deep = `{ items { ${'strictItems { '.repeat(12)} id ${'} '.repeat(12)} } }`
  const { meter, result } = await run(deep, { 'Query.items': endless, 'Item.strictItems': endless })
  assert.equal(meter.excess?.reason, 'nodes')
  assert.ok(calls <= 40, String(calls))
  assert.ok((result.errors?.length ?? 0) <= 40)
})

test('a list that never ends is read no further than the budget', async () => {
  function* forever(): Generator {
    for (;;) yield {}
  }
  const { meter } = await run('{ items { id } }', { 'Query.items': () => forever() })
  assert.deepEqual([meter.excess?.reason, meter.nodes], ['nodes', 101])
})

test('a list of graphql 17 that comes bit by bit and never ends is read no further either', async () => {
  async function* forever(): AsyncGenerator {
    for (;;) yield {}
  }
  const schema = buildSchema17(TEXT)
  const meter = new ExecutionMeter({ nodes: 100, deadlineMs: 60_000 }, nodeGuardClock)
  meterSchema(schema, () => meter)
  await execute17({ schema, document: parse17('{ items { id } }'), rootValue: { items: forever } })
  meter.end()
  assert.deepEqual([meter.excess?.reason, meter.nodes], ['nodes', 101])
})

test('a resolver that never answers is not waited for past the deadline', async () => {
  const waits: (() => void)[] = []
  let nowUs = 0
  const clock = {
    monotonicUs: () => nowUs,
    wait: () => new Promise<void>((resolve) => waits.push(resolve)),
  }
  const never: Resolver = () => Promise.withResolvers<never>().promise
  const limits = { nodes: 100, deadlineMs: 50 }
  const running = run(
    '{ item { id } needed { id } }',
    { 'Query.item': never, 'Query.needed': never },
    limits,
    clock,
  )
  nowUs = 50_001
  for (const wake of waits) wake()
  const { meter, result } = await running
  assert.equal(meter.excess?.reason, 'deadline')
  assert.equal(waits.length, 1, 'one timer for the whole execution')
  assert.equal(result.data, null)
})

test('work that is all in the process ends at the deadline between two fields', async () => {
  let nowUs = 0
  let calls = 0
  const slow: Resolver = () => {
    nowUs += 1_000
    calls++
    return {}
  }
  const clock = { monotonicUs: () => nowUs, wait: () => Promise.withResolvers<undefined>().promise }
  const query = `{ ${Array.from({ length: 50 }, (_, index) => `a${index}: item { id }`).join(' ')} }`
  const { meter } = await run(query, { 'Query.item': slow }, { nodes: 100, deadlineMs: 10 }, clock)
  assert.equal(meter.excess?.reason, 'deadline')
  assert.equal(calls, 11)
})

test('errors of resolvers, nulls and values without a resolver stay what they were', async () => {
  const { result, meter } = await run('{ item { self { id } } needed { id } items { id } name }', {
    'Query.item': () => ({ self: { id: 's' } }),
    'Query.needed': () => Promise.reject(new Error('of its own')),
    'Query.items': () => null,
  })
  assert.equal(result.errors?.[0]?.message, 'of its own')
  assert.equal(meter.excess, undefined)
  const method = await run('{ item { self { id } } }', {
    'Query.item': () => ({ self: () => ({ id: 'm' }) }),
  })
  assert.equal(JSON.stringify(method.result.data), '{"item":{"self":{"id":"m"}}}')
})

test('without a meter for its context an execution is as it was', async () => {
  const schema = schemaWith({ 'Query.items': itemsOf(500) })
  meterSchema(schema, () => undefined)
  const result = await execute({ schema, document: parse('{ items { id } }'), contextValue: {} })
  assert.equal(result.errors, undefined)
})
