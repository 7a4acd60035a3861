// What the framework and Node would refuse by themselves, past every hook: led through the hooks where there is a request, answered on the socket where there is none.
import type { IncomingMessage } from 'node:http'
import type { Socket } from 'node:net'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { webFault } from './errors.ts'
import { problemOf } from './problem.ts'
import { endWithProblem } from './raw-problem.ts'
import { UNKNOWN_ROUTE } from './request-watch.ts'
import type { RequestWatch } from './request-watch.ts'

/** Names in paths are at most as long; the router refuses longer ones. */
export const PATH_PART_LIMIT_CHARACTERS = 100
/** Path, query and header lines together. */
export const HEADER_LIMIT_BYTES = 16 * 1024
/** Where requests are led whose own path cannot be looked up. No route is there. */
const NOWHERE = '/unroutable'
/** What Node says where no request, or no whole one, was read. */
const SOCKET_FAULTS: Readonly<Record<string, () => Error>> = {
  HPE_HEADER_OVERFLOW: () =>
    webFault(
      'WEB_HEADERS_TOO_LARGE',
      `expected path and header lines of at most ${HEADER_LIMIT_BYTES} bytes together`,
    ),
  ERR_HTTP_REQUEST_TIMEOUT: () =>
    webFault('WEB_REQUEST_SLOW', 'expected the header lines, then the whole request, in time'),
}
/** Of a request that was not read. */
const UNREAD_METHOD = 'unknown'
/** The peer is gone, or what was to be told could not be written. */
const GONE: readonly unknown[] = ['ECONNRESET', 'EPIPE']

export interface UnroutedTerms {
  readonly watch?: RequestWatch
  newRequestId(): string
}

export class UnroutedRequests {
  readonly #terms: UnroutedTerms
  readonly #faults = new WeakMap<IncomingMessage, Error>()
  /** The latest of each connection. */
  readonly #replies = new WeakMap<Socket, FastifyReply>()

  constructor(terms: UnroutedTerms) {
    this.#terms = terms
  }

  /** Before other hooks are added: a connection may break in any of them. */
  follow(server: FastifyInstance): void {
    server.addHook('onRequest', (request, reply, done) => {
      this.#replies.set(request.raw.socket, reply)
      done()
    })
    // A server may ignore what it does not know of Expect (RFC 9110, 10.1.1); Node would answer 417 by itself.
    server.server.on('checkExpectation', (request, response) => server.routing(request, response))
  }

  /** For `frameworkErrors`: the request goes where no route is, through every hook, and is told there what its path lacks. */
  lead(
    server: FastifyInstance,
    error: unknown,
    { raw }: FastifyRequest,
    reply: FastifyReply,
  ): void {
    this.#faults.set(raw, pathFault(error))
    const { url } = raw
    raw.url = NOWHERE
    server.routing(raw, reply.raw)
    // Looked up by now; what is recorded and masked is what was asked.
    if (url !== undefined) raw.url = url
  }

  /** Why there is no route for a request. */
  faultOf({ raw, method, url }: FastifyRequest): Error {
    const path = url.split('?', 1)[0] ?? ''
    return (
      this.#faults.get(raw) ??
      webFault('WEB_ROUTE_UNKNOWN', `expected a known route, got ${method} ${path}`)
    )
  }

  /** For `clientErrorHandler`. Nothing of what was sent is told: it may be anything. */
  refuseSocket(error: NodeJS.ErrnoException, socket: Socket): void {
    const reply = this.#replies.get(socket)
    // Answers leave in order, so with the latest the ones before it have left.
    const isAnswering = reply !== undefined && !reply.raw.writableFinished
    // Bytes of ours would be taken for a part, or in place, of the answer that is under way.
    const isTaken = isAnswering && (reply.raw.headersSent || reply.request.raw.complete)
    if (GONE.includes(error.code) || !socket.writable || isTaken) {
      socket.destroy()
      return
    }
    const fault =
      SOCKET_FAULTS[error.code ?? '']?.() ??
      webFault('WEB_REQUEST_REFUSED', 'expected a request of HTTP/1.1, with one length of its body')
    const problem = problemOf(fault, true)
    const { watch, newRequestId } = this.#terms
    const requestId = isAnswering ? reply.request.id : newRequestId()
    const { sizeBytes } = endWithProblem(socket, problem, requestId)
    // Nothing more of it is read, and it ends once the answer has left.
    socket.destroySoon()
    // One that has begun is told when its reply ends.
    if (watch === undefined || isAnswering) return
    const { status } = problem
    const [method, route] = [UNREAD_METHOD, UNKNOWN_ROUTE]
    watch.begun()
    watch.ended({ requestId, method, route, status, durationMs: 0, sizeBytes, isCutOff: false })
  }
}

function pathFault(error: unknown): Error {
  const code = typeof error === 'object' && error !== null && 'code' in error ? error.code : ''
  return code === 'FST_ERR_MAX_PARAM_LENGTH'
    ? webFault(
        'WEB_PATH_TOO_LONG',
        `expected parts of the path of at most ${PATH_PART_LIMIT_CHARACTERS} characters`,
      )
    : webFault('WEB_PATH_INVALID', 'expected every percent sign of the path to encode UTF-8')
}
