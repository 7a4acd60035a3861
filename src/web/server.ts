// Mounts route records on Fastify: key check, tenant, body limits, problem answers. Knows no slice.
import Fastify from 'fastify'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { fastifyEdgeHook, makeEdgeGuard, securityHeaders } from '../guard/index.ts'
import { UNTRACED } from '../kernel/index.ts'
import type { Caller, Clock, Log, Route, RouteAnswer, Tracing } from '../kernel/index.ts'
import { sendAnswer, sendProblem } from './answer.ts'
import { JSON_LIMIT_BYTES } from './body.ts'
import { assertPageOf } from './browser.ts'
import type { BrowserTerms } from './browser.ts'
import { webFault } from './errors.ts'
import { mountHealth } from './health.ts'
import type { ReadinessCheck } from './health.ts'
import { refuseForeignHost } from './host.ts'
import { makeIdentify, textHeader } from './identify.ts'
import type { Authenticate, Identify } from './identify.ts'
import { readInput } from './input.ts'
import type { KeyedAnswers } from './keyed-answers.ts'
import type { RequestLimits } from './limits.ts'
import type { ReferenceTerms } from './mounted-route.ts'
import { mountDocument } from './open-document.ts'
import type { OpenDocument } from './open-document.ts'
import { makePeerOf } from './peer.ts'
import type { PeerOf } from './peer.ts'
import { problemOf } from './problem.ts'
import { collectRoutes, mountReference } from './reference.ts'
import { requestIdOf } from './request-id.ts'
import { askedOf } from './request-recorder.ts'
import type { Asker, RequestRecorder } from './request-recorder.ts'
import { traceRequests } from './request-trace.ts'
import { watchRequests } from './request-watch.ts'
import type { RequestWatch } from './request-watch.ts'
import { assertAdmitted, assertEnvironment, assertProven } from './rights.ts'
import { mountSite } from './site.ts'
import type { Site } from './site.ts'
import { endSlowBodies } from './slow-body.ts'
import { OpenStreams } from './stream.ts'
import { refuseUnknownRoutes } from './unknown-route.ts'
import { HEADER_LIMIT_BYTES, PATH_PART_LIMIT_CHARACTERS, UnroutedRequests } from './unrouted.ts'
import { isForDoor, mountUpgrades } from './upgrade.ts'
import type { UpgradeDoor } from './upgrade.ts'
import { mountVisit } from './visit.ts'
import type { Visit } from './visit.ts'

/** Largest request body; an evidence blob is the largest thing anybody sends. */
export const BODY_LIMIT_BYTES = 256 * 1024 * 1024
const CONNECTION_TIMEOUT_MS = 30_000
const REQUEST_TIMEOUT_MS = 120_000
/** Header lines come at once or not at all. */
const HEADERS_TIMEOUT_MS = 10_000
/** How often the two above are looked at: Node's own 30 s would triple them. */
const CONNECTIONS_CHECKED_MS = 1_000
/** A server that ends answers what it has begun for this long, and cuts off what is left. */
const CLOSING_GRACE_MS = 10_000

/** Every answer has them, refusals too; what is no API says so for itself. */
const API_FIELDS = securityHeaders('api')

export interface WebOptions {
  readonly routes: readonly Route[]
  readonly log: Log
  readonly clock: Clock
  /** For a request that brings no usable id. */
  newRequestId(): string
  /** Where proxies stand before this server; else the other end of a connection is who asks. */
  readonly peerOf?: PeerOf
  /** What has to answer before requests make sense; told at `/health/ready`. */
  readonly readiness: readonly ReadinessCheck[]
  /** Names besides the loopback's that a Host header may bear. */
  readonly hosts?: readonly string[]
  /** What anybody may read, as it is. */
  readonly openDocuments?: readonly OpenDocument[]
  /** Of `/openapi.json` and `/docs`; without it neither is there. */
  readonly reference?: ReferenceTerms
  /** Absent where requests come from this very process, without a socket. */
  readonly limits?: RequestLimits
  /** Keeps what was answered under idempotency keys; without it they mean nothing. */
  readonly keyed?: KeyedAnswers
  /** Hears of every request, whatever became of it. */
  readonly watch?: RequestWatch
  /** Absent where nobody follows requests. */
  readonly tracing?: Tracing
  /** Records what was asked before it is answered; absent where that is nobody's business but the asker's. */
  readonly recorder?: RequestRecorder
  /** What a browser opens; absent where there is only the API. */
  readonly site?: Site
  /** Set where people sign in: their sessions come as cookies, and these visits lead there. */
  readonly browser?: BrowserTerms & {
    readonly visits: readonly Visit[]
    /** How long somebody who proved who they are may give their word, in milliseconds. */
    readonly proofLifetimeMs: number
  }
  /** Takes connections that become something else; without it none does. */
  readonly door?: UpgradeDoor
  /** Called once per request before the body is read. */
  readonly authenticate: Authenticate
}

