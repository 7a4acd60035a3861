// Load, raw bytes and the state of the event loop behind the Wire port, on Node's own sockets.
import { Agent as HttpAgent } from 'node:http'
import { Agent as HttpsAgent } from 'node:https'
import { connect as connectPlain, type Socket } from 'node:net'
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { connect as connectTls } from 'node:tls'
import { concatBytes, messageOf } from '../kernel/index.ts'
import type { ConnectionPool, RawConnection, Wire } from '../kernel/index.ts'
import { platformFault } from './errors.ts'
import { admitUrl, makeFetch } from './fetch.ts'

/** Bytes kept of what comes on a raw connection. */
const RECEIVED_LIMIT_BYTES = 64 * 1024
/** How finely the event loop is looked at. */
const LOOP_RESOLUTION_MS = 5
const NANOSECONDS_PER_MS = 1e6

export const systemWire: Wire = {
  openPool,
  dial,
  watchLoop() {
    const histogram = monitorEventLoopDelay({ resolution: LOOP_RESOLUTION_MS })
    histogram.enable()
    return {
      stop() {
        histogram.disable()
        // What is measured is the time between two looks, so a loop that is never late shows the resolution itself.
        const late = (ns: number): number =>
          Number.isFinite(ns) ? Math.max(0, ns / NANOSECONDS_PER_MS - LOOP_RESOLUTION_MS) : 0
        return {
          p50Ms: late(histogram.percentile(50)),
          p99Ms: late(histogram.percentile(99)),
          maxMs: late(histogram.max),
        }
      },
    }
  },
}

function openPool(connectionLimit: number): ConnectionPool {
  const terms = { keepAlive: true, maxSockets: connectionLimit, maxFreeSockets: connectionLimit }
  const http = new HttpAgent(terms)
  const https = new HttpsAgent(terms)
  const { send } = makeFetch(({ protocol }) => (protocol === 'https:' ? https : http))
  return {
    send,
    close() {
      http.destroy()
      https.destroy()
    },
  }
}

async function dial(text: string, timeoutMs: number): Promise<RawConnection> {
  const url = admitUrl(text)
  const isTls = url.protocol === 'https:'
  const host = url.hostname.replace(/^\[(.*)\]$/, '$1')
  const port = Number(url.port === '' ? (isTls ? 443 : 80) : url.port)
  const socket = isTls ? connectTls({ host, port, servername: host }) : connectPlain({ host, port })
  // Kept for the whole life of the socket: an error without a listener would end the process.
  socket.on('error', () => undefined)
  await connected(socket, isTls ? 'secureConnect' : 'connect', url.host, timeoutMs)
  return new RawSocket(socket)
}

function connected(socket: Socket, event: string, host: string, timeoutMs: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const fail = (words: string): void => {
      clearTimeout(timer)
      socket.destroy()
      reject(
        platformFault('PLATFORM_REQUEST_FAILED', `expected a connection to ${host}, got: ${words}`),
      )
    }
    const timer = setTimeout(() => fail(`nothing within ${timeoutMs} ms`), timeoutMs)
    socket.once('error', (error) => fail(messageOf(error)))
    socket.once(event, () => {
      clearTimeout(timer)
      resolve()
    })
  })
}

class RawSocket implements RawConnection {
  readonly #socket: Socket
  readonly #parts: Uint8Array[] = []
  #size = 0
  #isOpen = true

  constructor(socket: Socket) {
    this.#socket = socket
    socket.on('data', (chunk: Buffer) => {
      const kept = chunk.subarray(0, RECEIVED_LIMIT_BYTES - this.#size)
      this.#size += kept.length
      if (kept.length > 0) this.#parts.push(kept)
    })
    socket.on('end', () => (this.#isOpen = false))
    socket.on('close', () => (this.#isOpen = false))
  }

  get isOpen(): boolean {
    return this.#isOpen
  }

  write(bytes: Uint8Array): void {
    if (this.#isOpen) this.#socket.write(bytes)
  }

  received(): Uint8Array {
    return concatBytes(this.#parts)
  }

  waitForClose(ms: number): Promise<void> {
    if (!this.#isOpen) return Promise.resolve()
    return new Promise((resolve) => {
      const done = (): void => {
        clearTimeout(timer)
        for (const event of ['end', 'close']) this.#socket.off(event, done)
        resolve()
      }
      const timer = setTimeout(done, ms)
      for (const event of ['end', 'close']) this.#socket.on(event, done)
    })
  }

  close(): void {
    this.#socket.destroy()
  }
}
