// What a client is told whose query, fan-out or traversal is refused.
import type { RateAnswer } from '../rate-guard.ts'
import type {
  CostAnswer,
  CostRefusal,
  GraphExcess,
  GraphProblem,
  GraphReason,
} from './graph-terms.ts'

const PROBLEM_TYPES = 'https://iana.org/assignments/http-problem-types#'

/** Queries that are wrong whatever they cost. */
const WRONG: readonly GraphReason[] = ['cycle', 'slicing']

function statusOf(reason: GraphReason): GraphProblem['status'] {
  if (reason === 'introspection') return 403
  return WRONG.includes(reason) ? 400 : 429
}

const EXPECTED: Readonly<Partial<Record<GraphReason, string>>> = {
  introspection: 'introspection is not answered here',
  cycle: 'expected fragments that do not spread themselves',
  slicing: 'expected exactly one slicing argument on a list that asks for it',
  points: 'expected fewer points in this time',
  deadline: 'the execution took too long',
  nodes: 'the execution produced too many nodes',
}

/** The refusal for one bound that was passed; `cost` is 0 where nothing was counted yet. */
export function refuseCost(excess: GraphExcess, cost: number, limit: number): CostRefusal {
  const { reason, got, most } = excess
  const status = statusOf(reason)
  const detail = EXPECTED[reason] ?? `expected ${reason} of at most ${most}, got ${got}`
  const body = {
    type: status === 429 ? `${PROBLEM_TYPES}quota-exceeded` : 'about:blank',
    title: 'The query is not admitted',
    status,
    detail,
    code: `GRAPH_${reason.toUpperCase().replaceAll('-', '_')}`,
    reason,
    cost,
    limit,
    ...(status === 429 ? { 'violated-policies': [`graph-${reason}`] } : {}),
  }
  return { ...excess, cost, limit, fields: {}, problem: { status, body } }
}

/** A refusal by the points bucket keeps its header fields and names what was asked of it. */
export function refusePoints(answer: RateAnswer, cost: number, limit: number): CostRefusal {
  const refusal = refuseCost({ reason: 'points', got: cost, most: limit }, cost, limit)
  return { ...refusal, fields: answer.fields }
}

/** An answer without a points bucket. */
export function answerCost(cost: number, limit: number, excess?: GraphExcess): CostAnswer {
  if (excess !== undefined) return { allowed: false, ...refuseCost(excess, cost, limit) }
  return { allowed: true, cost, limit, fields: {} }
}
