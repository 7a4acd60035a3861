// What is read of the audit log: its table follows the ledger, and a page shows everything that was recorded before it was asked for.
import { messageOf } from '../kernel/index.ts'
import type { Clock, Log, Sql } from '../kernel/index.ts'
import type { LedgerReaders, ReaderEntry } from '../ledger/index.ts'
import { auditFault } from './errors.ts'
import { auditRecordSchema } from './answers.ts'
import { AUDIT_EVENTS } from './model.ts'
import type { AuditEntry, AuditFilter } from './model.ts'
import { insertAuditEntries, selectAuditPage } from './store.ts'

export const AUDIT_READER = 'audit'
/** Entries of the ledger that are taken in one transaction. */
const TAKE_LIMIT_ENTRIES = 500
/** What one who asks for a page waits for; what lies further back is taken by the keeper. */
const ASKED_LIMIT_TAKES = 20
const OTHERS_PAUSE_MS = 20
const KEEPER_INTERVAL_MS = 2_000
const TENANT_LIMIT_COUNT = 100

export interface AuditPorts {
  readonly sql: Sql
  readonly clock: Clock
  readonly log: Log
  readonly readers: LedgerReaders
}

export interface AuditLog {
  /** Newest first. @throws AUDIT_INDEX_BEHIND */
  page(
    tenantId: string,
    filter: AuditFilter,
    limit: number,
    before?: number,
  ): Promise<readonly AuditEntry[]>
}

export function makeAuditLog(ports: AuditPorts): AuditLog {
  return {
    async page(tenantId, filter, limit, before) {
      await catchUp(ports, tenantId)
      return ports.sql.transaction({ tenantId }, (tx) =>
        selectAuditPage(tx, tenantId, filter, limit, before),
      )
    },
  }
}

async function catchUp(ports: AuditPorts, tenantId: string): Promise<void> {
  for (let count = 0; count < ASKED_LIMIT_TAKES; count += 1) {
    if (await takeNext(ports, tenantId)) continue
    if ((await ports.readers.lag(AUDIT_READER, tenantId)) === 0) return
    // Somebody else is at it.
    await ports.clock.sleep(OTHERS_PAUSE_MS)
  }
  const behind = await ports.readers.lag(AUDIT_READER, tenantId)
  if (behind === 0) return
  throw auditFault(
    'AUDIT_INDEX_BEHIND',
    `expected every entry of the ledger to be looked at, ${behind} of them are not yet`,
  )
}

/** @returns false when there was nothing to take, or somebody else takes it */
async function takeNext(
  { readers }: Pick<AuditPorts, 'readers'>,
  tenantId: string,
): Promise<boolean> {
  const taken = await readers.advance(AUDIT_READER, tenantId, {
    limit: TAKE_LIMIT_ENTRIES,
    isWanted: () => Promise.resolve(true),
    take: (tx, entries) => insertAuditEntries(tx, tenantId, entries.flatMap(auditEntryOf)),
  })
  return taken > 0
}

/** Facts of other kinds are no lines of this log; a payload that was erased has nothing left to show. */
function auditEntryOf({ seq, timeMs, body, payload }: ReaderEntry): readonly AuditEntry[] {
  if (!(AUDIT_EVENTS as readonly string[]).includes(body.type)) return []
  const read = auditRecordSchema.safeParse(payload)
  if (!read.success) return []
  return [{ seq, at: new Date(timeMs).toISOString(), actor: body.actor, ...read.data }]
}

/** Keeps the table of every tenant close to its ledger while a server runs, and `alongside` is done as often. */
export function makeAuditKeeper(
  ports: AuditPorts,
  alongside: (isEnding: boolean) => Promise<void>,
): { start(): void; stop(): Promise<void> } {
  const { clock, readers, log } = ports
  const ending = new AbortController()
  let running: Promise<void> = Promise.resolve()
  const once = async (): Promise<void> => {
    await alongside(false)
    for (const tenantId of await readers.behind(AUDIT_READER, TENANT_LIMIT_COUNT))
      while (!ending.signal.aborted && (await takeNext(ports, tenantId)));
  }
  const work = async (): Promise<void> => {
    while (!ending.signal.aborted) {
      await once().catch((error: unknown) =>
        log.warn('the list of audit entries is held up', { detail: messageOf(error) }),
      )
      // Rejects when it is to end.
      await clock.sleep(KEEPER_INTERVAL_MS, ending.signal).catch(() => undefined)
    }
  }
  return {
    start: () => void (running = work()),
    async stop() {
      ending.abort()
      await running
      await alongside(true)
    },
  }
}
