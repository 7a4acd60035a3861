// Outbound HTTP on Node's own client: no redirects, no cookies, no proxy, bounded in time and size.
import {
  request as requestHttp,
  type Agent,
  type ClientRequest,
  type IncomingMessage,
} from 'node:http'
import { request as requestHttps } from 'node:https'
import {
  concatBytes,
  messageOf,
  type SeaworthyError,
  type Fetch,
  type FetchAnswer,
  type FetchRequest,
} from '../kernel/index.ts'
import { platformFault } from './errors.ts'
import { errorCodeOf } from './files.ts'

/** setTimeout takes no more than this. */
const TIMEOUT_LIMIT_MS = 2 ** 31 - 1

/**
 * Loopback and private addresses are allowed: the runner asks the services beside it. The body comes as
 * sent, not decompressed.
 * `send` throws PLATFORM_REQUEST_REFUSED for a request that must not be sent, PLATFORM_REQUEST_FAILED
 * (with `details.reason`: `timeout`, `aborted` or the operating system's code) when no answer came.
 */
export const systemFetch: Fetch = makeFetch(() => false)

/** @param agentFor whose connections are used; `false` = a new one for each request */
export function makeFetch(agentFor: (url: URL) => Agent | false): Fetch {
  return {
    send: async (request) => {
      const url = admitUrl(request.url)
      return new Exchange(request, agentFor(url)).run(url)
    },
  }
}

/** @throws PLATFORM_REQUEST_REFUSED for what is no http or https address, or names a user */
export function admitUrl(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined
  if (url === undefined || !/^https?:$/.test(url.protocol)) {
    throw platformFault('PLATFORM_REQUEST_REFUSED', 'expected an http or https address')
  }
  if (url.username !== '' || url.password !== '') {
    throw platformFault(
      'PLATFORM_REQUEST_REFUSED',
      `expected an address of ${url.host} without user name and password`,
    )
  }
  return url
}

class Exchange {
  readonly #request: FetchRequest
  readonly #startedAt = performance.now()
  readonly #agent: Agent | false

  constructor(request: FetchRequest, agent: Agent | false) {
    this.#request = request
    this.#agent = agent
  }

  async run(url: URL): Promise<FetchAnswer> {
    const { signal, timeoutMs } = this.#request
    if (signal?.aborted === true) throw this.#failure(url, 'aborted', 'it was aborted')
    return new Promise((resolve, reject) => {
      const outgoing = this.#start(url)
      let stopped: SeaworthyError | undefined
      let isAnswered = false
      const stop = (reason: string, words: string): void => {
        stopped = this.#failure(url, reason, words)
        outgoing.destroy(stopped)
      }
      const onAbort = (): void => {
        stop('aborted', 'it was aborted')
      }
      const onTimeout = (): void => {
        stop('timeout', `nothing complete within ${timeoutMs} ms`)
      }
      const timer = setTimeout(onTimeout, Math.min(timeoutMs, TIMEOUT_LIMIT_MS))
      signal?.addEventListener('abort', onAbort, { once: true })
      const settle = (): void => {
        clearTimeout(timer)
        signal?.removeEventListener('abort', onAbort)
      }
      const fail = (error: unknown): void => {
        settle()
        reject(stopped ?? this.#failure(url, errorCodeOf(error) ?? 'broken', messageOf(error)))
      }
      outgoing.on('error', fail)
      outgoing.on('close', () => {
        // Without this an unasked-for protocol switch would leave the caller waiting.
        if (!isAnswered) fail(new Error('the connection closed without an answer'))
      })
      outgoing.on('response', (incoming) => {
        isAnswered = true
        this.#receive(incoming).then((answer) => {
          settle()
          resolve(answer)
        }, fail)
      })
      outgoing.end(this.#request.body)
    })
  }

  #start(url: URL): ClientRequest {
    const { method, headers } = this.#request
    try {
      const request = url.protocol === 'https:' ? requestHttps : requestHttp
      return request(url, { method, headers: { ...headers }, agent: this.#agent })
    } catch (error) {
      throw platformFault(
        'PLATFORM_REQUEST_REFUSED',
        `expected a well-formed method and headers, got: ${messageOf(error)}`,
      )
    }
  }

  async #receive(incoming: IncomingMessage): Promise<FetchAnswer> {
    const limit = this.#request.bodyLimitBytes
    const parts: Uint8Array[] = []
    let size = 0
    let isTruncated = false
    for await (const chunk of incoming as AsyncIterable<Buffer>) {
      if (size + chunk.length > limit) {
        parts.push(chunk.subarray(0, limit - size))
        isTruncated = true
        // Leaving the loop destroys the connection: the rest is never read.
        break
      }
      parts.push(chunk)
      size += chunk.length
    }
    return {
      status: incoming.statusCode ?? 0,
      headers: cleanHeaders(incoming),
      body: concatBytes(parts),
      truncated: isTruncated,
      durationMs: performance.now() - this.#startedAt,
    }
  }

  #failure(url: URL, reason: string, words: string): SeaworthyError {
    return platformFault(
      'PLATFORM_REQUEST_FAILED',
      `expected an answer from ${url.host}, got: ${words}`,
      {
        details: { reason },
      },
    )
  }
}

/** Names in lower case, repeated values joined, control characters gone: they end up in evidence. */
function cleanHeaders(incoming: IncomingMessage): Record<string, string> {
  const rows = Object.entries(incoming.headersDistinct).map(([name, values]) => [
    name,
    // oxlint-disable-next-line no-control-regex
    (values ?? []).join(', ').replace(/[\u0000-\u001f\u007f-\u009f]/g, ' '),
  ])
  return Object.fromEntries(rows) as Record<string, string>
}
