// What a query costs: weights, list lengths, variables, fragments, and that no arithmetic makes a bomb look small.
import assert from 'node:assert/strict'
import test from 'node:test'
import {
  buildSchema,
  GraphQLInt,
  GraphQLList,
  GraphQLObjectType,
  GraphQLSchema,
  parse,
} from 'graphql'
import { buildSchema as buildSchema17, parse as parse17 } from 'graphql17'
import { ATTACKS } from '../../../test/graph-attacks.ts'
import { CORPUS_SCHEMA, LEGITIMATE } from '../../../test/graph-corpus.ts'
import type { CorpusQuery } from '../../../test/graph-corpus.ts'
import { nodeGuardClock as clock } from '../node.ts'
import { makeGraphGuard } from './graph-guard.ts'
import { COST_MAX } from './graph-terms.ts'
import type { CostAnswer } from './graph-terms.ts'

const schema = buildSchema(CORPUS_SCHEMA)
const guard = makeGraphGuard({ clock })

function score(call: Omit<CorpusQuery, 'name'>, over = schema): CostAnswer {
  const { query, ...rest } = call
  return guard.score({ schema: over, document: parse(query), ...rest })
}

function costOf(query: string, variables: Readonly<Record<string, unknown>> = {}): number {
  return score({ query, variables }).cost
}

function reasonOf(answer: CostAnswer): string | undefined {
  return answer.allowed ? undefined : answer.reason
}

test('a cost is the weight of everything that can come back', () => {
  const users = { n: 7 }
  assert.equal(costOf('{ me { id name } }'), 1)
  assert.equal(costOf('{ users(first: 5) { best { id } } }'), 10)
  assert.equal(costOf('query ($n: Int) { users(first: $n) { id } }', users), 7)
  assert.equal(costOf('query ($n: Int = 9) { users(first: $n) { id } }'), 9)
  assert.equal(costOf('{ users { id } }'), 20, 'assumedSize')
  assert.equal(costOf('{ search(text: "") { __typename } }'), 10, 'default of the schema')
  assert.equal(costOf('{ me { friends { id } } }'), 11, 'no @listSize: ten')
  assert.equal(
    costOf('{ me { posts(first: 4) { edges { node { id } } nodes { id } total } } }'),
    14,
  )
  assert.equal(costOf('{ report { total } }'), 100)
  assert.equal(costOf('{ report(deep: false) { total } }'), 150, 'the argument costs')
  assert.equal(costOf('{ numbers(first: 100) }'), 10)
  assert.equal(costOf('{ paged(page: { size: 3 }) { id } }'), 3)
  assert.equal(costOf('query ($i: [ID!]!) { byIds(ids: $i) { id } }', { i: ['a', 'b'] }), 2)
  assert.equal(costOf('{ byIds(ids: ["a", "b", "c"]) { id } }'), 3)
})

test('of fragments on different objects only the dearest counts, of overlapping ones all', () => {
  const union = (parts: string): number => costOf(`{ search(text: "", first: 2) { ${parts} } }`)
  const user = '... on User { friends(first: 5) { id } }'
  const post = '... on Post { comments(first: 3) { id } }'
  assert.equal(union(user + post), 12)
  assert.equal(union(user + user + post), 22)
  assert.equal(union(`${user} ... on Node { id }`), 12)
})

test('sizes that are nought, negative, null or no number count as the assumed size at least', () => {
  const query = 'query ($n: Int) { users(first: $n) { id } }'
  const sizes: readonly unknown[] = [0, -3, -0, null, 'x', '', Number.NaN, true, {}, [], undefined]
  for (const n of sizes) assert.equal(costOf(query, { n }), 20, String(n))
  assert.equal(costOf(query, { n: -50 }), 50)
  assert.equal(costOf(query, { n: '30' }), 30)
  assert.equal(costOf(query, { n: 1.5 }), 2)
  assert.equal(costOf(query, { n: Number.POSITIVE_INFINITY }), COST_MAX)
  assert.equal(costOf(query, { n: 1e308 }), COST_MAX)
  assert.equal(costOf('{ users(first: -9999999999) { id } }'), 9_999_999_999)
})

test('costs that cannot be counted stay at the largest number and never wrap', () => {
  const huge = '9007199254740991'
  const query = `{ users(first: ${huge}) { friends(first: ${huge}) { friends(first: ${huge}) { id } } } }`
  assert.equal(costOf(query), COST_MAX)
})

test('a branch is left out only where its variable says so in so many words', () => {
  const query = 'query ($v: Boolean) { users(first: 8) @include(if: $v) { id } }'
  assert.equal(costOf(query, { v: false }), 0)
  const kept: readonly unknown[] = [true, null, 'false', 0, undefined, {}]
  for (const v of kept) assert.equal(costOf(query, { v }), 8, String(v))
  const skip = 'query ($v: Boolean = true) { users(first: 8) @skip(if: $v) { id } }'
  assert.equal(costOf(skip), 0)
  assert.equal(costOf(skip, { v: false }), 8)
  assert.equal(costOf(skip, { v: 'true' }), 8)
  assert.equal(costOf('{ ...F @skip(if: true) } fragment F on Query { users { id } }'), 0)
})

test('a verdict belongs to its variables, not to its document', () => {
  const document = parse('query ($n: Int) { users(first: $n) { friends(first: $n) { id } } }')
  const asked = (n: number): boolean => guard.score({ schema, document, variables: { n } }).allowed
  assert.deepEqual([asked(5), asked(5_000), asked(5)], [true, false, true])
})

test('a list that wants exactly one slicing argument is refused with none or two', () => {
  assert.equal(reasonOf(score({ query: '{ strict { id } }' })), 'slicing')
  assert.equal(reasonOf(score({ query: '{ strict(first: 1, last: 1) { id } }' })), 'slicing')
  assert.equal(reasonOf(score({ query: '{ strict(last: 1) { id } }' })), undefined)
})

test('without an operation name the dearest operation counts', () => {
  const query = 'query A { users(first: 3) { id } } query B { users(first: 30) { id } }'
  assert.equal(score({ query }).cost, 30)
  assert.equal(score({ query, operationName: 'A' }).cost, 3)
  assert.equal(score({ query, operationName: 'C' }).cost, 30)
})

test('a schema built in code says its costs in extensions; a weight that is none is a fault at start', () => {
  const built = (weight: unknown): GraphQLSchema => {
    const item = new GraphQLObjectType({ name: 'Item', fields: { n: { type: GraphQLInt } } })
    const listSize = { assumedSize: 7 }
    const items = { type: new GraphQLList(item), extensions: { cost: { weight }, listSize } }
    return new GraphQLSchema({ query: new GraphQLObjectType({ name: 'Query', fields: { items } }) })
  }
  assert.equal(score({ query: '{ items { n } }' }, built(3)).cost, 21)
  for (const weight of ['-1', 'much', '', Number.NaN, null])
    assert.throws(() => guard.learn(built(weight)), { code: 'GUARD_COST_INVALID' })
})

test('documents and schemas of graphql 17 cost what those of 16 do', () => {
  const newer = buildSchema17(CORPUS_SCHEMA)
  for (const { query, variables, operationName, name } of [...LEGITIMATE, ...ATTACKS]) {
    if (!guard.scan(query).allowed) continue
    const rest = { variables, operationName }
    const older = guard.score({ schema, document: parse(query), ...rest })
    assert.deepEqual(
      guard.score({ schema: newer, document: parse17(query), ...rest }).cost,
      older.cost,
      name,
    )
  }
})
