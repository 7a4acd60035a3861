// One look at a request before anything else: who may read its answer, who may change state, which fields every answer has.
import type { GuardSink } from '../model.ts'
import type { CorsPolicy, CorsRequest } from './cors.ts'
import { judgeCors } from './cors.ts'
import type { CsrfJudge } from './csrf.ts'

export interface EdgeTerms {
  /** A function when the list of origins can change while the service runs. */
  readonly cors?: CorsPolicy | (() => CorsPolicy)
  readonly csrf?: CsrfJudge
  /** What `securityHeaders` gives, once for all answers or for each request. */
  readonly headers?:
    | Readonly<Record<string, string>>
    | ((request: CorsRequest) => Readonly<Record<string, string>>)
  readonly sink?: GuardSink
}

export interface EdgeAnswer {
  /** For the answer, whatever becomes of the request. */
  readonly fields: Readonly<Record<string, string>>
  readonly vary: readonly string[]
  /** Set when the request ends here; a body without a title is none. */
  readonly end?: { readonly status: number; readonly title?: string }
}

export type EdgeGuard = (request: CorsRequest) => EdgeAnswer

const CSRF_TITLE = 'The request does not come from a page of this service'

export function makeEdgeGuard({ cors, csrf, headers, sink }: EdgeTerms): EdgeGuard {
  return (request) => {
    const own = typeof headers === 'function' ? headers(request) : (headers ?? {})
    const policy = typeof cors === 'function' ? cors() : cors
    const judged = policy === undefined ? undefined : judgeCors(policy, request)
    if (judged?.refused !== undefined)
      sink?.({
        type: 'cors.refused',
        reason: judged.refused,
        isPreflight: judged.end !== undefined,
      })
    const fields = { ...own, ...judged?.fields }
    // Who may read across origins may embed as well; the field of the same name would keep them out.
    if (
      judged?.fields['access-control-allow-origin'] !== undefined &&
      'cross-origin-resource-policy' in fields
    )
      fields['cross-origin-resource-policy'] = 'cross-origin'
    const vary = judged?.vary ?? []
    if (judged?.end !== undefined) return { fields, vary, end: { status: judged.end } }
    const answer = csrf?.(request)
    if (answer === undefined || answer.allowed) return { fields, vary }
    sink?.({ type: 'csrf.refused', reason: answer.reason })
    const title = answer.reason === 'media-type' ? 'The body must be JSON' : CSRF_TITLE
    return { fields, vary, end: { status: answer.status, title } }
  }
}
