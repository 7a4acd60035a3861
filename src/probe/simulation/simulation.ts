// What limits would have done to recorded traffic: the guard's own buckets, on the clock of the recording.
import { makeLocalBuckets } from '../../guard/index.ts'
import type { LocalBuckets } from '../../guard/index.ts'
import { makeHistogram, percentileOf } from '../../verdict/index.ts'
import type { Histogram } from '../../verdict/index.ts'
import { AbnormalSimulation } from './abnormal.ts'
import type { AbnormalReport } from './abnormal.ts'
import type { GuardPolicy, PolicyRule } from './policy-file.ts'
import type { TrafficRequest } from './traffic.ts'

/** Keys whose refusals are told apart, over all rules; those beyond are counted together. */
const CALLER_LIMIT_COUNT = 100_000
const MINUTE_MS = 60_000

export interface CallerReport {
  readonly policy: string
  readonly key: string
  readonly refusedCount: number
  readonly firstRefusedAt: string
  readonly lastRefusedAt: string
  /** Whole seconds, as `Retry-After` says it; null when no waiting would have helped. */
  readonly longestRetryAfterS: number | null
}

export interface RuleReport {
  readonly policy: string
  readonly path: string
  readonly requestCount: number
  readonly refusedCount: number
  readonly refusedPercent: number
  readonly firstRefusedAt: string | null
  readonly lastRefusedAt: string | null
  readonly worstMinute: { readonly at: string; readonly refusedCount: number } | null
  /** Seconds that `Retry-After` would have said; null without a refusal that waiting helps. */
  readonly retryAfterS: { readonly p50: number | null; readonly max: number } | null
  /** Refusals of requests that cost more than the limit can ever admit: 400, not 429. */
  readonly neverCount: number
  /** Requests that nobody could keep count of, because too many keys were alive. */
  readonly untrackedCount: number
}

export interface SimulationReport {
  readonly requestCount: number
  readonly unmatchedCount: number
  /** By the rules and as abnormal. */
  readonly refusedCount: number
  readonly from: string | null
  readonly to: string | null
  /** Requests that are older than one before them; they count as if they came with it. */
  readonly disorderedCount: number
  /** True when every time is a whole second: what came within one second then counts as one burst. */
  readonly hasWholeSeconds: boolean
  /** Null when the policy does not watch rates. What it refuses reaches no rule, as in the guard. */
  readonly anomaly: AbnormalReport | null
  readonly rules: readonly RuleReport[]
  /** Worst hit first. */
  readonly callers: readonly CallerReport[]
  /** Refusals of callers beyond the first hundred thousand, who are not told apart. */
  readonly otherCallersRefusedCount: number
}

interface RuleTally {
  readonly rule: PolicyRule
  readonly buckets: LocalBuckets
  readonly waits: Histogram
  requestCount: number
  refusedCount: number
  neverCount: number
  untrackedCount: number
  firstMs: number
  lastMs: number
  minute: number
  minuteCount: number
  worstMinute: number
  worstCount: number
}

interface CallerTally {
  readonly policy: string
  readonly key: string
  refusedCount: number
  readonly firstMs: number
  lastMs: number
  longestS: number
}

/** Memory grows with the keys that are alive, up to the guard's own bound, never with the number of requests. */
export class Simulation {
  readonly #tallies: readonly RuleTally[]
  readonly #abnormal: AbnormalSimulation | undefined
  readonly #callers = new Map<string, CallerTally>()
  #nowMs = 0
  #firstMs: number | undefined
  #requestCount = 0
  #unmatchedCount = 0
  #disorderedCount = 0
  #otherCount = 0
  #hasWholeSeconds = true

