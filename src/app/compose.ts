// The composition root: constructs every slice in floor order and hands each what it needs; reading it is reading the architecture.
import { join } from 'node:path'
import type { FastifyInstance } from 'fastify'
import { actionSlice, makeActionRoutes, makeActions } from '../action/index.ts'
import { makeEvidence, makeEvidenceRoutes, evidenceSlice } from '../evidence/index.ts'
import { flagSlice, flipAction, makeFlagRoutes, makeFlags } from '../flag/index.ts'
import {
  gatesSlice,
  makeGatesChecks,
  makeGatesRoutes,
  makePlans,
  makeRuns,
} from '../gates/index.ts'
import { jobSlice, makeJobRoutes } from '../job/index.ts'
import {
  identitySlice,
  makeApiKeyRoutes,
  makeApiKeys,
  makeIdentity,
  makeIdentityRoutes,
  makeServiceTokenRoutes,
  makeServiceTokens,
} from '../identity/index.ts'
import type { ApiKeys, Identity, ServiceTokens } from '../identity/index.ts'
import type { AccessRole, BuiltinCheck, Log, Route, Signer, Slice, Sql } from '../kernel/index.ts'
import { Doorbell } from '../kernel/index.ts'
import {
  ledgerSlice,
  makeFeedRoutes,
  makeLedger,
  makeLedgerChecks,
  makeLedgerFeed,
  makeLedgerRoutes,
} from '../ledger/index.ts'
import type { Ledger } from '../ledger/index.ts'
import {
  gzipBytes,
  makeGuardedFetch,
  openCheckpointGuard,
  openFileBlobs,
  seedSigner,
  systemClock,
  systemDigest,
  systemRandom,
  systemSlowHash,
  systemVerifier,
} from '../platform/index.ts'
import { keyIdOf } from '../proof/index.ts'
import { PROBE_CHECKS, probeSlice } from '../probe/index.ts'
import {
  makeReleaseRoutes,
  makeReleases,
  makeStandingWaivers,
  releaseSlice,
} from '../release/index.ts'
import { makeWebhookChecks, makeWebhookRoutes, webhookSlice } from '../webhook/index.ts'
import { makeLimitRoutes, makeRequestLimits, makeWebServer } from '../web/index.ts'
import type { RequestLimits, Site } from '../web/index.ts'
import { authenticate } from './authenticate.ts'
import { makeBoardSite } from './board-site.ts'
import type { AppConfig } from './config.ts'
import { describeServer, makeOpenDocuments } from './documents.ts'
import { makeBackground } from './background.ts'
import type { Background, BackgroundWork } from './background.ts'
import { openDatabase } from './open-database.ts'
import type { Database } from './open-database.ts'
import { makeReadinessChecks, newRequestId } from './health.ts'
import { openInstallationKeys } from './installation-keys.ts'
import type { InstallationKeys } from './installation-keys.ts'
import { makeTelemetry } from './telemetry/index.ts'
import type { Telemetry } from './telemetry/index.ts'
import { controlPlaneTenants } from './tenants.ts'

/** Slices in floor order: migrations run in this order. */
export const slices: readonly Slice[] = [
  ledgerSlice,
  evidenceSlice,
  flagSlice,
  jobSlice,
  identitySlice,
  webhookSlice,
  actionSlice,
  probeSlice,
  gatesSlice,
  releaseSlice,
]

/** Of the key that a first start shows: time enough to make others. */
const FIRST_KEY_LIFETIME_S = 90 * 24 * 60 * 60

const systemPorts = {
  clock: systemClock,
  random: systemRandom,
  digest: systemDigest,
  verifier: systemVerifier,
}

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
  log: Log,
): Promise<ComposedApp> {
  const telemetry = config.isServer
    ? makeTelemetry(systemClock, config.isRequestLogged === true ? log : undefined)
    : undefined
  const database = await openDatabase(config, slices, log, telemetry)
  try {
    return await composeOn(database, { config, version, log, telemetry })
  } catch (error) {
    await database.close()
    throw error
  }
}

interface Rooms {
  readonly identity: Identity
  readonly apiKeys: ApiKeys
  readonly serviceTokens: ServiceTokens
  readonly routes: readonly Route[]
  readonly work: BackgroundWork
}

interface HouseTerms {
  readonly config: AppConfig
  readonly version: string
  readonly log: Log
  readonly telemetry: Telemetry | undefined
}

