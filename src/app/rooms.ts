// The rooms of the control plane: every slice in floor order, each handed what it needs by name; reading it is reading the architecture.
import { actionSlice, makeActionRoutes, makeActions } from '../action/index.ts'
import type { ActionPorts } from '../action/index.ts'
import { auditSlice, makeAuditLog, makeAuditRoutes } from '../audit/index.ts'
import { makeEvidence, makeEvidenceRoutes, evidenceSlice } from '../evidence/index.ts'
import { flagSlice, flipAction, makeFlagRoutes, makeFlags } from '../flag/index.ts'
import type { Flags } from '../flag/index.ts'
import {
  gatesSlice,
  makeGatesChecks,
  makeGatesRoutes,
  makePlans,
  makeRuns,
} from '../gates/index.ts'
import { graphSlice, makeGraphEngine, makeGraphRoutes } from '../graph/index.ts'
import type { GraphPorts } from '../graph/index.ts'
import { dispatchSlice, makeDispatch, makeDispatchRoutes } from '../dispatch/index.ts'
import type { DispatchPorts } from '../dispatch/index.ts'
import { jobSlice, makeJobRoutes } from '../job/index.ts'
import {
  accountBehind,
  areOneHand,
  identitySlice,
  makeAccountRoutes,
  makeApiKeyRoutes,
  makeApiKeys,
  makeIdentity,
  makeIdentityActions,
  makeIdentityRoutes,
  makeServiceTokenRoutes,
  makeServiceTokens,
} from '../identity/index.ts'
import type { ApiKeys, Identity, ServiceTokens } from '../identity/index.ts'
import type { Action, BuiltinCheck, JoinableSql, Log, Route, Slice, Sql } from '../kernel/index.ts'
import {
  ledgerSlice,
  makeFeedRoutes,
  makeLedgerChecks,
  makeLedgerFeed,
  makeLedgerRoutes,
} from '../ledger/index.ts'
import type { Erasures, Ledger, LedgerFeed, WatchedRegister } from '../ledger/index.ts'
import {
  gzipBytes,
  makeGuardedFetch,
  makeGuardedMail,
  openSeal,
  seedSigner,
  systemClock,
  systemDigest,
  systemRandom,
  systemSlowHash,
  systemVerifier,
} from '../platform/index.ts'
import type { OpenTracing } from '../platform/index.ts'
import {
  makeNotificationChecks,
  makeNotificationRoutes,
  notificationSlice,
} from '../notification/index.ts'
import {
  ATTESTATION_CHECKS,
  attestationSlice,
  makeAttestationRoutes,
} from '../attestation/index.ts'
import { makeChangeRoutes, realtimeSlice } from '../realtime/index.ts'
import { PROBE_CHECKS, probeSlice } from '../probe/index.ts'
import {
  makeReleaseRoutes,
  makeReleases,
  makeStandingWaivers,
  releaseSlice,
} from '../release/index.ts'
import type { Releases } from '../release/index.ts'
import {
  makeWebhookChecks,
  makeWebhookRoutes,
  removeWebhookAction,
  webhookSlice,
} from '../webhook/index.ts'
import { webSlice } from '../web/index.ts'
import type { RequestRecorder } from '../web/index.ts'
import type { AppConfig } from './config.ts'
import { makeBackground } from './background.ts'
import type { Background, BackgroundWork } from './background.ts'
import type { EvidenceStore } from './evidence-store.ts'
import type { Database } from './open-database.ts'
import { openErasures } from './erasing.ts'
import { makePeople } from './sign-in.ts'
import type { People } from './sign-in.ts'
import type { InstallationKeys } from './installation-keys.ts'
import { openLedger } from './open-ledger.ts'
import { controlPlaneTenants } from './tenants.ts'
import { openCosigner } from './witnesses.ts'
import type { Telemetry } from './telemetry/index.ts'

/** Slices in floor order: migrations run in this order. */
export const slices: readonly Slice[] = [
  ledgerSlice,
  attestationSlice,
  webSlice,
  evidenceSlice,
  flagSlice,
  auditSlice,
  jobSlice,
  realtimeSlice,
  identitySlice,
  webhookSlice,
  notificationSlice,
  actionSlice,
  probeSlice,
  gatesSlice,
  dispatchSlice,
  releaseSlice,
  graphSlice,
]

const systemPorts = {
  clock: systemClock,
  random: systemRandom,
  digest: systemDigest,
  verifier: systemVerifier,
}

