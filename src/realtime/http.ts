// The same feed as server-sent events (WHATWG HTML, section 9.2), for whoever only reads: one request, taken up again by its cursor.
import { z } from 'zod'
import type { WatchedRelease } from '../client/index.ts'
import { defineRoute, utf8Bytes } from '../kernel/index.ts'
import type { Route } from '../kernel/index.ts'
import { formatPlace, parsePlace, placeAfter } from '../ledger/index.ts'
import type { LedgerEntry, LedgerFeed, LogPlace } from '../ledger/index.ts'
import { cursorText } from './events.ts'
import { realtimeFault } from './errors.ts'
import { assertRecent, messagesOf, unknownCursor } from './hub.ts'

/** Something is said this often, so that nothing between takes the connection for dead and a reader knows that it is not. */
const QUIET_LIMIT_MS = 10_000
/** What a browser waits before it connects again. */
const RECONNECT_PAUSE_MS = 1_000

const querySchema = z
  .strictObject({
    service: z.string().min(1).max(200).optional(),
    version: z.string().min(1).max(200).optional(),
    since: cursorText.optional(),
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
        const from = await placeOf(feed, tenantId, wanted)
        return {
          mediaType: 'text/event-stream',
          stream: (signal) =>
            eventsOf(
              feed.follow(tenantId, { from, quietMs: QUIET_LIMIT_MS, signal }),
              release,
              formatPlace(from),
            ),
        }
      },
    }),
  ]
}

/** @throws REALTIME_CURSOR_UNKNOWN */
function readCursor(lastEventId: string): LogPlace {
  const read = parsePlace(lastEventId)
  if (read !== undefined) return read
  throw realtimeFault('REALTIME_CURSOR_UNKNOWN', 'expected Last-Event-ID to be a cursor')
}

/** @throws REALTIME_CURSOR_UNKNOWN, REALTIME_CURSOR_OLD */
async function placeOf(
  feed: LedgerFeed,
  tenantId: string,
  wanted: LogPlace | undefined,
): Promise<LogPlace> {
  const end = await feed.placeIn(tenantId, undefined)
  if (wanted === undefined) return end
  assertRecent(wanted, end)
  try {
    return await feed.placeIn(tenantId, wanted)
  } catch (error) {
    throw unknownCursor(error, wanted)
  }
}

async function* eventsOf(
  pages: AsyncIterable<readonly LedgerEntry[]>,
  release: WatchedRelease | null,
  beginning: string,
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
  const end = placeAfter(last)
  let text = ''
  for (const message of messagesOf(release, entries, end))
    // JSON of one line: nothing in it can end the event.
    text += `id: ${message.cursor}\nevent: changes\ndata: ${JSON.stringify(message)}\n\n`
  // Without data no event is dispatched, and the place is kept: what was passed over is not looked through again.
  return text === '' ? `id: ${formatPlace(end)}\n\n` : text
}
