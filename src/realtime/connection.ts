// One connection that was let in: what it watches, what it may still ask, and how much waits for it.
import type { Socket } from 'socket.io'
import type { ChangeMessage, WatchedRelease } from '../client/index.ts'
import type { Limiter } from '../guard/index.ts'
import { messageOf } from '../kernel/index.ts'
import type { Caller, Clock, Log } from '../kernel/index.ts'
import { formatPlace } from '../ledger/index.ts'
import type { LogPlace } from '../ledger/index.ts'
import { realtimeFault } from './errors.ts'
import { EVENT_NAMES, readEvent, refuseEvent } from './events.ts'
import type { ClientEvent } from './events.ts'
import type { TenantHub } from './hub.ts'
import { WATCH_LIMIT_COUNT } from './model.ts'
import type { EventAnswer } from './model.ts'
import type { RealtimeSink } from './sink.ts'

/** Messages that may wait for a client before it is shed: it comes back with its cursor and misses nothing. */
export const BACKLOG_LIMIT_MESSAGES = 128
/** Bytes of them that the system has not taken. */
const BACKLOG_LIMIT_BYTES = 1024 * 1024
/** While it catches up, a client is sent more when this little waits. */
const CAUGHT_UP_MESSAGES = 8
const DRAIN_PAUSE_MS = 10
/** Who takes nothing of it for as long is shed. */
const DRAIN_LIMIT_MS = 10_000
/** Refused events in a row after which a client is taken not to listen. */
const REFUSED_LIMIT_COUNT = 120
/** Packets of a client within one sweep, whatever they hold. */
const PACKET_LIMIT_COUNT = 300

export interface ConnectionPorts {
  readonly clock: Clock
  readonly log: Log
  /** Events of this connection. */
  readonly limiter: Limiter
  /** Events of all connections of its caller. */
  readonly callerLimiter: Limiter
  readonly sink: RealtimeSink
  /** The log of the tenant is followed for this watch until it is let go. */
  hold(tenantId: string, release: WatchedRelease | null): Held
}

export interface Held {
  readonly hub: TenantHub
  /** The room that the watch joins. */
  readonly room: string
  letGo(): void
}

interface Watch extends Held {
  readonly ending: AbortController
  acknowledged: number
}

/** Why a connection was ended by this server. */
export type Ending = 'shed' | 'flood' | 'not-admitted' | 'log-lost' | 'closing'

/** As far as it is used of what lies below Socket.IO, which has no types for it. */
interface Transport {
  readonly socket?: { readonly bufferedAmount: number; terminate(): void }
}

export function roomOf(tenantId: string, release: WatchedRelease | null): string {
  return JSON.stringify([tenantId, ...(release === null ? [] : [release.service, release.version])])
}

export class Connection {
  readonly caller: Caller
  readonly #socket: Socket
  readonly #ports: ConnectionPorts
  readonly #watches = new Map<string, Watch>()
  #refusedCount = 0
  #packetCount = 0
  #isGone = false
  #ending: Ending | undefined

