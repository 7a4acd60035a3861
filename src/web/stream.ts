// Answers that go on: sent as fast as their reader takes them, ended when it may ask no more or the server closes.
import { Readable } from 'node:stream'
import type { FastifyInstance, FastifyReply } from 'fastify'
import type { Clock } from '../kernel/index.ts'
import { webFault } from './errors.ts'

/** Open at once, of one tenant and of the whole process. */
const TENANT_LIMIT_STREAMS = 500
const PROCESS_LIMIT_STREAMS = 2_000
/** How often the right to ask is looked at again while a stream is open. */
const ADMISSION_PAUSE_MS = 2_000

export interface StreamTerms {
  readonly tenantId: string
  readonly mediaType: string
  readonly status: number
  readonly make: (signal: AbortSignal) => AsyncIterable<Uint8Array>
  /** Whether the caller would be let in now. */
  isAdmitted(): Promise<boolean>
}

export class OpenStreams {
  readonly #clock: Clock
  readonly #open = new Map<AbortController, string>()

  constructor(server: FastifyInstance, clock: Clock) {
    this.#clock = clock
    server.addHook('preClose', (done) => {
      for (const stream of this.#open.keys()) stream.abort()
      done()
    })
  }

  /** @throws WEB_STREAMS_EXHAUSTED */
  send(reply: FastifyReply, terms: StreamTerms): FastifyReply {
    const { tenantId } = terms
    this.#assertRoom(tenantId)
    const ending = new AbortController()
    this.#open.set(ending, tenantId)
    ending.signal.addEventListener('abort', () => this.#open.delete(ending), { once: true })
    reply.raw.once('close', () => ending.abort())
    const body = Readable.from(terms.make(ending.signal), { objectMode: false })
    body.once('close', () => ending.abort())
    this.#watchAdmission(terms, ending).catch((error: unknown) => ending.abort(error))
    return (
      reply
        .code(terms.status)
        .header('cache-control', 'no-store')
        .header('x-accel-buffering', 'no')
        // A connection that a stream had is not kept: a server that closes would wait for it.
        .header('connection', 'close')
        .type(terms.mediaType)
        .send(body)
    )
  }

  #assertRoom(tenantId: string): void {
    const count = [...this.#open.values()].filter((each) => each === tenantId).length
    if (count >= TENANT_LIMIT_STREAMS || this.#open.size >= PROCESS_LIMIT_STREAMS) {
      throw webFault(
        'WEB_STREAMS_EXHAUSTED',
        `expected at most ${TENANT_LIMIT_STREAMS} open streams of a tenant and ${PROCESS_LIMIT_STREAMS} in all`,
      )
    }
  }

  async #watchAdmission(terms: StreamTerms, ending: AbortController): Promise<void> {
    for (;;) {
      // Rejects once the stream has ended.
      await this.#clock.sleep(ADMISSION_PAUSE_MS, ending.signal)
      if (!(await terms.isAdmitted())) ending.abort()
    }
  }
}
