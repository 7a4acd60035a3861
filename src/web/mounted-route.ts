// What is known of a route that is mounted, a slice's or the edge's own.
import type { ErrorTable, Route } from '../kernel/index.ts'

declare module 'fastify' {
  interface FastifyContextConfig {
    record?: MountedRoute
    /** Set for what browsers are led through. */
    isVisit?: boolean
  }
}

/** A route as the reference describes it; `open` routes ask for no key. */
export type MountedRoute = Omit<Route, 'access' | 'handle'> & {
  readonly access: Route['access'] | 'open'
}

export interface ReferenceTerms {
  readonly version: string
  /** Every code that an answer may bear. */
  readonly errors: ErrorTable
  readonly digest: { sha256(bytes: Uint8Array): Uint8Array }
}
