// How requests travel: into the routes of this process without a socket, or to a server.
import type { FastifyInstance } from 'fastify'
import { messageOf } from '../../kernel/index.ts'
import type { Clock, Fetch, FetchAnswer } from '../../kernel/index.ts'
import { KEY_HEADER } from '../../client/index.ts'
import type { Transport } from '../../client/index.ts'
import { appFault } from '../errors.ts'

const ANSWER_TIMEOUT_MS = 120_000
/** Refused for now, with a word on how long: too many requests, or this very request is still being carried out. */
const LATER_STATUSES: readonly number[] = [409, 429]
/** Pauses before a request that has an idempotency key is sent again because no answer came. */
const LOST_PAUSES_MS = [250, 1_000, 3_000]
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
    async send({ method, path, headers, body, answerLimitBytes }) {
      const isRepeatable = headers[KEY_HEADER] !== undefined
      try {
        const send = (): Promise<FetchAnswer> =>
          fetch.send({
            method,
            url: new URL(path, baseUrl).href,
            headers,
            ...(body === undefined ? {} : { body }),
            timeoutMs: ANSWER_TIMEOUT_MS,
            bodyLimitBytes: answerLimitBytes,
          })
        const ask = (): Promise<FetchAnswer> => (isRepeatable ? untilAnswered(clock, send) : send())
        let answer = await ask()
        for (let retry = 0; retry < LIMITED_RETRIES; retry += 1) {
          const waitMs = Number(answer.headers['retry-after']) * 1_000
          // A refused request had no effect, so that even a write may be sent again.
          if (!LATER_STATUSES.includes(answer.status) || !(waitMs <= LIMITED_WAIT_MS)) break
          await clock.sleep(waitMs)
          answer = await ask()
        }
        return {
          status: answer.status,
          mediaType: answer.headers['content-type'] ?? '',
          body: answer.body,
          isCut: answer.truncated,
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

/** A request whose key is known to the server already is not carried out twice. */
async function untilAnswered(clock: Clock, send: () => Promise<FetchAnswer>): Promise<FetchAnswer> {
  for (const pauseMs of LOST_PAUSES_MS) {
    try {
      return await send()
    } catch {
      // The last try tells why.
      await clock.sleep(pauseMs)
    }
  }
  return send()
}
