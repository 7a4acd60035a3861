// Pages of lists: a cursor names the last row that was shown, so that rows added meanwhile shift nothing.
import { z } from 'zod'
import { utf8Bytes, utf8Text } from '../kernel/index.ts'
import { webFault } from './errors.ts'

/** Rows of one page at most. */
const PAGE_LIMIT_ROWS = 200
const CURSOR_LIMIT_CHARACTERS = 500

/** Members of the query of a list. */
export const pageShape = {
  limit: z
    .string()
    .regex(/^[1-9][0-9]{0,2}$/, `expected a whole number from 1 to ${PAGE_LIMIT_ROWS}`)
    .transform(Number)
    .pipe(z.int().max(PAGE_LIMIT_ROWS))
    .optional(),
  /** What `next` said; opaque. */
  cursor: z.string().min(1).max(CURSOR_LIMIT_CHARACTERS).optional(),
}

type PageQuery = {
  readonly [Member in keyof typeof pageShape]?: z.output<(typeof pageShape)[Member]>
}

/** A list whose rows are named by a position that sorts as they do. */
export interface PagedList {
  /** So that a cursor of another list is refused. */
  readonly name: string
  /** Form of a position; a cursor of another form is nobody's. */
  readonly position: RegExp
  /** Rows of a page without `limit`. */
  readonly limitDefault: number
}

export interface PageWish {
  readonly limit: number
  /** Position of the last row that was shown. */
  readonly after: string | undefined
}

/** What a store is asked for: rows behind one, as many as fit; every row where neither is said. */
export type RowPage = Partial<PageWish>

/** @throws WEB_CURSOR_REFUSED */
export function readPage(list: PagedList, { limit, cursor }: PageQuery): PageWish {
  const after = cursor === undefined ? undefined : decodeCursor(list.name, cursor)
  if (after !== undefined && !list.position.test(after)) throw refuseCursor()
  return { limit: limit ?? list.limitDefault, after }
}

/** What `next` says behind these rows; null where there cannot be more. */
export function nextOf<Row>(
  list: PagedList,
  { limit }: PageWish,
  rows: readonly Row[],
  positionOf: (row: Row) => string,
): string | null {
  const last = rows.length < limit ? undefined : rows.at(-1)
  return last === undefined ? null : encodeCursor(list.name, positionOf(last))
}

function encodeCursor(list: string, position: string): string {
  return Buffer.from(utf8Bytes(JSON.stringify([list, position]))).toString('base64url')
}

/** What `encodeCursor` was given. @throws WEB_CURSOR_REFUSED */
function decodeCursor(list: string, cursor: string): string {
  const position = readPosition(list, cursor)
  if (position !== undefined && encodeCursor(list, position) === cursor) return position
  throw refuseCursor()
}

function refuseCursor(): Error {
  return webFault(
    'WEB_CURSOR_REFUSED',
    'expected a cursor that an answer of this list gave as next',
  )
}

function readPosition(list: string, cursor: string): string | undefined {
  let read: unknown
  try {
    read = JSON.parse(utf8Text(Buffer.from(cursor, 'base64url')))
  } catch {
    // Not one of ours: refused like one of another list.
    return undefined
  }
  const parsed = z.tuple([z.literal(list), z.string()]).safeParse(read)
  return parsed.success ? parsed.data[1] : undefined
}
