// Harbour: a small multi-tenant HTTP service, here to be released; two versions differ in one visible thing.
import { createServer } from 'node:http'
import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import { BERTH_COUNT, BerthTaken } from './bookings.ts'
import type { Bookings } from './bookings.ts'
import { makeMetrics } from './metrics.ts'
import type { Metrics } from './metrics.ts'

/** 1.5.0 has a defect on purpose: it forgets to ask who is asking when it lists bookings. */
export type HarbourVersion = '1.4.0' | '1.5.0'

const BODY_LIMIT_BYTES = 10_000
const TENANT = /^[a-z][a-z0-9-]{0,30}$/

interface Answer {
  readonly status: number
  readonly body: unknown
}

export function makeHarbour(bookings: Bookings, version: HarbourVersion): Server {
  const metrics = makeMetrics()
  return createServer((request, response) => {
    const startedAt = performance.now()
    void answerRequest(request, response, bookings, version, metrics)
      .catch((error: unknown) => {
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
  bookings: Bookings,
  version: HarbourVersion,
  metrics: Metrics,
): Promise<void> {
  const path = (request.url ?? '/').split('?', 1)[0]
  if (request.method === 'GET' && path === '/metrics') {
    response.writeHead(200, { 'content-type': 'text/plain; version=0.0.4' }).end(metrics.render())
    return
  }
  sendJson(response, await route(request, path ?? '/', bookings, version))
}

async function route(
  request: IncomingMessage,
  path: string,
  bookings: Bookings,
  version: HarbourVersion,
): Promise<Answer> {
  if (request.method === 'GET' && path === '/health') {
    const isReachable = await bookings.isReachable()
    return {
      status: isReachable ? 200 : 503,
      body: { status: isReachable ? 'ok' : 'degraded', version, database: isReachable },
    }
  }
  if (path !== '/bookings') return { status: 404, body: { error: 'no such path' } }
  const tenant = request.headers['x-tenant']
  const isKnown = typeof tenant === 'string' && TENANT.test(tenant)
  if (!isKnown && !(version === '1.5.0' && request.method === 'GET')) {
    return { status: 401, body: { error: 'name your tenant in x-tenant' } }
  }
  if (request.method === 'GET')
    return { status: 200, body: { bookings: await bookings.list(String(tenant)) } }
  if (request.method === 'POST') return book(request, String(tenant), bookings)
  return { status: 405, body: { error: 'GET or POST' } }
}

async function book(request: IncomingMessage, tenant: string, bookings: Bookings): Promise<Answer> {
  const wanted = await readBooking(request)
  if (wanted === undefined)
    return { status: 422, body: { error: `ship, berth 1 to ${BERTH_COUNT} and day are needed` } }
  try {
    return { status: 201, body: await bookings.book(tenant, wanted.ship, wanted.berth, wanted.day) }
  } catch (error) {
    if (error instanceof BerthTaken) return { status: 409, body: { error: error.message } }
    throw error
  }
}

async function readBooking(
  request: IncomingMessage,
): Promise<{ ship: string; berth: number; day: string } | undefined> {
  let text = ''
  for await (const chunk of request as AsyncIterable<Buffer>) {
    text += chunk.toString('utf8')
    if (text.length > BODY_LIMIT_BYTES) return undefined
  }
  try {
    const { ship, berth, day } = JSON.parse(text) as Record<string, unknown>
    const isFit =
      typeof ship === 'string' &&
      ship.length > 0 &&
      ship.length <= 80 &&
      Number.isInteger(berth) &&
      Number(berth) >= 1 &&
      Number(berth) <= BERTH_COUNT &&
      typeof day === 'string' &&
      !Number.isNaN(Date.parse(day)) &&
      /^\d{4}-\d{2}-\d{2}$/.test(day)
    return isFit ? { ship, berth: Number(berth), day } : undefined
  } catch {
    // Not JSON: refused like any other body that does not fit.
    return undefined
  }
}

function sendJson(response: ServerResponse, { status, body }: Answer): void {
  if (response.headersSent) return
  response.writeHead(status, { 'content-type': 'application/json', 'cache-control': 'no-store' })
  response.end(JSON.stringify(body))
}
