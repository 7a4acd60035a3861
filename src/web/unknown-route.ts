// Refuses requests to no route before their body is read: whoever is known is named, so that it can be recorded whose they are; others are limited as strangers.
import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { Caller } from '../kernel/index.ts'
import type { Identify } from './identify.ts'
import type { RequestLimits } from './limits.ts'

export interface UnknownRouteTerms {
  readonly identify: Identify
  readonly limits?: RequestLimits
  /** Who asks, once it is known. */
  readonly callers: WeakMap<FastifyRequest, Caller>
  /** Why there is no route for a request. */
  faultOf(request: FastifyRequest): Error
}

export function refuseUnknownRoutes(server: FastifyInstance, terms: UnknownRouteTerms): void {
  const { identify, limits, callers } = terms
  server.addHook('onRequest', async (request, reply) => {
    if (!request.is404) return
    // Whoever cannot be known (a key that is over, a database that is away) is a stranger here: there is nothing to let them into.
    const caller = await identify(request, { access: 'read' }).catch(() => undefined)
    if (caller === undefined) await limits?.admitStranger(request, reply)
    else {
      callers.set(request, caller)
      await limits?.admitKnown(caller, request, reply)
    }
    throw terms.faultOf(request)
  })
}
