// Appends facts inside a transaction: takes the log's turn, links, writes.
import type { SqlTx } from '../kernel/index.ts'
import { hexOf, SeaworthyError } from '../kernel/index.ts'
import type { Digest, Random } from '../kernel/index.ts'
import { encodeFrontier, genesisLink, isNoteName } from '../proof/index.ts'
import { linkBatch } from './batch.ts'
import type { KnownEntry, LinkedEntry, LogHead, SealedEntry } from './batch.ts'
import type { ClockWatch } from './clock-watch.ts'
import { ledgerFault } from './errors.ts'
import type { AppendWay, JournalledSql } from './journal.ts'
import type { PreparedFact } from './fact.ts'
import type { AppendedEntry } from './model.ts'
import type { WrappedKey } from './payload/key-store.ts'
import type { PayloadKeys } from './payload/keys.ts'
import { openStored, plainOf } from './payload/stored.ts'
import type { RollbackWatch } from './rollback-watch.ts'
import { findEarlierTry } from './retry.ts'
import type { BatchTries } from './retry.ts'
import { insertBatch, lockTurn, openTenantLog, selectKnownEntries } from './store.ts'
import type { LogTurn } from './store.ts'

const FIRST_EPOCH = 1
const OPAQUE_ID_BYTES = 8

export interface AppendPorts {
  readonly digest: Digest
  readonly random: Random
  readonly clockWatch: ClockWatch
  readonly rollbackWatch: RollbackWatch
  /** Host or installation id; origins are `<prefix>/ledger/<opaque id>`. */
  readonly originPrefix: string
  readonly journal: JournalledSql | undefined
  readonly payloadKeys: PayloadKeys
}

/**
 * One outcome per fact: the entry, or why this fact alone was refused. Everything else that fails, throws.
 * @param tries of a batch that is tried again when nobody knows how an earlier try ended
 */
export async function appendPrepared(
  ports: AppendPorts,
  tx: SqlTx,
  tenantId: string,
  facts: readonly PreparedFact[],
  way: AppendWay,
  tries?: BatchTries,
): Promise<readonly (AppendedEntry | Error)[]> {
  const { journal, digest } = ports
  journal?.assertWritable(tenantId)
  const { head, seenIds, subjectCounts } = await takeTurn(ports, tx, tenantId, facts).catch(
    (error: unknown) => {
      throw explainRefusal(error)
    },
  )
  await ports.rollbackWatch.assertContinues(tx, tenantId, head)
  await journal?.settleBatches(tenantId, head)
  const known = await findKnownEntries(ports, tx, tenantId, head, seenIds)
  if (tries !== undefined)
    for (const [id, entry] of await findEarlierTry(digest, tx, head, tries, facts))
      known.set(id, entry)
  const nowMs = ports.clockWatch.readMs(head.size === 0)
  const batch = linkBatch(digest, head, facts, known, subjectCounts, nowMs)
  if (batch.added.length > 0) {
    const { entries, made } = await sealEntries(ports.payloadKeys, tx, tenantId, head, batch.added)
    try {
      const { leaves } = batch
      await insertBatch(tx, head, { added: entries, leaves }, encodeFrontier(batch.frontier))
    } catch (error) {
      // Perhaps for a key that another process destroyed.
      ports.payloadKeys.forget(tenantId)
      throw explainRefusal(error)
    }
    ports.rollbackWatch.noteAppended(head.origin, batch.frontier.size)
    await journal?.recordBatch(tx, way, tenantId, head, entries, made)
  }
  return batch.outcomes
}

async function sealEntries(
  keys: PayloadKeys,
  tx: SqlTx,
  tenantId: string,
  head: LogHead,
  added: readonly LinkedEntry[],
): Promise<{ readonly entries: readonly SealedEntry[]; readonly made: readonly WrappedKey[] }> {
  const facts = added.map(({ fact }) => fact)
  const { sealed, made } = await keys.sealAll(tx, tenantId, head, facts)
  return { entries: added.map((entry, at) => ({ ...entry, ...sealed[at]! })), made }
}

/** Ids are nearly always new, so what is behind known ones is a second question. */
async function findKnownEntries(
  { payloadKeys }: AppendPorts,
  tx: SqlTx,
  tenantId: string,
  head: LogHead,
  ids: readonly string[],
): Promise<Map<string, KnownEntry>> {
  const rows = await selectKnownEntries(tx, head.logId, ids)
  const stored = await openStored(payloadKeys, tx, tenantId, head.origin, rows)
  return new Map(
    rows.map(({ idem, seq, leaf_hash: leafHash, body_hash: contentHash }, at) => [
      idem,
      { seq, leafHash, contentHash, salt: plainOf(stored[at], seq)?.salt ?? null },
    ]),
  )
}

async function takeTurn(
  ports: AppendPorts,
  tx: SqlTx,
  tenantId: string,
  facts: readonly PreparedFact[],
): Promise<LogTurn> {
  const ids = facts.filter(({ keepsId }) => keepsId).map(({ id }) => id)
  const subjects = facts.map(({ subjectKey }) => subjectKey)
  const turn = await lockTurn(tx, tenantId, ids, subjects)
  if (turn !== undefined) return turn
  const origin = `${ports.originPrefix}/ledger/${hexOf(ports.random.bytes(OPAQUE_ID_BYTES))}`
  try {
    await openTenantLog(tx, tenantId, origin, genesisLink(ports.digest, origin, FIRST_EPOCH))
  } catch (error) {
    // 23503: the log's row names a tenant that does not exist.
    if (stateOf(error) !== '23503') throw error
    throw ledgerFault(
      'LEDGER_TENANT_UNKNOWN',
      `expected a known tenant, got ${JSON.stringify(tenantId)}`,
      { cause: error },
    )
  }
  const opened = await lockTurn(tx, tenantId, ids, subjects)
  if (opened === undefined)
    throw ledgerFault(
      'LEDGER_APPEND_REFUSED',
      `expected an open log of tenant ${tenantId}, got a sealed one`,
    )
  return opened
}

/** @throws RangeError when origins made with this prefix could not stand in a note. */
export function assertOriginPrefix(originPrefix: string): void {
  if (!isNoteName(originPrefix))
    throw new RangeError(
      `expected an origin prefix without white space or "+", got ${JSON.stringify(originPrefix)}`,
    )
}

/** SQLSTATE behind a database fault, whatever room it comes from. */
export function stateOf(error: unknown): string | undefined {
  if (!(error instanceof SeaworthyError)) return undefined
  const state = error.details['sqlstate']
  return typeof state === 'string' ? state : undefined
}

/** What the database says of a log that takes no entries now. */
const LOG_CLOSED = 'SWL07'

function explainRefusal(error: unknown): unknown {
  if (stateOf(error) === LOG_CLOSED)
    return ledgerFault('LEDGER_LOG_ARCHIVED', 'expected an open log, got an archived one', {
      cause: error,
    })
  if (stateOf(error)?.startsWith('SWL') !== true) return error
  return ledgerFault('LEDGER_APPEND_REFUSED', 'expected the database to accept the entries', {
    cause: error,
  })
}
