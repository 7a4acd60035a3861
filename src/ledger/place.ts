// A place in a tenant's log that says of which history it is: how many entries come before it, and a mark of the last of them.
import { hexOf } from '../kernel/index.ts'
import { decodeLeaf } from '../proof/index.ts'
import type { LedgerEntry } from './model.ts'

/** Half of a hash: nobody gains by a mark that fits by chance, and it stands in every message. */
const MARK_BYTES = 8
const PLACE_TEXT = /^(0|[1-9][0-9]{0,15})(?:\.([0-9a-f]{16}))?$/

export interface LogPlace {
  /** Position of the entry that comes next. */
  readonly seq: number
  /**
   * Begins the hash of the entry before, which binds all that come before that one: a database that was put back and has grown again
   * has another. Undefined before the first entry, and in places that older versions gave out.
   */
  readonly mark: string | undefined
}

export function placeAfter({ seq, leafHash }: LedgerEntry): LogPlace {
  return { seq: seq + 1, mark: hexOf(leafHash.subarray(0, MARK_BYTES)) }
}

/** The place that the entry itself says it follows. */
export function placeBefore({ seq, leaf }: LedgerEntry): LogPlace {
  const read = seq === 0 ? undefined : decodeLeaf(leaf)
  return {
    seq,
    mark: read?.ok === true ? hexOf(read.value.prev.subarray(0, MARK_BYTES)) : undefined,
  }
}

/** Where one of them names no mark, their positions alone say whether they are one. */
export function isSamePlace(one: LogPlace, other: LogPlace): boolean {
  const isMarked = one.mark !== undefined && other.mark !== undefined
  return one.seq === other.seq && (!isMarked || one.mark === other.mark)
}

export function formatPlace({ seq, mark }: LogPlace): string {
  return mark === undefined ? String(seq) : `${seq}.${mark}`
}

export function parsePlace(text: string): LogPlace | undefined {
  const [, seq, mark] = PLACE_TEXT.exec(text) ?? []
  return seq === undefined ? undefined : { seq: Number(seq), mark }
}
