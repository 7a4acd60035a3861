// Carries erasures out again that an older database, put in the place of a newer one, knows nothing of.
import { hexOf, SeaworthyError } from '../../kernel/index.ts'
import type { Log, Sql, SqlTx } from '../../kernel/index.ts'
import type { LogHead } from '../batch.ts'
import { stopCopies } from '../reader-store.ts'
import { lockHead } from '../store.ts'
import { eraseUnderKeys, seqsOf } from './erasure.ts'
import type { Erased } from './erasure.ts'
import { ATTESTED_LIMIT } from './model.ts'
import type { ErasurePorts } from './model.ts'
import type { ErasureRegister, RegisteredErasure } from './register.ts'
import { selectDestroyed, selectLeafHash, selectRevived } from './replay-store.ts'
import type { RevivedKey } from './replay-store.ts'
import { countSealed, destroyKeys, selectSealed } from './store.ts'

const REASON = 'carried out again: this database does not have the erasure'
const POLICY = 'erasure register'

/** What a log answers that takes no entries until somebody has decided how it goes on. */
const READ_ONLY = [
  'LEDGER_LOG_ROLLED_BACK',
  'LEDGER_CHECKPOINT_FORKED',
  'LEDGER_JOURNAL_CONTRADICTS',
  'LEDGER_LOG_ARCHIVED',
]

export interface ReplayPorts extends ErasurePorts {
  readonly sql: Sql
  readonly register: ErasureRegister
  readonly log: Log
}

/**
 * For a process that opens a database, before it reads anything of anybody. Where the log takes no entries, keys and copies
 * are gone all the same, and the restore attests it.
 * @returns how many keys were destroyed again
 */
export async function replayErasures(ports: ReplayPorts): Promise<number> {
  const { erasures } = await ports.register.read()
  if (erasures.length === 0) return 0
  const revived = await ports.sql.transaction('system', (tx) => selectRevived(tx, erasures))
  let count = 0
  for (const tenantId of new Set(revived.map((key) => key.tenantId))) {
    const keys = revived.filter((key) => key.tenantId === tenantId)
    const done = await replayFor(ports, tenantId, keys)
    if (done > 0) ports.log.warn('erasures carried out again', { tenantId, keyCount: done })
    count += done
  }
  return count
}

async function replayFor(
  ports: ReplayPorts,
  tenantId: string,
  keys: readonly RevivedKey[],
): Promise<number> {
  const dekIds = keys.map(({ dekId }) => dekId)
  const inTurn = <T>(work: (tx: SqlTx, head: LogHead) => Promise<T>): Promise<number> =>
    ports.sql.transaction('system', async (tx) => {
      await stopCopies(tx, tenantId)
      const head = await lockHead(tx, tenantId)
      if (head === undefined) return 0
      await warnOfDisplaced(ports.log, tx, tenantId, keys)
      await work(tx, head)
      return dekIds.length
    })
  try {
    return await inTurn((tx, head) => {
      const [last] = keys.slice(-1)
      const request = last?.erasure.request ?? ''
      return eraseAgain(ports, tx, tenantId, head, dekIds, request)
    })
  } catch (error) {
    if (!(error instanceof SeaworthyError) || !READ_ONLY.includes(error.code)) throw error
    return inTurn((tx, head) => destroyOnly(ports, tx, tenantId, head, dekIds))
  }
}

/**
 * Another entry where the attestation was to stand: the process died before its commit, or the log went on after an older database
 * was put in place. Two people had confirmed it, and nobody said that it was undone.
 */
async function warnOfDisplaced(
  log: Log,
  tx: SqlTx,
  tenantId: string,
  keys: readonly RevivedKey[],
): Promise<void> {
  for (const { request, attestedBy } of new Set(keys.map(({ erasure }) => erasure))) {
    const { origin, seq, leafHash } = attestedBy
    const found = await selectLeafHash(tx, tenantId, origin, seq)
    if (found !== undefined && hexOf(found) !== leafHash)
      log.warn('an erasure is carried out although another entry is at its place', {
        tenantId,
        request,
        origin,
        seq,
      })
  }
}

async function eraseAgain(
  ports: ErasurePorts,
  tx: SqlTx,
  tenantId: string,
  head: LogHead,
  dekIds: readonly number[],
  request: string,
): Promise<void> {
  const said = { request, reason: REASON, policy: POLICY, approvers: ['operator'] }
  const done = await eraseUnderKeys(ports, tx, tenantId, { head, dekIds, said })
  if (done === undefined) await destroyKeys(tx, tenantId, dekIds)
}

async function destroyOnly(
  { payloadKeys, journal, derived }: ErasurePorts,
  tx: SqlTx,
  tenantId: string,
  { logId }: LogHead,
  dekIds: readonly number[],
): Promise<void> {
  await stopCopies(tx, tenantId)
  await destroyKeys(tx, tenantId, dekIds)
  let after = { logId: 0, seq: -1 }
  for (;;) {
    const places = await selectSealed(tx, tenantId, dekIds, after, ATTESTED_LIMIT)
    if (places.length === 0) break
    for (const each of derived) await each.forget(tx, tenantId, seqsOf(places, logId), null)
    after = places.at(-1)!
  }
  payloadKeys.forget(tenantId)
  journal?.forgetAfter(tx)
}

/** What a restore has to attest: keys of the register that are destroyed and still seal something here. */
export interface ReplayedKeys {
  readonly dekIds: readonly number[]
  readonly payloads: number
}

export async function selectReplayed(
  tx: SqlTx,
  tenantId: string,
  erasures: readonly RegisteredErasure[],
): Promise<ReplayedKeys> {
  const named = erasures.filter(({ tenant }) => tenant === tenantId).flatMap(({ keys }) => keys)
  const ids = [...new Set(named.map(({ dekId }) => dekId))]
  const destroyed = await selectDestroyed(tx, tenantId, ids)
  const counts = await countSealed(tx, tenantId, destroyed)
  const payloads = [...counts.values()].reduce((sum, each) => sum + each, 0)
  return { dekIds: [...counts.keys()], payloads }
}

/** For whoever has begun the next epoch in this transaction. */
export async function attestReplayed(
  ports: ErasurePorts,
  tx: SqlTx,
  tenantId: string,
  { dekIds }: ReplayedKeys,
  by: string,
): Promise<Erased | undefined> {
  const head = await lockHead(tx, tenantId)
  if (head === undefined || dekIds.length === 0) return undefined
  const said = { request: `restore of ${head.origin}`, reason: REASON, policy: POLICY }
  const order = { head, dekIds, said: { ...said, approvers: [by] } }
  return eraseUnderKeys(ports, tx, tenantId, order)
}
