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

/** @param list name of the list, so that a cursor of another one is refused */
export function encodeCursor(list: string, position: string): string {
  return Buffer.from(utf8Bytes(JSON.stringify([list, position]))).toString('base64url')
}

/** What `encodeCursor` was given. @throws WEB_CURSOR_REFUSED */
export function decodeCursor(list: string, cursor: string): string {
  const position = readPosition(list, cursor)
  if (position !== undefined && encodeCursor(list, position) === cursor) return position
  throw webFault('WEB_CURSOR_REFUSED', 'expected a cursor that an answer of this list gave as next')
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
