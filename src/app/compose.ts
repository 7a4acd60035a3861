// The composition root: opens the database, makes the rooms and puts the web server before them.
import { join } from 'node:path'
import type { FastifyInstance } from 'fastify'
import type { AccessRole, Caller, Log, Route } from '../kernel/index.ts'
import { systemClock, systemDigest, systemRandom } from '../platform/index.ts'
import { KeyedAnswers, makeLimitRoutes, makePeerOf, makeWebServer } from '../web/index.ts'
import type { Site, UpgradeDoor, WebOptions, WebRequest } from '../web/index.ts'
import { authenticate } from './authenticate.ts'
import { makeBoardSite } from './board-site.ts'
import type { AppConfig } from './config.ts'
import { describeServer, makeOpenDocuments } from './documents.ts'
import type { BackgroundWork } from './background.ts'
import { openDatabase } from './open-database.ts'
import type { Database } from './open-database.ts'
import { makeReadinessChecks, newRequestId } from './health.ts'
import { openEvidenceStore } from './evidence-store.ts'
import { openInstallationKeys } from './installation-keys.ts'
import { openRepetitionKey } from './payload-keys.ts'
import { openRealtimeFeed } from './realtime.ts'
import type { RealtimeTerms } from './realtime.ts'
import { makeServerLimits, openSharedRedis } from './shared-limits.ts'
import { makeTelemetry, openTracing, withTraceIds } from './telemetry/index.ts'
import { makeRooms, slices } from './rooms.ts'
import type { HouseTerms, Rooms } from './rooms.ts'

/** Of the key that a first start shows: time enough to make others. */
const FIRST_KEY_LIFETIME_S = 90 * 24 * 60 * 60

export interface ComposedApp {
  readonly web: FastifyInstance
  /** What is mounted, with what each asks of a caller; health is mounted besides. */
  readonly routes: readonly Route[]
  /** Key that the API asks for. */
  readonly apiKey: string
  /** Key for pages and for nodes that read switches; it reads and can change nothing. */
  readonly viewKey: string
  readonly work: BackgroundWork
  /** The text of the tenant's first API key; undefined when it has, or ever had, one. */
  makeFirstKey(tenantId: string, role: AccessRole): Promise<string | undefined>
  close(): Promise<void>
}

export async function composeApp(
  config: AppConfig,
  version: string,
  processLog: Log,
): Promise<ComposedApp> {
  const tracing = await openTracing(config, version, processLog)
  const log = withTraceIds(processLog, tracing)
  const telemetry = config.isServer
    ? makeTelemetry(systemClock, tracing, config.isRequestLogged === true ? log : undefined)
    : undefined
  const evidenceStore = await openEvidenceStore(config)
  const database = await openDatabase(config, slices, log, telemetry)
  try {
    return await composeOn(database, { config, version, log, telemetry, tracing, evidenceStore })
  } catch (error) {
    await database.close()
    throw error
  }
}

async function composeOn(database: Database, terms: HouseTerms): Promise<ComposedApp> {
  const { config, log, telemetry, tracing } = terms
  const { bucket } = terms.evidenceStore
  const { sql } = database
  const keys = await openInstallationKeys(join(config.dataFolder, 'keys'))
  const { apiKey, viewKey } = keys
  const rooms = makeRooms(database, terms, keys)
  await rooms.erasures.replay()
  const { apiKeys, serviceTokens, people, work, recorder, openTenant } = rooms
  const redis = await openSharedRedis(config, log)
  // Requests over a socket are limited; those of this very process are not.
  const limits = telemetry && makeServerLimits(config, telemetry.guardSink, redis)
  const routes = [
    ...makeLimitRoutes(limits),
    ...(telemetry?.routes(database) ?? []),
    ...rooms.routes,
  ]
  const doors = {
    operatorKey: apiKey,
    viewKey,
    apiKeys,
    serviceTokens,
    sessions: people.sessions,
    defaultTenant: config.tenantId,
    openTenant,
  }
  const askWho = (request: WebRequest): Promise<Caller | undefined> => authenticate(request, doors)
  const door = await openDoor(rooms, terms, { redis, authenticate: askWho })
  const web = makeWebServer({
    log,
    clock: systemClock,
    tracing,
    newRequestId: () => newRequestId(systemRandom),
    ...(limits === undefined ? {} : { limits }),
    ...(telemetry === undefined ? {} : { watch: telemetry.requests }),
    ...(recorder === undefined ? {} : { recorder }),
    ...siteOf(config),
    keyed: new KeyedAnswers({
      sql: rooms.sql,
      clock: systemClock,
      random: systemRandom,
      digest: systemDigest,
      secret: await openRepetitionKey(config),
    }),
    reference: describeServer(slices, terms.version),
    routes,
    ...placeOf(config),
    openDocuments: [...makeOpenDocuments(serviceTokens), ...people.openDocuments],
    ...(people.browser === undefined ? {} : { browser: people.browser }),
    readiness: makeReadinessChecks({ ...rooms, sql, tenantId: config.tenantId, redis, bucket }),
    authenticate: askWho,
    ...(door === undefined ? {} : { door }),
  })
  web.addHook('onListen', async () => redis?.join())
  return {
    web,
    routes,
    apiKey,
    viewKey,
    work,
    async makeFirstKey(tenantId, role) {
      await doors.openTenant(tenantId)
      const wish = {
        name: 'first start',
        role,
        environments: null,
        lifetimeS: FIRST_KEY_LIFETIME_S,
      }
      return (await apiKeys.createFirst(tenantId, 'operator', wish))?.text
    },
    async close() {
      await web.close()
      telemetry?.close()
      await redis?.close()
      await database.close()
      bucket?.close()
      await tracing.close()
    },
  }
}

/** Of the realtime feed, which hears at once of what this process appends; undefined where nothing comes over a socket. */
async function openDoor(
  { feed, appendListeners, recorder }: Pick<Rooms, 'feed' | 'appendListeners' | 'recorder'>,
  { config, log, telemetry }: HouseTerms,
  more: Pick<RealtimeTerms, 'redis' | 'authenticate'>,
): Promise<UpgradeDoor | undefined> {
  if (telemetry === undefined) return undefined
  const limits = config.socketLimits ?? {}
  const terms = { ...more, log, telemetry, limits, feed, recorder }
  const { realtime, door } = await openRealtimeFeed(terms)
  appendListeners.push((tenantId) => realtime.hint(tenantId))
  return door
}

/** Browsers come over a socket; commands of this very process need no page. */
function siteOf({ isServer }: AppConfig): { site?: Site } {
  return isServer ? { site: makeBoardSite(systemDigest) } : {}
}

/** Under which names requests come, and through whom. */
function placeOf({ hosts = [], trustedProxies }: AppConfig): Pick<WebOptions, 'hosts' | 'peerOf'> {
  return { hosts, peerOf: makePeerOf(trustedProxies) }
}
