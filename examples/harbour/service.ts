// Harbour: a small multi-tenant HTTP service, here to be released; two versions differ in one visible thing.
import { createServer } from 'node:http'
import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import type { IngestRefusal } from '../../src/guard/index.ts'
import { sendJson } from './answer.ts'
import type { Answer } from './answer.ts'
import { BERTH_COUNT, BerthTaken } from './bookings.ts'
import type { Bookings } from './bookings.ts'
import { answerGraph, isGraphCall } from './graph.ts'
import type { GraphCall } from './graph.ts'
import type { Guards } from './guards.ts'
import { makeMetrics } from './metrics.ts'
import type { Metrics } from './metrics.ts'
import { behindBreaker, DatabaseRests } from './resting-bookings.ts'

/** 1.5.0 has a defect on purpose: it forgets to ask who is asking when it lists bookings. */
export type HarbourVersion = '1.4.0' | '1.5.0'

const TENANT = /^[a-z][a-z0-9-]{0,30}$/
/** Connections that send byte by byte are ended after this. */
const PATIENCE = {
  headersTimeout: 5_000,
  requestTimeout: 10_000,
  connectionsCheckingInterval: 1_000,
}
/** What a client is asked to wait while people keep something switched off, in seconds. */
const SWITCHED_OFF_WAIT_S = 30

interface Harbour {
  readonly bookings: Bookings
  readonly version: HarbourVersion
  readonly guards: Guards
  readonly metrics: Metrics
}

export function makeHarbour(database: Bookings, version: HarbourVersion, guards: Guards): Server {
  const metrics = makeMetrics()
  const bookings = behindBreaker(database, guards.database)
  const harbour = { bookings, version, guards, metrics }
  return createServer(PATIENCE, (request, response) => {
    const startedAt = performance.now()
    void answerRequest(request, response, harbour)
      .catch((error: unknown) => {
        // Whoever hung up in the middle gets no answer, and is no fault of ours.
        if (request.errored !== null) {
          response.statusCode = 400
          return response.destroy()
        }
        if (error instanceof DatabaseRests) return sendJson(response, restOf(error))
        process.stderr.write(`harbour: ${error instanceof Error ? error.message : String(error)}\n`)
        return sendJson(response, { status: 500, body: { error: 'something failed' } })
      })
      .finally(() => {
        metrics.observe(response.statusCode, (performance.now() - startedAt) / 1000)
      })
  })
}

async function answerRequest(
  request: IncomingMessage,
  response: ServerResponse,
  harbour: Harbour,
): Promise<void> {
  const { guards, metrics } = harbour
  if (!guards.admitAtEdge(request, response)) return
  const path = (request.url ?? '/').split('?', 1)[0] ?? '/'
  if (request.method === 'GET' && path === '/metrics') {
    response
      .writeHead(200, { 'content-type': guards.metrics.contentType })
      .end(metrics.render() + guards.metrics.text())
    return
  }
  // What monitors ask has no limit: a flood must not make a service look dead that is not.
  const healthy = request.method === 'GET' ? await healthOf(path, harbour) : undefined
  if (healthy !== undefined) {
    sendJson(response, healthy)
    return
  }
  if (path.startsWith('/operator/')) {
    if (await guards.admitOperator(request, response))
      sendJson(response, await operate(request, path, guards))
    return
  }
  const tenant = tenantOf(request)
  // A query is paid for by what it asks for, once that is known.
  if (path === '/graph' && tenant !== undefined)
    sendJson(response, await ask(request, tenant, harbour))
  else if (await guards.admit(request, response, tenant))
    sendJson(response, await route(request, path, tenant, harbour))
}

async function healthOf(
  path: string,
  { bookings, version, guards }: Harbour,
): Promise<Answer | undefined> {
  if (path === '/health/bookings') {
    const isOpen = guards.switches.isOn('bookings')
    return { status: isOpen ? 200 : 503, body: { bookings: isOpen ? 'open' : 'switched off' } }
  }
  if (path !== '/health') return undefined
  const isReachable = await bookings.ping().then(
    () => true,
    // Whatever the reason, the health answer is the same: not reachable.
    () => false,
  )
  return {
    status: isReachable ? 200 : 503,
    body: { status: isReachable ? 'ok' : 'degraded', version, database: isReachable },
  }
}

function tenantOf(request: IncomingMessage): string | undefined {
  const tenant = request.headers['x-tenant']
  return typeof tenant === 'string' && TENANT.test(tenant) ? tenant : undefined
}

async function route(
  request: IncomingMessage,
  path: string,
  tenant: string | undefined,
  { bookings, version, guards }: Harbour,
): Promise<Answer> {
  if (path !== '/bookings') return { status: 404, body: { error: 'no such path' } }
  if (tenant === undefined && !(version === '1.5.0' && request.method === 'GET'))
    return { status: 401, body: { error: 'name your tenant in x-tenant' } }
  if (request.method === 'GET')
    return { status: 200, body: { bookings: await bookings.list(String(tenant)) } }
  if (request.method === 'POST') return book(request, String(tenant), bookings, guards)
  return { status: 405, body: { error: 'GET or POST' } }
}

