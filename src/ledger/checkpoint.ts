// Signs what a log is now, and refuses to sign what contradicts anything signed before.
import { base64Of } from '../kernel/index.ts'
import type { Clock, Digest, Signer, SqlTx } from '../kernel/index.ts'
import { frontierRoot, sealCheckpoint } from '../proof/index.ts'
import { assertGuarded } from './epoch/guarded.ts'
import { ledgerFault } from './errors.ts'
import type { CheckpointGuard, SignedCheckpoint } from './model.ts'
import { assertPrefix } from './prefix.ts'
import { insertCheckpoint, selectLastCheckpoint } from './signed-store.ts'
import { lockHead } from './store.ts'

export interface CheckpointPorts {
  readonly clock: Clock
  readonly digest: Digest
  readonly signer: Signer
  readonly guard: CheckpointGuard | undefined
}

/**
 * Runs with the log's turn held, so no two callers sign at once. Entries up to the size are committed already, so the
 * guard, written before this transaction ends, can name nothing that the database might lose; the row itself may be lost
 * in a crash, and is then signed again byte for byte.
 * @throws LEDGER_LOG_EMPTY, LEDGER_LOG_ROLLED_BACK, LEDGER_CHECKPOINT_FORKED
 */
export async function signCheckpoint(
  ports: CheckpointPorts,
  tx: SqlTx,
  tenantId: string,
): Promise<SignedCheckpoint> {
  await assertGuarded(ports, tx, tenantId)
  const head = await lockHead(tx, tenantId)
  if (head === undefined || head.size === 0) {
    throw ledgerFault('LEDGER_LOG_EMPTY', `expected tenant ${tenantId} to have entries, got none`)
  }
  const { origin, size } = head
  const root = frontierRoot(ports.digest, head.frontier)
  const last = await selectLastCheckpoint(tx, head.logId)
  if (last !== undefined)
    await assertPrefix(ports, tx, head, last, 'the last checkpoint in the database')
  const guarded = await ports.guard?.read(origin)
  if (guarded !== undefined)
    await assertPrefix(ports, tx, head, guarded, 'the last checkpoint outside the database')
  if (last?.size === size) {
    await ports.guard?.write(origin, { size, root }, tenantId)
    return { origin, size, root: base64Of(root), note: last.note }
  }
  const note = await sealCheckpoint(ports.digest, ports.signer, { origin, size, root })
  await ports.guard?.write(origin, { size, root }, tenantId)
  await insertCheckpoint(
    tx,
    head.logId,
    { size, root, note },
    new Date(ports.clock.nowMs()).toISOString(),
  )
  return { origin, size, root: base64Of(root), note }
}
