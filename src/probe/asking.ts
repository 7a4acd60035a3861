// One request of a check and what came of it: a status with header fields and text, or why nothing came.
import type { ConnectionPool } from '../kernel/index.ts'
import { utf8Bytes, utf8TextLossy } from '../kernel/index.ts'
import { failureOf } from './load.ts'

const ANSWER_LIMIT_BYTES = 1024 * 1024
/** Longest piece of what a service says that a record keeps, in characters. */
const SHOWN_LIMIT_CHARACTERS = 500

export interface Asked {
  readonly method?: string
  readonly url: string
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string | Uint8Array
  readonly timeoutMs: number
}

export interface Answered {
  /** Null when no answer came. */
  readonly status: number | null
  /** Why none came: `timeout` or the operating system's code. */
  readonly failure: string | null
  readonly headers: Readonly<Record<string, string>>
  /** The body as text, cut at 1 MiB. */
  readonly text: string
}

/** Rejects only when the check is called off. */
export async function ask(
  pool: ConnectionPool,
  { method = 'GET', url, headers = {}, body, timeoutMs }: Asked,
  signal: AbortSignal,
): Promise<Answered> {
  signal.throwIfAborted()
  try {
    const answer = await pool.send({
      method,
      url,
      headers,
      ...(body === undefined ? {} : { body: typeof body === 'string' ? utf8Bytes(body) : body }),
      timeoutMs,
      bodyLimitBytes: ANSWER_LIMIT_BYTES,
      signal,
    })
    const { status } = answer
    return { status, failure: null, headers: answer.headers, text: utf8TextLossy(answer.body) }
  } catch (thrown) {
    signal.throwIfAborted()
    return { status: null, failure: failureOf(thrown), headers: {}, text: '' }
  }
}

/** A header field for a record; null when it did not come. */
export function fieldOf({ headers }: Answered, name: string): string | null {
  return headers[name]?.slice(0, SHOWN_LIMIT_CHARACTERS).toWellFormed() ?? null
}

export function isServerError({ status }: Answered): boolean {
  return status === null || status >= 500
}

export function isRefusal({ status }: Answered): boolean {
  return status !== null && status >= 400 && status < 500
}

export function isAccepted({ status }: Answered): boolean {
  return status !== null && status >= 200 && status < 300
}