/** A Fastify instance with every route mounted; `listen` or `inject` it. */
export function makeWebServer(options: WebOptions): FastifyInstance {
  const unrouted = new UnroutedRequests(options)
  const server: FastifyInstance = Fastify({
    bodyLimit: BODY_LIMIT_BYTES,
    connectionTimeout: CONNECTION_TIMEOUT_MS,
    requestTimeout: REQUEST_TIMEOUT_MS,
    http: {
      headersTimeout: HEADERS_TIMEOUT_MS,
      connectionsCheckingInterval: CONNECTIONS_CHECKED_MS,
      maxHeaderSize: HEADER_LIMIT_BYTES,
      // Told by us, who ask for one of our names in it.
      requireHostHeader: false,
      shouldUpgradeCallback: (request) =>
        options.door !== undefined && isForDoor(options.door, request),
    },
    routerOptions: { maxParamLength: PATH_PART_LIMIT_CHARACTERS },
    frameworkErrors: (error, request, reply) => unrouted.lead(server, error, request, reply),
    clientErrorHandler: (error, socket) => unrouted.refuseSocket(error, socket),
    forceCloseConnections: 'idle',
    // What still arrives on an open connection while the server ends is answered like everything else.
    return503OnClosing: false,
    logger: false,
    exposeHeadRoutes: false,
    genReqId: (request) => requestIdOf(request.headers['x-request-id'], options.newRequestId),
  })
  server.removeAllContentTypeParsers()
  server.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => {
    done(null, body)
  })
  unrouted.follow(server)
  endSlowBodies(server, options.clock)
  const mounted = collectRoutes(server)
  closeGently(server, options.clock)
  const callers = new WeakMap<FastifyRequest, Caller>()
  const { browser, door, hosts = [], limits, peerOf = makePeerOf() } = options
  const identify = makeIdentify(options.authenticate, browser?.sessionCookie, peerOf)
  const traceIdOf = traceRequests(server, options.tracing ?? UNTRACED)
  const askerOf = (request: FastifyRequest): Asker => ({
    caller: callers.get(request),
    peer: peerOf(request),
  })
  const refuse = makeRefuse(options, askerOf)
  if (options.watch !== undefined)
    watchRequests(server, options.watch, options.clock, {
      callerOf: (request) => callers.get(request),
      traceIdOf,
    })
  server.addHook('onRequest', async (request, reply) => {
    void reply.header('x-request-id', request.id)
  })
  server.addHook('onRequest', fastifyEdgeHook(makeEdgeGuard({ headers: API_FIELDS })))
  server.addHook('onRequest', refuseForeignHost(hosts))
  refuseUnknownRoutes(server, {
    identify,
    ...(limits === undefined ? {} : { limits }),
    callers,
    faultOf: (request) => unrouted.faultOf(request),
  })
  server.setErrorHandler((error, request, reply) => refuse(request, reply, error))
  mountHealth(server, options.readiness, options.clock)
  if (options.site !== undefined) mountSite(server, options.site)
  for (const document of options.openDocuments ?? []) mountDocument(server, document, limits)
  for (const visit of browser?.visits ?? [])
    mountVisit(server, visit, browser!, { ...options, peerOf })
  if (options.reference !== undefined) mountReference(server, mounted, options.reference, limits)
  const streams = new OpenStreams(server, options.clock)
  const mounting = { options, streams, callers, identify, askerOf }
  for (const route of options.routes) mountRoute(server, route, mounting)
  if (door !== undefined) mountUpgrades(server, { ...options, door, hosts, peerOf })
  return server
}

