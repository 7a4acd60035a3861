// The rate anomaly guard: watches each tenant's rate, and holds one that is abnormal to a multiple of what is usual for it.
import type { GuardClock, GuardSink } from '../model.ts'
import type { AnomalyMode, ThrottleEnd } from './anomaly-event.ts'
import type {
  AnomalyGuard,
  AnomalyRefusal,
  AnomalyTerms,
  RestoreCount,
  TenantStatus,
} from './anomaly-model.ts'
import { restoreTenants, saveTenants } from './anomaly-state.ts'
import { checkAnomalyTerms } from './anomaly-terms.ts'
import type { CheckedAnomalyTerms } from './anomaly-terms.ts'
import { teachPeaks } from './baseline.ts'
import { ROW, SEASON_COUNT } from './row.ts'
import { TenantTable } from './tenant-table.ts'
import type { WatchedTenant } from './tenant-table.ts'
import { makeThrottleLimiters } from './throttle.ts'
import type { Throttle } from './throttle.ts'
import { abnormalAbovePerS, closeSecond, endAbnormal, paceOf, passIdle } from './watch.ts'
import type { Turn } from './watch.ts'

/** @throws GuardFault GUARD_ANOMALY_INVALID */
export function makeAnomalyGuard(terms: AnomalyTerms): AnomalyGuard {
  return new TenantGuard(checkAnomalyTerms(terms))
}

const MICROSECONDS_PER_S = 1_000_000
const QUARTER_MS = 900_000
/** Tenants with a mode of their own. */
const MODE_LIMIT_COUNT = 100_000
/** Seconds between two reports of requests that nobody kept count of. */
const UNTRACKED_EVERY_S = 60

class TenantGuard implements AnomalyGuard {
  readonly #terms: CheckedAnomalyTerms
  readonly #clock: GuardClock
  readonly #sink: GuardSink | undefined
  readonly #table: TenantTable
  readonly #modes = new Map<string, AnomalyMode>()
  readonly #throttled = new Set<WatchedTenant>()
  readonly #limiterFor: ReturnType<typeof makeThrottleLimiters>
  #throttleCount = 0
  #settledSecond = 0
  #untrackedCount = 0
  #untrackedToldSecond = Number.NEGATIVE_INFINITY

  constructor(terms: CheckedAnomalyTerms) {
    this.#terms = terms
    this.#clock = terms.clock
    this.#sink = terms.sink
    this.#limiterFor = makeThrottleLimiters(terms.clock)
    this.#table = new TenantTable(terms.tenantLimit, (tenant) => this.#end(tenant, 'calm'))
  }

  get size(): number {
    return this.#table.size
  }

  observe(tenant: string): boolean {
    return this.#count(tenant) !== undefined
  }

  async admit(tenant: string): Promise<AnomalyRefusal | undefined> {
    const throttle = this.#count(tenant)
    if (throttle === undefined) return undefined
    const decision = await throttle.limiter.decide(tenant)
    if (decision.allowed) return undefined
    throttle.refusedCount++
    return { policy: throttle.limiter.policy, decision }
  }

  /** The throttle that the request has to pass. */
  #count(tenant: string): Throttle | undefined {
    const second = this.#second()
    if (second !== this.#settledSecond) this.#settleAt(second)
    const watched = this.#table.find(tenant) ?? this.#table.add(tenant, second)
    const mode = this.#modeOf(tenant)
    if (mode === 'off') {
      if (watched?.throttle !== undefined) this.#end(watched, 'switched-off')
      return undefined
    }
    if (watched === undefined) {
      this.#tellUntracked(second)
      return undefined
    }
    if (second > watched.second) this.#turn(watched, second)
    watched.count++
    return mode === 'enforce' ? watched.throttle : undefined
  }

  status(tenant: string): TenantStatus | undefined {
    const watched = this.#table.find(tenant)
    return watched === undefined ? undefined : this.#statusOf(watched)
  }