  constructor(socket: Socket, caller: Caller, ports: ConnectionPorts) {
    this.#socket = socket
    this.caller = caller
    this.#ports = ports
    socket.onAny((name: unknown, ...words: unknown[]) => {
      this.#hear(name, words).catch((error: unknown) => {
        ports.log.error('an event of a connection was not answered', { detail: messageOf(error) })
        this.end('closing')
      })
    })
    socket.conn.on('packet', () => {
      this.#packetCount += 1
      if (this.#packetCount > PACKET_LIMIT_COUNT) this.end('flood')
    })
  }

  /** Why this server ended it; undefined when the client went. */
  get ending(): Ending | undefined {
    return this.#ending
  }

  /** Called about once a second. */
  sweep(): void {
    this.#packetCount = 0
    if (this.#waitingCount > BACKLOG_LIMIT_MESSAGES || this.#waitingBytes > BACKLOG_LIMIT_BYTES)
      this.end('shed')
  }

  /** At once: who does not read would not read a farewell either. */
  end(why: Ending): void {
    if (this.#ending !== undefined) return
    this.#ending = why
    this.#transport.socket?.terminate()
  }

  /** The connection is gone. */
  leave(): void {
    this.#isGone = true
    for (const [room, watch] of this.#watches) this.#drop(room, watch)
  }

  get #waitingCount(): number {
    const waiting: unknown = Reflect.get(this.#socket.conn, 'writeBuffer')
    if (!Array.isArray(waiting)) throw new TypeError('expected what waits to be a list')
    return waiting.length
  }

  /** Of what was handed to the system, what it has not taken. */
  get #waitingBytes(): number {
    return this.#transport.socket?.bufferedAmount ?? 0
  }

  get #transport(): Transport {
    return this.#socket.conn.transport as object
  }

  async #hear(name: unknown, words: readonly unknown[]): Promise<void> {
    const last = words.at(-1)
    const answer = typeof last === 'function' ? (last as (answer: EventAnswer) => void) : undefined
    const known = typeof name === 'string' && EVENT_NAMES.includes(name) ? name : 'unknown'
    let told: EventAnswer
    try {
      await this.#admit()
      // What is watched for who is gone would be held for ever.
      if (this.#isGone) return
      told = await this.#carryOut(
        readEvent(name, answer === undefined ? words : words.slice(0, -1)),
      )
      this.#refusedCount = 0
    } catch (error) {
      this.#refusedCount += 1
      told = refuseEvent(error)
    }
    this.#ports.sink({
      type: 'realtime.event',
      event: known,
      outcome: told.ok ? 'ok' : 'refused',
    })
    if (this.#refusedCount > REFUSED_LIMIT_COUNT) return this.end('flood')
    if (answer !== undefined) answer(told)
    else if (!told.ok) this.#socket.emit('refused', told.error)
  }

  /** @throws REALTIME_RATE_LIMITED */
  async #admit(): Promise<void> {
    const { limiter, callerLimiter } = this.#ports
    const { tenantId, id } = this.caller
    const own = await limiter.decide(this.#socket.id)
    const { allowed, retryAfterUs } = own.allowed
      ? await callerLimiter.decide(JSON.stringify([tenantId, id]))
      : own
    if (allowed) return
    const retryAfterMs = Math.ceil(retryAfterUs / 1_000)
    throw realtimeFault('REALTIME_RATE_LIMITED', `expected fewer events; wait ${retryAfterMs} ms`, {
      details: { retryAfterMs },
    })
  }

  async #carryOut(event: ClientEvent): Promise<EventAnswer> {
    const room = roomOf(this.caller.tenantId, event.release)
    if (event.name === 'watch') return this.#watch(room, event.release, event.since)
    const watch = this.#watches.get(room)
    if (watch === undefined)
      throw realtimeFault('REALTIME_WATCH_UNKNOWN', 'expected something that is watched')
    if (event.name === 'acknowledge') return acknowledge(watch, event.cursor)
    // Let go of before anything is waited for: it may be watched again at once.
    this.#drop(room, watch)
    await this.#socket.leave(room)
    return { ok: true }
  }

  #drop(room: string, watch: Watch): void {
    if (!this.#watches.delete(room)) return
    watch.ending.abort()
    watch.letGo()
  }

  async #watch(
    room: string,
    release: WatchedRelease | null,
    since: LogPlace | undefined,
  ): Promise<EventAnswer> {
    if (this.#watches.has(room))
      throw realtimeFault('REALTIME_EVENT_INVALID', 'expected something that is not watched yet')
    if (this.#watches.size >= WATCH_LIMIT_COUNT)
      throw realtimeFault(
        'REALTIME_WATCHES_EXHAUSTED',
        `expected at most ${WATCH_LIMIT_COUNT} watches of a connection`,
      )
    const held = this.#ports.hold(this.caller.tenantId, release)
    const watch: Watch = { ...held, ending: new AbortController(), acknowledged: 0 }
    this.#watches.set(room, watch)
    try {
      const place = await held.hub.admit({
        release,
        since,
        signal: watch.ending.signal,
        tell: (message: ChangeMessage) => void this.#socket.emit('changes', message),
        // The adapter joins within the call, with or without Redis: nothing can be told in between.
        join: () => void this.#socket.join(room),
        isBehind: () => this.#isBehind,
        drained: () => this.#drained(watch.ending.signal),
      })
      watch.acknowledged = place.seq
      return { ok: true, cursor: formatPlace(place) }
    } catch (error) {
      this.#drop(room, watch)
      throw error
    }
  }

  get #isBehind(): boolean {
    return this.#waitingCount > CAUGHT_UP_MESSAGES
  }

  async #drained(signal: AbortSignal): Promise<void> {
    const { clock } = this.#ports
    let [count, bytes] = [this.#waitingCount, this.#waitingBytes]
    let progressAtMs = clock.monotonicMs()
    while (!signal.aborted && this.#isBehind) {
      await clock.sleep(DRAIN_PAUSE_MS, signal).catch(() => undefined)
      if (this.#waitingCount < count || this.#waitingBytes < bytes)
        progressAtMs = clock.monotonicMs()
      else if (clock.monotonicMs() - progressAtMs > DRAIN_LIMIT_MS) this.end('shed')
      count = this.#waitingCount
      bytes = this.#waitingBytes
    }
  }
}

/** @throws REALTIME_CURSOR_UNKNOWN */
function acknowledge(watch: Watch, { seq }: LogPlace): EventAnswer {
  const end = watch.hub.place
  if (seq > end.seq)
    throw realtimeFault('REALTIME_CURSOR_UNKNOWN', `expected a cursor up to ${end.seq}, got ${seq}`)
  watch.acknowledged = Math.max(watch.acknowledged, seq)
  return { ok: true, cursor: formatPlace(end), behind: end.seq - watch.acknowledged }
}
