// The route that follows a log: server-sent events (WHATWG HTML, section 9.2), one for each entry, taken up again by their ids.
import { z } from 'zod'
import { defineRoute, utf8Bytes } from '../kernel/index.ts'
import type { Route } from '../kernel/index.ts'
import type { LedgerFeed } from './feed.ts'
import { ledgerFault } from './errors.ts'
import { position, presentEntry } from './list-http.ts'
import type { LedgerEntry } from './model.ts'
import { formatPlace, parsePlace, placeAfter } from './place.ts'
import type { LogPlace } from './place.ts'

/** A follower hears something this often, so that nothing between takes the connection for dead. */
const QUIET_LIMIT_MS = 15_000
/** What a browser waits before it connects again. */
const RECONNECT_PAUSE_MS = 1_000

const followSchema = z.strictObject({
  from: position.optional(),
  type: z.string().max(100).optional(),
  subject: z.string().max(300).optional(),
})

type Wanted = z.infer<typeof followSchema>

export function makeFeedRoutes(feed: LedgerFeed): readonly Route[] {
  return [
    defineRoute({
      method: 'GET',
      path: '/v1/ledger/feed',
      summary: 'Follow the log: an event for each entry, as it is committed',
      access: 'read',
      query: followSchema,
      answer: { mediaType: 'text/event-stream' },
      async handle({ principal, query: wanted, lastEventId }) {
        const after = lastEventId === undefined ? undefined : placeOf(lastEventId)
        const given = wanted.from === undefined ? undefined : { seq: wanted.from, mark: undefined }
        const from = await feed.placeIn(principal.tenantId, after ?? given)
        return {
          mediaType: 'text/event-stream',
          stream: (signal) =>
            eventsOf(
              feed.follow(principal.tenantId, { from, quietMs: QUIET_LIMIT_MS, signal }),
              wanted,
            ),
        }
      },
    }),
  ]
}

/** @returns the place after the entry that the id names @throws LEDGER_ENTRY_REFUSED */
function placeOf(lastEventId: string): LogPlace {
  const read = parsePlace(lastEventId)
  if (read !== undefined) return { ...read, seq: read.seq + 1 }
  throw ledgerFault('LEDGER_ENTRY_REFUSED', 'expected Last-Event-ID to be an id of this feed')
}

/** Position and mark of the entry itself. */
function idOf(entry: LedgerEntry): string {
  return formatPlace({ ...placeAfter(entry), seq: entry.seq })
}

async function* eventsOf(
  batches: AsyncIterable<readonly LedgerEntry[]>,
  wanted: Wanted,
): AsyncGenerator<Uint8Array, void, undefined> {
  yield utf8Bytes(`retry: ${RECONNECT_PAUSE_MS}\n\n`)
  for await (const entries of batches) yield utf8Bytes(textOf(entries, wanted))
}

function textOf(entries: readonly LedgerEntry[], { type, subject }: Wanted): string {
  const last = entries.at(-1)
  if (last === undefined) return ': quiet\n\n'
  const events = entries
    .filter(
      ({ body }) =>
        (type === undefined || body.type === type) &&
        (subject === undefined || body.subject === subject),
    )
    // JSON of one line: nothing in it can end the event.
    .map(
      (entry) =>
        `id: ${idOf(entry)}\nevent: entry\ndata: ${JSON.stringify(presentEntry(entry))}\n\n`,
    )
  // Without data no event is dispatched, and the place is kept: what was passed over is not looked through again.
  return `${events.join('')}id: ${idOf(last)}\n\n`
}