  throttled(): readonly TenantStatus[] {
    return [...this.#throttled].map((watched) => this.#statusOf(watched))
  }

  markLegitimate(tenant: string, throttleId: string, by: string): boolean {
    const watched = this.#table.find(tenant)
    const row = watched?.row
    if (watched === undefined || row === undefined) return false
    const isCurrent = watched.throttle?.id === throttleId
    if (!isCurrent && (watched.throttle !== undefined || watched.lastThrottleId !== throttleId))
      return false
    teachPeaks(row)
    if (isCurrent) this.#end(watched, 'marked')
    watched.lastThrottleId = undefined
    const atEpochMs = this.#clock.epochMs()
    this.#sink?.({
      type: 'anomaly.marked',
      tenant,
      throttleId,
      by,
      peakPerS: row[ROW.peak]!,
      atEpochMs,
    })
    return true
  }

  setMode(tenant: string, mode: AnomalyMode | undefined, by: string): boolean {
    if (mode === undefined) this.#modes.delete(tenant)
    else if (this.#modes.has(tenant) || this.#modes.size < MODE_LIMIT_COUNT)
      this.#modes.set(tenant, mode)
    else return false
    const watched = this.#table.find(tenant)
    if (watched?.throttle !== undefined && this.#modeOf(tenant) !== 'enforce')
      this.#end(watched, 'switched-off')
    const atEpochMs = this.#clock.epochMs()
    this.#sink?.({ type: 'anomaly.mode-set', tenant, mode, by, atEpochMs })
    return true
  }

  settle(): void {
    this.#settleAt(this.#second())
  }

  save(): Iterable<string> {
    const place = { nowSecond: this.#second(), nowEpochMs: this.#clock.epochMs() }
    return saveTenants(this.#table, this.#modes, place)
  }

  restore(lines: Iterable<string>): RestoreCount {
    const place = { nowSecond: this.#second(), nowEpochMs: this.#clock.epochMs() }
    return restoreTenants(lines, this.#table, this.#modes, {
      ...place,
      modeLimit: MODE_LIMIT_COUNT,
    })
  }

  #second(): number {
    return Math.floor(this.#clock.monotonicUs() / MICROSECONDS_PER_S)
  }

  /** Off wins wherever it is said; then the tenant's own setting, the port, the default. */
  #modeOf(tenant: string): AnomalyMode {
    const own = this.#modes.size === 0 ? undefined : this.#modes.get(tenant)
    const told = this.#terms.modeOf?.(tenant)
    if (own === 'off' || told === 'off') return 'off'
    return own ?? told ?? this.#terms.mode
  }

  // A second that lies before the one being counted goes on with that one: time that went back is no gap.
  #turn(watched: WatchedTenant, second: number): void {
    this.#close(watched, second)
    this.#table.turnSecond(watched, second)
  }

  #close(watched: WatchedTenant, second: number): void {
    const { row, count } = watched
    const idleS = second - watched.second - 1
    watched.count = 0
    if (row === undefined) return
    const quarter = Math.floor(this.#clock.epochMs() / QUARTER_MS) % SEASON_COUNT
    const day = quarter < 0 ? quarter + SEASON_COUNT : quarter
    this.#heed(watched, closeSecond(row, count, day, this.#terms))
    if (idleS > 0) this.#heed(watched, passIdle(row, idleS, day, this.#terms))
  }

  #heed(watched: WatchedTenant, turn: Turn): void {
    if (turn === 'none') return
    if (turn === 'began') this.#begin(watched)
    else this.#end(watched, turn)
  }

  #begin(watched: WatchedTenant): void {
    const { tenant } = watched
    const row = watched.row!
    const mode = this.#modeOf(tenant)
    const { slackPerS, factor } = this.#terms
    const busyPerS = Math.max(row[ROW.busyPace]!, row[ROW.busyFlow]!)
    const allowedPerS = Math.max(factor * busyPerS, busyPerS + slackPerS)
    const limiter = this.#limiterFor(allowedPerS)
    const beganEpochMs = this.#clock.epochMs()
    const throttle = {
      id: `${Math.floor(beganEpochMs).toString(36)}-${++this.#throttleCount}`,
      beganEpochMs,
      beganSecond: this.#second(),
      isEnforced: mode === 'enforce',
      allowedPerS,
      limiter,
      refusedCount: 0,
    }
    watched.throttle = throttle
    this.#throttled.add(watched)
    this.#sink?.({
      type: 'anomaly.throttle-began',
      tenant,
      throttleId: throttle.id,
      isEnforced: throttle.isEnforced,
      ratePerS: Math.max(paceOf(row), row[ROW.flow]!),
      busyPerS,
      allowedPerS,
      atEpochMs: beganEpochMs,
    })
  }

  #end(watched: WatchedTenant, reason: ThrottleEnd): void {
    const { throttle, row } = watched
    if (throttle === undefined) return
    if (row !== undefined) endAbnormal(row)
    watched.throttle = undefined
    watched.lastThrottleId = throttle.id
    this.#throttled.delete(watched)
    this.#sink?.({
      type: 'anomaly.throttle-ended',
      tenant: watched.tenant,
      throttleId: throttle.id,
      isEnforced: throttle.isEnforced,
      reason,
      lastedS: this.#second() - throttle.beganSecond,
      refusedCount: throttle.refusedCount,
      atEpochMs: this.#clock.epochMs(),
    })
  }

  // A throttle must end although nobody asks for the tenant any more.
  #settleAt(second: number): void {
    this.#settledSecond = second
    for (const watched of this.#throttled) {
      if (second <= watched.second) continue
      this.#close(watched, second)
      watched.second = second
    }
  }

  #tellUntracked(second: number): void {
    this.#untrackedCount++
    if (second - this.#untrackedToldSecond < UNTRACKED_EVERY_S) return
    const count = this.#untrackedCount
    this.#untrackedToldSecond = second
    this.#untrackedCount = 0
    this.#sink?.({ type: 'anomaly.untracked', count, atEpochMs: this.#clock.epochMs() })
  }

  #statusOf(watched: WatchedTenant): TenantStatus {
    const { tenant, row, throttle } = watched
    return {
      tenant,
      mode: this.#modeOf(tenant),
      learnedS: row?.[ROW.learned] ?? 0,
      ratePerS: row === undefined ? watched.count : paceOf(row),
      busyPerS: row?.[ROW.busyPace] ?? 0,
      abnormalAbovePerS:
        row === undefined ? this.#terms.newcomerPerS : abnormalAbovePerS(row, this.#terms),
      throttle:
        throttle === undefined
          ? undefined
          : {
              id: throttle.id,
              beganAtEpochMs: throttle.beganEpochMs,
              isEnforced: throttle.isEnforced,
              allowedPerS: throttle.allowedPerS,
              peakPerS: row?.[ROW.peak] ?? 0,
              refusedCount: throttle.refusedCount,
            },
      lastThrottleId: watched.lastThrottleId,
    }
  }
}
