// Closes routes by a kill switch in Fastify, Express and plain node:http; imports none of them.
import type { FastifyReplyLike, ServerResponseLike } from '../middleware.ts'
import { expectWord } from '../wiring.ts'
import type { Switches } from './switches.ts'

const PROBLEM_TYPE = 'application/problem+json'
/** What a client is told to wait: a switch that is turned on again is seen within two seconds, a person takes longer. */
const RETRY_AFTER_S = 30

function problemOfSwitch(): object {
  // Which switch it was is nobody's business outside.
  return { type: 'about:blank', title: 'This is switched off for now', status: 503 }
}

/** A route that no switch can open again would answer 503 for ever. */
function expectDeclared<Name extends string>(switches: Switches<Name>, name: Name): void {
  expectWord('switch of a route', name, Object.keys(switches.snapshot.isOn))
}

/** For `fastify.addHook('onRequest', …)` or one route's `onRequest`: 503 while the switch is off. */
export function fastifySwitchHook<Name extends string>(
  switches: Switches<Name>,
  name: Name,
): (request: unknown, reply: FastifyReplyLike) => Promise<unknown> {
  expectDeclared(switches, name)
  return (_request, reply) => {
    if (switches.isOn(name)) return Promise.resolve()
    reply.header('retry-after', String(RETRY_AFTER_S))
    return Promise.resolve(reply.code(503).type(PROBLEM_TYPE).send(problemOfSwitch()))
  }
}

/** For `app.use(path, …)`: 503 while the switch is off. */
export function expressSwitch<Name extends string>(
  switches: Switches<Name>,
  name: Name,
): (request: unknown, response: ServerResponseLike, next: () => void) => void {
  expectDeclared(switches, name)
  return (_request, response, next) => {
    if (switches.isOn(name)) {
      next()
      return
    }
    response.statusCode = 503
    response.setHeader('retry-after', String(RETRY_AFTER_S))
    response.setHeader('content-type', PROBLEM_TYPE)
    response.end(JSON.stringify(problemOfSwitch()))
  }
}
