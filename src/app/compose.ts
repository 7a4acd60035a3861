// The composition root: constructs every slice in floor order and hands each what it needs; reading it is reading the architecture.
import { join } from 'node:path'
import type { FastifyInstance } from 'fastify'
import { actionSlice, makeActionRoutes, makeActions } from '../action/index.ts'
import { makeEvidence, makeEvidenceRoutes, evidenceSlice } from '../evidence/index.ts'
import {
  gatesSlice,
  makeGatesChecks,
  makeGatesRoutes,
  makePlans,
  makeRuns,
} from '../gates/index.ts'
import { identitySlice, makeIdentity, makeIdentityRoutes } from '../identity/index.ts'
import type { Log, Principal, Signer, Slice, Sql } from '../kernel/index.ts'
import { bytesEqual, utf8Bytes } from '../kernel/index.ts'
import {
  ledgerSlice,
  makeLedger,
  makeLedgerChecks,
  makeLedgerRoutes,
  openJournalledSql,
} from '../ledger/index.ts'
import type { JournalledSql } from '../ledger/index.ts'
import {
  ensureTenant,
  gzipBytes,
  migrateUp,
  openCheckpointGuard,
  openFileBlobs,
  openKeyFile,
  openPglite,
  openPostgres,
  openRecordJournal,
  platformSlice,
  systemClock,
  systemDigest,
  systemRandom,
  systemVerifier,
} from '../platform/index.ts'
import type { OpenSql } from '../platform/index.ts'
import { keyIdOf } from '../proof/index.ts'
import {
  makeReleaseRoutes,
  makeReleases,
  makeStandingWaivers,
  releaseSlice,
} from '../release/index.ts'
import { makeWebServer } from '../web/index.ts'
import type { WebRequest } from '../web/index.ts'
import type { AppConfig } from './config.ts'
import { appFault } from './errors.ts'
import { makePageRoutes } from './pages.ts'
import { openKeyFolder, openSecretFile } from './secret-file.ts'

/** Slices with tables, in floor order: migrations run in this order. */
export const slices: readonly Slice[] = [
  ledgerSlice,
  evidenceSlice,
  identitySlice,
  actionSlice,
  gatesSlice,
  releaseSlice,
]

/** Connections of one process; transactions beyond that wait. */
const POSTGRES_POOL_SIZE = 10

const systemPorts = {
  clock: systemClock,
  random: systemRandom,
  digest: systemDigest,
  verifier: systemVerifier,
}

export interface ComposedApp {
  readonly web: FastifyInstance
  /** Key that the API asks for. */
  readonly apiKey: string
  /** Key for the pages; it reads and can change nothing. */
  readonly viewKey: string
  close(): Promise<void>
}

export async function composeApp(
  config: AppConfig,
  version: string,
  log: Log,
): Promise<ComposedApp> {
  const opened = await openDatabase(config)
  try {
    const database = await withJournal(opened, join(config.dataFolder, 'journal'), log)
    return await composeOn(database, config, version, log)
  } catch (error) {
    await opened.close()
    throw error
  }
}

interface Database {
  /** What every room works on. */
  readonly sql: Sql
  readonly journal: JournalledSql | undefined
  close(): Promise<void>
}

/** The embedded database answers only what is in the journal too; a server has replication for that. */
async function withJournal(opened: OpenSql, folder: string, log: Log): Promise<Database> {
  if (opened.engine === 'postgres')
    return { sql: opened, journal: undefined, close: () => opened.close() }
  const records = await openRecordJournal(folder)
  const ports = { sql: opened, digest: systemDigest, random: systemRandom, journal: records }
  const journal = await openJournalledSql(ports)
  const { restoredCount, contradictions } = journal.report
  if (restoredCount > 0) log.warn('entries restored from the journal', { restoredCount })
  for (const [tenantId, reason] of contradictions)
    log.error('a log and its journal contradict each other', { tenantId, reason })
  return {
    sql: journal,
    journal,
    async close() {
      await opened.close()
      await records.close()
    },
  }
}

/** File systems of the kernel: making folders there can spin for ever instead of failing. */
const KERNEL_FOLDER = /^\/(?:proc|sys)(?:\/|$)/

async function openDatabase(config: AppConfig): Promise<OpenSql> {
  if (KERNEL_FOLDER.test(config.dataFolder)) {
    throw appFault(
      'APP_OPTION_INVALID',
      `expected a data folder on a disk, got ${config.dataFolder}`,
    )
  }
  const { databaseUrl } = config
  const sql =
    databaseUrl === undefined
      ? await openPglite({ folder: join(config.dataFolder, 'db'), clock: systemClock })
      : await openPostgres({ url: databaseUrl, poolSize: POSTGRES_POOL_SIZE })
  const migrated = [
    platformSlice,
    ...slices.flatMap(({ name, migrations }) => (migrations ? [{ name, migrations }] : [])),
  ]
  await migrateUp(sql, migrated)
  return sql
}

interface Secrets {
  /** Signs decisions and manifests. */
  readonly signer: Signer
  /** Signs checkpoints. */
  readonly ledgerSigner: Signer
  readonly confirmSecret: Uint8Array
  readonly apiKey: string
  readonly viewKey: string
}