async function book(
  request: IncomingMessage,
  tenant: string,
  bookings: Bookings,
  guards: Guards,
): Promise<Answer> {
  if (!guards.switches.isOn('bookings')) {
    const headers = { 'retry-after': String(SWITCHED_OFF_WAIT_S) }
    return { status: 503, body: { error: 'bookings are switched off for now' }, headers }
  }
  const read = await guards.readBody(request, 'booking', isBooking)
  if (!read.ok) return refusedBody(read, `ship, berth 1 to ${BERTH_COUNT} and day are needed`)
  const wanted = read.value
  if (!isBooking(wanted)) throw new Error('expected a body that the contract admitted')
  try {
    const { booking, isNew } = await bookings.book(tenant, wanted.ship, wanted.berth, wanted.day)
    return { status: isNew ? 201 : 200, body: booking }
  } catch (error) {
    if (error instanceof BerthTaken) return { status: 409, body: { error: error.message } }
    throw error
  }
}

/** `GET /graph?query=…`, or the same as a body; the schema has nothing that changes state. */
async function ask(
  request: IncomingMessage,
  tenant: string,
  { bookings, guards }: Harbour,
): Promise<Answer> {
  let call: GraphCall
  if (request.method === 'POST') {
    const read = await guards.readBody(request, 'query', isGraphCall)
    if (!read.ok) return refusedBody(read, 'query is needed, a text')
    if (!isGraphCall(read.value)) throw new Error('expected a body that the contract admitted')
    call = read.value
  } else {
    const { searchParams } = new URL(request.url ?? '/', 'http://harbour')
    call = { query: searchParams.get('query') ?? '' }
  }
  const peer = request.socket.remoteAddress
  const facts = { peer, forwardedFor: undefined, tenant, endpoint: 'graph' }
  return answerGraph(guards.graph, call, facts, () => bookings.list(tenant))
}

function refusedBody({ reason, status, detail }: IngestRefusal, needed: string): Answer {
  // The rest of what is too large is not waited for.
  const headers = status === 413 ? { connection: 'close' } : {}
  return { status, body: { error: reason === 'contract' ? needed : detail }, headers }
}

function restOf({ message, retryAfterMs }: DatabaseRests): Answer {
  const waitS = Number.isFinite(retryAfterMs)
    ? Math.max(1, Math.ceil(retryAfterMs / 1_000))
    : SWITCHED_OFF_WAIT_S
  return { status: 503, body: { error: message }, headers: { 'retry-after': String(waitS) } }
}

/** `GET /operator/guards`; `PUT /operator/switches/bookings/on` or `/off`, `/operator/breakers/database/hold` or `/release`. */
async function operate(request: IncomingMessage, path: string, guards: Guards): Promise<Answer> {
  if (!guards.isOperator(request))
    return { status: 401, body: { error: 'the operator’s key is needed' } }
  if (path === '/operator/guards' && request.method === 'GET')
    return { status: 200, body: guards.status() }
  const words = /^\/operator\/(?:switches\/bookings\/(on|off)|breakers\/database\/(hold|release))$/
  const [, state, hold] = words.exec(path) ?? []
  if (state === undefined && hold === undefined)
    return { status: 404, body: { error: 'no such switch' } }
  if (request.method !== 'PUT') return { status: 405, body: { error: 'PUT' } }
  if (state !== undefined) await guards.flip('bookings', state === 'on' ? 'on' : 'off')
  else if (hold === 'hold') guards.database.hold('operator')
  else guards.database.release('operator')
  return { status: 202, body: { [state === undefined ? 'database' : 'bookings']: state ?? hold } }
}

interface WantedBooking {
  readonly ship: string
  readonly berth: number
  readonly day: string
}

/** The contract of a booking's body. */
export function isBooking(value: unknown): value is WantedBooking {
  if (typeof value !== 'object' || value === null) return false
  const { ship, berth, day } = value as Record<string, unknown>
  return (
    typeof ship === 'string' &&
    ship.length > 0 &&
    ship.length <= 80 &&
    Number.isInteger(berth) &&
    Number(berth) >= 1 &&
    Number(berth) <= BERTH_COUNT &&
    typeof day === 'string' &&
    isDay(day)
  )
}

/** A day of the calendar: 30 February is none, although JavaScript reads it as 2 March. */
function isDay(text: string): boolean {
  if (!/^[1-9]\d{3}-\d{2}-\d{2}$/.test(text)) return false
  const time = Date.parse(text)
  return !Number.isNaN(time) && new Date(time).toISOString().startsWith(text)
}
