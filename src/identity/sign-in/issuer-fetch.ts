// Requests to an issuer, in the form that its client library asks for them: bounded, without redirects, over TLS.
import { utf8Bytes } from '../../kernel/index.ts'
import type { Fetch } from '../../kernel/index.ts'
import { identityFault } from '../errors.ts'

const ANSWER_LIMIT_BYTES = 1_048_576
const ANSWER_TIMEOUT_MS = 10_000
/** Statuses whose answer has no body, which `Response` insists on. */
const BODILESS = new Set([101, 204, 205, 304])

export interface IssuerRequest {
  readonly method?: string
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string | URLSearchParams | Uint8Array | null
}

/** @throws IDENTITY_ISSUER_SILENT when no whole answer comes, or the address is not one to send a secret to */
export async function askIssuer(
  fetch: Fetch,
  address: string,
  request: IssuerRequest,
): Promise<Response> {
  const url = new URL(address)
  // What an issuer says about itself cannot lead a secret off TLS; on this very machine nobody is in between.
  if (url.protocol !== 'https:' && !isLoopback(url))
    throw identityFault(
      'IDENTITY_ISSUER_SILENT',
      `expected an https address of the issuer, got ${url.protocol}//${url.host}`,
    )
  const { method = 'GET', headers = {}, body } = request
  const bytes = body instanceof Uint8Array ? body : body ? utf8Bytes(body.toString()) : undefined
  const answer = await fetch
    .send({
      method,
      url: url.href,
      headers: {
        'user-agent': 'seaworthy',
        ...headers,
        ...(bytes === undefined ? {} : { 'content-length': String(bytes.length) }),
      },
      ...(bytes === undefined ? {} : { body: bytes }),
      timeoutMs: ANSWER_TIMEOUT_MS,
      bodyLimitBytes: ANSWER_LIMIT_BYTES,
    })
    .catch((cause: unknown) => {
      throw identityFault('IDENTITY_ISSUER_SILENT', `expected an answer of ${url.host}`, { cause })
    })
  if (answer.truncated)
    throw identityFault('IDENTITY_ISSUER_SILENT', `expected a short answer of ${url.host}`)
  return new Response(BODILESS.has(answer.status) ? null : Uint8Array.from(answer.body), {
    status: answer.status,
    headers: answer.headers,
  })
}

export function isLoopback({ hostname }: URL): boolean {
  return hostname === 'localhost' || hostname === '[::1]' || /^127(\.\d{1,3}){3}$/.test(hostname)
}
