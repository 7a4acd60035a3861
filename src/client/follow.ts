// Follows the changes of a tenant over server-sent events: taken up again by cursor whatever cuts it, with no gap and nothing twice.
import { positionOf } from './changes.ts'
import type { Change, ChangeMessage } from './changes.ts'
import { readServerSentEvents } from './event-stream.ts'

const RETRY_FIRST_MS = 500
const RETRY_LIMIT_MS = 15_000
/** The server says something every ten seconds; a connection that is silent for longer than this is dead, whatever the system says. */
const SILENCE_LIMIT_MS = 15_000
/** Answers after which a cursor is worth nothing: it is of another history of the log, or too far back. */
const CURSOR_REFUSALS = [409, 410]
/** Answers that asking again does not change: nobody who may read asks. */
const FINAL_REFUSALS = [401, 403]

export interface ChangeAnswer {
  readonly status: number
  readonly headers: { get(name: string): string | null }
  readonly body: AsyncIterable<Uint8Array> | null
}

export interface FollowPorts {
  /** Asks for `GET /v1/changes`; rejects only when no answer came. */
  open(since: string | undefined, signal: AbortSignal): Promise<ChangeAnswer>
  /** Rejects when the signal says so. */
  sleep(ms: number, signal: AbortSignal): Promise<void>
  /** Resolves when there is reason to try at once, such as a network that is back. */
  hope?(signal: AbortSignal): Promise<void>
  /** From 0 up to 1: those who were cut off together do not come back together. */
  chance(): number
}

export interface FollowEars {
  /** @param isGapless false where nothing is known of what was before: it has to be read anew */
  begun(cursor: string, isGapless: boolean): void
  /** Changes that were never told before, in order. */
  told(changes: readonly Change[], cursor: string): void
  /** The server said something, if only that nothing happens. */
  heard(): void
  /** @param status of the answer that was none of changes, or whose stream ended; undefined where nothing answered */
  cut(status: number | undefined): void
}

export interface FollowTerms {
  /** Cursor of an earlier time; undefined = from now on. */
  readonly since?: string | undefined
  readonly signal: AbortSignal
}

/** Follows until the signal, or until the server says that nobody who may read asks. */
export async function followChanges(
  ports: FollowPorts,
  ears: FollowEars,
  { since, signal }: FollowTerms,
): Promise<void> {
  const place: Place = { cursor: since }
  let waitMs = RETRY_FIRST_MS
  while (!signal.aborted) {
    const end = await followOnce(ports, ears, { place, signal })
    if (signal.aborted || end === undefined) return
    if (end.isFinal) return ears.cut(end.status)
    if (end.isCursorRefused) {
      place.cursor = undefined
      continue
    }
    ears.cut(end.status)
    // A stream that only began is no reason to hope: the next one may end as soon.
    if (end.wasUseful) waitMs = RETRY_FIRST_MS
    const jitteredMs = waitMs * (0.5 + ports.chance())
    await pause(ports, Math.max(jitteredMs, end.retryAfterMs), signal)
    waitMs = Math.min(2 * waitMs, RETRY_LIMIT_MS)
  }
}

/** Ends as well when there is reason to hope, or with the signal. */
async function pause(ports: FollowPorts, ms: number, signal: AbortSignal): Promise<void> {
  const over = new AbortController()
  const either = AbortSignal.any([signal, over.signal])
  const waits = [ports.sleep(ms, either)]
  if (ports.hope !== undefined) waits.push(ports.hope(either))
  // A sleep that was called off is over.
  await Promise.race(waits).catch(() => undefined)
  over.abort()
  await Promise.allSettled(waits)
}

interface Place {
  cursor: string | undefined
}

interface StreamEnd {
  readonly status: number | undefined
  readonly isFinal: boolean
  readonly isCursorRefused: boolean
  readonly wasUseful: boolean
  readonly retryAfterMs: number
}

const NO_ANSWER: StreamEnd = {
  status: undefined,
  isFinal: false,
  isCursorRefused: false,
  wasUseful: false,
  retryAfterMs: 0,
}

/** One connection. @returns undefined when it was called off */
async function followOnce(
  ports: FollowPorts,
  ears: FollowEars,
  { place, signal }: { readonly place: Place; readonly signal: AbortSignal },
): Promise<StreamEnd | undefined> {
  const connection = new AbortController()
  const any = AbortSignal.any([signal, connection.signal])
  let pieceCount = 0
  const heard = (): void => {
    pieceCount += 1
    ears.heard()
  }
  try {
    endSilent(ports, connection, () => pieceCount)
    const answer = await ports.open(place.cursor, any)
    const { status, body } = answer
    const isStream = answer.headers.get('content-type')?.startsWith('text/event-stream') === true
    if (status !== 200 || body === null || !isStream) return refusedEnd(answer, place)
    try {
      await readChanges(readServerSentEvents(body, heard), ears, place)
    } catch {
      // Cut off: what was told is known by its cursor, so the next connection says the rest.
    }
    return { ...NO_ANSWER, status, wasUseful: pieceCount > 1 }
  } catch {
    return signal.aborted ? undefined : NO_ANSWER
  } finally {
    connection.abort()
  }
}

function refusedEnd({ status, headers }: ChangeAnswer, { cursor }: Place): StreamEnd {
  const seconds = Number(headers.get('retry-after') ?? '0')
  return {
    status,
    isFinal: FINAL_REFUSALS.includes(status),
    isCursorRefused: cursor !== undefined && CURSOR_REFUSALS.includes(status),
    wasUseful: false,
    retryAfterMs: Number.isFinite(seconds) ? Math.min(seconds * 1_000, 4 * RETRY_LIMIT_MS) : 0,
  }
}

async function readChanges(
  events: ReturnType<typeof readServerSentEvents>,
  ears: FollowEars,
  place: Place,
): Promise<void> {
  for await (const { event, data, id } of events) {
    if (event === 'begun') {
      const isGapless = place.cursor !== undefined
      place.cursor = id
      ears.begun(id, isGapless)
      continue
    }
    const known = positionOf(place.cursor ?? '0')
    if (positionOf(id) <= known) continue
    const { changes = [] } = data === '' ? {} : (JSON.parse(data) as Partial<ChangeMessage>)
    place.cursor = id
    const fresh = changes.filter(({ seq }) => seq >= known)
    ears.told(fresh, id)
  }
}

/** Ends the connection once nothing came for a whole round. */
function endSilent(ports: FollowPorts, connection: AbortController, count: () => number): void {
  const watch = async (): Promise<void> => {
    for (let before = -1; before !== count();) {
      before = count()
      await ports.sleep(SILENCE_LIMIT_MS, connection.signal)
    }
    connection.abort()
  }
  // It rejects when the connection is over, and then there is nothing to watch.
  watch().catch(() => undefined)
}
