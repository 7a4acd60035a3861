// REST fan-out and graph traversals: what they would touch, from query strings that mean no good.
import assert from 'node:assert/strict'
import test from 'node:test'
import { scoreFanOut, scoreTraversal } from './fan-out.ts'
import type { FanOutTerms } from './fan-out.ts'
import { COST_MAX } from './graph-terms.ts'
import type { CostAnswer } from './graph-terms.ts'

const terms: FanOutTerms = {
  pageSize: 20,
  limit: 5_000,
  expansions: {
    author: { size: 1, below: { posts: { size: 30 } } },
    comments: { size: 10, below: { author: { size: 1 } } },
  },
}

function reasonOf(answer: CostAnswer): string | undefined {
  return answer.allowed ? undefined : answer.reason
}

test('a page costs its items and everything expanded below them', () => {
  const costs: Readonly<Record<string, number>> = {
    '': 20,
    'limit=50': 50,
    'expand=author': 40,
    'expand=author,comments&limit=2': 2 * 12,
    'include=comments.author&per_page=3': 3 * 21,
    'expand[]=author&expand[]=author.posts&page[size]=4': 4 * 32,
    'expand=author.posts,author,author.posts&limit=1': 32,
    'expand=unknown&limit=1': 11,
    'q=expand': 20,
  }
  for (const [query, cost] of Object.entries(costs))
    assert.equal(scoreFanOut(query, terms).cost, cost, query)
})

test('page sizes that are no positive number count as a usual page at least, and of several the largest', () => {
  for (const size of ['0', '-5', 'all', '', 'NaN', 'null', '%00'])
    assert.equal(scoreFanOut(`limit=${size}`, terms).cost, 20, size)
  assert.equal(scoreFanOut('limit=-900', terms).cost, 900)
  assert.equal(scoreFanOut('limit=1&limit=400&per_page=7', terms).cost, 400)
  assert.equal(scoreFanOut('limit=1e99', terms).cost, COST_MAX)
})

test('fan-outs that are too dear, too deep or too many are refused as 429', () => {
  const path = 'a.'.repeat(50_000)
  const many = Array.from({ length: 50_000 }, (_, index) => `e${index}`).join(',')
  assert.equal(reasonOf(scoreFanOut('limit=200&expand=author.posts', terms)), 'cost')
  assert.equal(reasonOf(scoreFanOut(`expand=${path}`, terms)), 'depth')
  assert.equal(reasonOf(scoreFanOut(`expand=${many}`, terms)), 'expansions')
  assert.equal(reasonOf(scoreFanOut('expand=__proto__.constructor&limit=1', terms)), undefined)
  const refused = scoreFanOut('limit=1000000', terms)
  assert.ok(!refused.allowed && refused.problem.status === 429)
  assert.deepEqual([refused.cost, refused.limit], [1_000_000, 5_000])
})

test('a traversal costs every vertex that it may touch', () => {
  const cost = (hops: unknown, fanOut: number | readonly number[], starts?: number): number =>
    scoreTraversal({ hops, fanOut, ...(starts === undefined ? {} : { starts }) }, { limit: 1e9 })
      .cost
  assert.equal(cost(0, 10), 1)
  assert.equal(cost(3, 10), 1_111)
  assert.equal(cost(2, [5, 2]), 1 + 5 + 10)
  assert.equal(cost(3, [5, 2]), 1 + 5 + 10 + 20)
  assert.equal(cost('2', 3, 4), 4 * 13)
})

test('hops that are no number, or too many, are refused, and what cannot be counted is not small', () => {
  for (const hops of [undefined, null, '', 'x', -1, Number.NaN, 7, '7', 1e308, Infinity, {}, true])
    assert.equal(
      reasonOf(scoreTraversal({ hops, fanOut: 1 }, { limit: 100 })),
      'hops',
      JSON.stringify(hops),
    )
  const wide = scoreTraversal({ hops: 6, fanOut: 1e200 }, { limit: 100 })
  assert.deepEqual([reasonOf(wide), wide.cost], ['cost', COST_MAX])
  const unknown = scoreTraversal({ hops: 1, fanOut: [] }, { limit: 100 })
  assert.equal(unknown.allowed, false)
})
