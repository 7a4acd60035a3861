// Blocks addresses that keep running into their limit: for a quarter of an hour, doubling to a day; every block is told.
import { addressKey, parseAddress, parseNetwork } from './address.ts'
import type { Network } from './address.ts'
import type { GuardClock, GuardSink } from './model.ts'
import { SlotTable } from './slot-table.ts'

export interface BlockTerms {
  readonly clock: Pick<GuardClock, 'epochMs'>
  readonly sink?: GuardSink
  /** Refusals within the window that lead to a block. Default 10. */
  readonly refusalLimit?: number
  /** Default 10 minutes. */
  readonly refusalWindowMs?: number
  /** First block; each further one doubles it. Default 15 minutes. */
  readonly firstBlockMs?: number
  /** Longest block. Default 24 hours. */
  readonly longestBlockMs?: number
  /** Addresses and networks that are never blocked. */
  readonly allowed?: readonly string[]
  readonly keyLimit?: number
}

export interface AddressBlock {
  readonly address: string
  readonly untilEpochMs: number
  readonly earlierCount: number
}

export interface AddressBlocks {
  /** When the block of an address ends; undefined when it is not blocked. */
  blockedUntil(address: string): number | undefined
  /** Counts one refusal; may block. Requests of a known principal behind a shared address must not be counted here. */
  countRefusal(address: string): void
  /** @returns whether it was blocked */
  unblock(address: string, by: string): boolean
  list(): readonly AddressBlock[]
}

const MINUTE_MS = 60_000
/** An address that behaved for that long begins anew, in milliseconds. */
const MEMORY_MS = 24 * 60 * MINUTE_MS
const KEY_LIMIT_COUNT = 100_000

/** @throws GuardFault GUARD_ADDRESS_INVALID for an allowed network that is none */
export function makeAddressBlocks(terms: BlockTerms): AddressBlocks {
  const {
    clock,
    sink,
    refusalLimit = 10,
    refusalWindowMs = 10 * MINUTE_MS,
    firstBlockMs = 15 * MINUTE_MS,
    longestBlockMs = 24 * 60 * MINUTE_MS,
    keyLimit = KEY_LIMIT_COUNT,
  } = terms
  const networks: readonly Network[] = (terms.allowed ?? []).map(parseNetwork)
  // Refusals: when their window began, how many. Blocks: until when, how many before.
  const refusals = new SlotTable(
    keyLimit,
    2,
    (beganMs, _, nowMs) => beganMs + refusalWindowMs <= nowMs,
  )
  const blocks = new SlotTable(keyLimit, 2, (untilMs, _, nowMs) => untilMs + MEMORY_MS <= nowMs)
  // Who comes by IPv6 is known by its /64 only: one allowed address, or a part of its /64, stands for the whole.
  const allowedKeys = new Set((terms.allowed ?? []).map((text) => addressKey(text.split('/')[0]!)))
  const isAllowed = (given: string, key: string): boolean => {
    const groups = parseAddress(given.replace(/\/64$/, ''))
    return (
      groups !== undefined &&
      (allowedKeys.has(key) || networks.some((network) => network.has(groups)))
    )
  }

  const block = (address: string, nowMs: number): void => {
    const slot = blocks.find(address) ?? blocks.insert(address, nowMs)
    // No room for another block: the limit itself still holds, and that is all a full table can promise.
    if (slot === undefined) return
    const wasUntil = blocks.first[slot]!
    const earlierCount = wasUntil + MEMORY_MS <= nowMs ? 0 : blocks.second[slot]!
    const untilEpochMs = nowMs + Math.min(longestBlockMs, firstBlockMs * 2 ** earlierCount)
    blocks.first[slot] = untilEpochMs
    blocks.second[slot] = earlierCount + 1
    sink?.({ type: 'address.blocked', address, untilEpochMs, earlierCount })
  }

  return {
    blockedUntil(given) {
      const address = addressKey(given) ?? given
      const slot = blocks.find(address)
      const until = slot === undefined ? 0 : blocks.first[slot]!
      return until > clock.epochMs() ? until : undefined
    },
    countRefusal(given) {
      const address = addressKey(given) ?? given
      if (isAllowed(given, address)) return
      const nowMs = clock.epochMs()
      const slot = refusals.find(address) ?? refusals.insert(address, nowMs)
      if (slot === undefined) return
      if (refusals.second[slot] === 0 || refusals.first[slot]! + refusalWindowMs <= nowMs) {
        refusals.first[slot] = nowMs
        refusals.second[slot] = 0
      }
      refusals.second[slot]! += 1
      if (refusals.second[slot]! < refusalLimit) return
      refusals.delete(address)
      block(address, nowMs)
    },
    unblock(given, by) {
      const address = addressKey(given) ?? given
      const slot = blocks.find(address)
      const wasBlocked = slot !== undefined && blocks.first[slot]! > clock.epochMs()
      blocks.delete(address)
      refusals.delete(address)
      if (wasBlocked) sink?.({ type: 'address.unblocked', address, by })
      return wasBlocked
    },
    list() {
      const nowMs = clock.epochMs()
      return [...blocks.entries()]
        .filter(([, slot]) => blocks.first[slot]! > nowMs)
        .map(([address, slot]) => ({
          address,
          untilEpochMs: blocks.first[slot]!,
          earlierCount: blocks.second[slot]! - 1,
        }))
    },
  }
}
