// Ways to hide what a query costs: escaped quotes that end a text too early, and a short list around a long one.
import assert from 'node:assert/strict'
import test from 'node:test'
import { buildSchema, Lexer, parse, Source, TokenKind } from 'graphql'
import { nodeGuardClock as clock } from '../node.ts'
import { makeGraphGuard } from './graph-guard.ts'
import { scanGraphSource } from './token-scan.ts'

const limits = { sizeBytes: 100_000, tokens: 50, nesting: 100 }

function tokensOf(text: string): number {
  const lexer = new Lexer(new Source(text))
  let count = 0
  while (lexer.advance().kind !== TokenKind.EOF) count++
  return count
}

test('no run of escaped and bare quotes hides tokens that a parser sees', () => {
  const tail = ' a'.repeat(60)
  let judged = 0
  for (let first = 0; first < 8; first++)
    for (let second = 0; second < 8; second++)
      for (const between of ['', ' ', 'b', ' b"', '\\"""', ' \\""']) {
        const text = `"""\\${'"'.repeat(first)}${between}${'"'.repeat(second)} """${tail}`
        try {
          if (tokensOf(text) <= limits.tokens) continue
        } catch {
          continue
        }
        judged++
        assert.equal(scanGraphSource(text, limits)?.reason, 'tokens', text)
      }
  assert.ok(judged > 50, `${judged}`)
})

test('a list that is given a length of its own costs that, also where the field around it says less', () => {
  const schema = buildSchema(`
    directive @listSize(assumedSize: Int, slicingArguments: [String!], sizedFields: [String!], requireOneSlicingArgument: Boolean) on FIELD_DEFINITION
    type Query { shop(first: Int): Shop @listSize(slicingArguments: ["first"], sizedFields: ["items", "more"]) }
    type Shop {
      items(limit: Int): [Item] @listSize(slicingArguments: ["limit"], assumedSize: 50, requireOneSlicingArgument: false)
      more(limit: Int = 40): [Item] @listSize(slicingArguments: ["limit"], requireOneSlicingArgument: false)
    }
    type Item { id: ID }`)
  const guard = makeGraphGuard({ clock })
  const costOf = (query: string, variables = {}): number =>
    guard.score({ schema, document: parse(query), variables }).cost
  assert.equal(costOf('{ shop(first: 1) { items(limit: 900) { id } } }'), 901)
  assert.equal(
    costOf('query ($n: Int) { shop(first: 1) { items(limit: $n) { id } } }', { n: 900 }),
    901,
  )
  assert.equal(costOf('{ shop(first: 30) { items(limit: 2) { id } } }'), 31)
  assert.equal(costOf('{ shop(first: 30) { items { id } } }'), 31)
  assert.equal(costOf('{ shop(first: 30) { more { id } } }'), 31)
})
