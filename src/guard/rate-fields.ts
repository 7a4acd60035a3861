// What a client is told about its limits: header fields and problem documents. The only file that knows their form.
import type { Microseconds, RateDecision, RatePolicy } from './model.ts'

const MICROSECONDS_PER_S = 1_000_000
const MS_PER_S = 1_000

/** Seconds, rounded up: a client that waits that long never comes too early. */
function secondsOf(durationUs: Microseconds): number {
  return Math.ceil(durationUs / MICROSECONDS_PER_S)
}

/**
 * `RateLimit-Policy` and `RateLimit` as draft-ietf-httpapi-ratelimit-headers-10 has them (structured fields, RFC 9651),
 * the older `X-RateLimit-*` fields beside them, and `Retry-After` (RFC 9110, section 10.2.3) on refusals that waiting helps.
 */
export function rateFields(policy: RatePolicy, decision: RateDecision): Record<string, string> {
  const windowS = Math.max(1, Math.ceil(policy.windowMs / MS_PER_S))
  const wait = decision.retryAfterUs
  return {
    'ratelimit-policy': `"${policy.name}";q=${policy.limit};w=${windowS}`,
    ratelimit: `"${policy.name}";r=${decision.remaining};t=${secondsOf(decision.resetUs)}`,
    'x-ratelimit-limit': String(policy.limit),
    'x-ratelimit-remaining': String(decision.remaining),
    'x-ratelimit-reset': String(secondsOf(decision.resetUs)),
    ...(decision.allowed || !Number.isFinite(wait)
      ? {}
      : { 'retry-after': String(Math.max(1, secondsOf(wait))) }),
  }
}

/** A problem document (RFC 9457); the types are those that the rate limit draft registers. */
export interface RateProblem {
  readonly status: number
  readonly body: {
    readonly type: string
    readonly title: string
    readonly status: number
    readonly 'violated-policies'?: readonly string[]
  }
}

const PROBLEM_TYPES = 'https://iana.org/assignments/http-problem-types#'

/** 429; or 400 for a cost that the policy can never admit, because asking again would only ask for ever. */
export function rateProblem(policy: RatePolicy, decision: RateDecision): RateProblem {
  if (!Number.isFinite(decision.retryAfterUs))
    return problem(400, 'about:blank', 'The request costs more than its limit can ever admit')
  return problem(429, `${PROBLEM_TYPES}quota-exceeded`, 'Too many requests', [policy.name])
}

/** 429 for a tenant that is held to what is usual for it. */
export function abnormalUsageProblem(policy: RatePolicy): RateProblem {
  const title = 'This tenant sends far more requests than it usually does'
  return problem(429, `${PROBLEM_TYPES}abnormal-usage-detected`, title, [policy.name])
}

/** 403 without a reason: a blocked address learns when it may come again, and nothing else. */
export function blockProblem(): RateProblem {
  return problem(403, `${PROBLEM_TYPES}abnormal-usage-detected`, 'This address is blocked for now')
}

function problem(
  status: number,
  type: string,
  title: string,
  violated?: readonly string[],
): RateProblem {
  return {
    status,
    body: {
      type,
      title,
      status,
      ...(violated === undefined ? {} : { 'violated-policies': violated }),
    },
  }
}
