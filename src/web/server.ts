// Mounts route records on Fastify: key check, tenant, body limits, problem answers. Knows no slice.
import Fastify from 'fastify'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { messageOf, SeaworthyError } from '../kernel/index.ts'
import type { Log, Principal, Route, RouteAnswer } from '../kernel/index.ts'
import { webFault } from './errors.ts'
import { isLoopbackHost } from './host.ts'
import { problemOf } from './problem.ts'

/** Largest request body; an evidence blob is the largest thing anybody sends. */
export const BODY_LIMIT_BYTES = 256 * 1024 * 1024
const CONNECTION_TIMEOUT_MS = 30_000
const REQUEST_TIMEOUT_MS = 120_000

export interface WebOptions {
  readonly routes: readonly Route[]
  readonly log: Log
  /** Decides who asks; undefined refuses. Called once per request before the body is read. */
  authenticate(request: WebRequest): Promise<Principal | undefined>
}

/** What authentication may look at. */
export interface WebRequest {
  readonly access: 'read' | 'write'
  readonly authorization: string | undefined
  /** Query parameter `key`, for pages that a browser opens. */
  readonly viewKey: string | undefined
  readonly tenant: string | undefined
}

/** A Fastify instance with every route mounted; `listen` or `inject` it. */
export function makeWebServer(options: WebOptions): FastifyInstance {
  const server = Fastify({
    bodyLimit: BODY_LIMIT_BYTES,
    connectionTimeout: CONNECTION_TIMEOUT_MS,
    requestTimeout: REQUEST_TIMEOUT_MS,
    forceCloseConnections: true,
    logger: false,
    exposeHeadRoutes: false,
  })
  server.removeAllContentTypeParsers()
  server.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => {
    done(null, body)
  })
  server.addHook('onRequest', refuseForeignHost)
  server.setErrorHandler((error, _request, reply) => sendProblem(reply, error, options.log))
  server.setNotFoundHandler((request, reply) => {
    const fault = webFault(
      'WEB_ROUTE_UNKNOWN',
      `expected a known route, got ${request.method} ${pathOf(request)}`,
    )
    return sendProblem(reply, fault, options.log)
  })
  for (const route of options.routes) mountRoute(server, route, options)
  return server
}

function mountRoute(server: FastifyInstance, route: Route, options: WebOptions): void {
  const principals = new WeakMap<FastifyRequest, Principal>()
  server.route({
    method: route.method,
    url: route.path,
    onRequest: async (request) => {
      const principal = await options.authenticate({
        access: route.access,
        authorization: request.headers.authorization,
        viewKey: queryText(request, 'key'),
        tenant: textHeader(request, 'x-seaworthy-tenant'),
      })
      if (principal === undefined)
        throw webFault('WEB_KEY_REFUSED', 'expected the API key of this server')
      principals.set(request, principal)
    },
    handler: async (request, reply) => {
      const principal = principals.get(request)
      if (principal === undefined)
        throw webFault('WEB_KEY_REFUSED', 'expected the API key of this server')
      const answer = await route.handle({
        principal,
        params: request.params as Record<string, string>,
        query: request.query as Record<string, string>,
        body: readBody(route, request),
      })
      return sendAnswer(reply, answer)
    },
  })
}

function readBody(route: Route, request: FastifyRequest): unknown {
  const raw = request.body instanceof Uint8Array ? request.body : new Uint8Array(0)
  if (route.accepts === 'bytes') return raw
  if (raw.length === 0) return undefined
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(raw)) as unknown
  } catch (error) {
    throw webFault('WEB_BODY_MALFORMED', 'expected a JSON body in UTF-8', { cause: error })
  }
}

function sendAnswer(reply: FastifyReply, answer: RouteAnswer): FastifyReply {
  void reply
    .code(answer.status ?? 200)
    .header('cache-control', 'no-store')
    .header('x-content-type-options', 'nosniff')
    .header('referrer-policy', 'no-referrer')
  if ('bytes' in answer) {
    // Stored documents may hold hostile markup: nothing in them may run or load.
    return reply
      .header('content-security-policy', "default-src 'none'; style-src 'unsafe-inline'; sandbox")
      .type(answer.mediaType)
      .send(Buffer.from(answer.bytes.buffer, answer.bytes.byteOffset, answer.bytes.byteLength))
  }
  return reply.type('application/json').send(JSON.stringify({ data: answer.data ?? null }))
}

function sendProblem(reply: FastifyReply, error: unknown, log: Log): FastifyReply {
  const problem = problemOf(error)
  if (problem.status >= 500) {
    log.error('request failed', {
      code: problem.code,
      detail: messageOf(error),
      stack: stackOf(error),
    })
  }
  return reply
    .code(problem.status)
    .header('cache-control', 'no-store')
    .type('application/problem+json')
    .send(JSON.stringify(problem))
}

function stackOf(error: unknown): string | undefined {
  return error instanceof Error && !(error instanceof SeaworthyError) ? error.stack : undefined
}

// A page of another origin may resolve its own name to 127.0.0.1 (DNS rebinding); the Host header gives it away.
async function refuseForeignHost(request: FastifyRequest): Promise<void> {
  if (!isLoopbackHost(request.headers.host)) {
    throw webFault('WEB_HOST_FOREIGN', 'expected a loopback name in the Host header')
  }
}

function textHeader(request: FastifyRequest, name: string): string | undefined {
  const value = request.headers[name]
  return typeof value === 'string' ? value : undefined
}

function queryText(request: FastifyRequest, name: string): string | undefined {
  const value = (request.query as Record<string, unknown>)[name]
  return typeof value === 'string' ? value : undefined
}

function pathOf(request: FastifyRequest): string {
  return request.url.split('?', 1)[0] ?? ''
}
