// What the guards of one process hold at this moment, as one plain document that people and `seaworthy guard status` read.
import type { AddressBlock, AddressBlocks } from './address-blocks.ts'
import type { AnomalyGuard, TenantStatus } from './anomaly/anomaly-model.ts'
import type { Breaker } from './breaker/breaker.ts'
import type { BreakerSnapshot } from './breaker/breaker-model.ts'
import type { GraphGuard } from './graph/graph-guard.ts'
import type { Limiter } from './limiter.ts'
import type { RatePolicy } from './model.ts'
import type { Switches, SwitchStatus } from './switches/switches.ts'

export const GUARD_STATUS_FORMAT = 'seaworthy-guard-status/1'

/** Blocks and throttles that are listed; their whole number stands beside them. */
const LISTED_LIMIT_COUNT = 1_000

export interface GuardStatusTerms {
  readonly limiters?: readonly Limiter[]
  readonly blocks?: AddressBlocks
  readonly anomaly?: AnomalyGuard
  readonly graph?: Pick<GraphGuard, 'limits' | 'mode'>
  readonly breakers?: readonly Breaker[]
  readonly switches?: Pick<Switches, 'status'>
}

/** Plain data: what JSON has no word for (an opening without end) is null. */
export interface GuardStatus {
  readonly format: typeof GUARD_STATUS_FORMAT
  readonly limits: readonly RatePolicy[]
  readonly blocks: { readonly count: number; readonly listed: readonly AddressBlock[] }
  readonly throttles: { readonly count: number; readonly listed: readonly TenantStatus[] }
  readonly graph: (Pick<GraphGuard, 'mode'> & { readonly costLimit: number }) | null
  readonly breakers: readonly (Omit<BreakerSnapshot, 'retryAfterMs' | 'settings'> & {
    readonly retryAfterMs: number | null
  })[]
  readonly switches: SwitchStatus['switches']
  /** Where the words of the switches come from. */
  readonly sources: SwitchStatus['sources']
}

/** It names tenants and addresses: put it behind the log-in of operators. */
export function guardStatus(terms: GuardStatusTerms): GuardStatus {
  const { limiters = [], blocks, anomaly, graph, breakers = [], switches } = terms
  anomaly?.settle()
  const { switches: board = [], sources = [] } = switches?.status() ?? {}
  return {
    format: GUARD_STATUS_FORMAT,
    limits: limiters.map(({ policy }) => policy),
    blocks: listed(blocks?.list() ?? []),
    throttles: listed(anomaly?.throttled() ?? []),
    graph: graph === undefined ? null : { mode: graph.mode, costLimit: graph.limits.cost },
    breakers: breakers.map((breaker) => {
      const { settings: _, retryAfterMs, ...rest } = breaker.snapshot()
      return { ...rest, retryAfterMs: Number.isFinite(retryAfterMs) ? retryAfterMs : null }
    }),
    switches: board,
    sources,
  }
}

function listed<Each>(all: readonly Each[]): { count: number; listed: readonly Each[] } {
  return { count: all.length, listed: all.slice(0, LISTED_LIMIT_COUNT) }
}
