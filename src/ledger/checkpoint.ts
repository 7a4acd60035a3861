// Signs what a log is now, and refuses to sign what contradicts anything signed before.
import { base64Of, bytesEqual } from '../kernel/index.ts'
import type { Clock, Digest, Signer, SqlTx } from '../kernel/index.ts'
import { frontierRoot, sealCheckpoint } from '../proof/index.ts'
import type { LogHead } from './batch.ts'
import { ledgerFault } from './errors.ts'
import type { CheckpointGuard, KnownRoot, SignedCheckpoint } from './model.ts'
import { hashRanges } from './nodes.ts'
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
    await ports.guard?.write(origin, { size, root })
    return { origin, size, root: base64Of(root), note: last.note }
  }
  const note = await sealCheckpoint(ports.digest, ports.signer, { origin, size, root })
  await ports.guard?.write(origin, { size, root })
  await insertCheckpoint(
    tx,
    head.logId,
    { size, root, note },
    new Date(ports.clock.nowMs()).toISOString(),
  )
  return { origin, size, root: base64Of(root), note }
}

/** What was signed before must still be the beginning of the log. @throws LEDGER_LOG_ROLLED_BACK, LEDGER_CHECKPOINT_FORKED */
export async function assertPrefix(
  ports: Pick<CheckpointPorts, 'digest'>,
  tx: SqlTx,
  head: LogHead,
  signed: KnownRoot,
  which: string,
): Promise<void> {
  if (signed.size > head.size) {
    throw ledgerFault(
      'LEDGER_LOG_ROLLED_BACK',
      `expected at least the ${signed.size} entries of ${which}, got ${head.size}`,
      {
        details: { origin: head.origin, signedSize: signed.size, size: head.size },
      },
    )
  }
  const nodes = { digest: ports.digest, tx, logId: head.logId, size: head.size }
  const [root] =
    signed.size === head.size
      ? [frontierRoot(ports.digest, head.frontier)]
      : await hashRanges(nodes, [{ from: 0, until: signed.size }])
  if (!bytesEqual(root!, signed.root)) {
    throw ledgerFault(
      'LEDGER_CHECKPOINT_FORKED',
      `expected the first ${signed.size} entries to have the root of ${which}, got another`,
      {
        details: { origin: head.origin, signedSize: signed.size, size: head.size },
      },
    )
  }
}
