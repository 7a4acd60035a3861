// Answers that go on: sent as fast as their reader takes them, ended when it may ask no more or the server closes.
import type { ServerResponse } from 'node:http'
import { Readable } from 'node:stream'
import type { FastifyInstance, FastifyReply } from 'fastify'
import type { Caller, Clock, RouteAnswer } from '../kernel/index.ts'
import { webFault } from './errors.ts'

/** Open at once, of one key or account, of one tenant and of the whole process. */
const PRINCIPAL_LIMIT_STREAMS = 100
const TENANT_LIMIT_STREAMS = 500
const PROCESS_LIMIT_STREAMS = 2_000
/** How often the right to ask is looked at again while a stream is open. */
const ADMISSION_PAUSE_MS = 2_000
/** Whoever takes nothing of what waits for them in this time is cut off; they come back with the last they know. */
const STALL_LIMIT_MS = 30_000
/** A stream that was ended has this long to tell its reader so. */
const FAREWELL_MS = 1_000

export interface StreamTerms {
  readonly caller: Caller
  /** Whether the caller would be let in now. */
  isAdmitted(): Promise<boolean>
}

interface OpenStream {
  readonly caller: Caller
  /** Nothing more is to be told. */
  readonly ending: AbortController
  /** The system took everything, or the connection is closed: only then is its place free. */
  readonly gone: AbortController
}

export class OpenStreams {
  readonly #clock: Clock
  readonly #open = new Set<OpenStream>()

  constructor(server: FastifyInstance, clock: Clock) {
    this.#clock = clock
    server.addHook('preClose', (done) => {
      for (const { ending } of this.#open) ending.abort()
      done()
    })
  }

  /** @throws WEB_STREAMS_EXHAUSTED */
  send(
    reply: FastifyReply,
    { mediaType, status = 200, stream: make }: Extract<RouteAnswer, { readonly stream: unknown }>,
    terms: StreamTerms,
  ): FastifyReply {
    const { raw } = reply
    this.#assertRoom(terms.caller)
    const { ending } = this.#keep(raw, terms.caller)
    const body = Readable.from(make(ending.signal), { objectMode: false })
    body.once('close', () => ending.abort())
    this.#watch(raw, terms, ending).catch((error: unknown) => ending.abort(error))
    return (
      reply
        .code(status)
        .header('cache-control', 'no-store')
        .header('x-accel-buffering', 'no')
        // A connection that a stream had is not kept: a server that closes would wait for it.
        .header('connection', 'close')
        .type(mediaType)
        .send(body)
    )
  }

  #assertRoom({ tenantId, id }: Caller): void {
    const ofTenant = [...this.#open].filter(({ caller }) => caller.tenantId === tenantId)
    const ownCount = ofTenant.filter(({ caller }) => caller.id === id).length
    if (
      ownCount < PRINCIPAL_LIMIT_STREAMS &&
      ofTenant.length < TENANT_LIMIT_STREAMS &&
      this.#open.size < PROCESS_LIMIT_STREAMS
    )
      return
    throw webFault(
      'WEB_STREAMS_EXHAUSTED',
      `expected at most ${PRINCIPAL_LIMIT_STREAMS} open streams of a key or account, ${TENANT_LIMIT_STREAMS} of a tenant and ${PROCESS_LIMIT_STREAMS} in all`,
    )
  }

  #keep(raw: ServerResponse, caller: Caller): OpenStream {
    const stream = { caller, ending: new AbortController(), gone: new AbortController() }
    const { ending, gone } = stream
    this.#open.add(stream)
    const leave = (): void => {
      this.#open.delete(stream)
      gone.abort()
      ending.abort()
    }
    raw.once('finish', leave).once('close', leave)
    ending.signal.addEventListener('abort', () => this.#cutOff(raw, gone.signal), { once: true })
    // It may have gone while its first page was looked for.
    if (raw.closed) leave()
    return stream
  }

  /** What makes the answer is asked for more only while somebody reads, so who does not read would never hear that it ended. */
  #cutOff(raw: ServerResponse, gone: AbortSignal): void {
    if (gone.aborted) return
    this.#clock.sleep(FAREWELL_MS, gone).then(
      () => raw.destroy(),
      // It went by itself.
      () => undefined,
    )
  }

  async #watch(raw: ServerResponse, terms: StreamTerms, ending: AbortController): Promise<void> {
    let takenBytes = bytesTaken(raw)
    let takenAtMs = this.#clock.monotonicMs()
    while (!ending.signal.aborted) {
      // Rejects once the stream has ended.
      await this.#clock.sleep(ADMISSION_PAUSE_MS, ending.signal)
      const nowBytes = bytesTaken(raw)
      if (raw.writableLength === 0 || nowBytes > takenBytes) {
        takenBytes = nowBytes
        takenAtMs = this.#clock.monotonicMs()
      }
      const isStalled = this.#clock.monotonicMs() - takenAtMs >= STALL_LIMIT_MS
      if (isStalled || !(await terms.isAdmitted())) ending.abort()
    }
  }
}

/** Of everything written, what no longer waits here. */
function bytesTaken({ socket, writableLength }: ServerResponse): number {
  return (socket?.bytesWritten ?? 0) - writableLength
}
