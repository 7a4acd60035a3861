// Which entries a page of a log may have, in which order, and where the next page goes on.
import { ledgerFault } from './errors.ts'
import { PAGE_LIMIT } from './model.ts'
import type { EntryQuery } from './model.ts'

const PAGE_DEFAULT = 100

interface ReadPage {
  /** Of the whole log. */
  readonly size: number
  readonly leaves: readonly { readonly seq: number }[]
}

export interface PageRange {
  readonly fromSeq: number
  /** Exclusive; null = the end of the log. */
  readonly beforeSeq: number | null
  readonly limit: number
  readonly isNewestFirst: boolean
  readonly epoch: number | undefined
}

/** @throws LEDGER_ENTRY_REFUSED */
export function readRange(query: EntryQuery): PageRange {
  const { fromSeq = 0, beforeSeq, limit = PAGE_DEFAULT, isNewestFirst = false, epoch } = query
  const isLimit = Number.isSafeInteger(limit) && limit >= 1 && limit <= PAGE_LIMIT
  if (!isPosition(fromSeq) || !isPosition(beforeSeq ?? 0) || !isLimit)
    throw ledgerFault(
      'LEDGER_ENTRY_REFUSED',
      `expected positions from 0 and a limit of 1 to ${PAGE_LIMIT}`,
    )
  return { fromSeq, beforeSeq: beforeSeq ?? null, limit, isNewestFirst, epoch }
}

/** What the query of the next page names: its first position, or, newest first, the one that it ends before. */
export function nextSeqOf(range: PageRange, { leaves, size }: ReadPage): number | undefined {
  const last = leaves.at(-1)?.seq
  if (last === undefined || leaves.length < range.limit) return undefined
  if (range.isNewestFirst) return last <= range.fromSeq ? undefined : last
  return last + 1 >= Math.min(size, range.beforeSeq ?? size) ? undefined : last + 1
}

export function isPosition(value: number): boolean {
  return Number.isSafeInteger(value) && value >= 0
}