interface Mounting {
  readonly options: WebOptions
  readonly streams: OpenStreams
  /** Who asks, once it is known. */
  readonly callers: WeakMap<FastifyRequest, Caller>
  readonly identify: Identify
  askerOf(request: FastifyRequest): Asker
}

function mountRoute(
  server: FastifyInstance,
  route: Route,
  { options, streams, callers, identify, askerOf }: Mounting,
): void {
  const { access } = route
  const { proofLifetimeMs = 0 } = options.browser ?? {}
  const proven = (caller: Caller): void =>
    assertProven(caller, { clock: options.clock, proofLifetimeMs })
  server.route({
    method: route.method,
    url: route.path,
    bodyLimit: route.accepts === 'bytes' ? BODY_LIMIT_BYTES : JSON_LIMIT_BYTES,
    config: { record: route },
    onRequest: async (request, reply) => {
      const caller = await identify(request, { access })
      if (caller === undefined) {
        await options.limits?.admitStranger(request, reply)
        throw keyRefused()
      }
      callers.set(request, caller)
      await options.limits?.admitKnown(caller, request, reply)
      if (caller.session !== undefined && options.browser !== undefined)
        assertPageOf(caller, request, options.browser)
      assertAdmitted(caller, route, textHeader(request, 'x-seaworthy-tenant'))
      if (route.asksProof === 'always') proven(caller)
    },
    handler: async (request, reply) => {
      const caller = callers.get(request)
      if (caller === undefined) throw keyRefused()
      const input = readInput(route, caller, request)
      await assertEnvironment(caller, route, input)
      if (typeof route.asksProof === 'function' && (await route.asksProof(input))) proven(caller)
      const { keyed, recorder } = options
      const handle = (): Promise<RouteAnswer> =>
        keyed === undefined
          ? route.handle(input)
          : keyed.answer(route, input, caller, request, reply)
      const asked = askedOf(request, askerOf(request), input)
      const answer =
        recorder !== undefined && asked.isWeighty
          ? await recorder.carryOut(asked, handle)
          : await handle()
      if ('stream' in answer) {
        const isAdmitted = async (): Promise<boolean> =>
          (await identify(request, { access, wasLetIn: true })) !== undefined
        return streams.send(reply, answer, { caller, isAdmitted })
      }
      return sendAnswer(reply, answer, textHeader(request, 'if-none-match'))
    },
  })
}

/** A problem leaves once it is recorded; what cannot be recorded is answered with that instead. */
function makeRefuse(
  { recorder, log, limits }: WebOptions,
  askerOf: (request: FastifyRequest) => Asker,
): (request: FastifyRequest, reply: FastifyReply, error: unknown) => Promise<FastifyReply> {
  const telling = { log, isOutside: limits !== undefined }
  return async (request, reply, error) => {
    try {
      const problem = problemOf(error, telling.isOutside)
      await recorder?.refuse(askedOf(request, askerOf(request)), problem)
    } catch (unrecorded) {
      return sendProblem(reply, unrecorded, telling)
    }
    return sendProblem(reply, error, telling)
  }
}

function keyRefused(): Error {
  return webFault('WEB_KEY_REFUSED', 'expected an API key of this server')
}

/** What was begun is answered; its connection ends with the answer instead of being kept for a next request. */
function closeGently(server: FastifyInstance, clock: Clock): void {
  let isClosing = false
  server.addHook('preClose', (done) => {
    isClosing = true
    if (server.server.listening) cutOffAfterGrace(server, clock)
    done()
  })
  server.addHook('onSend', async (_request, reply) => {
    if (isClosing) void reply.header('connection', 'close')
  })
}

function cutOffAfterGrace({ server }: FastifyInstance, clock: Clock): void {
  const closed = new AbortController()
  server.once('close', () => closed.abort())
  clock.sleep(CLOSING_GRACE_MS, closed.signal).then(
    () => server.closeAllConnections(),
    // Everything was answered before: nothing is left to cut off.
    () => undefined,
  )
}
