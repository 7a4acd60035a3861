// Answers a query: measured, parsed, measured again, paid for, validated, executed within its budget. In this order.
import type * as graphql from 'graphql'
import type { ExecutionResult, GraphQLError, GraphQLSchema } from 'graphql'
import {
  ExecutionMeter,
  makeGraphGuard,
  makeLimiter,
  makeRateGuard,
  meterSchema,
} from '../guard/index.ts'
import type { BucketPolicy, CostAnswer, GraphGuard, GraphLimits } from '../guard/index.ts'
import { messageOf, SeaworthyError, Turns, utf8Bytes } from '../kernel/index.ts'
import type { Principal } from '../kernel/index.ts'
import { guardClockOf } from '../web/index.ts'
import { graphFault } from './errors.ts'
import { once } from './batch.ts'
import type { GraphPorts, GraphQuestion } from './model.ts'
import { GraphReader } from './reader.ts'
import { makeRoot } from './root.ts'
import { GRAPH_SCHEMA } from './schema.ts'

/** Tighter than the guard's own: what the board asks for and the query of introspection fit, with room for twice that. */
export const OWN_LIMITS = {
  sizeBytes: 20_000,
  tokens: 800,
  nesting: 40,
  definitions: 20,
  breadth: 60,
  fields: 600,
  cost: 10_000,
  nodes: 20_000,
} satisfies Partial<GraphLimits>
/** Cost of all queries of one principal of one tenant: a query of the highest cost every other second, and a few at once. */
export const POINTS_POLICY: BucketPolicy = {
  kind: 'bucket',
  name: 'graph-points',
  limit: 300_000,
  windowMs: 60_000,
  burst: 40_000,
}
/** What a gathered release costs besides its field: one for so many gates. */
const GATES_PER_POINT = 2
/** Releases gathered at once, for all queries together: each keeps the processor of the whole server busy. */
const GATHERED_AT_ONCE_COUNT = 2
/** Queries of one tenant that are executed at once, so that those of others need not wait behind all of them. */
const EXECUTIONS_LIMIT_COUNT = 8
/** One of them has ended by then, most likely. */
const BUSY_RETRY_S = 1
/** Bytes of one answer at most. */
export const ANSWER_LIMIT_BYTES = 4 * 1024 * 1024
/** Mistakes told of one query at most. */
const MISTAKES_LIMIT_COUNT = 10

export interface GraphEngine {
  /**
   * The answer as JSON, with `errors` where a field failed.
   * @throws GRAPH_QUERY_REFUSED, GRAPH_POINTS_SPENT, GRAPH_QUERY_INVALID, GRAPH_ANSWER_TOO_LARGE, GRAPH_BUSY
   */
  answer(principal: Principal, question: GraphQuestion): Promise<Uint8Array>
}

type Library = typeof graphql

interface Opened {
  readonly library: Library
  readonly schema: GraphQLSchema
}

/** What an execution is handed besides the query. */
interface GraphContext {
  readonly meter: ExecutionMeter
}

export function makeGraphEngine(ports: GraphPorts): GraphEngine {
  const clock = guardClockOf(ports.clock)
  const told = ports.sink === undefined ? {} : { sink: ports.sink }
  const points = makeRateGuard({
    clock,
    limiter: makeLimiter({ policy: POINTS_POLICY, clock, ...told, endpointClass: 'availability' }),
  })
  const guard = makeGraphGuard({ clock, limits: OWN_LIMITS, points, ...told })
  // Nobody who starts a server or reads a help page waits for it.
  const turns = new Turns(GATHERED_AT_ONCE_COUNT)
  const executing = new Executions()
  const open = once(async () => openSchema(await import('graphql'), guard))
  return {
    async answer(principal, question) {
      expectAllowed(guard.scan(question.query))
      const { library, schema } = await open()
      const document = parseQuery(library, question.query)
      const { variables, operationName } = question
      const request = { schema, document, variables, operationName }
      const { cost } = expectAllowed(guard.score(request))
      const facts = {
        peer: undefined,
        forwardedFor: undefined,
        endpoint: 'graph',
        tenant: principal.tenantId,
        principal: principal.id,
      }
      expectAllowed(await guard.charge(facts, cost))
      const mistakes = library.validate(schema, document, undefined, {
        maxErrors: MISTAKES_LIMIT_COUNT,
      })
      if (mistakes.length > 0) throw refuseMistakes(mistakes)
      const meter = new ExecutionMeter(guard.limits, clock)
      const { tenantId } = principal
      const bill = new Bill(cost, (points) => guard.charge(facts, points))
      const isOver = (): boolean => bill.refusal !== undefined || meter.isOver()
      const pay = (gateCount: number): Promise<void> => bill.pay(gateCount)
      const reader = new GraphReader(ports, tenantId, { turns, isOver, pay })
      const context: GraphContext = { meter }
      const result = await executing.run(tenantId, async () =>
        library.execute({
          schema,
          document,
          rootValue: makeRoot(reader),
          contextValue: context,
          variableValues: variables,
          operationName,
        }),
      )
      meter.end()
      if (bill.refusal !== undefined) throw bill.refusal
      if (meter.excess !== undefined) expectAllowed(guard.refuse(meter.excess, meter.nodes))
      if (!wasExecuted(result)) throw refuseMistakes(result.errors ?? [])
      const errors = result.errors
        ?.slice(0, MISTAKES_LIMIT_COUNT)
        .map((error) => presentError(ports, error))
      return boundedJson({ data: result.data, ...(errors === undefined ? {} : { errors }) })
    },
  }
}

