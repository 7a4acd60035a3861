// Puts a breaker in front of endpoints of Fastify, Express and node:http: answers of 5xx are failures, a refusal is 503.
import type { Breaker, BreakerPermit } from './breaker.ts'

/** As much of a response as Express and node:http have; Fastify's is `reply.raw`. */
export interface EndingResponseLike {
  statusCode: number
  readonly writableFinished: boolean
  setHeader(name: string, value: string): unknown
  end(body: string): unknown
  once(event: 'close', listener: () => void): unknown
}

export interface BreakerReplyLike {
  readonly raw: Pick<EndingResponseLike, 'statusCode' | 'writableFinished' | 'once'>
  header(name: string, value: string): unknown
  code(status: number): { type(mediaType: string): { send(body: unknown): unknown } }
}

const PROBLEM_TYPE = 'application/problem+json'
const MS_PER_S = 1_000

/** For `fastify.addHook('onRequest', …)` or a route's own `onRequest`. */
export function fastifyBreakerHook(
  breaker: Breaker,
): (request: unknown, reply: BreakerReplyLike) => Promise<unknown> {
  return async (_request, reply) => {
    const permit = breaker.enter()
    if (permit !== undefined) {
      watch(reply.raw, permit)
      return undefined
    }
    const { problem, retryAfterS } = refusal(breaker)
    if (retryAfterS !== undefined) reply.header('retry-after', retryAfterS)
    return reply.code(problem.status).type(PROBLEM_TYPE).send(problem)
  }
}

/** For `app.use(…)`, or before the handlers of one route. */
export function expressBreaker(
  breaker: Breaker,
): (request: unknown, response: EndingResponseLike, next: (error?: unknown) => void) => void {
  return (_request, response, next) => {
    if (admitThrough(breaker, response)) next()
  }
}

/** For a plain `node:http` server: whether the request may go on; when not, it has been answered. */
export function admitThrough(breaker: Breaker, response: EndingResponseLike): boolean {
  const permit = breaker.enter()
  if (permit !== undefined) {
    watch(response, permit)
    return true
  }
  const { problem, retryAfterS } = refusal(breaker)
  if (retryAfterS !== undefined) response.setHeader('retry-after', retryAfterS)
  response.statusCode = problem.status
  response.setHeader('content-type', PROBLEM_TYPE)
  response.end(JSON.stringify(problem))
  return false
}

/** A caller who hangs up early says nothing about the endpoint, unless it had failed already. */
function watch(response: BreakerReplyLike['raw'], permit: BreakerPermit): void {
  response.once('close', () => {
    if (response.statusCode >= 500) permit.fail()
    else if (response.writableFinished) permit.succeed()
    else permit.ignore()
  })
}

function refusal(breaker: Breaker) {
  const { retryAfterMs } = breaker.snapshot()
  const problem = { type: 'about:blank', title: 'This part of the service is resting', status: 503 }
  // Held until somebody releases it: no promise can be made.
  const retryAfterS = Number.isFinite(retryAfterMs)
    ? String(Math.max(1, Math.ceil(retryAfterMs / MS_PER_S)))
    : undefined
  return { problem, retryAfterS }
}
