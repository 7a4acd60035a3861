// Records connections that are refused as they begin: whose they are is asked only then, since nothing else of them counts.
import type { IncomingMessage } from 'node:http'
import { cookieOf } from './browser.ts'
import type { Authenticate } from './identify.ts'
import type { PeerOf } from './peer.ts'
import { askedOfConnection } from './request-recorder.ts'
import type { AskedRefusal, RequestRecorder } from './request-recorder.ts'

export interface RefusalTerms {
  /** Where connections begin. */
  readonly path: string
  readonly recorder?: RequestRecorder
  readonly authenticate: Authenticate
  readonly peerOf: PeerOf
  /** Where people sign in. */
  readonly sessionCookie: string | undefined
  newRequestId(): string
}

/** @throws what the recorder throws: nothing leaves unrecorded */
export async function recordRefusal(
  request: IncomingMessage,
  refusal: AskedRefusal,
  terms: RefusalTerms,
): Promise<void> {
  const { path, recorder, authenticate, sessionCookie } = terms
  if (recorder === undefined) return
  const { authorization, 'x-seaworthy-tenant': tenant } = request.headers
  const peer = terms.peerOf(request)
  const caller = await authenticate({
    access: 'read',
    authorization,
    viewKey: undefined,
    tenant: typeof tenant === 'string' ? tenant : undefined,
    // Also of a page of somebody else, which is refused for that: whose session it used is what is recorded.
    session: sessionCookie === undefined ? undefined : cookieOf(request, sessionCookie),
    peer,
    // Whoever cannot be known is a stranger.
  }).catch(() => undefined)
  const { url } = request
  const asked = askedOfConnection({ path, requestId: terms.newRequestId(), url }, { caller, peer })
  await recorder.refuse(asked, refusal)
}