/** What one query costs, with what is known only once releases are gathered. */
class Bill {
  /** Why nothing more is gathered: the query is refused as a whole. */
  refusal: Error | undefined
  #cost: number
  readonly #charge: (points: number) => Promise<CostAnswer>

  constructor(cost: number, charge: (points: number) => Promise<CostAnswer>) {
    this.#cost = cost
    this.#charge = charge
  }

  /** @throws GRAPH_QUERY_REFUSED, GRAPH_POINTS_SPENT */
  async pay(gateCount: number): Promise<void> {
    const points = Math.ceil(gateCount / GATES_PER_POINT)
    this.#cost += points
    try {
      if (this.#cost > OWN_LIMITS.cost) throw refuseCost(this.#cost)
      if (points > 0) expectAllowed(await this.#charge(points))
    } catch (error) {
      this.refusal ??= error instanceof Error ? error : new Error(messageOf(error))
      throw error
    }
  }
}

function refuseCost(cost: number): Error {
  const limit = OWN_LIMITS.cost
  const message = `expected a cost of at most ${limit}, got ${cost} with the gates that were gathered`
  const reason = 'cost'
  // As the guard says it of a query that is too dear before it begins.
  const code = `GRAPH_${reason.toUpperCase()}`
  return graphFault('GRAPH_QUERY_REFUSED', message, {
    details: {
      reason,
      cost,
      limit,
      errors: [{ message, extensions: { code, reason, cost, limit } }],
    },
  })
}

/** Counts what is executed for each tenant. */
class Executions {
  readonly #counts = new Map<string, number>()

  /** @throws GRAPH_BUSY */
  async run<Value>(tenantId: string, work: () => Promise<Value>): Promise<Value> {
    const count = this.#counts.get(tenantId) ?? 0
    if (count >= EXECUTIONS_LIMIT_COUNT)
      throw graphFault(
        'GRAPH_BUSY',
        `expected at most ${EXECUTIONS_LIMIT_COUNT} queries of a tenant at once`,
        { details: { retryAfterS: BUSY_RETRY_S } },
      )
    this.#counts.set(tenantId, count + 1)
    try {
      return await work()
    } finally {
      const left = (this.#counts.get(tenantId) ?? 1) - 1
      if (left > 0) this.#counts.set(tenantId, left)
      else this.#counts.delete(tenantId)
    }
  }
}

function openSchema(library: Library, guard: GraphGuard): Opened {
  const schema = library.buildSchema(GRAPH_SCHEMA)
  guard.learn(schema)
  meterSchema(schema, (context) => (context as GraphContext).meter)
  return { library, schema }
}

function parseQuery(library: Library, query: string): ReturnType<Library['parse']> {
  try {
    return library.parse(query, { noLocation: false, maxTokens: OWN_LIMITS.tokens })
  } catch (error) {
    if (error instanceof library.GraphQLError) throw refuseMistakes([error])
    throw error
  }
}

type Admitted = Extract<CostAnswer, { readonly allowed: true }>

/** @throws GRAPH_QUERY_REFUSED, GRAPH_POINTS_SPENT, GRAPH_QUERY_INVALID */
function expectAllowed(answer: CostAnswer): Admitted {
  if (answer.allowed) return answer
  const { body } = answer.problem
  const { reason, cost, limit, code } = body
  const details = {
    reason,
    cost,
    limit,
    errors: [{ message: body.detail, extensions: { code, reason, cost, limit } }],
  }
  if (reason === 'points') {
    const retryAfterS = Number(answer.fields['retry-after'])
    throw graphFault('GRAPH_POINTS_SPENT', `expected cheaper queries; wait ${retryAfterS} s`, {
      details: { ...details, retryAfterS },
    })
  }
  const isWrong = answer.problem.status === 400
  throw graphFault(isWrong ? 'GRAPH_QUERY_INVALID' : 'GRAPH_QUERY_REFUSED', body.detail, {
    details,
  })
}

/** What went wrong at no field went wrong before the first: no such operation, or variables that do not fit. */
function wasExecuted({ data, errors = [] }: ExecutionResult): boolean {
  return (data !== undefined && data !== null) || errors.some(({ path }) => path !== undefined)
}

function refuseMistakes(mistakes: readonly GraphQLError[]): Error {
  const errors = mistakes.map(({ message, locations }) => ({
    message: message.slice(0, 300),
    ...(locations === undefined ? {} : { locations }),
  }))
  const first = errors[0]?.message ?? 'nothing in it can be executed'
  return graphFault('GRAPH_QUERY_INVALID', `expected a query of the schema: ${first}`, {
    details: { errors },
  })
}

/** What a client is told of a field that failed; of faults of ours only that there was one. */
function presentError({ log }: GraphPorts, error: GraphQLError): unknown {
  const { path, locations, originalError } = error
  const place = { path, locations }
  if (originalError instanceof SeaworthyError && originalError.row.isInternal !== true) {
    const { message, code, row } = originalError
    return { message, ...place, extensions: { code, hint: row.hint } }
  }
  if (originalError === undefined || originalError === null)
    return { message: error.message, ...place }
  log.error('a field of the graph failed', {
    path: path?.join('.'),
    detail: originalError.message,
    stack: originalError.stack,
  })
  return { message: 'The server has a fault', ...place, extensions: { code: 'GRAPH_FIELD_FAILED' } }
}

function boundedJson(answer: unknown): Uint8Array {
  const bytes = utf8Bytes(JSON.stringify(answer))
  if (bytes.length <= ANSWER_LIMIT_BYTES) return bytes
  throw graphFault(
    'GRAPH_ANSWER_TOO_LARGE',
    `expected an answer of at most ${ANSWER_LIMIT_BYTES} bytes, got ${bytes.length}`,
  )
}
