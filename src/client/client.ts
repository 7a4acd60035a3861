// The typed way to call the API, over whatever carries it: a socket, or the routes in this very process.
import { EXIT, SeaworthyError, utf8Bytes, utf8Text } from '../kernel/index.ts'
import type { ErrorRow, ExitCode } from '../kernel/index.ts'

export const KEY_HEADER = 'idempotency-key'

export interface ApiRequest {
  readonly method: string
  readonly path: string
  readonly headers: Readonly<Record<string, string>>
  readonly body?: Uint8Array
  /** More of an answer is not read. */
  readonly answerLimitBytes: number
}

export interface ApiAnswer {
  readonly status: number
  readonly mediaType: string
  readonly body: Uint8Array
  /** Set when there was more of it than the request wanted to read. */
  readonly isCut?: boolean
}

/** Carries one request; rejects only when no answer came. */
export interface Transport {
  send(request: ApiRequest): Promise<ApiAnswer>
}

export interface Client {
  /** JSON in, the `data` of the answer out. Throws the API's own error code. */
  call<T>(method: string, path: string, body?: unknown): Promise<T>
  /** A page of a list: its rows, and the cursor of the next page. */
  page<T>(path: string): Promise<{ readonly data: T; readonly next: string | null }>
  /** Raw bytes in, JSON out. */
  upload<T>(method: string, path: string, bytes: Uint8Array): Promise<T>
  /** Raw bytes out. */
  download(path: string): Promise<Uint8Array>
}

/** Of JSON; nothing that a server answers is nearly so long, and one that is not ours must not fill the memory. */
const JSON_LIMIT_BYTES = 64 * 1024 * 1024
/** Of files: bundles, evidence. */
const FILE_LIMIT_BYTES = 512 * 1024 * 1024
/** What an answer that is none of ours counts as, whatever status it has. */
const FOREIGN_STATUS = 502

/** Problem document of RFC 9457 with our extension members. */
interface Problem {
  readonly title: string
  readonly status: number
  readonly detail: string
  readonly code: string
  readonly hint: string
  readonly exit: ExitCode
  readonly retryable: boolean
  readonly details: Readonly<Record<string, unknown>>
}

/**
 * @param headers sent with every request: the key and the tenant
 * @param newKey makes the idempotency key of each request that may change something, so that it can be sent again when
 *   no answer came; absent where nothing can be lost on the way
 */
export function makeClient(
  transport: Transport,
  headers: Readonly<Record<string, string>>,
  newKey?: () => string,
): Client {
  const exchange = async (
    method: string,
    path: string,
    body: Uint8Array | undefined,
    mediaType: string | undefined,
    answerLimitBytes = JSON_LIMIT_BYTES,
  ): Promise<ApiAnswer> => {
    const answer = await transport.send({
      method,
      path,
      headers: {
        ...headers,
        ...(mediaType === undefined ? {} : { 'content-type': mediaType }),
        ...(method === 'GET' || newKey === undefined ? {} : { [KEY_HEADER]: `"${newKey()}"` }),
      },
      ...(body === undefined ? {} : { body }),
      answerLimitBytes,
    })
    if (answer.isCut === true) throw foreignFault(answer, `more than ${answerLimitBytes} bytes`)
    if (answer.status >= 400) throw faultOfAnswer(answer)
    // Where a redirect leads the key must not go, and nobody else's word is taken for this server's.
    if (answer.status < 200 || answer.status > 299) throw foreignFault(answer)
    return answer
  }
  return {
    async call<T>(method: string, path: string, body?: unknown): Promise<T> {
      const bytes = body === undefined ? undefined : utf8Bytes(JSON.stringify(body))
      return readData<T>(await exchange(method, path, bytes, bytes && 'application/json'))
    },
    async page<T>(path: string): Promise<{ readonly data: T; readonly next: string | null }> {
      return readJson(await exchange('GET', path, undefined, undefined))
    },
    async upload<T>(method: string, path: string, bytes: Uint8Array): Promise<T> {
      return readData<T>(await exchange(method, path, bytes, 'application/octet-stream'))
    },
    async download(path: string): Promise<Uint8Array> {
      return (await exchange('GET', path, undefined, undefined, FILE_LIMIT_BYTES)).body
    },
  }
}

function readData<T>(answer: ApiAnswer): T {
  const read = readJson<{ readonly data: T }>(answer)
  if (!('data' in read)) throw foreignFault(answer)
  return read.data
}

function readJson<T extends object>(answer: ApiAnswer): T {
  try {
    const read: unknown = JSON.parse(utf8Text(answer.body))
    if (typeof read === 'object' && read !== null) return read as T
  } catch {
    // No JSON, or no UTF-8: the same as JSON of something else.
  }
  throw foreignFault(answer)
}

function faultOfAnswer(answer: ApiAnswer): SeaworthyError {
  if (!answer.mediaType.startsWith('application/problem+json')) return foreignFault(answer)
  const problem = readJson<Problem>(answer)
  const { code, title, detail, hint, exit } = problem
  const isProblem =
    [code, title, detail, hint].every((text) => typeof text === 'string') &&
    /^[A-Z][A-Z0-9_]{2,100}$/.test(code) &&
    // A refusal must not end a command as if it had been done.
    exit !== EXIT.ok &&
    Object.values(EXIT).includes(exit)
  if (!isProblem) return foreignFault(answer)
  const row: ErrorRow = {
    status: answer.status,
    exit,
    title,
    hint,
    retryable: problem.retryable,
  }
  return new SeaworthyError(code, row, detail, { details: problem.details })
}

/** Whatever answers is no Seaworthy, or does not answer as one. */
export function foreignFault(
  { status, mediaType }: Pick<ApiAnswer, 'status' | 'mediaType'>,
  what?: string,
): SeaworthyError {
  const row: ErrorRow = {
    // What stands before a server answers for it while it is away: that passes.
    status: status >= 400 ? status : FOREIGN_STATUS,
    exit: EXIT.unavailable,
    title: 'The answer is not from Seaworthy',
    hint: 'Check that the URL names a Seaworthy server.',
    retryable: false,
  }
  const got = what ?? `status ${status} with ${mediaType || 'no media type'}`
  return new SeaworthyError(
    'CLIENT_ANSWER_FOREIGN',
    row,
    `expected an answer of Seaworthy, got ${got}`,
  )
}