/** Every slice in floor order, each handed what it needs by name. */
function makeRooms(database: Database, terms: HouseTerms, keys: InstallationKeys): Rooms {
  const { config, version, log, telemetry } = terms
  const folder = (...parts: string[]): string => join(config.dataFolder, ...parts)
  const { sql, pubSub } = database
  const ports = { sql, ...systemPorts }
  const { signer, ledgerSigner, confirmSecret, masterSecret } = keys
  const guard = openCheckpointGuard(folder('checkpoint-guard.json'))
  const keyId = keyIdOf(systemDigest, signer.publicKey)
  const appendBell = new Doorbell()
  const own = { ledgerSigner, keyId, version, guard, appendBell }
  const plainLedger = openLedger(ports, database, own)
  const ledger = telemetry?.watchLedger(plainLedger) ?? plainLedger
  const evidence = makeEvidence({ ...ports, blobs: openFileBlobs(folder('blobs')) })
  const flags = makeFlags({ ...ports, ledger })
  const identity = makeIdentity({ ...ports, ledger })
  const apiKeys = makeApiKeys({ ...ports, ledger, slowHash: systemSlowHash })
  const serviceTokens = makeServiceTokens({
    ...ports,
    openTokenSigner: keys.openTokenSigner,
    isKeyInForce: (keyId) => apiKeys.isInForce(keyId),
  })
  const controlPlane = { id: `control-plane-${keyId.slice(0, 16)}`, keyId, version, signer }
  const workPorts = { ...ports, pubSub, ledger, log, masterSecret, seedSigner, appendBell }
  const background = makeBackground({
    ...workPorts,
    fetch: makeGuardedFetch({ allowsLoopback: config.allowsLoopbackWebhooks }),
    actor: controlPlane.id,
    userAgent: `seaworthy/${version}`,
  })
  const checks = collectChecks(sql, ledger, background)
  const planPorts = { ...ports, evidence, identity, ledger, confirmSecret, checks, controlPlane }
  const plans = makePlans({ ...planPorts, runnerChecks: PROBE_CHECKS })
  const actions = makeActions({ ...ports, ledger, confirmSecret })
  const findWaivers = makeStandingWaivers({ sql, clock: systemClock, identity, evidence })
  const { runs, runActions } = makeRuns({ ...planPorts, findWaivers }, plans, actions)
  const releases = makeReleases({
    ports: { ...ports, evidence, identity, ledger, signer, gzip: gzipBytes },
    runs,
    controlPlane,
  })

  const routes = [
    ...makeLedgerRoutes(ledger),
    ...makeFeedRoutes(makeLedgerFeed({ ledger, clock: systemClock })),
    ...makeEvidenceRoutes(evidence),
    ...makeFlagRoutes({ flags, digest: systemDigest }),
    ...makeJobRoutes(background.desk),
    ...makeWebhookRoutes(background.webhooks, systemClock),
    ...makeIdentityRoutes(identity),
    ...makeApiKeyRoutes(apiKeys),
    ...makeServiceTokenRoutes(serviceTokens),
    ...makeActionRoutes(actions, [flipAction(flags), ...runActions]),
    ...makeGatesRoutes({ digest: systemDigest, evidence, plans, runs }),
    ...makeReleaseRoutes(releases),
  ]
  return { identity, apiKeys, serviceTokens, routes, work: background.work }
}

function collectChecks(sql: Sql, ledger: Ledger, { readers }: Background): readonly BuiltinCheck[] {
  return [
    ...makeLedgerChecks(ledger),
    ...makeGatesChecks({ sql }),
    ...makeWebhookChecks({ sql, clock: systemClock, readers }),
  ]
}

async function composeOn(database: Database, terms: HouseTerms): Promise<ComposedApp> {
  const { config, log, telemetry } = terms
  const { sql } = database
  const keys = await openInstallationKeys(join(config.dataFolder, 'keys'))
  const { apiKey, viewKey } = keys
  const rooms = makeRooms(database, terms, keys)
  const { identity, apiKeys, serviceTokens, work } = rooms
  const limits = limitsOf(telemetry)
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
    defaultTenant: config.tenantId,
    openTenant: controlPlaneTenants(sql, identity, keys.signer),
  }
  const web = makeWebServer({
    log,
    clock: systemClock,
    newRequestId: () => newRequestId(systemRandom),
    ...(limits === undefined ? {} : { limits }),
    ...(telemetry === undefined ? {} : { watch: telemetry.requests }),
    ...siteOf(config),
    reference: describeServer(slices, terms.version),
    routes,
    hosts: config.hosts ?? [],
    openDocuments: makeOpenDocuments(serviceTokens),
    readiness: makeReadinessChecks(sql, config.tenantId),
    authenticate: (request) => authenticate(request, doors),
  })
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
      await database.close()
    },
  }
}

function openLedger(
  ports: typeof systemPorts & { readonly sql: Sql },
  { journal }: Database,
  own: {
    readonly ledgerSigner: Signer
    readonly keyId: string
    readonly version: string
    readonly guard: ReturnType<typeof openCheckpointGuard>
    readonly appendBell: Doorbell
  },
): Ledger {
  return makeLedger({
    ...ports,
    signer: own.ledgerSigner,
    guard: own.guard,
    onAppend: () => own.appendBell.ring(),
    ...(journal === undefined ? {} : { journal }),
    originPrefix: `install-${own.keyId.slice(0, 16)}`,
    producer: { producer: 'seaworthy', version: own.version },
  })
}

/** Browsers come over a socket; commands of this very process need no page. */
function siteOf({ isServer }: AppConfig): { site?: Site } {
  return isServer ? { site: makeBoardSite(systemDigest) } : {}
}

/** Requests over a socket are limited; those of this very process are not. */
function limitsOf(telemetry: Telemetry | undefined): RequestLimits | undefined {
  return telemetry && makeRequestLimits({ clock: systemClock, sink: telemetry.guardSink })
}
