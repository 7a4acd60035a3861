// Tells about each request what an operator counts and logs: never a key, a query, a path with values in it, or a body.
import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { Clock, Principal } from '../kernel/index.ts'

/** What every path is called that no route has: callers must not choose the names that are counted. */
export const UNKNOWN_ROUTE = 'unknown'
/** Status of a request whose caller left before an answer began, as reverse proxies count it. */
const CALLER_LEFT_STATUS = 499

export interface EndedRequest {
  readonly requestId: string
  readonly method: string
  /** Template of the route, e.g. `/v1/runs/:runId`, or UNKNOWN_ROUTE. */
  readonly route: string
  readonly status: number
  readonly durationMs: number
  /** Length of the answer's body as it was announced. */
  readonly sizeBytes: number
  /** Absent where no key fitted. */
  readonly principal?: string
  readonly tenantId?: string
  /** The connection ended before the whole answer had left. */
  readonly isCutOff: boolean
  /** Of the trace that it belongs to, where there is one. */
  readonly traceId?: string
}

export interface RequestWatch {
  begun(): void
  ended(request: EndedRequest): void
}

export interface KnownOfRequests {
  callerOf(request: FastifyRequest): Principal | undefined
  traceIdOf(request: FastifyRequest): string | undefined
}

export function watchRequests(
  server: FastifyInstance,
  watch: RequestWatch,
  clock: Pick<Clock, 'monotonicMs'>,
  known: KnownOfRequests,
): void {
  server.addHook('onRequest', (request, reply, done) => {
    const beganMs = clock.monotonicMs()
    watch.begun()
    // `close` comes once for every answer, also for one whose caller has left.
    reply.raw.once('close', () => {
      const { writableFinished: isWhole, headersSent, statusCode } = reply.raw
      const [caller, traceId] = [known.callerOf(request), known.traceIdOf(request)]
      watch.ended({
        requestId: request.id,
        method: request.method,
        route: request.routeOptions.url ?? UNKNOWN_ROUTE,
        status: headersSent ? statusCode : CALLER_LEFT_STATUS,
        durationMs: clock.monotonicMs() - beganMs,
        sizeBytes: headersSent ? Number(reply.getHeader('content-length') ?? 0) : 0,
        ...(caller === undefined ? {} : { principal: caller.id, tenantId: caller.tenantId }),
        isCutOff: !isWhole,
        ...(traceId === undefined ? {} : { traceId }),
      })
    })
    done()
  })
}
