// Binds the edge guard to Fastify, Express and plain node:http; imports none of them.
import type { CorsRequest } from './cors.ts'
import type { EdgeAnswer, EdgeGuard } from './edge-guard.ts'

/** As much of Fastify's reply as is used. */
export interface EdgeReplyLike {
  header(name: string, value: string): unknown
  getHeader(name: string): unknown
  removeHeader(name: string): unknown
  code(status: number): unknown
  send(body?: unknown): unknown
}

/** As much of a request as Fastify, Express and node:http have; `method` is missing only in a response. */
export interface EdgeRequestLike {
  readonly method?: string | undefined
  readonly headers: CorsRequest['headers']
}

/** As much of a response as Express and node:http have. */
export interface EdgeResponseLike {
  statusCode: number
  getHeader(name: string): unknown
  setHeader(name: string, value: string): unknown
  removeHeader(name: string): unknown
  end(body?: string): unknown
}

/**
 * For `app.addHook('onRequest', …)` on the root, before routes: preflights have no route of their own. Answers of Fastify's error
 * handler have the fields too.
 */
export function fastifyEdgeHook(
  guard: EdgeGuard,
): (request: EdgeRequestLike, reply: EdgeReplyLike) => Promise<unknown> {
  return async (request, reply) => {
    const answer = guard(factsOf(request))
    reply.removeHeader('x-powered-by')
    writeFields(answer, reply, (name, value) => reply.header(name, value))
    if (answer.end === undefined) return undefined
    reply.code(answer.end.status)
    if (answer.end.title !== undefined) reply.header('content-type', PROBLEM_TYPE)
    return reply.send(bodyOf(answer.end))
  }
}

/** For `app.use(…)`, first of all. */
export function expressEdgeGuard(
  guard: EdgeGuard,
): (request: EdgeRequestLike, response: EdgeResponseLike, next: (error?: unknown) => void) => void {
  return (request, response, next) => {
    if (admitAtEdge(guard, request, response)) next()
  }
}

/** For a plain `node:http` server: whether the request may go on; when not, it has been answered. */
export function admitAtEdge(
  guard: EdgeGuard,
  request: EdgeRequestLike,
  response: EdgeResponseLike,
): boolean {
  const answer = guard(factsOf(request))
  response.removeHeader('x-powered-by')
  writeFields(answer, response, (name, value) => response.setHeader(name, value))
  if (answer.end === undefined) return true
  response.statusCode = answer.end.status
  if (answer.end.title !== undefined) response.setHeader('content-type', PROBLEM_TYPE)
  response.end(bodyOf(answer.end))
  return false
}

const PROBLEM_TYPE = 'application/problem+json'

function factsOf({ method = 'GET', headers }: EdgeRequestLike): CorsRequest {
  return { method, headers }
}

function writeFields(
  { fields, vary }: EdgeAnswer,
  response: { getHeader(name: string): unknown },
  set: (name: string, value: string) => unknown,
): void {
  for (const [name, value] of Object.entries(fields)) set(name, value)
  if (vary.length === 0) return
  const before = response.getHeader('vary')
  const lines = Array.isArray(before) ? before : [before]
  const told = lines.flatMap((line: unknown) =>
    typeof line === 'string' ? line.split(',').map((each) => each.trim()) : [],
  )
  const missing = vary.filter(
    (name) => !told.some((each) => each.toLowerCase() === name.toLowerCase()),
  )
  set('vary', [...told, ...missing].join(', '))
}

function bodyOf({ status, title }: NonNullable<EdgeAnswer['end']>): string | undefined {
  return title === undefined ? undefined : JSON.stringify({ type: 'about:blank', title, status })
}
