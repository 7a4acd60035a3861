// The end of a list that is not shown whole: how much of it is, and a button for more that keeps the focus where it is.
import { useEffect, useRef } from 'react'
import type { ReactNode } from 'react'
import type { PagedList } from '../paged.ts'

interface MoreTerms {
  /** What the rows are, e.g. `jobs`. */
  readonly what: string
  readonly shownCount: number
  /** How many there are; undefined where only the server could count them. */
  readonly total: number | undefined
  /** How many come with a press. */
  readonly step: number
  /** There is more, as far as is known; decided by `total` where that is known. */
  readonly hasMore?: boolean
  readonly isBusy?: boolean
  onMore(): void
}

export function ShowMore(terms: MoreTerms): ReactNode {
  const { what, shownCount, total, step, isBusy = false, onMore } = terms
  const hasMore = terms.hasMore ?? (total !== undefined && shownCount < total)
  const count = useRef<HTMLParagraphElement>(null)
  const wasPressed = useRef(false)
  useEffect(() => {
    // The button is gone with the last rows; whoever pressed it shall not be thrown to the top.
    if (!hasMore && wasPressed.current) count.current?.focus()
    if (!hasMore) wasPressed.current = false
  }, [hasMore])
  if (!hasMore && shownCount <= step && !wasPressed.current) return null
  const next = total === undefined ? step : Math.min(step, total - shownCount)
  return (
    <div className="buttons more">
      <p ref={count} tabIndex={-1} role="status" className="soft figure">
        {hasMore
          ? `${shownCount.toLocaleString('en')} ${total === undefined ? `${what} shown, there are more` : `of ${total.toLocaleString('en')} ${what} shown`}`
          : `All ${shownCount.toLocaleString('en')} ${what} are shown`}
      </p>
      {hasMore ? (
        <button
          type="button"
          aria-disabled={isBusy}
          onClick={() => {
            if (isBusy) return
            wasPressed.current = true
            onMore()
          }}
        >
          Show {next.toLocaleString('en')} more
        </button>
      ) : null}
    </div>
  )
}

interface RowsTerms<Row> {
  readonly what: string
  readonly list: PagedList<Row>
}

/** The same for a list that the server gives page by page, and does not count. */
export function MoreRows<Row>({ what, list }: RowsTerms<Row>): ReactNode {
  const { live, step, isBusy, more } = list
  if (live.value === undefined) return null
  const { rows, hasMore } = live.value
  return (
    <ShowMore
      what={what}
      shownCount={rows.length}
      total={undefined}
      step={step}
      hasMore={hasMore}
      isBusy={isBusy}
      onMore={more}
    />
  )
}
