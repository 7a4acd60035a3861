// How requests travel: into the routes of this process without a socket, or to a server.
import type { FastifyInstance } from 'fastify'
import { messageOf } from '../../kernel/index.ts'
import type { Clock, Fetch, FetchAnswer } from '../../kernel/index.ts'
import type { Transport } from '../../client/index.ts'
import { appFault } from '../errors.ts'

const ANSWER_LIMIT_BYTES = 512 * 1024 * 1024
const ANSWER_TIMEOUT_MS = 120_000
const TOO_MANY_REQUESTS = 429
/** A limited request is sent again after the time that the server names, this often, and never after a longer wait. */
const LIMITED_RETRIES = 5
const LIMITED_WAIT_MS = 30_000

export function inProcessTransport(web: FastifyInstance): Transport {
  return {
    async send({ method, path, headers, body }) {
      const answer = await web.inject({
        method: method as 'GET',
        url: path,
        headers: { ...headers, host: 'localhost' },
        ...(body === undefined
          ? {}
          : { payload: Buffer.from(body.buffer, body.byteOffset, body.byteLength) }),
      })
      const mediaType = answer.headers['content-type']
      return {
        status: answer.statusCode,
        mediaType: typeof mediaType === 'string' ? mediaType : '',
        body: new Uint8Array(answer.rawPayload),
      }
    },
  }
}

export function serverTransport(fetch: Fetch, clock: Clock, baseUrl: string): Transport {
  return {
    async send({ method, path, headers, body }) {
      try {
        const ask = (): Promise<FetchAnswer> =>
          fetch.send({
            method,
            url: new URL(path, baseUrl).href,
            headers,
            ...(body === undefined ? {} : { body }),
            timeoutMs: ANSWER_TIMEOUT_MS,
            bodyLimitBytes: ANSWER_LIMIT_BYTES,
          })
        let answer = await ask()
        for (let retry = 0; retry < LIMITED_RETRIES; retry += 1) {
          const waitMs = Number(answer.headers['retry-after']) * 1_000
          // A refused request had no effect, so that even a write may be sent again.
          if (answer.status !== TOO_MANY_REQUESTS || !(waitMs <= LIMITED_WAIT_MS)) break
          await clock.sleep(waitMs)
          answer = await ask()
        }
        return {
          status: answer.status,
          mediaType: answer.headers['content-type'] ?? '',
          body: answer.body,
        }
      } catch (error) {
        throw appFault(
          'APP_SERVER_UNREACHABLE',
          `expected an answer from ${baseUrl}: ${messageOf(error)}`,
          { cause: error },
        )
      }
    },
  }
}
