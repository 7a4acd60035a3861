// Opens the ledger of a composed house, and puts what watches and records requests between it and the slices.
import { makeSystemLog } from '../attestation/index.ts'
import type { SystemLog, SystemLogPorts } from '../attestation/index.ts'
import { makeLedgerRecorder } from '../audit/index.ts'
import type { LedgerRecorder } from '../audit/index.ts'
import type { JoinableSql, Log, Tracing } from '../kernel/index.ts'
import { Doorbell } from '../kernel/index.ts'
import { makeLedger, watchRegister } from '../ledger/index.ts'
import type { CheckpointGuard, Ledger, WatchedRegister } from '../ledger/index.ts'
import { systemClock, systemDigest, systemRandom, systemVerifier } from '../platform/index.ts'
import { keyIdOf } from '../proof/index.ts'
import { openGuard } from './checkpoint-guard.ts'
import type { AppConfig } from './config.ts'
import type { InstallationKeys } from './installation-keys.ts'
import type { Database } from './open-database.ts'
import type { Telemetry } from './telemetry/index.ts'

const systemPorts = { clock: systemClock, random: systemRandom, digest: systemDigest }

interface LedgerTerms {
  readonly config: AppConfig
  readonly version: string
  readonly log: Log
  /** Only of a process that serves. */
  readonly telemetry: Telemetry | undefined
  readonly tracing: Tracing
}

export interface OpenedLedger {
  /** What every slice works on. */
  readonly sql: JoinableSql
  readonly ledger: Ledger
  /** What the logs signed last, outside the database. */
  readonly guard: CheckpointGuard
  /** What has to stay erased, held against the guard. */
  readonly register: WatchedRegister
  /** Who uses the command line without a server holds the database itself: nothing stands between them and it. */
  readonly recorder: LedgerRecorder | undefined
  /** Rung with each append of this process. */
  readonly appendBell: Doorbell
  /** Told of each append of this process, before its commit: a hint. */
  readonly appendListeners: ((tenantId: string) => void)[]
  /** Of the control plane's own key. */
  readonly keyId: string
  readonly systemLog: SystemLog
}

/** @param openTenant makes a tenant known */
export function openLedger(
  database: Database,
  terms: LedgerTerms,
  keys: InstallationKeys,
  openTenant: (tenantId: string) => Promise<void>,
): OpenedLedger {
  const { config, version, log, telemetry, tracing } = terms
  const { sql, journal, readSql, payloadKeys } = database
  const appendBell = new Doorbell()
  const appendListeners: ((tenantId: string) => void)[] = []
  const keyId = keyIdOf(systemDigest, keys.signer.publicKey)
  const guard = openGuard(config, telemetry === undefined ? undefined : log)
  const register = watchRegister({ digest: systemDigest, guard, register: database.register, log })
  const systemLog = openSystemLog({ sql, ...systemPorts, guard }, keyId, keys)
  const ledger = makeLedger({
    sql,
    ...systemPorts,
    verifier: systemVerifier,
    signer: keys.ledgerSigner,
    guard,
    findRegisterGap: () => register.findGap(),
    payloadKeys,
    ...(readSql === undefined ? {} : { readSql }),
    tracing,
    isJoined: () => sql.isJoined(),
    onAppend(tenantId) {
      appendBell.ring()
      for (const hear of appendListeners) hear(tenantId)
    },
    onSealedDay: ({ origin, size, root, day }) => systemLog.recordRoot({ origin, size, root, day }),
    ...(journal === undefined ? {} : { journal }),
    originPrefix: `install-${keyId.slice(0, 16)}`,
    producer: { producer: 'seaworthy', version },
  })
  const opened = { appendBell, appendListeners, keyId, systemLog, guard, register }
  if (telemetry === undefined) return { sql, ledger, recorder: undefined, ...opened }
  const watched = telemetry.watchLedger(ledger)
  const recorder = makeLedgerRecorder({
    sql,
    ledger: watched,
    clock: systemClock,
    digest: systemDigest,
    secret: keys.auditSecret,
    log,
    operatorTenant: config.tenantId,
    openOperatorTenant: () => openTenant(config.tenantId),
    countRefusal: (whose, kept) => telemetry.countRefusal(whose, kept),
  })
  const recorded = { sql: recorder.watchSql(sql), ledger: recorder.watchLedger(watched) }
  return { ...recorded, recorder, ...opened }
}

function openSystemLog(
  ports: Pick<SystemLogPorts, 'sql' | 'clock' | 'digest' | 'random' | 'guard'>,
  keyId: string,
  keys: InstallationKeys,
): SystemLog {
  return makeSystemLog({
    ...ports,
    origin: `install-${keyId.slice(0, 16)}/system-log`,
    openSigners: keys.openSystemLogSigners,
  })
}
