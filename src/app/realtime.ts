// The realtime feed of a serving process: who may connect, which Redis its servers share, and the edge it is handed connections by.
import type { Caller, Log } from '../kernel/index.ts'
import type { LedgerFeed } from '../ledger/index.ts'
import { systemClock, systemRandom } from '../platform/index.ts'
import type { OpenRedis } from '../platform/index.ts'
import { openRealtime, REALTIME_PATH } from '../realtime/index.ts'
import type { Realtime, RealtimePorts, SocketLimits } from '../realtime/index.ts'
import { askedOfConnection } from '../web/index.ts'
import type { RequestRecorder, UpgradeDoor, WebRequest } from '../web/index.ts'
import { newRequestId } from './health.ts'
import { REDIS_PREFIX } from './shared-limits.ts'
import type { Telemetry } from './telemetry/index.ts'

export interface RealtimeTerms {
  readonly log: Log
  readonly feed: LedgerFeed
  readonly telemetry: Telemetry
  readonly redis: OpenRedis | undefined
  readonly limits: Partial<SocketLimits>
  readonly recorder: RequestRecorder | undefined
  authenticate(request: WebRequest): Promise<Caller | undefined>
}

export interface OpenedFeed {
  readonly realtime: Realtime
  readonly door: UpgradeDoor
}

/** Connections are let in as whoever asks a route that reads. */
export async function openRealtimeFeed(terms: RealtimeTerms): Promise<OpenedFeed> {
  const { log, feed, telemetry, redis, limits, recorder } = terms
  const realtime = await openRealtime({
    clock: systemClock,
    log,
    feed,
    sink: telemetry.realtimeSink,
    guardSink: telemetry.guardSink,
    limits,
    ...(redis === undefined ? {} : { redis: adapterOf(redis) }),
    async recordRefusal({ caller, peer, ...refusal }) {
      const place = { path: REALTIME_PATH, requestId: newRequestId(systemRandom) }
      await recorder?.refuse(askedOfConnection(place, { caller, peer }), refusal)
    },
    authenticate: ({ token, tenant, session, peer, wasLetIn = false }) =>
      terms.authenticate({
        wasLetIn,
        access: 'read',
        authorization: token === undefined ? undefined : `Bearer ${token}`,
        viewKey: undefined,
        tenant,
        session,
        peer,
      }),
  })
  telemetry.readRealtime(() => realtime.figures())
  const door: UpgradeDoor = {
    path: REALTIME_PATH,
    take: (upgrade) => realtime.take(upgrade),
    close: () => realtime.close(),
  }
  return { realtime, door }
}

function adapterOf(redis: OpenRedis): NonNullable<RealtimePorts['redis']> {
  return { ...redis.openAdapterClients(), key: `${REDIS_PREFIX}:realtime` }
}
