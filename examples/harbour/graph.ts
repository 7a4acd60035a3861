// Bookings as a graph, for pages that choose what they get; nothing runs that the guard has not priced before.
import { buildSchema, execute, GraphQLError, parse, validate } from 'graphql'
import type { DocumentNode } from 'graphql'
import { ExecutionMeter, meterSchema } from '../../src/guard/index.ts'
import type { CostAnswer, CostRefusal, GraphGuard, RequestFacts } from '../../src/guard/index.ts'
import type { Answer } from './answer.ts'
import type { Booking } from './bookings.ts'

/** `neighbours` are lists within lists: without a guard three of them ask for a billion ships. */
const schema = buildSchema(`
  type Query { bookings(first: Int! = 20): [Booking!]! }
  type Booking { id: Int! ship: String! berth: Int! day: String! neighbours(first: Int! = 5): [Booking!]! }
`)
interface Asking {
  readonly meter: ExecutionMeter
  readonly bookings: readonly Booking[]
}

interface Page {
  readonly first: number
}

const pageOf = (bookings: readonly Booking[], { first }: Page): readonly unknown[] =>
  bookings.slice(0, Math.max(0, first)).map((booking) => ({
    ...booking,
    neighbours: (page: Page, { bookings: all }: Asking) =>
      pageOf(
        all.filter(({ day, id }) => day === booking.day && id !== booking.id),
        page,
      ),
  }))
const rootValue = {
  bookings: (page: Page, { bookings }: Asking): readonly unknown[] => pageOf(bookings, page),
}
meterSchema(schema, (asking) => (asking as Asking).meter)

export interface GraphCall {
  readonly query: string
  readonly operationName?: string | null
  readonly variables?: Readonly<Record<string, unknown>> | null
}

/** The contract of a call's body; a batch is none. */
export function isGraphCall(value: unknown): value is GraphCall {
  if (typeof value !== 'object' || value === null) return false
  const { query, operationName, variables } = value as Record<string, unknown>
  return (
    typeof query === 'string' &&
    (operationName ?? '').constructor === String &&
    typeof (variables ?? {}) === 'object' &&
    !Array.isArray(variables)
  )
}

/** Text, then cost, then the caller's points, and only then validation and the bookings themselves. */
export async function answerGraph(
  guard: GraphGuard,
  call: GraphCall,
  facts: RequestFacts,
  list: () => Promise<readonly Booking[]>,
): Promise<Answer> {
  const { query, operationName, variables } = call
  const scanned = guard.scan(query)
  if (!scanned.allowed) return refusalOf(scanned)
  const document = parsed(query)
  if (document instanceof GraphQLError) return { status: 400, body: { errors: [document] } }
  const scored = guard.score({ schema, document, operationName, variables })
  if (!scored.allowed) return refusalOf(scored)
  const paid: CostAnswer = await guard.charge(facts, scored.cost)
  if (!paid.allowed) return refusalOf(paid)
  const mistakes = validate(schema, document)
  if (mistakes.length > 0) return { status: 400, body: { errors: mistakes } }
  const meter = new ExecutionMeter(guard.limits, guard.clock)
  const contextValue: Asking = { meter, bookings: await list() }
  const terms = { schema, document, rootValue, contextValue }
  const body = await execute({ ...terms, operationName, variableValues: variables })
  meter.end()
  const ended = meter.excess === undefined ? paid : guard.refuse(meter.excess, meter.nodes)
  return ended.allowed ? { status: 200, body, headers: paid.fields } : refusalOf(ended)
}

function parsed(query: string): DocumentNode | GraphQLError {
  try {
    return parse(query)
  } catch (error) {
    if (error instanceof GraphQLError) return error
    throw error
  }
}

function refusalOf({ problem, fields }: CostRefusal): Answer {
  const headers = { ...fields, 'content-type': 'application/problem+json' }
  return { status: problem.status, body: problem.body, headers }
}
