// Calls a route the way the HTTP edge does: what comes in is read by the route's own schemas first.
import type { Principal, Route, RouteAnswer } from '../src/kernel/index.ts'

export interface CalledWith {
  readonly body?: unknown
  readonly params?: Readonly<Record<string, string>>
  readonly query?: Readonly<Record<string, string>>
}

/** Rejects with what the schema says where something does not fit. */
export async function callRoute(
  route: Route,
  principal: Principal,
  { body, params = {}, query = {} }: CalledWith = {},
): Promise<RouteAnswer> {
  return route.handle({
    principal,
    params: route.params?.parse(params) ?? params,
    query: route.query?.parse(query) ?? {},
    body: route.body === undefined ? body : route.body.parse(body),
  })
}
