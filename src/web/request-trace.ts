// Makes one span of each request that is routed, and lets whatever answers it belong to that span.
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { parseTraceparent } from '../kernel/index.ts'
import type { Span, Tracing } from '../kernel/index.ts'
import { UNKNOWN_ROUTE } from './request-watch.ts'

/** Asked for every few seconds by machines, which nobody wants to follow. */
const UNFOLLOWED = /^\/(?:health\/|metrics$)/
const SERVER_FAULT_STATUS = 500

/** @returns the trace id of a request, where it has one */
export function traceRequests(
  server: FastifyInstance,
  tracing: Tracing,
): (request: FastifyRequest) => string | undefined {
  const spans = new WeakMap<FastifyRequest, Span>()
  server.addHook('onRequest', (request, reply, done) => {
    const route = request.routeOptions.url ?? UNKNOWN_ROUTE
    if (UNFOLLOWED.test(route)) {
      done()
      return
    }
    const { traceparent } = request.headers
    const span = tracing.begin({
      name: `${request.method} ${route}`,
      kind: 'server',
      parent: typeof traceparent === 'string' ? traceparent : null,
      facts: { 'http.request.method': request.method, 'http.route': route },
    })
    spans.set(request, span)
    reply.raw.once('close', () => {
      const { statusCode, headersSent } = reply.raw
      const isFault = statusCode >= SERVER_FAULT_STATUS
      span.end({
        ...(headersSent ? { facts: { 'http.response.status_code': statusCode } } : {}),
        ...(headersSent && isFault ? { failure: String(statusCode) } : {}),
      })
    })
    span.run(done)
  })
  // The body arrives by events of the connection, which belong to nobody.
  server.addHook('preValidation', (request, _reply, done) => {
    const span = spans.get(request)
    if (span === undefined) done()
    else span.run(done)
  })
  return (request) => parseTraceparent(spans.get(request)?.traceparent)?.traceId
}
