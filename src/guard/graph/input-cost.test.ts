// What input objects cost: `@cost` on their fields, given as literals, variables, defaults and lists, under every bound of the walk.
import assert from 'node:assert/strict'
import test from 'node:test'
import { buildSchema, parse } from 'graphql'
import { nodeGuardClock as clock } from '../node.ts'
import { makeGraphGuard } from './graph-guard.ts'
import { COST_MAX } from './graph-terms.ts'
import type { CostAnswer } from './graph-terms.ts'

const schema = buildSchema(`
  directive @cost(weight: String!) on ARGUMENT_DEFINITION | FIELD_DEFINITION | INPUT_FIELD_DEFINITION | OBJECT
  type Query {
    find(filter: Filter, all: [Filter!]): Hit
    paid(filter: Filter @cost(weight: "5")): Hit
    many(first: Int): [Hit!]!
    plain(page: Page): Hit
  }
  type Hit { id: ID find(filter: Filter): Hit }
  input Filter { near: Near @cost(weight: "20") text: String @cost(weight: "3") free: Int and: [Filter!] page: Page }
  input Near { exact: Boolean @cost(weight: "100") km: Int }
  input Page { size: Int }
`)
const guard = makeGraphGuard({ clock })

function score(query: string, variables: Readonly<Record<string, unknown>> = {}): CostAnswer {
  return guard.score({ schema, document: parse(query), variables })
}
const costOf = (query: string, variables?: Readonly<Record<string, unknown>>): number =>
  score(query, variables).cost

test('a field of an input object costs its weight when it is given', () => {
  assert.equal(costOf('{ find { id } }'), 1)
  assert.equal(costOf('{ find(filter: { free: 1, page: { size: 9 } }) { id } }'), 1)
  assert.equal(costOf('{ find(filter: { text: "a" }) { id } }'), 4)
  assert.equal(costOf('{ find(filter: { text: "a", near: { km: 1 } }) { id } }'), 24)
  assert.equal(costOf('{ find(filter: { near: { exact: true } }) { id } }'), 121)
  assert.equal(costOf('{ paid(filter: { text: "a" }) { id } }'), 9, 'beside the argument’s own')
  assert.equal(costOf('{ plain(page: { size: 1 }) { id } }'), 1)
})

test('each item of a list of input objects costs what it holds, and one that stands for a list too', () => {
  assert.equal(costOf('{ find(all: [{ text: "a" }, { text: "b" }, {}]) { id } }'), 7)
  assert.equal(costOf('{ find(all: { text: "a" }) { id } }'), 4)
  assert.equal(
    costOf('{ find(filter: { and: [{ text: "a" }, { and: [{ near: {} }] }] }) { id } }'),
    24,
  )
})

test('variables cost what was sent, else their default, whole or in part', () => {
  const whole = 'query ($f: Filter = { text: "a" }) { find(filter: $f) { id } }'
  assert.equal(costOf(whole), 4)
  assert.equal(costOf(whole, { f: { near: { exact: false } } }), 121)
  assert.equal(costOf(whole, { f: null }), 1)
  const list = 'query ($l: [Filter!]) { find(all: $l) { id } }'
  assert.equal(costOf(list, { l: Array.from({ length: 50 }, () => ({ text: '' })) }), 151)
  const part = 'query ($n: Near) { find(filter: { near: $n, and: [{ near: $n }] }) { id } }'
  assert.equal(costOf(part, { n: { exact: true } }), 241)
  for (const f of ['x', 7, true, [], [[null]], { unknown: { text: 1 } }, { text: undefined }])
    assert.equal(costOf(whole, { f }), 1, JSON.stringify(f))
})

test('what stands below a list is paid for each item, and no sum overflows', () => {
  assert.equal(costOf('{ many(first: 4) { find(filter: { text: "a" }) { id } } }'), 20)
  const huge = '{ many(first: 9007199254740991) { find(filter: { near: {} }) { id } } }'
  assert.equal(costOf(huge), COST_MAX)
})

test('a fragment read on several fields pays for its arguments on each', () => {
  const query =
    '{ a: find { ...F } b: find { ...F } } fragment F on Hit { find(filter: { text: "a" }) { id } }'
  assert.equal(costOf(query), 10)
})

test('values nested beyond the limit are refused, however they come, and never throw', () => {
  let sent: unknown = { text: 'a' }
  for (let level = 0; level < 100_000; level++) sent = { and: [sent] }
  const answer = score('query ($f: Filter) { find(filter: $f) { id } }', { f: sent })
  assert.equal(answer.allowed ? undefined : answer.reason, 'nesting')
})

test('a variable that many fields use is looked through once', () => {
  let looks = 0
  const item = Object.defineProperty({}, 'text', { enumerable: true, get: () => String(looks++) })
  const fields = Array.from({ length: 15 }, (_, at) => `a${at}: find(all: $l) { id }`).join(' ')
  const cost = costOf(`query ($l: [Filter!]) { ${fields} }`, { l: [item, item, item] })
  assert.deepEqual([cost, looks], [15 * 10, 3])
})

test('a weight that is no number from 0 up is a fault at start', () => {
  const wrong = buildSchema(`
    directive @cost(weight: String!) on INPUT_FIELD_DEFINITION
    type Query { find(filter: Filter): Int }
    input Filter { text: String @cost(weight: "-12") }`)
  assert.throws(() => guard.learn(wrong), { code: 'GUARD_COST_INVALID', message: /Filter\.text/ })
})
