// Words of the graph guard: its limits, its reasons, and the one answer that queries, fan-outs and traversals share.

/** Most of each thing that one operation may have; fragments are counted wherever they are spread. */
export interface GraphLimits {
  /** Of the query text, in UTF-8. */
  readonly sizeBytes: number
  /** Lexical tokens, as the GraphQL specification has them. */
  readonly tokens: number
  /** Brackets in brackets, and selections in selections whether they are fields or fragments. */
  readonly nesting: number
  /** Operations and fragments of one document. */
  readonly definitions: number
  /** Fields in fields; introspection is measured by its own rule. */
  readonly depth: number
  /** Fields of one selection. */
  readonly breadth: number
  /** Fields directly below the operation. */
  readonly rootFields: number
  /** Fields of the whole operation. */
  readonly fields: number
  readonly aliases: number
  /** Aliases of one field in one selection. */
  readonly aliasesPerField: number
  readonly directives: number
  /** Lists in lists of introspection; the query that tools send has 3. */
  readonly introspectionLists: number
  /** `__schema` and `__type`, counted wherever they stand. */
  readonly introspectionRoots: number
  /** Operations of one HTTP request. */
  readonly batch: number
  /** Of all operations of one HTTP request. */
  readonly cost: number
  /** Objects and list items that an execution may produce. */
  readonly nodes: number
  /** Longest execution. */
  readonly deadlineMs: number
}

export const GRAPH_LIMITS: GraphLimits = {
  sizeBytes: 100_000,
  tokens: 1_000,
  nesting: 100,
  definitions: 64,
  depth: 15,
  breadth: 150,
  rootFields: 20,
  fields: 5_000,
  aliases: 60,
  aliasesPerField: 30,
  directives: 50,
  introspectionLists: 3,
  introspectionRoots: 2,
  batch: 10,
  cost: 10_000,
  nodes: 20_000,
  deadlineMs: 5_000,
}

/** Why a query is not admitted, or was cut while it ran. */
export const GRAPH_REASONS = [
  'size',
  'tokens',
  'nesting',
  'definitions',
  'depth',
  'breadth',
  'root-fields',
  'fields',
  'aliases',
  'aliases-per-field',
  'directives',
  'introspection',
  'introspection-lists',
  'introspection-roots',
  'steps',
  'cycle',
  'slicing',
  'batch',
  'cost',
  'points',
  'nodes',
  'deadline',
  'hops',
  'expansions',
] as const

export type GraphReason = (typeof GRAPH_REASONS)[number]

/** One bound that was passed. */
export interface GraphExcess {
  readonly reason: GraphReason
  /** What was measured; a count that stopped at its limit is one above it. */
  readonly got: number
  readonly most: number
}

/** A problem document (RFC 9457) that says what was asked and what may be. */
export interface GraphProblem {
  readonly status: 400 | 403 | 429
  readonly body: {
    readonly type: string
    readonly title: string
    readonly status: number
    readonly detail: string
    readonly code: string
    readonly reason: GraphReason
    /** What the request would cost; 2^53 - 1 stands for more than can be counted, 0 for not counted. */
    readonly cost: number
    readonly limit: number
    readonly 'violated-policies'?: readonly string[]
  }
}

export interface CostRefusal extends GraphExcess {
  readonly cost: number
  readonly limit: number
  /** Header fields of the answer, `retry-after` among them where waiting helps. */
  readonly fields: Readonly<Record<string, string>>
  readonly problem: GraphProblem
}

/** What a query, a REST fan-out or a traversal would cost, and whether it may be done. */
export type CostAnswer =
  | {
      readonly allowed: true
      readonly cost: number
      readonly limit: number
      readonly fields: Readonly<Record<string, string>>
      /** Report-only: what would have been said. */
      readonly wouldRefuse?: CostRefusal
    }
  | ({ readonly allowed: false } & CostRefusal)

export type GraphEvent =
  | { readonly type: 'graph.scored'; readonly cost: number }
  | {
      readonly type: 'graph.refused'
      readonly reason: GraphReason
      readonly cost: number
      readonly limit: number
      /** False in report-only mode: it was let through. */
      readonly isEnforced: boolean
    }

/** More than can be counted. */
export const COST_MAX = Number.MAX_SAFE_INTEGER

/** Sums and products stop here: a cost that overflowed must never look small. */
export function saturate(cost: number): number {
  return cost < COST_MAX ? cost : COST_MAX
}
