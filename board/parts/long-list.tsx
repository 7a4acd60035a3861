// A list of thousands of rows that scrolls smoothly: near what is in sight a row is drawn whole, elsewhere it is one line of text, which search and screen readers find.
import { memo, useEffect, useRef, useState } from 'react'
import type { ReactNode } from 'react'

/** Up to so many on a page are drawn whole wherever they are. */
const WHOLE_LIMIT_ROWS = 200
/** Drawn, and put away, together: a browser looks at each piece in each frame. */
const PIECE_ROWS = 20
/** Drawn that far outside of what is in sight, so that the keyboard and a turn of the wheel find whole rows. */
const NEAR = '100% 0px'

export interface LongRow {
  readonly id: string
  /** What the row says, for as long as it is far away. */
  readonly text: string
  readonly whole: ReactNode
}

interface LongListTerms {
  readonly className: string
  readonly rows: readonly LongRow[]
  /** Rows of the whole page: of few, every row is drawn whole. */
  readonly pageRows: number
}

export function LongList({ className, rows, pageRows }: LongListTerms): ReactNode {
  const pieces = Array.from({ length: Math.ceil(rows.length / PIECE_ROWS) }, (_, nth) =>
    rows.slice(nth * PIECE_ROWS, (nth + 1) * PIECE_ROWS),
  )
  return (
    <div role="list" className={className}>
      {pieces.map((piece, nth) => (
        <Piece
          key={nth}
          rows={piece}
          isKept={pageRows <= WHOLE_LIMIT_ROWS}
          before={nth * PIECE_ROWS}
          of={rows.length}
        />
      ))}
    </div>
  )
}

interface PieceTerms {
  readonly rows: readonly LongRow[]
  /** Never one line of text. */
  readonly isKept: boolean
  /** Rows of the list before it. */
  readonly before: number
  readonly of: number
}

function Piece({ rows, isKept, before, of }: PieceTerms): ReactNode {
  const place = useRef<HTMLDivElement>(null)
  const isNear = useNear(place, isKept)
  return (
    <div ref={place} role="none" className="piece">
      {rows.map(({ id, text, whole }, nth) =>
        isNear ? (
          <div key={id} role="listitem" aria-setsize={of} aria-posinset={before + nth + 1} id={id}>
            {whole}
          </div>
        ) : (
          <FarRow key={id} id={id} text={text} of={of} nth={before + nth} />
        ),
      )}
    </div>
  )
}

interface FarTerms {
  readonly id: string
  readonly text: string
  readonly of: number
  readonly nth: number
}

const FarRow = memo(({ id, text, of, nth }: FarTerms): ReactNode => (
  <div role="listitem" aria-setsize={of} aria-posinset={nth + 1} id={id} className="far">
    {text}
  </div>
))

/** One for all pieces: what each of them does when it comes near, or goes away. */
const turns = new WeakMap<Element, (isNear: boolean) => void>()
let observer: IntersectionObserver | undefined

function observe(element: Element, turn: (isNear: boolean) => void): () => void {
  observer ??= new IntersectionObserver(
    (entries) => {
      for (const { target, isIntersecting } of entries) turns.get(target)?.(isIntersecting)
    },
    { rootMargin: NEAR },
  )
  turns.set(element, turn)
  observer.observe(element)
  return () => observer?.unobserve(element)
}

function useNear(place: React.RefObject<HTMLDivElement | null>, isKept: boolean): boolean {
  const [isNear, turn] = useState(false)
  useEffect(() => {
    const element = place.current
    if (element === null || isKept) return undefined
    return observe(element, (next) => {
      // What somebody opened, or stands on, stays as it is.
      const isUsed = element.querySelector('details[open], :focus') !== null
      turn(next || isUsed)
    })
  }, [place, isKept])
  return isNear || isKept
}