export interface Rooms {
  /** As the rooms have it. */
  readonly sql: JoinableSql
  readonly erasures: Erasures
  readonly register: WatchedRegister
  readonly apiKeys: ApiKeys
  readonly serviceTokens: ServiceTokens
  readonly people: People
  /** Of every tenant's log. */
  readonly feed: LedgerFeed
  /** Told of each append of this process, before its commit: a hint. */
  readonly appendListeners: ((tenantId: string) => void)[]
  readonly routes: readonly Route[]
  readonly work: BackgroundWork
  /** Absent where requests come from this very process. */
  readonly recorder: RequestRecorder | undefined
  /** Makes a tenant known before the first write to it. */
  openTenant(tenantId: string): Promise<void>
}

export interface HouseTerms {
  readonly config: AppConfig
  readonly version: string
  readonly log: Log
  readonly telemetry: Telemetry | undefined
  readonly tracing: OpenTracing
  readonly evidenceStore: EvidenceStore
}

/** Every slice in floor order, each handed what it needs by name. */
export function makeRooms(database: Database, terms: HouseTerms, keys: InstallationKeys): Rooms {
  const { config, version, log, tracing } = terms
  const { signer, confirmSecret, masterSecret } = keys
  const openTenant = (tenantId: string): Promise<void> => tenants(tenantId)
  const opened = openLedger(database, terms, keys, openTenant)
  const { sql, ledger, recorder, appendBell, appendListeners, keyId, systemLog, register } = opened
  const ports = { sql, ...systemPorts }
  const evidence = makeEvidence({ ...ports, blobs: terms.evidenceStore.blobs })
  const flags = makeFlags({ ...ports, ledger })
  const identity = makeIdentity({ ...ports, ledger })
  const tenants = controlPlaneTenants(sql, identity, signer, config)
  const apiKeys = makeApiKeys({ ...ports, ledger, slowHash: systemSlowHash })
  const serviceTokens = makeServiceTokens({ ...ports, log, ...tokenTerms(keys, apiKeys) })
  const people = makePeople({ ...ports, ledger, log }, config)
  const controlPlane = { id: `control-plane-${keyId.slice(0, 16)}`, keyId, version, signer }
  const { pubSub, payloadKeys } = database
  const stored = { ...ports, pubSub, payloadKeys, ledger, ...openCosigner(config, ledger) }
  const workPorts = { ...stored, log, masterSecret, seedSigner, appendBell, tracing }
  const background = makeBackground({
    ...workPorts,
    ...waysOut(config),
    seal: openSeal(masterSecret, 'notification channels', systemRandom),
    recordTallies: (isEnding) => recorder?.recordTallies(isEnding) ?? Promise.resolve(),
    foresee: (tenantId) => releases.foresee(tenantId),
    countAttempt: (outcome) => terms.telemetry?.countNotification(outcome),
    actor: controlPlane.id,
    userAgent: `seaworthy/${version}`,
  })
  const checks = collectChecks(sql, ledger, background)
  const planPorts = { ...ports, evidence, identity, ledger, confirmSecret, checks, controlPlane }
  const plans = makePlans({ ...planPorts, runnerChecks: [...PROBE_CHECKS, ...ATTESTATION_CHECKS] })
  const actions = makeActions({ ...planPorts, areOneHand: handsOf(apiKeys, people) })
  const findWaivers = makeStandingWaivers({ sql, clock: systemClock, identity, evidence })
  const { runs, runActions } = makeRuns({ ...planPorts, findWaivers }, plans, actions)
  const erasures = openErasures({ ...database, register }, ledger, log)
  const sealing = { ...stored, evidence, identity, erasures, signer, systemLog, gzip: gzipBytes }
  const releases = makeReleases({ ports: sealing, runs, controlPlane })
  const feed = makeLedgerFeed({ ledger, clock: systemClock })
  const asking = { ...planPorts, plans, runs, actions, releases, jobs: background.jobs }
  const { dispatch, dispatchActions } = dispatchOver(asking)
  const rotation = { ...stored, endedKeys: keys.endedTokenKeys, operatorTenant: config.tenantId }
  const admins = { apiKeys, accounts: people.accounts }
  const registered = actionsOf(flags, background, erasures.actions, runActions, dispatchActions)
  const routes = [
    ...makeLedgerRoutes(ledger),
    ...makeFeedRoutes(feed),
    ...makeChangeRoutes(feed),
    ...makeAuditRoutes(makeAuditLog({ ...workPorts, readers: background.readers })),
    ...makeEvidenceRoutes(evidence),
    ...makeFlagRoutes({ flags, digest: systemDigest }),
    ...makeJobRoutes(background.desk),
    ...makeWebhookRoutes(background.webhooks, systemClock),
    ...makeNotificationRoutes(background.notifications, systemClock),
    ...routesOfWhoAsks({ identity, apiKeys, serviceTokens, people }, config),
    ...makeActionRoutes(actions, [...makeIdentityActions(rotation, admins), ...registered]),
    ...makeGatesRoutes({ digest: systemDigest, evidence, plans, runs }),
    ...makeDispatchRoutes(dispatch, systemClock),
    ...makeReleaseRoutes(releases),
    ...graphRoutes({ ...systemPorts, log, evidence, identity, ledger, releases, runs }, terms),
    ...makeAttestationRoutes(systemLog, (tenantId, day) => ledger.sealedDay(tenantId, day)),
  ]
  const known = { apiKeys, serviceTokens, people, openTenant, work: background.work }
  return { sql, erasures, feed, appendListeners, routes, recorder, register, ...known }
}

