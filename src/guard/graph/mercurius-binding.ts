// Binds the graph guard to mercurius by its hooks, so that GET, POST, batches, persisted queries and sockets all pass it.
import { requestFactsOf } from '../middleware.ts'
import type { Describe, IncomingLike } from '../middleware.ts'
import type { GraphGuard } from './graph-guard.ts'
import { ExecutionMeter, meterSchema } from './graph-meter.ts'
import {
  GRAPH_PROBLEM_TYPE,
  graphErrorOf,
  graphProblemBody,
  GraphRefusedError,
} from './graph-refused.ts'
import type { DocumentLike, SchemaLike, VariableValues } from './graph-shapes.ts'
import type { CostAnswer, CostRefusal } from './graph-terms.ts'

/** As much of a Fastify reply as is used. */
export interface GraphReplyLike {
  readonly request: IncomingLike & { readonly body?: unknown; readonly query?: unknown }
  code(status: number): unknown
  header(name: string, value: string): unknown
  type(mediaType: string): unknown
}

/** As much of mercurius' context as is used; `reply` is absent for calls that no request made. */
export interface MercuriusContextLike {
  readonly reply?: GraphReplyLike | undefined
  readonly operationsCount?: number | undefined
}

/** A Fastify instance on which mercurius is registered. */
export interface MercuriusAppLike {
  graphql: ((...call: never[]) => unknown) & {
    addHook(name: never, hook: never): void
    readonly schema?: SchemaLike
  }
}

/** What `addHook` takes for the names that are used here; its own overloads name graphql's types. */
interface MercuriusHooks {
  addHook(name: string, hook: (...given: never[]) => Promise<unknown>): void
}

/**
 * Call it after `await app.register(mercurius, …)`.
 * With a points bucket, `describe` says whose points they are.
 * Add `errorFormatter: mercuriusGraphErrors(mercurius.defaultErrorFormatter)` for problem documents.
 * @throws GuardFault GUARD_COST_INVALID for a schema whose cost directives make no sense
 */
export function guardMercurius(
  app: MercuriusAppLike,
  guard: GraphGuard,
  describe: Describe<GraphReplyLike['request']> = () => ({ endpoint: 'graphql' }),
): void {
  // A mistake in the schema's prices has to show at start, not in every answer.
  if (app.graphql.schema !== undefined) guard.learn(app.graphql.schema)
  const meters = new WeakMap<object, ExecutionMeter>()
  const known = new WeakSet<SchemaLike>()
  const nameOf = rememberNames(app)
  const scan = async (_schema: SchemaLike, source: string): Promise<void> =>
    void passed(guard.scan(source))
  const inspect = async (schema: SchemaLike, document: DocumentLike): Promise<void> =>
    void passed(guard.inspect(schema, document))
  const execute = async (
    schema: SchemaLike,
    document: DocumentLike,
    context: MercuriusContextLike,
    variables?: VariableValues,
  ): Promise<{ readonly document: DocumentLike } | undefined> => {
    const { reply } = context
    const operationName = nameOf(context)
    const request = reply?.request
    const { cost } = passed(guard.score({ schema, document, operationName, variables, request }))
    if (reply !== undefined) {
      const paid = passed(await guard.charge(requestFactsOf(reply.request, describe), cost))
      for (const [name, value] of Object.entries(paid.fields)) reply.header(name, value)
    }
    // Not at start: until the first request, resolvers and schema may still be replaced.
    if (!known.has(schema)) {
      meterSchema(schema, (each) => meters.get(each as object))
      known.add(schema)
    }
    // Whatever else the document defines: a subscription that comes here is executed once, like a query.
    meters.set(context, new ExecutionMeter(guard.limits, guard.clock))
    // mercurius keeps one compiled operation for a text, whichever is asked for; a document given back is executed as named.
    const operations = document.definitions.filter(({ kind }) => kind === 'OperationDefinition')
    return operations.length > 1 ? { document } : undefined
  }
  const hooks: MercuriusHooks = app.graphql
  hooks.addHook('preParsing', scan)
  hooks.addHook('preValidation', inspect)
  hooks.addHook('preExecution', execute)
  hooks.addHook('onResolution', (execution: ExecutionLike, context: MercuriusContextLike) =>
    endMetered(guard, meters.get(context), execution, context),
  )
  hooks.addHook('preSubscriptionParsing', scan)
  hooks.addHook(
    'preSubscriptionExecution',
    async (schema: SchemaLike, document: DocumentLike): Promise<void> =>
      void passed(guard.score({ schema, document })),
  )
}

function passed(answer: CostAnswer): CostAnswer {
  if (!answer.allowed) throw new GraphRefusedError(answer)
  return answer
}

interface ExecutionLike {
  data?: unknown
  errors?: unknown
}

async function endMetered(
  guard: GraphGuard,
  meter: ExecutionMeter | undefined,
  execution: ExecutionLike,
  context: MercuriusContextLike,
): Promise<void> {
  meter?.end()
  if (meter?.excess === undefined) return
  const answer = guard.refuse(meter.excess, meter.nodes)
  if (answer.allowed) return
  execution.data = null
  execution.errors = [graphErrorOf(answer)]
  if (!isBatch(context)) context.reply?.code(answer.problem.status)
}

function isBatch(context: MercuriusContextLike): boolean {
  return (context.operationsCount ?? 1) > 1
}

/**
 * mercurius does not tell its hooks which operation is executed, and the request may say another: `reply.graphql(text, …, name)`.
 * So the call itself is listened to; where it is not seen, the dearest operation counts.
 */
function rememberNames(app: MercuriusAppLike): (context: object) => string | undefined {
  const names = new WeakMap<object, string>()
  app.graphql = new Proxy(app.graphql, {
    apply(target, self: unknown, [source, given, variables, name]: readonly unknown[]): unknown {
      const context: object = typeof given === 'object' && given !== null ? given : {}
      if (typeof name === 'string') names.set(context, name)
      else names.delete(context)
      return Reflect.apply(target, self, [source, context, variables, name])
    },
  })
  return (context) => names.get(context)
}

interface Formatted<Body> {
  readonly statusCode: number
  readonly response: Body
}

/** For mercurius' `errorFormatter`: a refusal becomes a problem document with its header fields, `errors` within. */
export function mercuriusGraphErrors<Execution, Context, Body extends object>(
  format: (execution: Execution, context: Context) => Formatted<Body>,
): (execution: Execution, context: Context) => Formatted<Body> {
  return (execution, context) => {
    const formatted = format(execution, context)
    const refusal = refusalOf(execution)
    // Both are what mercurius hands to a formatter, whatever its own types are called.
    const { reply } = context as MercuriusContextLike
    if (refusal === undefined || isBatch(context as MercuriusContextLike)) return formatted
    reply?.type(GRAPH_PROBLEM_TYPE)
    for (const [name, value] of Object.entries(refusal.fields)) reply?.header(name, value)
    const response = { ...graphProblemBody(refusal), ...formatted.response }
    return { statusCode: refusal.problem.status, response }
  }
}

function refusalOf(execution: unknown): CostRefusal | undefined {
  const { errors } = execution as { errors?: unknown }
  const first: unknown = Array.isArray(errors) ? errors[0] : undefined
  const { originalError } = (first ?? {}) as { originalError?: unknown }
  return originalError instanceof GraphRefusedError ? originalError.refusal : undefined
}
