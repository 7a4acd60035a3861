// A list that is read page by page: the first at once, further ones with a press; all that is shown is kept fresh.
import { useRef, useState } from 'react'
import type { PageAsk, Rows } from './lists-api.ts'
import { useLive } from './live.ts'
import type { Live } from './live.ts'
import { usePreferences } from './preferences.ts'

export interface PagedRows<Row> {
  readonly rows: readonly Row[]
  readonly pages: readonly Rows<Row>[]
  readonly hasMore: boolean
}

export interface PagedList<Row> {
  readonly live: Live<PagedRows<Row>>
  /** What one press brings. */
  readonly step: number
  /** A page that was asked for has not come yet. */
  readonly isBusy: boolean
  more(): void
}

/**
 * Every look walks from the first page to the last one shown, so that what was added or removed meanwhile is in its place, once.
 * @param name what is listed; another name begins anew with one page
 */
export function usePages<Row>(
  name: string,
  ask: (page: PageAsk) => Promise<Rows<Row>>,
  every?: Parameters<typeof useLive>[2],
  nudge?: unknown,
): PagedList<Row> {
  const { rows: limit } = usePreferences()
  const listName = `${name} ${limit}`
  const [wanted, want] = useState({ listName, count: 1 })
  const last = useRef<PagedRows<Row>>(undefined)
  const count = wanted.listName === listName ? wanted.count : 1
  // Whoever comes back to a list begins at its beginning.
  if (wanted.listName !== listName) want({ listName, count })
  const look = async (): Promise<PagedRows<Row>> => {
    const pages = await walk(ask, limit, count)
    const before = last.current?.pages
    const isSame = before?.length === pages.length && pages.every((page, at) => page === before[at])
    if (last.current !== undefined && isSame) return last.current
    last.current = {
      pages,
      rows: pages.flatMap(({ data }) => data),
      hasMore: pages.at(-1)?.next !== null,
    }
    return last.current
  }
  const live = useLive(listName, look, every, `${count} ${String(nudge)}`)
  const { value } = live
  return {
    live,
    step: limit,
    isBusy: value !== undefined && value.hasMore && value.pages.length < count,
    more: () => want({ listName, count: (value?.pages.length ?? 1) + 1 }),
  }
}

async function walk<Row>(
  ask: (page: PageAsk) => Promise<Rows<Row>>,
  limit: number,
  count: number,
): Promise<readonly Rows<Row>[]> {
  const pages: Rows<Row>[] = []
  let cursor: string | undefined
  do {
    const page = await ask({ limit, cursor })
    pages.push(page)
    cursor = page.next ?? undefined
  } while (cursor !== undefined && pages.length < count)
  return pages
}
