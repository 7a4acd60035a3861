// The moment in which a connection says who it is: once, in its first packet, and closed where that opens nothing.
import type { IncomingMessage } from 'node:http'
import type { Socket } from 'socket.io'
import { makeLimiter } from '../guard/index.ts'
import type { GuardClock, GuardSink, Limiter } from '../guard/index.ts'
import { messageOf, SeaworthyError } from '../kernel/index.ts'
import type { Caller, Log } from '../kernel/index.ts'
import type { CredentialPorts, Shown } from './credentials.ts'
import { realtimeFault } from './errors.ts'
import { readHandshake, refusalOf } from './events.ts'
import { OPENING_POLICY, STRANGER_POLICY } from './model.ts'
import type { Leave, Places } from './places.ts'
import type { RealtimeSink } from './sink.ts'

const KEY_LIMIT_COUNT = 100_000

/** A connection that is not let in. */
export interface RefusedConnection {
  /** Undefined for nobody known. */
  readonly caller: Caller | undefined
  readonly peer: string | undefined
  readonly status: number
  readonly code: string
}

export interface EntrancePorts extends Pick<CredentialPorts, 'authenticate'> {
  /** Hears of it before it is answered; what it throws is told instead. */
  recordRefusal?(refused: RefusedConnection): Promise<void>
  readonly log: Log
  readonly sink: RealtimeSink
  readonly guardClock: GuardClock
  readonly guardSink: GuardSink
  readonly places: Places
}

export interface Introduced {
  readonly caller: Caller
  readonly shown: Shown
}

interface Came extends Pick<Shown, 'session' | 'peer'> {
  /** Gives back the place of who has not said who they are. */
  readonly leave: Leave
}

interface Introduction {
  readonly came: Came | undefined
  readonly shown: Shown
  readonly caller: Caller | undefined
}

const FAULT_STATUS = 500

export class Entrance {
  readonly #ports: EntrancePorts
  readonly #openings: Limiter
  readonly #strangers: Limiter
  readonly #came = new WeakMap<object, Came>()
  readonly #introduced = new WeakMap<Socket, Introduced>()

  constructor(ports: EntrancePorts) {
    this.#ports = ports
    const terms = {
      clock: ports.guardClock,
      sink: ports.guardSink,
      keyLimit: KEY_LIMIT_COUNT,
      endpointClass: 'protective',
    } as const
    this.#openings = makeLimiter({ ...terms, policy: OPENING_POLICY })
    this.#strangers = makeLimiter({ ...terms, policy: STRANGER_POLICY })
  }

  /** What the edge saw of a connection that begins. */
  expect(request: IncomingMessage, came: Came): void {
    this.#came.set(request, came)
  }

  /** Middleware of Socket.IO: asked once for each CONNECT. */
  admit(socket: Socket, next: (error?: Error) => void): void {
    const { request } = socket
    const came = this.#came.get(request)
    // A second one while the first is looked at, or after it was refused, is a search.
    this.#came.delete(request)
    const answer = async (): Promise<void> => {
      const refusal = await this.#refusalFor(socket, came)
      next(refusal)
      // Socket.IO writes the refusal in the next tick; what is written by then still leaves.
      if (refusal !== undefined) process.nextTick(() => socket.conn.close())
    }
    answer().catch((error: unknown) => {
      this.#ports.log.error('a connection was not answered', { detail: messageOf(error) })
      socket.conn.close()
    })
  }

  /** @returns undefined where it is let in */
  async #refusalFor(socket: Socket, came: Came | undefined): Promise<Error | undefined> {
    let caller: Caller | undefined
    try {
      const shown = readShown(socket, came)
      caller = await this.#ports.authenticate(shown)
      await this.#introduce(socket, { came, shown, caller })
      return undefined
    } catch (error) {
      const told = await this.#record(error, { caller, peer: came?.peer })
      this.countRefusal(told)
      if (!(error instanceof SeaworthyError))
        this.#ports.log.error('a connection was not let in', { detail: messageOf(error) })
      const refusal = refusalOf(told)
      return Object.assign(new Error(refusal.code), { data: refusal })
    }
  }

  /** @returns what is told: that it could not be recorded, where it could not */
  async #record(error: unknown, who: Pick<RefusedConnection, 'caller' | 'peer'>): Promise<unknown> {
    const status = error instanceof SeaworthyError ? error.row.status : FAULT_STATUS
    try {
      await this.#ports.recordRefusal?.({ ...who, status, code: refusalOf(error).code })
      return error
    } catch (unrecorded) {
      return unrecorded
    }
  }

  callerOf(socket: Socket): Introduced {
    const introduced = this.#introduced.get(socket)
    if (introduced === undefined) throw new TypeError('expected a socket that was let in')
    return introduced
  }

  countRefusal(error: unknown): void {
    this.#ports.sink({ type: 'realtime.refused', code: refusalOf(error).code })
  }

  async #introduce(socket: Socket, { came, shown, caller }: Introduction): Promise<void> {
    if (caller === undefined) {
      await this.#take(this.#strangers, came?.peer ?? 'unknown')
      throw realtimeFault('REALTIME_KEY_REFUSED', 'expected an API key or a session of this server')
    }
    // Before whatever else refuses somebody known: what is refused is recorded.
    await this.#take(this.#openings, JSON.stringify([caller.tenantId, caller.id]))
    if (shown.tenant !== undefined && shown.tenant !== caller.tenantId)
      throw realtimeFault('REALTIME_TENANT_FOREIGN', 'expected the tenant that the key belongs to')
    const leave = this.#ports.places.takeKnown(caller)
    socket.conn.once('close', leave)
    // It may have gone while what it showed was looked at.
    if (socket.conn.readyState !== 'open') leave()
    came?.leave()
    this.#introduced.set(socket, { caller, shown })
  }

  /** @throws REALTIME_RATE_LIMITED */
  async #take(limiter: Limiter, key: string): Promise<void> {
    const { allowed, retryAfterUs } = await limiter.decide(key)
    if (allowed) return
    const retryAfterMs = Math.ceil(retryAfterUs / 1_000)
    throw realtimeFault(
      'REALTIME_RATE_LIMITED',
      `expected fewer connections; wait ${retryAfterMs} ms`,
      { details: { retryAfterMs } },
    )
  }
}

/** @throws REALTIME_HANDSHAKE_REFUSED */
function readShown(socket: Socket, came: Came | undefined): Shown {
  if (came === undefined)
    throw realtimeFault('REALTIME_HANDSHAKE_REFUSED', 'expected one CONNECT of a connection')
  const { token, tenant } = readHandshake(socket.handshake.auth)
  // Whoever shows a key means it: a cookie does not make up for a wrong one.
  const session = token === undefined ? came.session : undefined
  return { token, tenant, session, peer: came.peer }
}
