// Connections that become something else than HTTP: who may begin one is decided here, before anything of theirs is read.
import type { IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
import type { FastifyInstance } from 'fastify'
import { cookieOf } from './browser.ts'
import { webFault } from './errors.ts'
import { isListedHost, isLoopbackHost } from './host.ts'
import { recordRefusal } from './upgrade-refusal.ts'
import type { RefusalTerms } from './upgrade-refusal.ts'
import { problemOf } from './problem.ts'
import { endWithProblem } from './raw-problem.ts'

/** What takes connections over, such as a feed of WebSockets. */
export interface UpgradeDoor {
  /** Where they begin, e.g. `/socket.io/`. */
  readonly path: string
  take(upgrade: Upgrade): void
  /** Ends all of them; called when the server begins to close. */
  close(): Promise<void>
}

export interface Upgrade {
  readonly request: IncomingMessage
  readonly socket: Duplex
  /** What came right behind the request. */
  readonly head: Buffer
  /** What a browser keeps of a session; only where a page of this server began the connection. */
  readonly session: string | undefined
  readonly peer: string | undefined
}

export interface UpgradeTerms extends Omit<RefusalTerms, 'path' | 'sessionCookie'> {
  readonly door: UpgradeDoor
  readonly hosts: readonly string[]
  /** Set where people sign in. */
  readonly browser?: { readonly ownOrigin: string; readonly sessionCookie: string }
}

/** For the HTTP server: what asks for another protocol elsewhere is an ordinary request. */
export function isForDoor(door: UpgradeDoor, { url = '' }: Pick<IncomingMessage, 'url'>): boolean {
  return url.split('?', 1)[0] === door.path
}

export function mountUpgrades(server: FastifyInstance, terms: UpgradeTerms): void {
  server.server.on('upgrade', (request, socket, head) => {
    // The peer may be gone at any moment; whoever takes the connection hears of it by its own listeners.
    socket.on('error', () => socket.destroy())
    try {
      assertOwnPlace(request, terms)
      const { origin } = request.headers
      const session =
        terms.browser !== undefined && origin !== undefined
          ? cookieOf(request, terms.browser.sessionCookie)
          : undefined
      terms.door.take({ request, socket, head, session, peer: terms.peerOf(request) })
    } catch (error) {
      const sessionCookie = terms.browser?.sessionCookie
      refuseUpgrade(request, socket, error, { ...terms, path: terms.door.path, sessionCookie })
    }
  })
  server.addHook('preClose', () => terms.door.close())
}

/** A browser names the page that connects; programs name none, and their cookies count for nothing. */
function assertOwnPlace(
  { headers: { host, origin } }: IncomingMessage,
  { hosts, browser }: UpgradeTerms,
): void {
  if (!isLoopbackHost(host) && !isListedHost(host, hosts))
    throw webFault('WEB_HOST_FOREIGN', 'expected a name of this server in the Host header')
  if (origin === undefined || origin === browser?.ownOrigin || isOriginOf(origin, host)) return
  throw webFault('WEB_ORIGIN_REFUSED', 'expected a page of this server to connect', {
    details: { reason: 'origin' },
  })
}

function isOriginOf(origin: string, host: string | undefined): boolean {
  const named = /^https?:\/\/([^/]+)$/i.exec(origin)?.[1]
  return named !== undefined && named.toLowerCase() === host?.toLowerCase()
}

/** Answers as every other refusal is answered, once it is recorded, and ends the connection. */
function refuseUpgrade(
  request: IncomingMessage,
  socket: Duplex,
  error: unknown,
  terms: RefusalTerms,
): void {
  recordRefusal(request, problemOf(error, true), terms).then(
    () => void endWithProblem(socket, problemOf(error, true)),
    (unrecorded: unknown) => void endWithProblem(socket, problemOf(unrecorded, true)),
  )
}
