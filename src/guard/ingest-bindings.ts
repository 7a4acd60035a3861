// Binds the ingest guard to Fastify and Express as their JSON body parser; imports neither of them.
import type { IngestGuard, IngestRefusal } from './ingest-guard.ts'
import type { ServerResponseLike } from './middleware.ts'

/** A refusal as Fastify's error handler sees it. */
export class IngestError extends Error {
  readonly statusCode: number
  readonly code: string

  constructor({ status, reason, detail }: IngestRefusal) {
    super(detail)
    this.name = 'IngestError'
    this.statusCode = status
    this.code = `INGEST_${reason.toUpperCase().replaceAll('-', '_')}`
  }
}

/** For `app.addContentTypeParser('application/json', { parseAs: 'buffer', bodyLimit: guard.limits.sizeBytes }, …)`. */
export function fastifyJsonParser(
  guard: IngestGuard,
): (
  request: unknown,
  body: string | Uint8Array,
  done: (error: Error | null, value?: unknown) => void,
) => void {
  return (_request, body, done) => {
    const answer = guard.admit(typeof body === 'string' ? new TextEncoder().encode(body) : body)
    if (answer.ok) done(null, answer.value)
    else done(new IngestError(answer))
  }
}

/** As much of a request as is read; the body comes in chunks. */
export interface BodyRequestLike {
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>
  body?: unknown
  on(event: 'data', listener: (chunk: Uint8Array) => void): unknown
  on(event: 'end' | 'close', listener: () => void): unknown
  on(event: 'error', listener: (error: Error) => void): unknown
  resume(): unknown
}

/**
 * For `app.use(…)` in place of `express.json()`. Bodies of other media types are left to others; a compressed one is
 * refused, because its size is not what it says. A body that is too large is not kept while it comes in.
 */
export function expressJsonBody(
  guard: IngestGuard,
): (
  request: BodyRequestLike,
  response: ServerResponseLike,
  next: (error?: unknown) => void,
) => void {
  return (request, response, next) => {
    const type = String(request.headers['content-type'] ?? '')
    if (!/^application\/(?:[\w.+-]+\+)?json(?:\s*;|$)/i.test(type)) {
      next()
      return
    }
    const encoding = String(request.headers['content-encoding'] ?? 'identity')
    if (encoding !== 'identity') {
      request.resume()
      answerRefusal(response, guard.refuse('encoded', 'expected a body without content encoding'))
      return
    }
    readBody(
      request,
      guard,
      (refusal) => {
        if (refusal === undefined) next()
        else answerRefusal(response, refusal)
      },
      next,
    )
  }
}

function readBody(
  request: BodyRequestLike,
  guard: IngestGuard,
  done: (refusal?: IngestRefusal) => void,
  fail: (error: unknown) => void,
): void {
  let chunks: Uint8Array[] = []
  let sizeBytes = 0
  let isOver = false
  request.on('data', (chunk) => {
    sizeBytes += chunk.length
    if (sizeBytes > guard.limits.sizeBytes) chunks = []
    else chunks.push(chunk)
  })
  request.on('error', (error) => {
    if (!isOver) fail(error)
    isOver = true
  })
  request.on('end', () => {
    if (isOver) return
    isOver = true
    if (sizeBytes > guard.limits.sizeBytes) {
      done(guard.refuse('too-large', `expected at most ${guard.limits.sizeBytes} bytes`))
      return
    }
    const answer = guard.admit(joined(chunks, sizeBytes))
    if (!answer.ok) {
      done(answer)
      return
    }
    request.body = answer.value
    done()
  })
}

function joined(chunks: readonly Uint8Array[], sizeBytes: number): Uint8Array {
  const [only] = chunks
  if (chunks.length === 1 && only !== undefined) return only
  const body = new Uint8Array(sizeBytes)
  let at = 0
  for (const chunk of chunks) {
    body.set(chunk, at)
    at += chunk.length
  }
  return body
}

function answerRefusal(response: ServerResponseLike, refusal: IngestRefusal): void {
  const { status, detail, reason } = refusal
  response.statusCode = status
  response.setHeader('content-type', 'application/problem+json')
  const title = 'The body is not accepted'
  response.end(
    JSON.stringify({
      type: 'about:blank',
      title,
      status,
      detail,
      code: `INGEST_${reason.toUpperCase().replaceAll('-', '_')}`,
    }),
  )
}
