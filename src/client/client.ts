// The typed way to call the API, over whatever carries it: a socket, or the routes in this very process.
import { SeaworthyError, utf8Bytes, utf8Text } from '../kernel/index.ts'
import type { ErrorRow, ExitCode } from '../kernel/index.ts'

export const KEY_HEADER = 'idempotency-key'

export interface ApiRequest {
  readonly method: string
  readonly path: string
  readonly headers: Readonly<Record<string, string>>
  readonly body?: Uint8Array
}

export interface ApiAnswer {
  readonly status: number
  readonly mediaType: string
  readonly body: Uint8Array
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
    })
    if (answer.status >= 400) throw faultOfAnswer(answer)
    return answer
  }
  return {
    async call<T>(method: string, path: string, body?: unknown): Promise<T> {
      const bytes = body === undefined ? undefined : utf8Bytes(JSON.stringify(body))
      return readData<T>(await exchange(method, path, bytes, bytes && 'application/json'))
    },
    async page<T>(path: string): Promise<{ readonly data: T; readonly next: string | null }> {
      const { body } = await exchange('GET', path, undefined, undefined)
      return JSON.parse(utf8Text(body)) as { data: T; next: string | null }
    },
    async upload<T>(method: string, path: string, bytes: Uint8Array): Promise<T> {
      return readData<T>(await exchange(method, path, bytes, 'application/octet-stream'))
    },
    async download(path: string): Promise<Uint8Array> {
      return (await exchange('GET', path, undefined, undefined)).body
    },
  }
}

function readData<T>(answer: ApiAnswer): T {
  const parsed = JSON.parse(utf8Text(answer.body)) as { data: T }
  return parsed.data
}

function faultOfAnswer(answer: ApiAnswer): SeaworthyError {
  const problem = readProblem(answer)
  const row: ErrorRow = {
    status: problem.status,
    exit: problem.exit,
    title: problem.title,
    hint: problem.hint,
    retryable: problem.retryable,
  }
  return new SeaworthyError(problem.code, row, problem.detail, { details: problem.details })
}

function readProblem(answer: ApiAnswer): Problem {
  if (answer.mediaType.startsWith('application/problem+json')) {
    return JSON.parse(utf8Text(answer.body)) as Problem
  }
  return {
    title: 'The answer is not from Seaworthy',
    status: answer.status,
    detail: `expected a problem document, got status ${answer.status} with ${answer.mediaType || 'no media type'}`,
    code: 'CLIENT_ANSWER_FOREIGN',
    hint: 'Check that the URL names a Seaworthy server.',
    exit: 9,
    retryable: false,
    details: {},
  }
}
