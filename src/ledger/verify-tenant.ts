// Verifies all that a tenant has in the ledger: the log of today, those before it, and what is known of them outside the database.
import type { NoteKey } from '../proof/index.ts'
import { openCheckpoint } from '../proof/index.ts'
import { verifyEarlier } from './epoch/earlier.ts'
import type { EarlierPorts } from './epoch/earlier.ts'
import { findBreaks } from './epoch/guarded.ts'
import { ledgerFault } from './errors.ts'
import type { LogReader } from './log-reader.ts'
import type { KnownRoot, LogVerdict, VerifyQuery } from './model.ts'
import type { StoredLog } from './store.ts'
import { emptyVerdict, withEarlier, withGap } from './verdict.ts'
import { LogCheck } from './verify-log.ts'

/** @throws LEDGER_ENTRY_REFUSED, LEDGER_LOG_EMPTY for a checkpoint that nothing can be held against */
export async function verifyTenant(
  ports: EarlierPorts,
  reader: LogReader,
  tenantId: string,
  query: VerifyQuery,
): Promise<LogVerdict> {
  const { guard } = ports
  // Before the log: what was signed by then is in it.
  const known = (await guard?.logsOf(tenantId)) ?? []
  const log = await reader.readLog(tenantId, (_, found) => Promise.resolve(found))
  const noteKeyOf = (each: StoredLog): NoteKey => reader.noteKeyOf(each)
  const given =
    query.checkpoint === undefined
      ? []
      : [await readCheckpoint(ports, noteKeyOf, log, query.checkpoint)]
  if (log === undefined)
    return emptyVerdict([...given, ...known.flatMap(({ signed }) => signed ?? [])])
  const guarded = await guard?.read(log.origin)
  const outside = guarded === undefined ? given : [...given, guarded]
  const limit = query.checkpoint === undefined ? query.limit : undefined
  if (limit !== undefined && (!Number.isSafeInteger(limit) || limit < 1)) {
    throw ledgerFault('LEDGER_ENTRY_REFUSED', `expected a limit from 1, got ${limit}`)
  }
  const task = { tenantId, log, noteKey: noteKeyOf(log), limit, outside }
  const verdict = withGap(
    await new LogCheck(ports, task).run(),
    (await ports.findRegisterGap?.()) !== undefined,
  )
  const broken = await findBreak(ports, tenantId)
  if (limit !== undefined) return withEarlier(verdict, [], broken)
  const earlier = await verifyEarlier(ports, tenantId, noteKeyOf)
  return withEarlier(verdict, earlier, broken)
}

/** What the guard has against any log of the tenant. */
function findBreak(
  { sql, digest, guard }: EarlierPorts,
  tenantId: string,
): Promise<string | undefined> {
  return sql.transaction({ tenantId }, async (tx) => {
    const [found] = await findBreaks({ digest, guard }, tx, tenantId)
    return found?.fault.message
  })
}

/** @throws LEDGER_ENTRY_REFUSED when a note was not signed by this log. */
async function readCheckpoint(
  { verifier }: EarlierPorts,
  noteKeyOf: (log: StoredLog) => NoteKey,
  log: StoredLog | undefined,
  checkpoint: string | KnownRoot,
): Promise<KnownRoot> {
  if (typeof checkpoint !== 'string') return checkpoint
  if (log === undefined)
    throw ledgerFault('LEDGER_LOG_EMPTY', 'expected a log to hold the checkpoint against, got none')
  const opened = await openCheckpoint(verifier, checkpoint, noteKeyOf(log))
  if (!opened.ok) throw ledgerFault('LEDGER_ENTRY_REFUSED', `checkpoint: ${opened.reason}`)
  return opened.value
}
