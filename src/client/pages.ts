// Reads a list that comes in pages, row by row, to its end or as far as whoever asks wants it.
import { foreignFault } from './client.ts'
import type { Client } from './client.ts'

const ANSWER = { status: 200, mediaType: 'application/json' }
/** The most that the API gives at once. */
const PAGE_ROWS = 200
/** With full pages 200,000 rows: whoever answers with more pages does not come to an end. */
export const PAGE_COUNT_LIMIT = 1_000

/**
 * Nothing is asked for beyond the page on which the reader stops.
 * @param path of the list, with its filters
 * @throws CLIENT_ANSWER_FOREIGN when the pages do not come to an end
 */
export async function* rowsOf<Row>(
  client: Pick<Client, 'page'>,
  path: string,
): AsyncGenerator<Row, void> {
  const joint = path.includes('?') ? '&' : '?'
  let cursor: string | null = null
  for (let count = 0; count < PAGE_COUNT_LIMIT; count++) {
    const after: string = cursor === null ? '' : `&cursor=${encodeURIComponent(cursor)}`
    const page = await client.page<readonly Row[]>(`${path}${joint}limit=${PAGE_ROWS}${after}`)
    const isPage = Array.isArray(page.data) && (page.next === null || typeof page.next === 'string')
    if (!isPage) throw foreignFault(ANSWER, `no page of ${path}`)
    yield* page.data
    if (page.next === null) return
    cursor = page.next
  }
  throw foreignFault(ANSWER, `more than ${PAGE_COUNT_LIMIT} pages of ${path}`)
}

/** All of them, to the end. */
export async function everyRow<Row>(
  client: Pick<Client, 'page'>,
  path: string,
): Promise<readonly Row[]> {
  const rows: Row[] = []
  for await (const row of rowsOf<Row>(client, path)) rows.push(row)
  return rows
}

/** The first row that fits; undefined when none does. */
export async function findRow<Row>(
  client: Pick<Client, 'page'>,
  path: string,
  fits: (row: Row) => boolean,
): Promise<Row | undefined> {
  for await (const row of rowsOf<Row>(client, path)) if (fits(row)) return row
  return undefined
}

/** The first row of a list, which is the newest where lists begin with that. */
export async function firstRow<Row>(
  client: Pick<Client, 'page'>,
  path: string,
): Promise<Row | undefined> {
  const { data } = await client.page<readonly Row[]>(`${path}?limit=1`)
  if (!Array.isArray(data)) throw foreignFault(ANSWER, `no page of ${path}`)
  return data[0]
}
