// What routes of requests for runs have in common: how a path names one, and in which environment that is.
import { z } from 'zod'
import type { Principal } from '../kernel/index.ts'
import type { Dispatch } from './service.ts'

export const requestParams = z.strictObject({ requestId: z.uuid() })

/** The environment of the request that the path names. */
export function environmentOfRequest(
  dispatch: Dispatch,
): (input: {
  readonly principal: Principal
  readonly params: { readonly requestId: string }
}) => Promise<string> {
  return async ({ principal, params }) =>
    (await dispatch.read(principal.tenantId, params.requestId)).environment
}
