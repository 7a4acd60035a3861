// Fills the outbox: reads the ledger from where it was, and writes each entry down once for every endpoint that wants it.
import { messageOf } from '../kernel/index.ts'
import type { Clock, Doorbell, Jobs, JobWish, Log, Sql, SqlTx } from '../kernel/index.ts'
import type { ReaderEntry, LedgerReaders } from '../ledger/index.ts'
import { deleteEnded, insertEvents } from './delivery-store.ts'
import type { NewEvent } from './delivery-store.ts'
import { DELIVER_KIND, READER_NAME, wants } from './model.ts'
import { selectPendingEndpoints, selectTenants } from './outbox-store.ts'
import { selectEndpoints } from './store.ts'

/** Entries that are taken in one transaction. */
const TAKE_LIMIT_COUNT = 200
const TENANT_LIMIT_COUNT = 100
/** Another process may append: this one looks for itself that often. */
const LOOK_INTERVAL_MS = 250
/** A tenant whose log cannot be read must not keep the others waiting. */
const FAILURE_PAUSE_MS = 30_000
const UPKEEP_INTERVAL_MS = 3_600_000
/** Events whose deliveries ended so long ago are forgotten; until then they can be replayed. */
const KEPT_MS = 14 * 24 * 3_600_000

export interface OutboxPorts {
  readonly sql: Sql
  readonly clock: Clock
  readonly log: Log
  readonly readers: LedgerReaders
  readonly jobs: Jobs
  /** Rung when something was appended in this process: then there is no need to wait. */
  readonly appendBell: Doorbell
}

export interface Outbox {
  start(): void
  stop(): Promise<void>
}

export function makeOutbox(ports: OutboxPorts): Outbox {
  const { clock, appendBell } = ports
  const pausedUntilMs = new Map<string, number>()
  const stop = new AbortController()
  let running: Promise<void> = Promise.resolve()
  let upkeepMs = clock.monotonicMs()
  const work = async (): Promise<void> => {
    while (!stop.signal.aborted) {
      let takenCount = 0
      try {
        if (clock.monotonicMs() >= upkeepMs) {
          upkeepMs = clock.monotonicMs() + UPKEEP_INTERVAL_MS
          await keepUp(ports)
        }
        takenCount = await fillOnce(ports, pausedUntilMs)
      } catch (error) {
        ports.log.warn('the outbox of webhooks is held up', { detail: messageOf(error) })
      }
      if (takenCount === 0 && !stop.signal.aborted) await appendBell.wait(clock, LOOK_INTERVAL_MS)
    }
  }
  return {
    start() {
      running = work()
    },
    async stop() {
      stop.abort()
      appendBell.ring()
      await running
    },
  }
}

async function fillOnce(ports: OutboxPorts, pausedUntilMs: Map<string, number>): Promise<number> {
  const { clock, readers, log } = ports
  let takenCount = 0
  for (const tenantId of await readers.behind(
    READER_NAME,
    TENANT_LIMIT_COUNT + pausedUntilMs.size,
  )) {
    if ((pausedUntilMs.get(tenantId) ?? 0) > clock.monotonicMs()) continue
    try {
      takenCount += await fillFor(ports, tenantId)
      pausedUntilMs.delete(tenantId)
    } catch (error) {
      log.error('events of a tenant wait', { tenantId, detail: messageOf(error) })
      pausedUntilMs.set(tenantId, clock.monotonicMs() + FAILURE_PAUSE_MS)
    }
  }
  return takenCount
}

function fillFor(ports: OutboxPorts, tenantId: string): Promise<number> {
  return ports.readers.advance(READER_NAME, tenantId, {
    limit: TAKE_LIMIT_COUNT,
    isWanted: async (tx) =>
      (await selectEndpoints(tx, tenantId)).some(({ isEnabled }) => isEnabled),
    take: (tx, entries) => writeDown(ports, tx, tenantId, entries),
  })
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
  for (const tenantId of await sql.transaction('system', selectTenants))
    await sql.transaction({ tenantId }, (tx) => deleteEnded(tx, tenantId, beforeAt))
}
