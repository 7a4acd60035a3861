// Says what a GraphQL operation would cost and whether it may run: text, then structure, then cost, then points; before validation.
import { GuardFault } from '../errors.ts'
import type { GuardClock, GuardSink } from '../model.ts'
import { expectPort, expectWord } from '../wiring.ts'
import type { RateGuard, RequestFacts } from '../rate-guard.ts'
import { COST_TERMS, compileCosts } from './cost-table.ts'
import type { CostTable, CostTerms } from './cost-shapes.ts'
import { refuseCost, refusePoints } from './graph-problem.ts'
import { wordOf, nodesOf, ValueReader } from './graph-shapes.ts'
import type { AstNode, DocumentLike, SchemaLike, VariableValues } from './graph-shapes.ts'
import { COST_MAX, GRAPH_LIMITS, saturate } from './graph-terms.ts'
import type {
  CostAnswer,
  CostRefusal,
  GraphExcess,
  GraphLimits,
  GraphReason,
} from './graph-terms.ts'
import { GraphWalk } from './graph-walk.ts'
import { scanGraphSource } from './token-scan.ts'
import type { Totals } from './totals.ts'

export interface GraphGuardTerms {
  readonly clock: Pick<GuardClock, 'monotonicUs' | 'wait'>
  readonly limits?: Partial<GraphLimits>
  /** What is assumed where the schema has no `@cost` and `@listSize`. */
  readonly costs?: Partial<CostTerms>
  /** `bounded`: as much as tools ask for, at most four times. `refused`: none. Default `bounded`. */
  readonly introspection?: 'bounded' | 'refused'
  /** `report` lets everything through and tells the sink what it would have refused. Default `enforce`. */
  readonly mode?: 'enforce' | 'report'
  /**
   * Takes the cost of each admitted operation from a bucket, which other requests may share. Its burst has to be at least
   * `limits.cost`, or a query of that cost is refused for ever.
   */
  readonly points?: RateGuard
  readonly sink?: GuardSink
}

export interface GraphRequest {
  readonly schema: SchemaLike
  readonly document: DocumentLike
  /** Absent while the document has several operations: the dearest counts. */
  readonly operationName?: string | null | undefined
  /** As they came. Without them a variable is its default. */
  readonly variables?: VariableValues | null | undefined
  /** Any object that stands for the HTTP request: the operations of one share its cost limit. */
  readonly request?: object | undefined
}

export interface GraphGuard {
  readonly limits: GraphLimits
  readonly clock: GraphGuardTerms['clock']
  readonly mode: 'enforce' | 'report'
  /** Bytes, tokens and brackets of a text, before it is parsed. */
  scan(source: string): CostAnswer
  /** Structure only, for a moment when the variables are not known yet; `cost` is then what the defaults come to. */
  inspect(schema: SchemaLike, document: DocumentLike): CostAnswer
  /** Structure and cost; tells the sink. Never throws for a query, whatever stands in it. */
  score(request: GraphRequest): CostAnswer
  /** Takes an admitted cost from the points bucket, if there is one. */
  charge(facts: RequestFacts, cost: number): Promise<CostAnswer>
  /** Reads the schema's cost directives now, so that a mistake in them shows at start. @throws GuardFault GUARD_COST_INVALID */
  learn(schema: SchemaLike): void
  /** For what was found elsewhere, e.g. while the operation ran. */
  refuse(excess: GraphExcess, cost?: number): CostAnswer
}

/** Walk steps for each token that a query may have; only list lengths that differ make a fragment be walked again. */
const STEPS_PER_TOKEN = 4
const NESTING_MAX = 500

/** @throws GuardFault GUARD_POLICY_INVALID for a limit that is no whole number from 1 up, GUARD_TERMS_INVALID */
export function makeGraphGuard(terms: GraphGuardTerms): GraphGuard {
  const limits = checkLimits({ ...GRAPH_LIMITS, ...terms.limits })
  const { mode = 'enforce', introspection = 'bounded', points, sink } = terms
  expectPort('clock of the graph guard', terms.clock, ['monotonicUs'])
  expectWord('mode of the graph guard', mode, ['enforce', 'report'])
  expectWord('introspection of the graph guard', introspection, ['bounded', 'refused'])
  const tableOf = rememberTables({
    ...COST_TERMS,
    introspectionCost: limits.cost / 4,
    ...terms.costs,
  })
  const tallies = new WeakMap<object, Tally>()
  const isIntrospectionRefused = introspection === 'refused'
  const allow = (cost: number): CostAnswer => ({
    allowed: true,
    cost,
    limit: limits.cost,
    fields: {},
  })
  const settle = (refusal: CostRefusal): CostAnswer => {
    const { reason, cost, limit } = refusal
    const isEnforced = mode === 'enforce'
    sink?.({ type: 'graph.refused', reason, cost, limit, isEnforced })
    if (isEnforced) return { allowed: false, ...refusal }
    return { allowed: true, cost, limit, fields: {}, wouldRefuse: refusal }
  }
  const refuse = (excess: GraphExcess, cost = 0): CostAnswer =>
    settle(refuseCost(excess, cost, limits.cost))
  const measure = (request: GraphRequest): Measured =>
    measureDocument(request, tableOf(request.schema), limits, isIntrospectionRefused)
  return {
    limits,
    clock: terms.clock,
    mode,
    refuse,
    learn: (schema) => void tableOf(schema),
    scan(source) {
      const excess = scanGraphSource(source, limits)
      return excess === undefined ? allow(0) : refuse(excess)
    },
    inspect(schema, document) {
      const { excess, cost } = measure({ schema, document })
      return excess === undefined || excess.reason === 'slicing'
        ? allow(cost)
        : refuse(excess, cost)
    },
    score(request) {
      const measured = measure(request)
      const cost = measured.cost
      if (measured.excess === undefined) sink?.({ type: 'graph.scored', cost })
      const excess = measured.excess ?? tally(tallies, request.request, cost, limits)
      return excess === undefined ? allow(cost) : refuse(excess, cost)
    },
    async charge(facts, cost) {
      if (points === undefined || mode === 'report') return allow(cost)
      const answer = await points({ ...facts, cost })
      if (!answer.allowed) return settle(refusePoints(answer, cost, limits.cost))
      return { ...allow(cost), fields: answer.fields }
    },
  }
}

