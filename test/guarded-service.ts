// A small service, once protected by our own guard and once as such services are found; checks have to tell them apart.
import { createServer } from 'node:http'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { TestContext } from 'node:test'
import { admitRequest, makeIngestGuard, makeLimiter, makeRateGuard } from '../src/guard/index.ts'
import { nodeGuardClock, nodeSha256 } from '../src/guard/node.ts'

export const ALLOWED_ORIGIN = 'https://app.example.com'
/** 10 a second with a burst of 20, so that tests need not wait for a minute. */
export const BUCKET = { limit: 10, windowMs: 1_000, burst: 20 }
const REFILL_MS = BUCKET.windowMs / BUCKET.limit

const SAFE_FIELDS = {
  'strict-transport-security': 'max-age=31536000; includeSubDomains',
  'content-security-policy':
    "default-src 'self'; script-src 'self' 'nonce-abc' 'unsafe-inline'; frame-ancestors 'none'",
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'set-cookie': 'session=a; HttpOnly; Secure; SameSite=Lax; Expires=Wed, 21 Oct 2026 07:28:00 GMT',
}
/** What a checklist asked for, with what is wrong about it. */
const SEED_FIELDS = {
  'strict-transport-security': 'max-age=15552000; preload',
  'content-security-policy': "default-src 'self'; style-src 'self' 'unsafe-inline'",
  'x-xss-protection': '1; mode=block',
  server: 'nginx/1.18.0',
  'set-cookie': 'session=a; Path=/',
}

export interface ServiceTerms {
  readonly isGuarded: boolean
  /** Time until the second node hears of a switch. */
  readonly switchLagMs?: number
}

export interface TestService {
  /** Without a slash at the end. */
  readonly url: string
  readonly refillMs: number
}

/** Serves `/api` under a limit, `/ingest`, `/graphql`, `/pages`, `/health`, and `/switch` with `/node/1` and `/node/2`. */
export async function startService(t: TestContext, terms: ServiceTerms): Promise<TestService> {
  const routes = terms.isGuarded ? guardedRoutes() : barePlainRoutes()
  const nodes = [true, true]
  // The time after which Node looks for slow connections is fixed when a server is made.
  const patience = terms.isGuarded
    ? { connectionsCheckingInterval: 100, headersTimeout: 800, requestTimeout: 1_000 }
    : {}
  const server = createServer(patience, (request, response) => {
    const path = new URL(request.url ?? '/', 'http://x').pathname
    const answered =
      path === '/switch'
        ? flipNodes(request, response, nodes, terms.switchLagMs ?? 0)
        : path.startsWith('/node/')
          ? end(response, nodes[Number(path.at(-1)) - 1] === true ? 200 : 503)
          : (routes[path] ?? notFound)(request, response)
    Promise.resolve(answered).catch(() => {
      // As services without care do: whatever goes wrong is theirs.
      if (!response.headersSent) response.writeHead(500)
      response.end()
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  t.after(() => {
    server.closeAllConnections()
    server.close()
  })
  const address = server.address()
  if (address === null || typeof address !== 'object') throw new Error('expected a port')
  return { url: `http://127.0.0.1:${address.port}`, refillMs: REFILL_MS }
}

type Serve = (request: IncomingMessage, response: ServerResponse) => unknown

const notFound: Serve = (_request, response) => end(response, 404)

function end(response: ServerResponse, status: number, body = ''): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(body)
}

function flipNodes(
  request: IncomingMessage,
  response: ServerResponse,
  nodes: boolean[],
  lagMs: number,
): Promise<void> {
  return readAll(request).then((bytes) => {
    const { on } = JSON.parse(bytes.toString()) as { on: boolean }
    nodes[0] = on
    setTimeout(() => (nodes[1] = on), lagMs).unref()
    end(response, 204)
  })
}

async function readAll(request: IncomingMessage): Promise<Buffer> {
  const parts: Buffer[] = []
  for await (const part of request) parts.push(part as Buffer)
  return Buffer.concat(parts)
}

function guardedRoutes(): Readonly<Record<string, Serve>> {
  const limiter = makeLimiter({
    policy: { kind: 'bucket', name: 'api', ...BUCKET },
    clock: nodeGuardClock,
    endpointClass: 'availability',
  })
  const guard = makeRateGuard({ limiter, clock: nodeGuardClock })
  const ingest = makeIngestGuard({ clock: nodeGuardClock, sha256: nodeSha256 })
  const tenantOf = (request: IncomingMessage): { endpoint: string; tenant?: string } => {
    const tenant = request.headers['x-tenant']
    return { endpoint: 'api', ...(typeof tenant === 'string' ? { tenant } : {}) }
  }
  return {
    '/health': (_request, response) => end(response, 200),
    '/api': async (request, response) => {
      if (await admitRequest(guard, tenantOf, request, response)) end(response, 200)
    },
    '/ingest': async (request, response) => {
      // Said before anything is read of it.
      if (Number(request.headers['content-length'] ?? 0) > ingest.limits.sizeBytes) {
        response.setHeader('connection', 'close')
        end(response, 413)
        return
      }
      const answer = ingest.admit(await readAll(request))
      const isObject = answer.ok && typeof answer.value === 'object' && answer.value !== null
      end(response, !answer.ok ? answer.status : isObject ? 202 : 422)
    },
    '/graphql': async (request, response) => {
      const body = (await readAll(request)).toString()
      const isSmall = body.length < 300 && !body.includes('...')
      if (isSmall) end(response, 200, '{"data":{"__typename":"Query"}}')
      else end(response, 429, '{"errors":[{"message":"too complex"}]}')
    },
    '/pages': (request, response) => {
      for (const [name, value] of Object.entries(SAFE_FIELDS)) response.setHeader(name, value)
      const isAllowed = request.headers.origin === ALLOWED_ORIGIN
      response.setHeader('vary', 'Origin')
      if (isAllowed) {
        response.setHeader('access-control-allow-origin', ALLOWED_ORIGIN)
        response.setHeader('access-control-allow-methods', 'POST, PUT')
        response.setHeader('access-control-allow-headers', 'Content-Type')
      }
      end(response, request.method === 'OPTIONS' ? 204 : 200)
    },
  }
}

/** As found: no limit, JSON.parse, any origin echoed, fields of another decade, GraphQL that runs what it is given. */
function barePlainRoutes(): Readonly<Record<string, Serve>> {
  let executed = 0
  return {
    '/health': (_request, response) => end(response, 200),
    '/api': (_request, response) => end(response, 200),
    '/ingest': async (request, response) => {
      JSON.parse((await readAll(request)).toString())
      end(response, 202)
    },
    '/graphql': async (request, response) => {
      await readAll(request)
      // The third query runs for ever.
      if (++executed !== 3) end(response, 200, '{"data":{"__typename":"Query"}}')
    },
    '/pages': (request, response) => {
      for (const [name, value] of Object.entries(SEED_FIELDS)) response.setHeader(name, value)
      response.setHeader('access-control-allow-origin', request.headers.origin ?? '*')
      response.setHeader('access-control-allow-credentials', 'true')
      response.setHeader('access-control-allow-methods', '*')
      response.setHeader('access-control-allow-headers', '*')
      end(response, 200)
    },
  }
}