  constructor({ rules, anomaly }: GuardPolicy) {
    const clock = { monotonicUs: () => this.#nowMs * 1_000, epochMs: () => this.#nowMs }
    this.#abnormal = anomaly === undefined ? undefined : new AbnormalSimulation(anomaly, clock)
    this.#tallies = rules.map((rule) => ({
      rule,
      buckets: makeLocalBuckets(rule.policy, clock),
      waits: makeHistogram(),
      requestCount: 0,
      refusedCount: 0,
      neverCount: 0,
      untrackedCount: 0,
      firstMs: 0,
      lastMs: 0,
      minute: -1,
      minuteCount: 0,
      worstMinute: -1,
      worstCount: 0,
    }))
  }

  async take(request: TrafficRequest): Promise<void> {
    const { atMs } = request
    this.#requestCount++
    // Logs are written when requests end, so their beginnings are a little out of order; a clock never goes back.
    if (atMs < this.#nowMs) this.#disorderedCount++
    this.#nowMs = Math.max(this.#nowMs, atMs)
    this.#firstMs ??= atMs
    if (atMs % 1_000 !== 0) this.#hasWholeSeconds = false
    if (this.#abnormal !== undefined && (await this.#abnormal.refuses(request))) return
    const tally = this.#tallies.find(({ rule }) => fits(rule, request))
    if (tally === undefined) {
      this.#unmatchedCount++
      return
    }
    tally.requestCount++
    const key = keyOf(tally.rule, request)
    const { policy } = tally.rule
    if (request.cost > (policy.kind === 'bucket' ? policy.burst : policy.limit)) {
      this.#refuse(tally, key, Number.POSITIVE_INFINITY)
      return
    }
    const decision = tally.buckets.take(key, request.cost)
    if (decision === undefined) tally.untrackedCount++
    else if (!decision.allowed) this.#refuse(tally, key, decision.retryAfterUs)
  }

  #refuse(tally: RuleTally, key: string, retryAfterUs: number): void {
    const nowMs = this.#nowMs
    const waitS = Math.ceil(retryAfterUs / 1e6)
    if (tally.refusedCount++ === 0) tally.firstMs = nowMs
    tally.lastMs = nowMs
    if (Number.isFinite(waitS)) tally.waits.record(waitS * 1_000)
    else tally.neverCount++
    const minute = Math.floor(nowMs / MINUTE_MS)
    if (minute !== tally.minute) {
      tally.minute = minute
      tally.minuteCount = 0
    }
    if (++tally.minuteCount > tally.worstCount) {
      tally.worstCount = tally.minuteCount
      tally.worstMinute = minute
    }
    const name = `${tally.rule.policy.name}\n${key}`
    const caller = this.#callers.get(name)
    if (caller !== undefined) {
      caller.refusedCount++
      caller.lastMs = nowMs
      caller.longestS = Math.max(caller.longestS, waitS)
    } else if (this.#callers.size < CALLER_LIMIT_COUNT) {
      const { policy } = tally.rule
      const first = { policy: policy.name, key, refusedCount: 1, firstMs: nowMs }
      this.#callers.set(name, { ...first, lastMs: nowMs, longestS: waitS })
    } else this.#otherCount++
  }

  /** @param callerCount how many of the worst-hit callers, and of the throttles, are told */
  report(callerCount: number): SimulationReport {
    const anomaly = this.#abnormal?.report(callerCount) ?? null
    const callers = [...this.#callers.values()].sort(
      (a, b) =>
        b.refusedCount - a.refusedCount ||
        compareTexts(a.policy, b.policy) ||
        compareTexts(a.key, b.key),
    )
    return {
      requestCount: this.#requestCount,
      unmatchedCount: this.#unmatchedCount,
      refusedCount: this.#tallies.reduce(
        (sum, { refusedCount }) => sum + refusedCount,
        anomaly?.refusedCount ?? 0,
      ),
      from: this.#firstMs === undefined ? null : instantText(this.#firstMs),
      to: this.#firstMs === undefined ? null : instantText(this.#nowMs),
      disorderedCount: this.#disorderedCount,
      hasWholeSeconds: this.#requestCount > 0 && this.#hasWholeSeconds,
      anomaly,
      rules: this.#tallies.map(ruleReport),
      callers: callers.slice(0, callerCount).map((caller) => ({
        policy: caller.policy,
        key: caller.key,
        refusedCount: caller.refusedCount,
        firstRefusedAt: instantText(caller.firstMs),
        lastRefusedAt: instantText(caller.lastMs),
        longestRetryAfterS: Number.isFinite(caller.longestS) ? caller.longestS : null,
      })),
      otherCallersRefusedCount: this.#otherCount,
    }
  }
}

function compareTexts(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}

function instantText(ms: number): string {
  return new Date(ms).toISOString()
}

/** A path begins with the rule's at a border: /v1 is about /v1 and /v1/x, not about /v10. */
function fits({ path, methods }: PolicyRule, request: TrafficRequest): boolean {
  if (methods !== undefined && !methods.includes(request.method)) return false
  if (!request.path.startsWith(path)) return false
  return path.endsWith('/') || [undefined, '/'].includes(request.path[path.length])
}

/** Who is counted, as the guard counts: tenant and principal, the address only for those who are neither. */
function keyOf({ key }: PolicyRule, { tenant, principal, address }: TrafficRequest): string {
  const byAddress = `address ${address}`
  if (key === 'address') return byAddress
  if (key === 'tenant') return tenant === undefined ? byAddress : `tenant ${tenant}`
  if (key === 'principal') return principal === undefined ? byAddress : `principal ${principal}`
  const names = [
    ...(tenant === undefined ? [] : [`tenant ${tenant}`]),
    ...(principal === undefined ? [] : [`principal ${principal}`]),
  ]
  return names.length === 0 ? byAddress : names.join(', ')
}

function ruleReport(tally: RuleTally): RuleReport {
  const { rule, requestCount, refusedCount, neverCount, untrackedCount } = tally
  const waits = tally.waits.toRecord()
  const hasRefused = refusedCount > 0
  const p50 = percentileOf(waits, 50)
  return {
    policy: rule.policy.name,
    path: rule.path,
    requestCount,
    refusedCount,
    refusedPercent: requestCount === 0 ? 0 : Math.round((1e5 * refusedCount) / requestCount) / 1e3,
    firstRefusedAt: hasRefused ? instantText(tally.firstMs) : null,
    lastRefusedAt: hasRefused ? instantText(tally.lastMs) : null,
    worstMinute: hasRefused
      ? { at: instantText(tally.worstMinute * MINUTE_MS), refusedCount: tally.worstCount }
      : null,
    retryAfterS:
      waits.count === 0
        ? null
        : {
            p50: p50 === undefined ? null : Math.floor(p50 / 1_000),
            max: Math.ceil(waits.maxUs / 1e6),
          },
    neverCount,
    untrackedCount,
  }
}
