// Binds the ingest guard to Fastify, Express and node:http as their JSON body parser; imports none of them.
import { readBody } from './body-reader.ts'
import type { BodyAnswer, BodyStreamLike, HeadersLike } from './body-reader.ts'
import type { Contract, IngestGuard, IngestRefusal } from './ingest-guard.ts'
import type { ServerResponseLike } from '../middleware.ts'

/** Which contract a request's body is held to; undefined = the guard's own. */
export type ContractFor<Request> = (request: Request) => Contract | undefined

/** A refusal as Fastify's error handler sees it. */
export class IngestError extends Error {
  readonly statusCode: number
  readonly code: string

  /** Fields that Fastify adds to its answer. */
  readonly headers: Readonly<Record<string, string>>

  constructor({ status, reason, detail }: IngestRefusal, mustClose = false) {
    super(detail)
    this.headers = mustClose ? { connection: 'close' } : {}
    this.name = 'IngestError'
    this.statusCode = status
    this.code = codeOf(reason)
  }
}

function codeOf(reason: string): string {
  return `INGEST_${reason.toUpperCase().replaceAll('-', '_')}`
}

/** As much of Fastify's request as is used. */
export interface FastifyRequestLike {
  readonly headers: HeadersLike
}

/**
 * For `app.addContentTypeParser('application/json', fastifyJsonParser(guard))`: the body is read here, with the limits of the
 * guard. With `{ parseAs: 'buffer', bodyLimit: guard.limits.sizeBytes }` Fastify reads it, without a limit of time.
 */
export function fastifyJsonParser<Request extends FastifyRequestLike>(
  guard: IngestGuard,
  contractFor: ContractFor<Request> = () => undefined,
): (
  request: Request,
  body: string | Uint8Array | BodyStreamLike,
  done: (error: Error | null, value?: unknown) => void,
) => void {
  return (request, body, done) => {
    if (typeof body === 'object' && 'on' in body) {
      readBody(body, request.headers, guard, contractFor(request), (answer) =>
        finishFastify(answer, done),
      )
      return
    }
    const bytes = typeof body === 'string' ? new TextEncoder().encode(body) : body
    const answer = guard.admit(bytes, contractFor(request))
    if (answer.ok) done(null, answer.value)
    else done(new IngestError(answer))
  }
}

function finishFastify(
  answer: BodyAnswer,
  done: (error: Error | null, value?: unknown) => void,
): void {
  if (answer.ok) done(null, answer.value)
  else if (answer.reason === 'broken') done(answer.error)
  else done(new IngestError(answer, answer.mustClose))
}

/** As much of a request as is read; the body comes in chunks. */
export interface BodyRequestLike extends BodyStreamLike {
  readonly headers: HeadersLike
  readonly method?: string | undefined
  readonly httpVersionMajor?: number
  body?: unknown
}

/** Clients name a type for all their requests, also where these have nothing to send. */
const BODILESS_METHODS: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS', 'DELETE'])

/** HTTP/2 announces a body in neither field, so that there it has to be read. */
function hasNoBody({ method, headers, httpVersionMajor = 1 }: BodyRequestLike): boolean {
  return (
    BODILESS_METHODS.has(method ?? '') &&
    httpVersionMajor === 1 &&
    headers['content-length'] === undefined &&
    headers['transfer-encoding'] === undefined
  )
}

/**
 * For `app.use(…)` in place of `express.json()`, and for `node:http`. Bodies of other media types are left to others; a compressed
 * one is refused, because its size is not what it says. A body that is too large or too slow is answered at once.
 */
export function expressJsonBody<Request extends BodyRequestLike>(
  guard: IngestGuard,
  contractFor: ContractFor<Request> = () => undefined,
): (request: Request, response: ServerResponseLike, next: (error?: unknown) => void) => void {
  return (request, response, next) => {
    const type = String(request.headers['content-type'] ?? '')
    if (hasNoBody(request) || !/^application\/(?:[\w.+-]+\+)?json(?:\s*;|$)/i.test(type)) {
      next()
      return
    }
    readBody(request, request.headers, guard, contractFor(request), (answer) => {
      if (answer.ok) {
        Reflect.set(request, 'body', answer.value)
        next()
      } else if (answer.reason === 'broken') next(answer.error)
      else {
        if (answer.mustClose) response.setHeader('connection', 'close')
        answerRefusal(response, answer)
      }
    })
  }
}

function answerRefusal(response: ServerResponseLike, refusal: IngestRefusal): void {
  const { status, detail, reason } = refusal
  response.statusCode = status
  response.setHeader('content-type', 'application/problem+json')
  const title = 'The body is not accepted'
  response.end(JSON.stringify({ type: 'about:blank', title, status, detail, code: codeOf(reason) }))
}
