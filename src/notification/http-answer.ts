// What the answer of an HTTP channel comes to when it is no success, and one request under the limits of channels; pure but for the request.
import { cutText, messageOf, SeaworthyError, utf8TextLossy } from '../kernel/index.ts'
import type { Fetch, FetchAnswer, FetchRequest } from '../kernel/index.ts'
import { readRetryAfterMs } from '../webhook/index.ts'
import { ANSWER_LIMIT_BYTES, EXCHANGE_TIMEOUT_MS } from './model.ts'
import type { SendEnd } from './model.ts'

const ASKS_FOR_PATIENCE: readonly number[] = [429, 503]
/** The content itself was refused: it would be again. */
const REFUSES_CONTENT: readonly number[] = [400, 413, 422]
/** Of an answer's text, in an error that people read. */
const SHOWN_LIMIT_LENGTH = 200

type Failed = Extract<SendEnd, { readonly outcome: 'failed' }>

export async function askChannel(
  fetch: Fetch,
  request: Pick<FetchRequest, 'method' | 'url' | 'headers' | 'body' | 'signal'>,
  bodyLimitBytes = ANSWER_LIMIT_BYTES,
): Promise<FetchAnswer | Failed> {
  try {
    const limits = { timeoutMs: EXCHANGE_TIMEOUT_MS, bodyLimitBytes }
    return await fetch.send({ ...request, ...limits })
  } catch (error) {
    return { outcome: 'failed', error: reasonOf(error) }
  }
}

export function isFailed(came: object): came is Failed {
  return 'outcome' in came
}

export function isSuccess({ status }: FetchAnswer): boolean {
  return status >= 200 && status < 300
}

/** @param words what the channel says besides, instead of its text */
export function failureOfAnswer(answer: FetchAnswer, nowMs: number, words?: string): Failed {
  const { status, headers } = answer
  const askedMs = ASKS_FOR_PATIENCE.includes(status)
    ? readRetryAfterMs(headers['retry-after'], nowMs)
    : 0
  return {
    outcome: 'failed',
    error: `answered ${status}${words === undefined ? '' : `: ${words}`}`,
    status,
    ...(askedMs > 0 ? { retryAfterMs: askedMs } : {}),
    ...(REFUSES_CONTENT.includes(status) ? { isFinal: true } : {}),
  }
}

/** The text of an answer as part of an error: its beginning, on one line. */
export function shownAnswer({ body }: FetchAnswer): string {
  const text = utf8TextLossy(body.subarray(0, SHOWN_LIMIT_LENGTH * 4))
  return cutText(text.replace(/[\p{Cc}\s]+/gu, ' ').trim(), SHOWN_LIMIT_LENGTH)
}

export function reasonOf(error: unknown): string {
  if (!(error instanceof SeaworthyError)) return messageOf(error)
  const { reason, words } = error.details
  if (typeof words === 'string' && words !== '') return words
  return typeof reason === 'string' ? `no answer: ${reason}` : error.message
}
