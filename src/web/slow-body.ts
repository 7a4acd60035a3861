// Ends bodies that trickle in: a byte a second would hold a connection for as long as its sender likes.
import { Transform } from 'node:stream'
import type { Readable } from 'node:stream'
import type { FastifyInstance } from 'fastify'
import type { Clock } from '../kernel/index.ts'
import { webFault } from './errors.ts'

export interface BodyPace {
  /** What every body has, however small: a bad line is no attack. */
  readonly graceMs: number
  /** What a body earns for more time, as mod_reqtimeout of Apache counts it. */
  readonly bytesPerSecond: number
}

const PACE: BodyPace = { graceMs: 10_000, bytesPerSecond: 16 * 1024 }

/** Answers 408 (WEB_BODY_SLOW) once a body is behind its pace, and ends the connection with it. */
export function endSlowBodies(server: FastifyInstance, clock: Clock, pace: BodyPace = PACE): void {
  server.addHook('preParsing', (request, reply, payload, done) => {
    const { 'content-length': length, 'transfer-encoding': encoding } = request.headers
    if ((length === undefined || length === '0') && encoding === undefined) {
      done(null, payload)
      return
    }
    const body = pacedBody(payload, clock, pace, () => {
      // What is still to come is read by nobody.
      void reply.header('connection', 'close')
    })
    done(null, body)
  })
}

function pacedBody(
  payload: Readable,
  clock: Clock,
  { graceMs, bytesPerSecond }: BodyPace,
  onSlow: () => void,
): Readable {
  const over = new AbortController()
  let sizeBytes = 0
  const body = new Transform({
    transform(chunk: Uint8Array, _encoding, next) {
      sizeBytes += chunk.length
      next(null, chunk)
    },
  })
  const watch = async (): Promise<void> => {
    let waitedMs = 0
    for (;;) {
      const leftMs = graceMs + (sizeBytes / bytesPerSecond) * 1_000 - waitedMs
      if (leftMs <= 0) break
      await clock.sleep(leftMs, over.signal)
      waitedMs += leftMs
    }
    if (over.signal.aborted) return
    onSlow()
    const pace = `within ${graceMs} ms or faster than ${bytesPerSecond} bytes a second`
    body.destroy(webFault('WEB_BODY_SLOW', `expected the body ${pace}`))
  }
  const stop = (): void => over.abort()
  body.once('end', stop).once('close', stop)
  // One that was refused before it was read (too large, say) has no reader who could hear of it; its answer has left.
  body.on('error', stop)
  payload.once('error', (error: Error) => body.destroy(error))
  payload.pipe(body)
  // A sleep that is broken off means that the body came, or that its sender went.
  watch().catch(() => undefined)
  return body
}
