// The same feed as server-sent events (WHATWG HTML, section 9.2), for whoever only reads: one request, taken up again by its cursor.
import { z } from 'zod'
import type { WatchedRelease } from '../client/index.ts'
import { defineRoute, utf8Bytes } from '../kernel/index.ts'
import type { Route } from '../kernel/index.ts'
import type { LedgerEntry, LedgerFeed } from '../ledger/index.ts'
import { changeOf } from './change.ts'
import { realtimeFault } from './errors.ts'
import { messagesOf, unknownCursor } from './hub.ts'
import { CATCH_UP_LIMIT_ENTRIES } from './model.ts'

/** Something is said this often, so that nothing between takes the connection for dead and a reader knows that it is not. */
const QUIET_LIMIT_MS = 10_000
/** What a browser waits before it connects again. */
const RECONNECT_PAUSE_MS = 1_000

const cursor = z
  .string()
  .regex(/^(?:0|[1-9][0-9]{0,15})$/, 'expected a cursor')
  .transform(Number)

const querySchema = z
  .strictObject({
    service: z.string().min(1).max(200).optional(),
    version: z.string().min(1).max(200).optional(),
    since: cursor.optional(),
  })
  .refine(
    ({ service, version }) => (service === undefined) === (version === undefined),
    'expected service and version, or neither',
  )

export function makeChangeRoutes(feed: LedgerFeed): readonly Route[] {
  return [
    defineRoute({
      method: 'GET',
      path: '/v1/changes',
      summary:
        'Follow what changes, of one release or of the tenant: names of facts, times and cursors',
      access: 'read',
      query: querySchema,
      answer: { mediaType: 'text/event-stream' },
      async handle({ principal: { tenantId }, query: { service, version, since }, lastEventId }) {
        const release = service === undefined || version === undefined ? null : { service, version }
        const wanted = lastEventId === undefined ? since : readCursor(lastEventId)
        const fromSeq = await placeOf(feed, tenantId, wanted)
        return {
          mediaType: 'text/event-stream',
          stream: (signal) =>
            eventsOf(
              feed.follow(tenantId, { fromSeq, quietMs: QUIET_LIMIT_MS, signal }),
              release,
              fromSeq,
            ),
        }
      },
    }),
  ]
}

/** @throws REALTIME_CURSOR_UNKNOWN */
function readCursor(lastEventId: string): number {
  const read = cursor.safeParse(lastEventId)
  if (read.success) return read.data
  throw realtimeFault('REALTIME_CURSOR_UNKNOWN', 'expected Last-Event-ID to be a cursor')
}

/** @throws REALTIME_CURSOR_UNKNOWN, REALTIME_CURSOR_OLD */
async function placeOf(
  feed: LedgerFeed,
  tenantId: string,
  wanted: number | undefined,
): Promise<number> {
  const end = await feed.placeIn(tenantId, undefined)
  if (wanted === undefined) return end
  if (end - wanted > CATCH_UP_LIMIT_ENTRIES)
    throw realtimeFault(
      'REALTIME_CURSOR_OLD',
      `expected a cursor of the last ${CATCH_UP_LIMIT_ENTRIES} entries, got ${wanted} of ${end}`,
    )
  try {
    return await feed.placeIn(tenantId, wanted)
  } catch (error) {
    throw unknownCursor(error, wanted)
  }
}

async function* eventsOf(
  pages: AsyncIterable<readonly LedgerEntry[]>,
  release: WatchedRelease | null,
  beginning: number,
): AsyncGenerator<Uint8Array, void, undefined> {
  // The reader knows its cursor before anything changes.
  yield utf8Bytes(
    `retry: ${RECONNECT_PAUSE_MS}\nid: ${beginning}\nevent: begun\ndata: ${beginning}\n\n`,
  )
  for await (const entries of pages) yield utf8Bytes(textOf(entries, release))
}

function textOf(entries: readonly LedgerEntry[], release: WatchedRelease | null): string {
  const last = entries.at(-1)
  if (last === undefined) return ': quiet\n\n'
  const end = last.seq + 1
  let text = ''
  for (const message of messagesOf(release, entries.map(changeOf), end))
    // JSON of one line: nothing in it can end the event.
    text += `id: ${message.cursor}\nevent: changes\ndata: ${JSON.stringify(message)}\n\n`
  // Without data no event is dispatched, and the place is kept: what was passed over is not looked through again.
  return text === '' ? `id: ${end}\n\n` : text
}
