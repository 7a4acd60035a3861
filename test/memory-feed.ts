// The realtime feed behind a socket of its own, over a log in memory that grows faster than anybody reads.
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { TestContext } from 'node:test'
import type { Clock } from '../src/kernel/index.ts'
import type { LedgerEntry, LedgerFeed, LogPlace } from '../src/ledger/index.ts'
import { systemClock } from '../src/platform/index.ts'
import { openRealtime } from '../src/realtime/index.ts'
import type { Realtime, RealtimeEvent, SocketLimits } from '../src/realtime/index.ts'

export const TENANT = 'local'
const ignore = (): undefined => undefined
/** As long as a subject may be: the system takes megabytes for a reader that does not read. */
export const RELEASE = { service: 's'.repeat(150), version: '1'.repeat(140) }
const SUBJECT = `${RELEASE.service}@${RELEASE.version}`

type Body = LedgerEntry['body']

function anEntry(seq: number): LedgerEntry {
  const nothing = new Uint8Array(0)
  const body = { type: 'note.appended', subject: SUBJECT } as Partial<Body> as Body
  return { seq, timeMs: 0, leaf: nothing, leafHash: new Uint8Array(32), body }
}

export class MemoryLog implements LedgerFeed {
  readonly #entries: LedgerEntry[] = []
  #wake = Promise.withResolvers<void>()
  #opening: Promise<void> = Promise.resolve()

  /** Keeps everybody who asks for a place waiting until it is called. */
  hold(): () => void {
    const { promise, resolve } = Promise.withResolvers<void>()
    this.#opening = promise
    return resolve
  }

  get size(): number {
    return this.#entries.length
  }

  grow(count: number): void {
    for (let made = 0; made < count; made++) {
      const seq = this.#entries.length
      this.#entries.push(anEntry(seq))
    }
    this.#wake.resolve()
    this.#wake = Promise.withResolvers()
  }

  async placeIn(_tenantId: string, wanted: LogPlace | undefined): Promise<LogPlace> {
    await this.#opening
    return wanted ?? { seq: this.size, mark: undefined }
  }

  hint(): void {
    this.#wake.resolve()
  }

  async *follow(
    _tenantId: string,
    { from, signal }: { readonly from: LogPlace; readonly signal: AbortSignal },
  ): AsyncGenerator<readonly LedgerEntry[], void, undefined> {
    let at = from.seq
    const over = new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve()))
    while (!signal.aborted) {
      const entries = this.#entries.slice(at, at + 200)
      at += entries.length
      if (entries.length > 0) yield entries
      else await Promise.race([this.#wake.promise, over])
    }
  }
}

export interface ServedFeed {
  readonly realtime: Realtime
  readonly log: MemoryLog
  readonly events: RealtimeEvent[]
  readonly port: number
}

export async function serveFeed(
  t: TestContext,
  clock: Clock = systemClock,
  limits: Partial<SocketLimits> = {},
): Promise<ServedFeed> {
  const log = new MemoryLog()
  const events: RealtimeEvent[] = []
  const realtime = await openRealtime({
    clock,
    log: { info: ignore, warn: ignore, error: ignore },
    feed: log,
    sink: (event) => void events.push(event),
    guardSink: ignore,
    limits,
    authenticate: ({ token = '', tenant = TENANT }) =>
      Promise.resolve({
        id: token,
        tenantId: tenant,
        role: 'viewer',
        environments: null,
        credential: 'api-key',
      }),
  })
  const server = createServer()
  server.on('upgrade', (request, socket, head) => {
    try {
      realtime.take({ request, socket, head, session: undefined, peer: '127.0.0.1' })
    } catch {
      // The edge of a server answers with the reason; here it is enough that there is none.
      socket.destroy()
    }
  })
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve))
  t.after(async () => {
    await realtime.close()
    server.close()
  })
  const { port } = server.address() as AddressInfo
  return { realtime, log, events, port }
}
