// The same question for REST and for graph traversals: how much would this request make the service touch.
import { answerCost } from './graph-problem.ts'
import { COST_MAX, saturate } from './graph-terms.ts'
import type { CostAnswer } from './graph-terms.ts'
import { listLengthOf } from './slicing.ts'

/** What one expansion brings along. */
export interface Expansion {
  /** Items of it for each item above; 1 = a single object. */
  readonly size: number
  readonly below?: Readonly<Record<string, Expansion>>
}

export interface FanOutTerms {
  /** What `expand` and `include` may name; other names count as `assumedSize`, because the service may know them. */
  readonly expansions: Readonly<Record<string, Expansion>>
  /** Items of a page where the query says none. */
  readonly pageSize: number
  /** Largest cost: items of the page and everything expanded below them. */
  readonly limit: number
  /** Default `limit`, `per_page`, `page_size`, `pageSize`, `page[size]`, `first`, `$top`. */
  readonly pageNames?: readonly string[]
  /** Default `expand`, `include`, `$expand`, `with`, with or without `[]`. */
  readonly expandNames?: readonly string[]
  /** Default 10. */
  readonly assumedSize?: number
  /** Steps of one expansion, `author.posts` having two. Default 4. */
  readonly depthLimit?: number
  /** Different expansions in one query. Default 20. */
  readonly expansionLimit?: number
}

const PAGE_NAMES = ['limit', 'per_page', 'page_size', 'pageSize', 'page[size]', 'first', '$top']
const EXPAND_NAMES = ['expand', 'include', '$expand', 'with']
const ASSUMED_SIZE = 10
const DEPTH_LIMIT = 4
const EXPANSION_LIMIT = 20

interface Branch {
  readonly known: Expansion | undefined
  readonly below: Map<string, Branch>
}

/**
 * Cost of a REST request by its query string: page size × (1 + everything expanded). Page sizes that are no positive number
 * count as the usual page at least; of several, the largest.
 */
export function scoreFanOut(query: string | URLSearchParams, terms: FanOutTerms): CostAnswer {
  const { limit, depthLimit = DEPTH_LIMIT, expansionLimit = EXPANSION_LIMIT } = terms
  const given = typeof query === 'string' ? new URLSearchParams(query) : query
  const root: Branch = { known: { size: 1, below: terms.expansions }, below: new Map() }
  let count = 0
  for (const path of expansionsOf(given, terms.expandNames ?? EXPAND_NAMES)) {
    const steps = path.split('.')
    if (steps.length > depthLimit)
      return answerCost(COST_MAX, limit, { reason: 'depth', got: steps.length, most: depthLimit })
    if (++count > expansionLimit)
      return answerCost(COST_MAX, limit, { reason: 'expansions', got: count, most: expansionLimit })
    plant(root, steps)
  }
  const page = pageOf(given, terms)
  const cost = saturate(page * costOf(root, terms.assumedSize ?? ASSUMED_SIZE))
  return answerCost(
    cost,
    limit,
    cost > limit ? { reason: 'cost', got: cost, most: limit } : undefined,
  )
}

function* expansionsOf(given: URLSearchParams, names: readonly string[]): Generator<string> {
  const seen = new Set<string>()
  for (const [name, value] of given) {
    if (!names.includes(name.replace(/\[\d*\]$/, ''))) continue
    for (const part of value.split(',')) {
      const path = part.trim()
      if (path === '' || seen.has(path)) continue
      seen.add(path)
      yield path
    }
  }
}

function plant(root: Branch, steps: readonly string[]): void {
  let at = root
  for (const step of steps) {
    const next = at.below.get(step) ?? { known: knownBelow(at, step), below: new Map() }
    at.below.set(step, next)
    at = next
  }
}

function knownBelow({ known }: Branch, step: string): Expansion | undefined {
  const below = known?.below ?? {}
  return Object.hasOwn(below, step) ? below[step] : undefined
}

/** Recursion is as deep as an expansion has steps, which is limited. */
function costOf(branch: Branch, assumedSize: number): number {
  let cost = 1
  for (const below of branch.below.values())
    cost = saturate(cost + (below.known?.size ?? assumedSize) * costOf(below, assumedSize))
  return cost
}

function pageOf(given: URLSearchParams, { pageSize, pageNames = PAGE_NAMES }: FanOutTerms): number {
  const sizes = [...given]
    .filter(([name]) => pageNames.includes(name))
    .map(([, value]) => listLengthOf(value, pageSize))
  return sizes.length === 0 ? pageSize : Math.max(...sizes)
}

export interface TraversalTerms {
  /** Vertices that may be touched. */
  readonly limit: number
  /** Hops that may be asked for. Default 6. */
  readonly hopLimit?: number
}

export interface Traversal {
  /** Vertices it begins at. Default 1. */
  readonly starts?: number
  readonly hops: unknown
  /** Edges followed from each vertex; one number, or one for each hop, the last for those beyond. */
  readonly fanOut: number | readonly number[]
}

const HOP_LIMIT = 6

/**
 * Vertices that a traversal may touch: starts × (1 + f + f² + …). `hops` may be what a client sent: what is no number from 0
 * up counts as too many. A limit on results is no limit on what is touched, so that none is taken here.
 */
export function scoreTraversal(traversal: Traversal, terms: TraversalTerms): CostAnswer {
  const { limit, hopLimit = HOP_LIMIT } = terms
  const { starts = 1, fanOut } = traversal
  const hops =
    typeof traversal.hops === 'string' ? Number(traversal.hops || Number.NaN) : traversal.hops
  if (typeof hops !== 'number' || !(hops >= 0 && hops <= hopLimit)) {
    const got = typeof hops === 'number' && hops > hopLimit ? saturate(hops) : COST_MAX
    return answerCost(COST_MAX, limit, { reason: 'hops', got, most: hopLimit })
  }
  const factors = typeof fanOut === 'number' ? [fanOut] : fanOut
  let reached = saturate(Math.max(1, starts))
  let cost = reached
  for (let hop = 0; hop < hops; hop++) {
    reached = saturate(
      reached * Math.max(0, factors[Math.min(hop, factors.length - 1)] ?? COST_MAX),
    )
    cost = saturate(cost + reached)
  }
  return answerCost(
    cost,
    limit,
    cost > limit ? { reason: 'cost', got: cost, most: limit } : undefined,
  )
}
