// Binds the rate guard to Fastify, Express and plain node:http by what their requests look like; imports none of them.
import type { RateAnswer, RateGuard, RequestFacts } from './rate-guard.ts'
import { expectFunction } from './wiring.ts'

/** As much of an incoming request as all three have. */
export interface IncomingLike {
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>
  readonly socket: { readonly remoteAddress?: string | undefined }
}

/** What the service knows better than the guard: who it is, which endpoint, what it costs. */
export type Describe<Request> = (
  request: Request,
) => Pick<RequestFacts, 'endpoint'> & Partial<Pick<RequestFacts, 'tenant' | 'principal' | 'cost'>>

/** A request as the rate guard wants it. */
export function requestFactsOf<Request extends IncomingLike>(
  request: Request,
  describe: Describe<Request>,
): RequestFacts {
  const forwarded = request.headers['x-forwarded-for']
  return {
    peer: request.socket.remoteAddress,
    // Several lines of one field are one list (RFC 9110, section 5.3).
    forwardedFor: typeof forwarded === 'string' ? forwarded : forwarded?.join(','),
    ...describe(request),
  }
}

const PROBLEM_TYPE = 'application/problem+json'

export interface FastifyReplyLike {
  header(name: string, value: string): unknown
  code(status: number): { type(mediaType: string): { send(body: unknown): unknown } }
}

/** For `fastify.addHook('onRequest', …)`, or `preHandler` where tenant and principal are known by then. */
export function fastifyRateHook<Request extends IncomingLike>(
  guard: RateGuard,
  describe: Describe<Request>,
): (request: Request, reply: FastifyReplyLike) => Promise<unknown> {
  expectBinding(guard, describe)
  return async (request, reply) => {
    const answer = await guard(requestFactsOf(request, describe))
    for (const [name, value] of Object.entries(answer.fields)) reply.header(name, value)
    if (answer.allowed) return undefined
    return reply.code(answer.problem.status).type(PROBLEM_TYPE).send(answer.problem.body)
  }
}

function expectBinding(guard: unknown, describe: unknown): void {
  expectFunction('guard (what makeRateGuard gives)', guard)
  expectFunction('description of a request (its second value)', describe)
}

/** As much of a response as Express and node:http have. */
export interface ServerResponseLike {
  statusCode: number
  setHeader(name: string, value: string): unknown
  end(body: string): unknown
}

/** For `app.use(…)`. A fault goes to `next`, as Express asks. */
export function expressRateGuard<Request extends IncomingLike>(
  guard: RateGuard,
  describe: Describe<Request>,
): (
  request: Request,
  response: ServerResponseLike,
  next: (error?: unknown) => void,
) => Promise<void> {
  expectBinding(guard, describe)
  return async (request, response, next) => {
    let isAdmitted: boolean
    try {
      isAdmitted = writeAnswer(await guard(requestFactsOf(request, describe)), response)
    } catch (error) {
      next(error)
      return
    }
    if (isAdmitted) next()
  }
}

/** For a plain `node:http` server: whether the request may go on; when not, it has been answered. */
export async function admitRequest<Request extends IncomingLike>(
  guard: RateGuard,
  describe: Describe<Request>,
  request: Request,
  response: ServerResponseLike,
): Promise<boolean> {
  return writeAnswer(await guard(requestFactsOf(request, describe)), response)
}

function writeAnswer(answer: RateAnswer, response: ServerResponseLike): boolean {
  for (const [name, value] of Object.entries(answer.fields)) response.setHeader(name, value)
  if (answer.allowed) return true
  response.statusCode = answer.problem.status
  response.setHeader('content-type', PROBLEM_TYPE)
  response.end(JSON.stringify(answer.problem.body))
  return false
}