function checkLimits(limits: GraphLimits): GraphLimits {
  for (const [name, limit] of Object.entries(limits) as [keyof GraphLimits, number][]) {
    expectWord('limit of the graph guard', name, Object.keys(GRAPH_LIMITS))
    const most = name === 'nesting' ? NESTING_MAX : 1_000_000_000
    if (!Number.isSafeInteger(limit) || limit < 1 || limit > most)
      throw new GuardFault(
        'GUARD_POLICY_INVALID',
        `graph limit ${name}: expected a whole number from 1 to ${most}, got ${limit}`,
      )
  }
  return limits
}

function rememberTables(terms: CostTerms): (schema: SchemaLike) => CostTable {
  const tables = new WeakMap<SchemaLike, CostTable>()
  return (schema) => {
    const known = tables.get(schema)
    if (known !== undefined) return known
    const table = compileCosts(schema, terms)
    tables.set(schema, table)
    return table
  }
}

/** What the operations of one HTTP request came to so far. */
interface Tally {
  operations: number
  cost: number
}

function tally(
  tallies: WeakMap<object, Tally>,
  request: object | undefined,
  cost: number,
  limits: GraphLimits,
): GraphExcess | undefined {
  let total = cost
  if (request !== undefined) {
    const sum = tallies.get(request) ?? { operations: 0, cost: 0 }
    tallies.set(request, sum)
    sum.operations++
    if (sum.operations > limits.batch)
      return { reason: 'batch', got: sum.operations, most: limits.batch }
    sum.cost = saturate(sum.cost + cost)
    total = sum.cost
  }
  return total > limits.cost ? { reason: 'cost', got: total, most: limits.cost } : undefined
}

interface Measured {
  readonly cost: number
  /** Everything but the cost itself. */
  readonly excess: GraphExcess | undefined
}

function measureDocument(
  request: GraphRequest,
  table: CostTable,
  limits: GraphLimits,
  isIntrospectionRefused: boolean,
): Measured {
  const definitions = nodesOf(request.document.definitions)
  if (definitions.length > limits.definitions)
    return { cost: 0, excess: over('definitions', definitions.length, limits.definitions) }
  const fragments = new Map<string, AstNode>()
  const operations: AstNode[] = []
  for (const definition of definitions) {
    if (definition.kind === 'FragmentDefinition') fragments.set(wordOf(definition), definition)
    else if (definition.kind === 'OperationDefinition') operations.push(definition)
  }
  const named = operations.filter((operation) => wordOf(operation) === request.operationName)
  const chosen = named.length > 0 ? named : operations
  const stepLimit = limits.tokens * STEPS_PER_TOKEN
  let cost = 0
  for (const operation of chosen) {
    const reader = new ValueReader(operation, request.variables)
    const walk = new GraphWalk({
      table,
      limits,
      fragments,
      reader,
      isIntrospectionRefused,
      stepLimit,
    })
    const totals = walk.walkOperation(operation)
    if (walk.excess !== undefined) return { cost: COST_MAX, excess: walk.excess }
    cost = Math.max(cost, totals.cost)
    const excess = firstExcess(totals, walk, limits)
    if (excess !== undefined) return { cost, excess }
    // Of several operations nobody knows which lengths belong to these variables.
    if (walk.slicingCount !== undefined && chosen.length === 1)
      return { cost, excess: over('slicing', walk.slicingCount, 1) }
  }
  return { cost, excess: undefined }
}

function over(reason: GraphReason, got: number, most: number): GraphExcess {
  return { reason, got, most }
}

function firstExcess(
  totals: Totals,
  walk: GraphWalk,
  limits: GraphLimits,
): GraphExcess | undefined {
  const counted: readonly (readonly [GraphReason, number, number])[] = [
    ['depth', totals.depth, limits.depth],
    ['root-fields', totals.breadth, limits.rootFields],
    ['breadth', walk.broadest, limits.breadth],
    ['fields', totals.fields, limits.fields],
    ['aliases-per-field', walk.mostOfOneField, limits.aliasesPerField],
    ['aliases', totals.aliases, limits.aliases],
    ['directives', totals.directives, limits.directives],
    ['introspection-roots', totals.introspectionRoots, limits.introspectionRoots],
    ['introspection-lists', totals.introspectionLists, limits.introspectionLists],
  ]
  for (const [reason, got, most] of counted) if (got > most) return over(reason, got, most)
  return undefined
}