function graphRoutes(
  ports: Omit<GraphPorts, 'sink'>,
  { telemetry }: Pick<HouseTerms, 'telemetry'>,
): readonly Route[] {
  const sink = telemetry === undefined ? {} : { sink: telemetry.guardSink }
  return makeGraphRoutes(makeGraphEngine({ ...ports, ...sink }), systemDigest)
}

function routesOfWhoAsks(
  rooms: Pick<Rooms, 'apiKeys' | 'serviceTokens' | 'people'> & { readonly identity: Identity },
  { signIn, proofLifetimeMs }: AppConfig,
): readonly Route[] {
  const { accounts, sessions } = rooms.people
  const issuers = signIn?.issuers ?? []
  return [
    ...makeIdentityRoutes(rooms.identity),
    ...makeApiKeyRoutes(rooms.apiKeys),
    ...makeServiceTokenRoutes(rooms.serviceTokens),
    ...makeAccountRoutes(accounts, { sessions, issuers, proofLifetimeMs }),
  ]
}

function tokenTerms(keys: InstallationKeys, apiKeys: Pick<ApiKeys, 'isInForce'>) {
  const isKeyInForce = (keyId: string): Promise<boolean> => apiKeys.isInForce(keyId)
  const { openTokenSigner, endedTokenKeys: endedKeys } = keys
  return { openTokenSigner, endedKeys, isKeyInForce }
}

/** A release is opened without an author by whoever first asks for a run of it. */
function dispatchOver(
  ports: Omit<DispatchPorts, 'actor' | 'openRelease'> & {
    readonly controlPlane: { readonly id: string }
    readonly releases: Releases
  },
): ReturnType<typeof makeDispatch> {
  return makeDispatch({
    ...ports,
    actor: ports.controlPlane.id,
    openRelease: (tenantId, actor, release) => ports.releases.open(tenantId, actor, release, null),
  })
}

/** What slices registered, in floor order. */
function actionsOf(
  flags: Flags,
  { webhooks }: Background,
  ...higher: readonly (readonly Action[])[]
): readonly Action[] {
  return [flipAction(flags), removeWebhookAction(webhooks), ...higher.flat()]
}

/** Who is no second person for whom: by the keys of a tenant, and by the accounts behind them. */
function handsOf(
  apiKeys: Pick<ApiKeys, 'list'>,
  { accounts }: Pick<People, 'accounts'>,
): ActionPorts['areOneHand'] {
  return async (tenantId, first, second) => {
    const keys = await apiKeys.list(tenantId)
    if (areOneHand(keys, first, second)) return true
    const [one, other] = [accountBehind(keys, first), accountBehind(keys, second)]
    if (one === undefined || other === undefined) return false
    if (one === other) return true
    const person = (await accounts.find(tenantId, one))?.person
    return person !== undefined && person === (await accounts.find(tenantId, other))?.person
  }
}

/** To addresses that people of a tenant chose. */
function waysOut({ allowsLoopbackWebhooks: allowsLoopback }: AppConfig) {
  return { fetch: makeGuardedFetch({ allowsLoopback }), mail: makeGuardedMail({ allowsLoopback }) }
}

function collectChecks(sql: Sql, ledger: Ledger, { readers }: Background): readonly BuiltinCheck[] {
  return [
    ...makeLedgerChecks(ledger),
    ...makeGatesChecks({ sql }),
    ...makeWebhookChecks({ sql, clock: systemClock, readers }),
    ...makeNotificationChecks({ sql, clock: systemClock }),
  ]
}
