// The realtime feed over Socket.IO: WebSocket alone, rooms for a tenant and its releases, told from the tenant's own log.
import { createServer } from 'node:http'
import type { IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
import type { Server, Socket } from 'socket.io'
import { makeLimiter } from '../guard/index.ts'
import type { BucketPolicy, GuardSink, Limiter } from '../guard/index.ts'
import { messageOf } from '../kernel/index.ts'
import type { Caller, Clock, Log } from '../kernel/index.ts'
import type { LedgerFeed } from '../ledger/index.ts'
import { guardClockOf } from '../web/index.ts'
import { Connection } from './connection.ts'
import type { Ending } from './connection.ts'
import { Credentials } from './credentials.ts'
import type { Shown } from './credentials.ts'
import { Entrance } from './entrance.ts'
import type { RefusedConnection } from './entrance.ts'
import { realtimeFault } from './errors.ts'
import { makeHints } from './hints.ts'
import type { Hints } from './hints.ts'
import {
  CONNECTION_LIMIT_COUNT,
  EVENT_POLICY,
  INTRODUCTION_LIMIT_MS,
  MESSAGE_LIMIT_BYTES,
  PRINCIPAL_EVENT_POLICY,
  SOCKET_LIMITS,
  UNKNOWN_LIMIT_COUNT,
} from './model.ts'
import type { SocketLimits } from './model.ts'
import { Places } from './places.ts'
import { Rooms } from './rooms.ts'
import type { RealtimeFigures, RealtimeSink } from './sink.ts'

const SWEEP_PAUSE_MS = 1_000
/** A server that closes waits this long for its clients to hear of it. */
const FAREWELL_MS = 300
/** Connections that the buckets keep count of; who went is forgotten when its bucket is full again. */
const KEY_LIMIT_COUNT = 8 * CONNECTION_LIMIT_COUNT

export interface RealtimePorts {
  readonly clock: Clock
  readonly log: Log
  readonly feed: LedgerFeed
  readonly sink: RealtimeSink
  readonly guardSink: GuardSink
  /** Where they are not as usual. */
  readonly limits?: Partial<SocketLimits>
  /** Hears of whoever is not let in before they do; what it throws is told instead. */
  recordRefusal?(refused: RefusedConnection): Promise<void>
  /** As for every route that reads. Undefined, or a fault of 401 or 403, lets nobody in. */
  authenticate(shown: Shown): Promise<Caller | undefined>
  /** Two connections to one Redis as Socket.IO's adapter takes them; undefined where there is one server. */
  readonly redis?: {
    readonly publisher: unknown
    readonly subscriber: unknown
    readonly key: string
  }
}

/** A connection that the edge let through: it is for this server, and from a page of it or from a program. */
export interface Arrival {
  readonly request: IncomingMessage
  readonly socket: Duplex
  readonly head: Buffer
  readonly session: string | undefined
  readonly peer: string | undefined
}

export interface Realtime {
  /** @throws REALTIME_ADDRESS_REFUSED, REALTIME_CONNECTIONS_EXHAUSTED */
  take(arrival: Arrival): void
  /** A log grew, or is about to. */
  hint(tenantId: string): void
  figures(): RealtimeFigures
  close(): Promise<void>
}

/** Loads Socket.IO, which takes a tenth of a second that no command should pay. */
export async function openRealtime(ports: RealtimePorts): Promise<Realtime> {
  const { Server: SocketServer } = await import('socket.io')
  const io = new SocketServer({
    transports: ['websocket'],
    allowUpgrades: false,
    perMessageDeflate: false,
    httpCompression: false,
    serveClient: false,
    connectTimeout: INTRODUCTION_LIMIT_MS,
    maxHttpBufferSize: MESSAGE_LIMIT_BYTES,
  })
  // Never listens: connections are handed over once the edge has looked at them.
  io.attach(createServer())
  if (ports.redis !== undefined) {
    const { createAdapter } = await import('@socket.io/redis-adapter')
    const { publisher, subscriber, key } = ports.redis
    io.adapter(createAdapter(publisher, subscriber, { key }))
  }
  return new OpenedRealtime(io, ports)
}

class OpenedRealtime implements Realtime {
  readonly #io: Server
  readonly #ports: RealtimePorts
  readonly #entrance: Entrance
  readonly #credentials: Credentials
  readonly #rooms: Rooms
  readonly #hints: Hints
  readonly #places: Places
  readonly #connections = new Map<string, Connection>()
  readonly #ending = new AbortController()
  #isClosing = false

  constructor(io: Server, ports: RealtimePorts) {
    this.#io = io
    this.#ports = ports
    const { clock, log } = ports
    this.#credentials = new Credentials(ports)
    this.#rooms = new Rooms(ports, {
      // Each server reads the log itself, so what it reads is told to its own clients alone.
      tell: (room, message) => {
        ports.sink({
          type: 'realtime.told',
          messageCount: io.of('/').adapter.rooms.get(room)?.size ?? 0,
        })
        io.local.to(room).emit('changes', message)
      },
      heard: (tenantId, entries) => {
        this.#credentials.hear(tenantId, entries).catch((error: unknown) => {
          log.error('connections were not asked about', { detail: messageOf(error) })
        })
      },
      lost: (tenantId) => this.#endAll('log-lost', tenantId),
    })
    this.#hints = makeHints(ports.redis === undefined ? undefined : io, ports)
    const guardClock = guardClockOf(clock)
    this.#places = new Places({ ...SOCKET_LIMITS, ...ports.limits })
    this.#entrance = new Entrance({ ...ports, guardClock, places: this.#places })
    const limiterOf = (policy: BucketPolicy): Limiter =>
      makeLimiter({
        policy,
        clock: guardClock,
        sink: ports.guardSink,
        // Nobody's words are needed so badly that they could go uncounted.
        endpointClass: 'protective',
        keyLimit: KEY_LIMIT_COUNT,
      })
    const limiter = limiterOf(EVENT_POLICY)
    const callerLimiter = limiterOf(PRINCIPAL_EVENT_POLICY)
    io.engine.on('connection', ({ request }: { request: IncomingMessage }) => uncorkOf(request))
    io.engine.on('connection_error', ({ req }: { req: IncomingMessage }) => uncorkOf(req))
    io.use((socket, next) => this.#entrance.admit(socket, next))
    io.on('connection', (socket: Socket) => {
      const caller = this.#entrance.callerOf(socket)
      const connection = new Connection(socket, caller.caller, {
        ...ports,
        limiter,
        callerLimiter,
        hold: (tenantId, release) => this.#rooms.hold(tenantId, release),
      })
      this.#keep(socket, connection, caller.shown)
    })
    this.#watch(() => this.#credentials.watch())
    this.#watch(() => this.#sweep())
  }

  take({ request, socket, head, session, peer }: Arrival): void {
    const { clientsCount } = this.#engine
    const isFull =
      clientsCount >= CONNECTION_LIMIT_COUNT ||
      clientsCount - this.#connections.size >= UNKNOWN_LIMIT_COUNT
    try {
      assertBareAddress(request)
      if (this.#isClosing || isFull)
        throw realtimeFault(
          'REALTIME_CONNECTIONS_EXHAUSTED',
          `expected at most ${CONNECTION_LIMIT_COUNT} connections`,
        )
      const leave = this.#places.takeUnknown(peer)
      socket.once('close', leave)
      this.#entrance.expect(request, { session, peer, leave })
    } catch (error) {
      this.#entrance.countRefusal(error)
      throw error
    }
    // The answer to the upgrade and the first packet behind it leave together.
    socket.cork()
    this.#engine.handleUpgrade(request, socket, head)
  }

  hint(tenantId: string): void {
    this.#ports.feed.hint(tenantId)
    this.#hints.send(tenantId)
  }

  figures(): RealtimeFigures {
    return {
      connections: this.#connections.size,
      unknown: this.#engine.clientsCount - this.#connections.size,
      rooms: this.#rooms.count,
      tenants: this.#rooms.tenantCount,
    }
  }

  async close(): Promise<void> {
    if (this.#isClosing) return
    this.#isClosing = true
    this.#ending.abort()
    this.#credentials.end()
    this.#rooms.end()
    this.#io.local.disconnectSockets(true)
    await this.#ports.clock.sleep(this.#connections.size === 0 ? 0 : FAREWELL_MS)
    this.#endAll('closing')
    await this.#io.close()
  }

  get #engine(): Server['engine'] {
    return this.#io.engine
  }

  #keep(socket: Socket, connection: Connection, shown: Shown): void {
    const { sink } = this.#ports
    this.#connections.set(socket.id, connection)
    const admitted = this.#credentials.admit(shown, connection.caller, () =>
      connection.end('not-admitted'),
    )
    sink({ type: 'realtime.opened' })
    socket.once('disconnect', () => {
      this.#connections.delete(socket.id)
      admitted.leave()
      connection.leave()
      sink({ type: 'realtime.closed', why: connection.ending ?? 'left' })
    })
    forgetRequest(socket)
  }

  async #sweep(): Promise<void> {
    const { signal } = this.#ending
    while (!signal.aborted) {
      for (const connection of this.#connections.values()) connection.sweep()
      await this.#ports.clock.sleep(SWEEP_PAUSE_MS, signal).catch(() => undefined)
    }
  }

  #endAll(why: Ending, tenantId?: string): void {
    for (const connection of this.#connections.values())
      if (tenantId === undefined || connection.caller.tenantId === tenantId) connection.end(why)
  }

  #watch(work: () => Promise<void>): void {
    work().catch((error: unknown) => {
      // Without it nobody would be shed or ended any more: rather none connected than that.
      this.#ports.log.error('the realtime feed ended', { detail: messageOf(error) })
      this.#isClosing = true
      this.#endAll('closing')
    })
  }
}

/** Nothing to be done where the connection ended meanwhile: what is ended is not held back. */
function uncorkOf({ socket }: IncomingMessage): void {
  socket.uncork()
}

/** Protocol, version and a number against caches: nothing else belongs into an address, least of all a key. */
function assertBareAddress({ url = '' }: IncomingMessage): void {
  const [, query = ''] = url.split('?', 2)
  const named = [...new URLSearchParams(query).keys()]
  const foreign = named.filter((name) => !['EIO', 'transport', 't'].includes(name))
  if (foreign.length > 0)
    throw realtimeFault(
      'REALTIME_ADDRESS_REFUSED',
      `expected EIO and transport alone in the address, got ${foreign.length} more`,
    )
  if (new URLSearchParams(query).get('transport') !== 'websocket')
    throw realtimeFault('REALTIME_ADDRESS_REFUSED', 'expected the transport websocket')
}

/** What a connection came with is needed no more: it holds a secret, and most of the memory. */
function forgetRequest(socket: Socket): void {
  const { conn } = socket
  Object.assign(conn, { request: undefined })
  Object.assign(conn.transport, { req: undefined })
  Object.assign(socket, { handshake: { headers: {}, query: {}, auth: {} } })
}
