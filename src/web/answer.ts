// Sends what a handler answers, or a problem document for what was thrown.
import type { FastifyReply, FastifyRequest } from 'fastify'
import { messageOf, SeaworthyError } from '../kernel/index.ts'
import type { Log, RouteAnswer } from '../kernel/index.ts'
import { entityTagOf, isKnownTag } from './entity-tag.ts'
import { maskProblem, maskText } from './masking.ts'
import { problemOf } from './problem.ts'

/** Answers depend on who asks, so no shared cache keeps any. */
const KEEPING = {
  'for-ever': 'private, max-age=31536000, immutable',
  'never-unasked': 'private, no-cache',
} as const

export function sendAnswer(
  reply: FastifyReply,
  answer: Exclude<RouteAnswer, { readonly stream: unknown }>,
  known: string | undefined,
): FastifyReply {
  void reply.code(answer.status ?? 200)
  if ('bytes' in answer) {
    if (answer.keeping !== undefined) void reply.header('cache-control', KEEPING[answer.keeping])
    if (answer.etag !== undefined) {
      // Whoever asks has to ask again each time, and may be told that nothing changed.
      void reply.header('etag', answer.etag).header('cache-control', 'no-cache')
      if (isKnownTag(known, answer.etag)) return reply.code(304).send()
    }
    // Stored documents may hold hostile markup: nothing in them may run or load.
    return reply
      .header('content-security-policy', "default-src 'none'; style-src 'unsafe-inline'; sandbox")
      .type(answer.mediaType)
      .send(Buffer.from(answer.bytes.buffer, answer.bytes.byteOffset, answer.bytes.byteLength))
  }
  const { data, next } = answer
  const body = JSON.stringify({ data: data ?? null, ...(next === undefined ? {} : { next }) })
  if (reply.request.method === 'GET') {
    // Whoever watches something asks often, and is told shortly that nothing changed.
    const etag = entityTagOf(body)
    void reply.header('etag', etag)
    if (isKnownTag(known, etag)) return reply.code(304).send()
  }
  return reply.type('application/json').send(body)
}

export interface ProblemTerms {
  readonly log: Log
  /** Whether requests come from others than this very process. */
  readonly isOutside: boolean
}

export function sendProblem(
  reply: FastifyReply,
  error: unknown,
  { log, isOutside }: ProblemTerms,
): FastifyReply {
  const { request } = reply
  const problem = {
    ...maskProblem(problemOf(error, isOutside), request),
    requestId: request.id,
  }
  if (problem.status >= 500) {
    log.error('request failed', {
      code: problem.code,
      requestId: problem.requestId,
      detail: maskText(messageOf(error), request),
      stack: stackOf(error, request),
    })
  }
  const { retryAfterS } = problem.details
  if (typeof retryAfterS === 'number' && !reply.hasHeader('retry-after'))
    void reply.header('retry-after', String(retryAfterS))
  if (problem.code === 'WEB_PROOF_TOO_OLD')
    void reply.header('www-authenticate', stepUpOf(problem.details['maxAgeS']))
  return reply.code(problem.status).type('application/problem+json').send(JSON.stringify(problem))
}

/** RFC 9470, section 3. */
function stepUpOf(maxAgeS: unknown): string {
  return `Bearer error="insufficient_user_authentication", error_description="Sign in again", max_age="${Number(maxAgeS)}"`
}

function stackOf(error: unknown, request: FastifyRequest): string | undefined {
  return error instanceof Error && !(error instanceof SeaworthyError)
    ? maskText(error.stack ?? '', request)
    : undefined
}
