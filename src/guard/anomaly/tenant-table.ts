// The tenants that are watched, in bounded memory: what was learned about one cannot be pushed out by the names of others.
import { SlotTable } from '../slot-table.ts'
import { newRow } from './row.ts'
import type { Row } from './row.ts'
import type { Throttle } from './throttle.ts'

/** What is kept of a tenant. Seconds are those of the monotonic clock. */
export interface WatchedTenant {
  readonly tenant: string
  readonly slot: number
  /** The second that is being counted, and the requests in it. */
  second: number
  count: number
  /** Absent until something came in a second second: a name that is used once costs next to nothing. */
  row: Row | undefined
  throttle: Throttle | undefined
  /** The last throttle that ended: it can still be marked as legitimate. */
  lastThrottleId: string | undefined
}

/** A tenant is kept for a minute after its last request, and a minute more for each active second; a fortnight at most. */
const FIRST_KEEP_S = 60
const KEEP_PER_ACTIVE_S = 60
const LONGEST_KEEP_S = 14 * 86_400

export class TenantTable {
  readonly #slots: SlotTable
  readonly #tenants: (WatchedTenant | undefined)[] = []
  readonly #onForgotten: (tenant: WatchedTenant) => void

  /** @param onForgotten is told of a tenant whose place another one gets */
  constructor(limit: number, onForgotten: (tenant: WatchedTenant) => void) {
    this.#onForgotten = onForgotten
    // `first` is the last second with a request, `second` how many such seconds there were.
    this.#slots = new SlotTable(
      limit,
      2,
      (lastS, activeCount, nowS) =>
        nowS - lastS >
        Math.min(LONGEST_KEEP_S, FIRST_KEEP_S + (activeCount - 1) * KEEP_PER_ACTIVE_S),
    )
  }

  get size(): number {
    return this.#slots.size
  }

  find(tenant: string): WatchedTenant | undefined {
    const slot = this.#slots.find(tenant)
    return slot === undefined ? undefined : this.#tenants[slot]
  }

  /** Undefined when the table is full of tenants that are still worth keeping. */
  add(tenant: string, second: number): WatchedTenant | undefined {
    const slot = this.#slots.insert(tenant, second)
    if (slot === undefined) return undefined
    const before = this.#tenants[slot]
    if (before !== undefined) this.#onForgotten(before)
    const added: WatchedTenant = {
      tenant,
      slot,
      second,
      count: 0,
      row: undefined,
      throttle: undefined,
      lastThrottleId: undefined,
    }
    this.#tenants[slot] = added
    this.#slots.first[slot] = second
    this.#slots.second[slot] = 1
    return added
  }

  /** The tenant has begun another second with requests in it. */
  turnSecond(watched: WatchedTenant, second: number): void {
    watched.row ??= newRow()
    watched.second = second
    watched.count = 0
    this.#slots.first[watched.slot] = second
    this.#slots.second[watched.slot]! += 1
  }

  activeCount(watched: WatchedTenant): number {
    return this.#slots.second[watched.slot]!
  }

  /** After a restart: as if the tenant had been here all the time. */
  setActivity(watched: WatchedTenant, lastSecond: number, activeCount: number): void {
    this.#slots.first[watched.slot] = lastSecond
    this.#slots.second[watched.slot] = activeCount
  }

  *all(): Generator<WatchedTenant> {
    for (const [, slot] of this.#slots.entries()) yield this.#tenants[slot]!
  }
}
