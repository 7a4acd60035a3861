// Limits the requests of our own API with our own guard: wide for whoever holds a key, narrow for whoever guesses one.
import type { FastifyReply, FastifyRequest } from 'fastify'
import { guardStatus, makeLimiter, makeRateGuard } from '../guard/index.ts'
import type {
  BucketPolicy,
  GuardClock,
  GuardSink,
  GuardStatus,
  SharedBuckets,
  RateAnswer,
} from '../guard/index.ts'
import { utf8Bytes } from '../kernel/index.ts'
import type { Clock, Principal, Route } from '../kernel/index.ts'
import { webFault } from './errors.ts'
import { makePeerOf } from './peer.ts'
import type { PeerOf } from './peer.ts'

/** Requests of one principal of one tenant; a runner that submits a thousand gates stays below it. */
export const KNOWN_POLICY: BucketPolicy = {
  kind: 'bucket',
  name: 'api',
  limit: 30_000,
  windowMs: 60_000,
  burst: 3_000,
}
/** Requests of one address that no key answers for: enough to mistype one, too few to search for one. */
export const STRANGER_POLICY: BucketPolicy = {
  kind: 'bucket',
  name: 'stranger',
  limit: 60,
  windowMs: 60_000,
  burst: 20,
}

const MICROSECONDS = 1_000

export interface RequestLimits {
  /** @throws WEB_RATE_LIMITED; the fields of the answer are set on the reply either way */
  admitKnown(principal: Principal, request: FastifyRequest, reply: FastifyReply): Promise<void>
  /** The same for a request without a key that fits, or to no route. */
  admitStranger(request: FastifyRequest, reply: FastifyReply): Promise<void>
  /** What is held now; names no tenant and no address. */
  status(): GuardStatus
}

export interface RequestLimitTerms {
  readonly clock: Clock
  readonly known?: BucketPolicy
  readonly stranger?: BucketPolicy
  /** Counts for all servers together; absent = each counts for itself. */
  readonly shared?: SharedBuckets
  /** Servers that there are: while the shared count is away, each admits its share. */
  liveInstances?(): number
  /** Hears of refusals. */
  readonly sink?: GuardSink
  /** Where proxies stand before this server; else the other end of a connection is who asks. */
  readonly peerOf?: PeerOf
}

export function makeRequestLimits(terms: RequestLimitTerms): RequestLimits {
  const clock = guardClockOf(terms.clock)
  const { sink, shared } = terms
  const peerOf = terms.peerOf ?? makePeerOf()
  const told = {
    ...(sink === undefined ? {} : { sink }),
    ...(shared === undefined ? {} : { shared }),
    liveInstances: () => terms.liveInstances?.() ?? 1,
  }
  const known = makeLimiter({
    policy: terms.known ?? KNOWN_POLICY,
    clock,
    ...told,
    endpointClass: 'availability',
  })
  const stranger = makeLimiter({
    policy: terms.stranger ?? STRANGER_POLICY,
    clock,
    ...told,
    endpointClass: 'protective',
  })
  const guardKnown = makeRateGuard({ limiter: known, clock })
  const guardStranger = makeRateGuard({ limiter: stranger, clock })
  return {
    async admitKnown({ id, tenantId }, request, reply) {
      const facts = { principal: id, tenant: tenantId, endpoint: 'api', forwardedFor: undefined }
      applyAnswer(await guardKnown({ ...facts, peer: peerOf(request) }), reply)
    },
    async admitStranger(request, reply) {
      const facts = { endpoint: 'stranger', forwardedFor: undefined }
      applyAnswer(await guardStranger({ ...facts, peer: peerOf(request) }), reply)
    },
    status: () => guardStatus({ limiters: [known, stranger] }),
  }
}

/** Read by `seaworthy guard status`, which knows this document from any service: so it comes without an envelope. */
export function makeLimitRoutes(limits: RequestLimits | undefined): readonly Route[] {
  return [
    {
      method: 'GET',
      path: '/v1/guards',
      summary: 'What the guards of this server hold now, as `seaworthy guard status` reads it',
      access: 'read',
      answer: { mediaType: 'application/json' },
      async handle() {
        const status = limits?.status() ?? guardStatus({})
        return { bytes: utf8Bytes(JSON.stringify(status)), mediaType: 'application/json' }
      },
    },
  ]
}

/** The house's clock as the guard reads it. */
export function guardClockOf(clock: Clock): GuardClock {
  return {
    monotonicUs: () => Math.floor(clock.monotonicMs() * MICROSECONDS),
    epochMs: () => clock.nowMs(),
    wait: (ms) => clock.sleep(ms),
  }
}

function applyAnswer(answer: RateAnswer, reply: FastifyReply): void {
  for (const [name, value] of Object.entries(answer.fields)) void reply.header(name, value)
  if (answer.allowed) return
  const retryAfterS = Number(answer.fields['retry-after'])
  throw webFault('WEB_RATE_LIMITED', `expected fewer requests; wait ${retryAfterS} s`, {
    details: { retryAfterS },
  })
}
