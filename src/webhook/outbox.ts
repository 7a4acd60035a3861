// Fills the outbox: reads the ledger from where it was, and writes each entry down once for every endpoint that wants it.
import type { Clock, Doorbell, Jobs, JobWish, Log, Sql, SqlTx } from '../kernel/index.ts'
import { makeLedgerFollower } from '../ledger/index.ts'
import type { Follower, LedgerReaders, ReaderEntry } from '../ledger/index.ts'
import { deleteEnded, insertEvents } from './delivery-store.ts'
import type { NewEvent } from './delivery-store.ts'
import { DELIVER_KIND, READER_NAME, wants } from './model.ts'
import { selectPendingEndpoints, selectTenantsOfEvents } from './outbox-store.ts'
import { selectEndpoints } from './store.ts'

/** Events whose deliveries ended so long ago are forgotten; until then they can be replayed. */
const KEPT_MS = 14 * 24 * 3_600_000
/** New events wait while old ones are forgotten: what is left after this time waits for the next hour. */
const FORGET_TIME_LIMIT_MS = 30_000

export interface OutboxPorts {
  readonly sql: Sql
  readonly clock: Clock
  readonly log: Log
  readonly readers: LedgerReaders
  readonly jobs: Jobs
  /** Rung when something was appended in this process: then there is no need to wait. */
  readonly appendBell: Doorbell
}

export type Outbox = Follower

export function makeOutbox(ports: OutboxPorts): Outbox {
  const { clock, log, readers, appendBell: bell } = ports
  return makeLedgerFollower(
    { clock, log, readers, bell },
    {
      reader: READER_NAME,
      what: 'the outbox of webhooks',
      isWanted: async (tx, tenantId) =>
        (await selectEndpoints(tx, tenantId)).some(({ isEnabled }) => isEnabled),
      take: (tx, tenantId, entries) => writeDown(ports, tx, tenantId, entries),
      keepUp: () => keepUp(ports),
    },
  )
}

async function writeDown(
  { jobs, clock }: OutboxPorts,
  tx: SqlTx,
  tenantId: string,
  entries: readonly ReaderEntry[],
): Promise<void> {
  const endpoints = (await selectEndpoints(tx, tenantId)).filter(({ isEnabled }) => isEnabled)
  const deliveries = entries.flatMap((entry) => {
    const event = eventOf(tenantId, entry)
    return endpoints
      .filter(
        (endpoint) => entry.timeMs >= Date.parse(endpoint.createdAt) && wants(endpoint, entry.body),
      )
      .map(({ id: endpointId }) => ({ endpointId, event }))
  })
  if (deliveries.length === 0) return
  const events = [...new Set(deliveries.map(({ event }) => event))]
  await insertEvents(tx, tenantId, events, deliveries, clock.nowMs())
  // Of several events for one endpoint its job belongs to the trace of the newest.
  const due = new Map(deliveries.map(({ endpointId, event }) => [endpointId, event.trace]))
  await jobs.enqueue(
    tx,
    [...due].map(([endpointId, trace]) => ({
      ...deliverWish(tenantId, endpointId),
      ...(trace === null ? {} : { trace }),
    })),
  )
}

/** The same entry makes the same event, with the same id, whenever it is read. */
function eventOf(tenantId: string, { seq, timeMs, body, payload, trace }: ReaderEntry): NewEvent {
  const { id, type, actor, subject, refs } = body
  const timestamp = new Date(timeMs).toISOString()
  return {
    id: `evt_${id.replaceAll('-', '')}`,
    seq,
    type,
    happenedMs: timeMs,
    trace,
    body: JSON.stringify({
      type,
      timestamp,
      data: { tenant: tenantId, seq, id, actor, subject, payload, refs },
    }),
  }
}

export function deliverWish(tenantId: string, endpointId: string): JobWish {
  return { tenantId, kind: DELIVER_KIND, key: endpointId, payload: { endpointId } }
}

/** What waits has a job, whatever happened to the last one; what ended long ago is forgotten. */
async function keepUp({ sql, jobs, clock }: OutboxPorts): Promise<void> {
  const beforeAt = new Date(clock.nowMs() - KEPT_MS).toISOString()
  const waiting = await sql.transaction('system', (tx) => selectPendingEndpoints(tx))
  for (const { tenantId, endpointId } of waiting)
    await sql.transaction({ tenantId }, (tx) =>
      jobs.enqueue(tx, [deliverWish(tenantId, endpointId)]),
    )
  const untilMs = clock.monotonicMs() + FORGET_TIME_LIMIT_MS
  let owed = await sql.transaction('system', (tx) => selectTenantsOfEvents(tx, beforeAt))
  while (owed.length > 0 && clock.monotonicMs() < untilMs) {
    // By turns, so that the one that has most keeps nobody from theirs.
    const more: string[] = []
    for (const tenantId of owed)
      if (await sql.transaction({ tenantId }, (tx) => deleteEnded(tx, tenantId, beforeAt)))
        more.push(tenantId)
    owed = more
  }
}
