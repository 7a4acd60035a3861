// Binds the graph guard to graphql-yoga as a plugin: text before parsing, cost before validation, points and meter at execution.
import { requestFactsOf } from '../middleware.ts'
import type { Describe, IncomingLike } from '../middleware.ts'
import type { GraphGuard } from './graph-guard.ts'
import { ExecutionMeter, meterSchema } from './graph-meter.ts'
import { GRAPH_PROBLEM_TYPE, graphErrorOf, graphProblemBody } from './graph-refused.ts'
import type { DocumentLike, SchemaLike, VariableValues } from './graph-shapes.ts'
import type { CostAnswer, CostRefusal } from './graph-terms.ts'

interface YogaParams {
  readonly operationName?: string | null
  readonly variables?: VariableValues | null
}

/** As much of yoga's context as is used; `req` is there when Node's http server took the request. */
interface YogaContext {
  readonly params?: YogaParams
  readonly request?: { readonly headers: { get(name: string): string | null } }
  readonly req?: IncomingLike
}

interface ExecuteCall {
  readonly args: {
    readonly schema: SchemaLike
    readonly document: DocumentLike
    readonly contextValue?: unknown
  }
  setResultAndStopExecution(result: never): void
}

interface ExecutorCall {
  readonly executeFn: (args: never) => unknown
  setExecuteFn(execute: (args: never) => unknown): void
}

interface ResultCall {
  readonly result: unknown
  setResult(result: never): void
  readonly context: unknown
}

interface ProcessCall {
  readonly result: unknown
  setResultProcessor(process: (result: never, fetchAPI: never) => never, mediaType: string): void
}

/** What yoga's `plugins` takes. */
export interface YogaGraphPlugin {
  onSchemaChange(call: { readonly schema: SchemaLike }): void
  onParse(call: { readonly params: { readonly source: unknown }; readonly context: unknown }): void
  onValidate(call: {
    readonly params: { readonly schema: SchemaLike; readonly documentAST: DocumentLike }
    readonly context: unknown
  }): void
  onExecute(call: ExecuteCall & ExecutorCall): Promise<undefined>
  onSubscribe(call: ExecuteCall): Promise<undefined>
  onExecutionResult(call: ResultCall): void
  onResultProcess(call: ProcessCall): void
}

/** What is kept of one operation between the hooks. */
interface Passage {
  cost: number
  refusal: CostRefusal | undefined
  meter: ExecutionMeter | undefined
}

/**
 * For `createYoga({ plugins: [yogaGraphGuard(guard)] })`. A refusal is thrown inside as an abort, which yoga neither masks nor
 * caches, and set as the result at the end: a verdict kept with the document would be used for other variables.
 */
export function yogaGraphGuard(
  guard: GraphGuard,
  describe: Describe<IncomingLike> = () => ({ endpoint: 'graphql' }),
): YogaGraphPlugin {
  // yoga makes one context an operation, also in a batch, and one parameter object that all hooks see.
  const passages = new WeakMap<object, Passage>()
  const shown = new WeakMap<object, CostRefusal>()
  const passageOf = (context: unknown): Passage => {
    const key = (context as YogaContext).params ?? (context as object)
    const known = passages.get(key) ?? { cost: 0, refusal: undefined, meter: undefined }
    passages.set(key, known)
    return known
  }
  const meterOf = (context: unknown): ExecutionMeter | undefined => passageOf(context).meter
  const pay = async (call: ExecuteCall): Promise<Passage> => {
    const passage = passageOf(call.args.contextValue)
    const facts = requestFactsOf(incomingOf(call.args.contextValue), describe)
    const answer = await guard.charge(facts, passage.cost)
    if (!answer.allowed) {
      passage.refusal = answer
      call.setResultAndStopExecution(resultOf(answer) as never)
    }
    return passage
  }
  return {
    onSchemaChange({ schema }) {
      guard.learn(schema)
      meterSchema(schema, meterOf)
    },
    onParse({ params, context }) {
      keepOrAbort(passageOf(context), guard.scan(textOf(params.source)))
    },
    onValidate({ params, context }) {
      const { operationName, variables } = (context as YogaContext).params ?? {}
      const request = (context as YogaContext).request
      const { schema, documentAST: document } = params
      keepOrAbort(
        passageOf(context),
        guard.score({ schema, document, operationName, variables, request }),
      )
    },
    async onExecute(call) {
      const passage = await pay(call)
      if (passage.refusal !== undefined) return undefined
      const meter = new ExecutionMeter(guard.limits, guard.clock)
      passage.meter = meter
      const execute = call.executeFn
      // Before yoga sees the result: it would log an error for each field at which the execution was cut.
      call.setExecuteFn(async (args) => {
        const result = await execute(args)
        meter.end()
        if (meter.excess === undefined) return result
        const answer = guard.refuse(meter.excess, meter.nodes)
        if (answer.allowed) return result
        passage.refusal = answer
        return resultOf(answer)
      })
      return undefined
    },
    async onSubscribe(call) {
      await pay(call)
      return undefined
    },
    onExecutionResult({ context, setResult }) {
      const { refusal } = passageOf(context)
      if (refusal === undefined) return
      const result = resultOf(refusal)
      shown.set(result, refusal)
      setResult(result as never)
    },
    onResultProcess({ result, setResultProcessor }) {
      const refusal = typeof result === 'object' && result !== null ? shown.get(result) : undefined
      if (refusal === undefined) return
      setResultProcessor(
        (_result, fetchAPI) => respond(refusal, fetchAPI) as never,
        GRAPH_PROBLEM_TYPE,
      )
    },
  }
}

/** @throws DOMException AbortError, which yoga passes by in silence */
function keepOrAbort(passage: Passage, answer: CostAnswer): void {
  passage.cost = answer.cost
  if (answer.allowed) return
  passage.refusal = answer
  throw new DOMException('refused by the graph guard', 'AbortError')
}

/** A text, or what graphql calls a source. */
function textOf(source: unknown): string {
  if (typeof source === 'object' && source !== null && 'body' in source) return String(source.body)
  return String(source)
}

function incomingOf(context: unknown): IncomingLike {
  const { req, request } = context as YogaContext
  if (req !== undefined) return req
  const forwarded = request?.headers.get('x-forwarded-for') ?? undefined
  return { headers: { 'x-forwarded-for': forwarded }, socket: {} }
}

/** For a batch, where one refusal must not speak for the others; alone it becomes a problem document. */
function resultOf(refusal: CostRefusal): object {
  const { message, extensions } = graphErrorOf(refusal)
  const http = { status: refusal.problem.status, headers: refusal.fields }
  return { errors: [{ message, extensions: { ...extensions, http } }] }
}

function respond(refusal: CostRefusal, fetchAPI: unknown): unknown {
  // yoga's own Response, which its Node adapter writes without copying.
  const { Response: Answer } = fetchAPI as { Response: new (body: string, init: object) => unknown }
  const headers = { 'content-type': GRAPH_PROBLEM_TYPE, ...refusal.fields }
  return new Answer(JSON.stringify(graphProblemBody(refusal)), {
    status: refusal.problem.status,
    headers,
  })
}
