// Pages of lists as connections (Relay cursor connections): forwards, by the last item that was shown.
import { utf8Bytes, utf8Text } from '../kernel/index.ts'
import { graphFault } from './errors.ts'

/** Items of one page at most. */
export const PAGE_LIMIT_ITEMS = 100
const CURSOR_LIMIT_CHARACTERS = 2_000

export interface PageArgs {
  readonly first?: number | null
  readonly after?: string | null
}

/** What a page is asked for, once it was read. */
export interface PageWish {
  readonly limit: number
  /** Position of the last item that was shown. */
  readonly after: string | undefined
}

export interface Connection<Item> {
  readonly edges: readonly { readonly cursor: string; readonly node: Item }[]
  readonly nodes: readonly Item[]
  readonly pageInfo: {
    readonly hasNextPage: boolean
    readonly hasPreviousPage: false
    readonly startCursor: string | null
    readonly endCursor: string | null
  }
}

/** @throws GRAPH_PAGE_REFUSED */
export function itemCountOf(first: number | null | undefined, most = PAGE_LIMIT_ITEMS): number {
  const count = first ?? Math.min(20, most)
  if (count >= 1 && count <= most) return count
  throw graphFault('GRAPH_PAGE_REFUSED', `expected first from 1 to ${most}, got ${count}`)
}

/** @param list names the list, so that a cursor of another one is refused. @throws GRAPH_PAGE_REFUSED */
export function readPageArgs(list: string, { first, after }: PageArgs): PageWish {
  return { limit: itemCountOf(first), after: readCursor(list, after ?? undefined) }
}

/** @param hasNextPage whether there is more behind these items */
export function connectionOf<Item>(
  list: string,
  items: readonly Item[],
  positionOf: (item: Item) => string,
  hasNextPage: boolean,
): Connection<Item> {
  const edges = items.map((node) => ({ cursor: cursorOf(list, positionOf(node)), node }))
  return {
    edges,
    nodes: items,
    pageInfo: {
      hasNextPage,
      hasPreviousPage: false,
      startCursor: edges[0]?.cursor ?? null,
      endCursor: edges.at(-1)?.cursor ?? null,
    },
  }
}

/** A page of a list that is whole in memory. @throws GRAPH_PAGE_REFUSED where the cursor names none of its items */
export function pageOf<Item>(
  list: string,
  items: readonly Item[],
  args: PageArgs,
  positionOf: (item: Item) => string,
): Connection<Item> & { readonly totalCount: number } {
  const { limit, after } = readPageArgs(list, args)
  const at = after === undefined ? -1 : items.findIndex((item) => positionOf(item) === after)
  if (after !== undefined && at === -1) throw refuseCursor()
  const page = items.slice(at + 1, at + 1 + limit)
  const hasNextPage = at + 1 + limit < items.length
  return { ...connectionOf(list, page, positionOf, hasNextPage), totalCount: items.length }
}

function cursorOf(list: string, position: string): string {
  return Buffer.from(utf8Bytes(JSON.stringify([list, position]))).toString('base64url')
}

function readCursor(list: string, cursor: string | undefined): string | undefined {
  if (cursor === undefined) return undefined
  const position = cursor.length > CURSOR_LIMIT_CHARACTERS ? undefined : positionIn(list, cursor)
  if (position === undefined || cursorOf(list, position) !== cursor) throw refuseCursor()
  return position
}

function positionIn(list: string, cursor: string): string | undefined {
  try {
    const read: unknown = JSON.parse(utf8Text(Buffer.from(cursor, 'base64url')))
    const isOurs = Array.isArray(read) && read.length === 2 && read[0] === list
    return isOurs && typeof read[1] === 'string' ? read[1] : undefined
  } catch {
    // Not one of ours: refused like one of another list.
    return undefined
  }
}

function refuseCursor(): Error {
  return graphFault('GRAPH_PAGE_REFUSED', 'expected a cursor that an answer of this list gave')
}
