// The breaker of an endpoint as the API takes and shows it, in seconds.
import { z } from 'zod'
import type { BreakerTerms } from './cool-down.ts'
import { webhookFault } from './errors.ts'

const MS_PER_SECOND = 1_000
const LONGEST_REST_LIMIT_S = 86_400

const restSeconds = z.int().min(1).max(LONGEST_REST_LIMIT_S)
export const breakerSchema = z
  .strictObject({
    failures: z.int().min(1).max(1_000).exactOptional(),
    restSeconds: restSeconds.exactOptional(),
    longestRestSeconds: restSeconds.exactOptional(),
  })
  // What is not named stays as it is.
  .transform(
    ({ failures, restSeconds: rest, longestRestSeconds: longest }): Partial<BreakerTerms> => ({
      ...(failures === undefined ? {} : { failureLimit: failures }),
      ...(rest === undefined ? {} : { firstRestMs: rest * MS_PER_SECOND }),
      ...(longest === undefined ? {} : { longestRestMs: longest * MS_PER_SECOND }),
    }),
  )

export interface PresentedBreaker {
  readonly failures: number
  readonly restSeconds: number
  readonly longestRestSeconds: number
}

export function presentBreaker(terms: BreakerTerms): PresentedBreaker {
  return {
    failures: terms.failureLimit,
    restSeconds: terms.firstRestMs / MS_PER_SECOND,
    longestRestSeconds: terms.longestRestMs / MS_PER_SECOND,
  }
}

/** @throws WEBHOOK_ENDPOINT_REFUSED */
export function assertBreaker({ firstRestMs, longestRestMs }: BreakerTerms): void {
  if (firstRestMs <= longestRestMs) return
  throw webhookFault(
    'WEBHOOK_ENDPOINT_REFUSED',
    `expected a longest rest of ${firstRestMs / MS_PER_SECOND} s or more, got ${longestRestMs / MS_PER_SECOND} s`,
  )
}