async function openSecrets(folder: string): Promise<Secrets> {
  await openKeyFolder(folder)
  const apiSecret = await openSecretFile(join(folder, 'api.secret'), systemRandom)
  const apiKey = Buffer.from(apiSecret).toString('base64url')
  const viewSecret = systemDigest.hmacSha256(utf8Bytes(apiKey), utf8Bytes('view'))
  return {
    signer: await openKeyFile(join(folder, 'control-plane.pem'), 'ecdsa-p256-sha256'),
    ledgerSigner: await openKeyFile(join(folder, 'ledger.pem'), 'ed25519'),
    confirmSecret: await openSecretFile(join(folder, 'confirm.secret'), systemRandom),
    apiKey,
    viewKey: Buffer.from(viewSecret).toString('base64url'),
  }
}

async function composeOn(
  database: Database,
  config: AppConfig,
  version: string,
  log: Log,
): Promise<ComposedApp> {
  const folder = (...parts: string[]): string => join(config.dataFolder, ...parts)
  const { sql, journal } = database
  const ports = { sql, ...systemPorts }
  const { signer, ledgerSigner, confirmSecret, apiKey, viewKey } = await openSecrets(folder('keys'))
  const guard = openCheckpointGuard(folder('checkpoint-guard.json'))
  const keyId = keyIdOf(systemDigest, signer.publicKey)
  const ledger = makeLedger({
    ...ports,
    signer: ledgerSigner,
    guard,
    ...(journal === undefined ? {} : { journal }),
    originPrefix: `install-${keyId.slice(0, 16)}`,
    producer: { producer: 'seaworthy', version },
  })
  const evidence = makeEvidence({ ...ports, blobs: openFileBlobs(folder('blobs')) })
  const identity = makeIdentity({ ...ports, ledger })
  const checks = [...makeLedgerChecks(ledger), ...makeGatesChecks({ sql })]
  const controlPlane = { id: `control-plane-${keyId.slice(0, 16)}`, keyId, version, signer }
  const planPorts = { ...ports, evidence, identity, ledger, confirmSecret, checks, controlPlane }
  const plans = makePlans(planPorts)
  const actions = makeActions({ ...ports, ledger, confirmSecret })
  const findWaivers = makeStandingWaivers({ sql, clock: systemClock, identity })
  const { runs, runActions } = makeRuns({ ...planPorts, findWaivers }, plans, actions)
  const releases = makeReleases({
    ports: { ...ports, evidence, identity, ledger, signer, gzip: gzipBytes },
    runs,
    controlPlane,
  })

  const tenants = tenantOpener(sql, (tenantId) =>
    identity.register(tenantId, {
      kind: 'control-plane',
      displayName: 'control plane',
      roles: [],
      publicKey: signer.publicKey,
    }),
  )
  const web = makeWebServer({
    log,
    routes: [
      ...makeLedgerRoutes(ledger),
      ...makeEvidenceRoutes(evidence),
      ...makeIdentityRoutes(identity),
      ...makeActionRoutes(actions, runActions),
      ...makeGatesRoutes({ digest: systemDigest, evidence, plans, runs, checks }),
      ...makeReleaseRoutes(releases),
      ...makePageRoutes({ releases, runs, viewKey }),
    ],
    authenticate: (request) => authenticate(request, { apiKey, viewKey }, config.tenantId, tenants),
  })
  return {
    web,
    apiKey,
    viewKey,
    async close() {
      await web.close()
      await database.close()
    },
  }
}

// On one machine the holder of the API key is the operator of every tenant in the folder; accounts come with identity.
async function authenticate(
  request: WebRequest,
  keys: { readonly apiKey: string; readonly viewKey: string },
  defaultTenant: string,
  openTenant: (tenantId: string) => Promise<void>,
): Promise<Principal | undefined> {
  const bearer = request.authorization?.replace(/^Bearer /, '')
  const holdsApiKey = isSameKey(bearer, keys.apiKey)
  const holdsViewKey = request.access === 'read' && isSameKey(request.viewKey, keys.viewKey)
  if (!holdsApiKey && !holdsViewKey) return undefined
  const tenantId = request.tenant ?? defaultTenant
  // The key of the pages shows the releases of one tenant and of no other.
  if (!holdsApiKey && tenantId !== defaultTenant) return undefined
  if (request.access === 'write') await openTenant(tenantId)
  return { id: 'operator', tenantId }
}

function isSameKey(given: string | undefined, wanted: string): boolean {
  return given !== undefined && bytesEqual(utf8Bytes(given), utf8Bytes(wanted))
}

/** Makes a tenant on its first write; a tenant that was opened once is not looked up again. */
function tenantOpener(
  sql: Sql,
  register: (tenantId: string) => Promise<unknown>,
): (tenantId: string) => Promise<void> {
  const opened = new Set<string>()
  return async (tenantId) => {
    if (opened.has(tenantId)) return
    await ensureTenant(sql, tenantId, new Date(systemClock.nowMs()).toISOString())
    await register(tenantId)
    opened.add(tenantId)
  }
}
