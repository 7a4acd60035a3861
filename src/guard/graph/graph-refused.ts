// A refusal in the form GraphQL clients read: an error with extensions, and the same as a problem document around it.
import type { CostRefusal } from './graph-terms.ts'

export const GRAPH_PROBLEM_TYPE = 'application/problem+json'

/** What stands in `errors` of the answer. */
export interface GraphErrorBody {
  readonly message: string
  readonly extensions: Readonly<Record<string, unknown>>
}

export function graphErrorOf({ problem }: CostRefusal): GraphErrorBody {
  const { code, reason, cost, limit, detail } = problem.body
  return { message: detail, extensions: { code, reason, cost, limit } }
}

/** A problem document that a GraphQL client can read as well: it has `errors`. */
export function graphProblemBody(refusal: CostRefusal): Record<string, unknown> {
  return { ...refusal.problem.body, data: null, errors: [graphErrorOf(refusal)] }
}

/** Thrown where a server takes refusals as errors only. */
export class GraphRefusedError extends Error {
  readonly refusal: CostRefusal
  readonly statusCode: number
  readonly extensions: GraphErrorBody['extensions']

  constructor(refusal: CostRefusal) {
    const { message, extensions } = graphErrorOf(refusal)
    super(message)
    this.name = 'GraphRefusedError'
    this.refusal = refusal
    this.statusCode = refusal.problem.status
    this.extensions = extensions
  }
}
