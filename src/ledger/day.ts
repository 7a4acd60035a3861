// Seals a UTC day: signs the root of the entries that came before its end, once and for all.
import { base64Of, bytesEqual } from '../kernel/index.ts'
import type { SqlTx } from '../kernel/index.ts'
import { consistencyRanges, sealCheckpoint, verifyConsistency } from '../proof/index.ts'
import type { LogHead } from './batch.ts'
import { assertPrefix } from './prefix.ts'
import type { CheckpointPorts } from './checkpoint.ts'
import { dayEndMs } from './day-check.ts'
import { assertGuarded } from './epoch/guarded.ts'
import { ledgerFault } from './errors.ts'
import type { KnownRoot, SealedDay } from './model.ts'
import { hashRanges } from './nodes.ts'
import {
  insertCheckpoint,
  insertDay,
  selectCheckpointOf,
  selectDay,
  selectLastCheckpoint,
  selectSizeBefore,
} from './signed-store.ts'
import { lockHead } from './store.ts'

/**
 * Runs with the log's turn held. Later entries are stamped after the end of every sealed day, even when the clock goes
 * back, so the answer for a day never changes. When something larger was signed already, the day is signed only with a
 * proof that it is the beginning of that.
 * @throws LEDGER_DAY_OPEN, LEDGER_DAY_CONFLICT, LEDGER_LOG_EMPTY, LEDGER_LOG_ROLLED_BACK, LEDGER_CHECKPOINT_FORKED
 */
export async function signDay(
  ports: CheckpointPorts,
  tx: SqlTx,
  tenantId: string,
  day: string,
): Promise<SealedDay> {
  const endMs = dayEndMs(day)
  const nowMs = ports.clock.nowMs()
  if (nowMs < endMs)
    throw ledgerFault(
      'LEDGER_DAY_OPEN',
      `expected a day that ended before ${new Date(nowMs).toISOString()}, got ${day}`,
    )
  await assertGuarded(ports, tx, tenantId)
  const head = await lockHead(tx, tenantId)
  const size = head === undefined ? 0 : await selectSizeBefore(tx, head.logId, endMs)
  if (head === undefined || size === 0)
    throw ledgerFault('LEDGER_LOG_EMPTY', `expected entries before the end of ${day}, got none`)
  const root = await rootOf(ports, tx, head, size)
  const stored = await selectDay(tx, head.logId, day)
  if (stored !== undefined && (stored.size !== size || !bytesEqual(stored.root, root)))
    throw ledgerFault(
      'LEDGER_DAY_CONFLICT',
      `expected day ${day} to have the root it was sealed with at size ${stored.size}, got another at size ${size}`,
      { details: { day, sealedSize: stored.size, size } },
    )
  const known = { size, root }
  const last = await selectLastCheckpoint(tx, head.logId)
  const guarded = await ports.guard?.read(head.origin)
  if (last !== undefined)
    await assertAgreement(ports, tx, head, known, last, 'the last checkpoint in the database')
  if (guarded !== undefined)
    await assertAgreement(
      ports,
      tx,
      head,
      known,
      guarded,
      'the last checkpoint outside the database',
    )
  const present = { day, origin: head.origin, size, root: base64Of(root) }
  if (stored !== undefined) return { ...present, note: stored.note }

  const signed = await selectCheckpointOf(tx, head.logId, size)
  const note =
    signed?.note ??
    (await sealCheckpoint(ports.digest, ports.signer, { origin: head.origin, ...known }))
  if (guarded === undefined || guarded.size <= size)
    await ports.guard?.write(head.origin, known, tenantId)
  const at = new Date(nowMs).toISOString()
  if (last === undefined || last.size < size)
    await insertCheckpoint(tx, head.logId, { ...known, note }, at)
  await insertDay(tx, head.logId, { ...known, note, day }, at)
  return { ...present, note }
}

async function rootOf(
  ports: CheckpointPorts,
  tx: SqlTx,
  head: LogHead,
  size: number,
): Promise<Uint8Array> {
  const nodes = { digest: ports.digest, tx, logId: head.logId, size: head.size }
  const [root] = await hashRanges(nodes, [{ from: 0, until: size }])
  return root!
}

/** What was signed before and the day must be beginnings of one another. */
async function assertAgreement(
  ports: CheckpointPorts,
  tx: SqlTx,
  head: LogHead,
  known: KnownRoot,
  signed: KnownRoot,
  which: string,
): Promise<void> {
  await assertPrefix(ports, tx, head, signed, which)
  if (known.size > signed.size) return
  const nodes = { digest: ports.digest, tx, logId: head.logId, size: head.size }
  const proof = await hashRanges(nodes, consistencyRanges(known.size, signed.size))
  const claim = {
    size1: known.size,
    root1: known.root,
    size2: signed.size,
    root2: signed.root,
    proof,
  }
  if (!verifyConsistency(ports.digest, claim))
    throw ledgerFault(
      'LEDGER_CHECKPOINT_FORKED',
      `expected the first ${known.size} entries to be the beginning of ${which}, got others`,
      { details: { origin: head.origin, signedSize: signed.size, size: known.size } },
    )
}
