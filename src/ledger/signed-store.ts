// SQL of what was signed: checkpoints and sealed days.
import type { SqlTx } from '../kernel/index.ts'
import type { KnownRoot, SignedCheckpoint } from './model.ts'

export interface StoredCheckpoint extends KnownRoot {
  readonly note: string
}

export async function selectLastCheckpoint(
  tx: SqlTx,
  logId: number,
): Promise<StoredCheckpoint | undefined> {
  const [row] = await tx.query<{ size: number; root: Uint8Array; note: string }>(
    'select size, root, note from ledger_checkpoint where log_id = $1 order by size desc limit 1',
    [logId],
  )
  return row
}

export async function insertCheckpoint(
  tx: SqlTx,
  logId: number,
  checkpoint: KnownRoot & Pick<SignedCheckpoint, 'note'>,
  at: string,
): Promise<void> {
  const { size, root, note } = checkpoint
  await tx.query('select ledger_record_checkpoint($1, $2, $3, $4, $5)', [
    logId,
    size,
    root,
    note,
    at,
  ])
}

/** What a UTC day was sealed with. */
export interface StoredDay extends StoredCheckpoint {
  /** `YYYY-MM-DD` */
  readonly day: string
}

export async function selectDay(
  tx: SqlTx,
  logId: number,
  day: string,
): Promise<StoredDay | undefined> {
  const [row] = await tx.query<StoredDay>(
    'select day::text, size, root, note from ledger_daily where log_id = $1 and day = $2::date',
    [logId, day],
  )
  return row
}

export async function selectDays(tx: SqlTx, logId: number): Promise<StoredDay[]> {
  return tx.query<StoredDay>(
    'select day::text, size, root, note from ledger_daily where log_id = $1 order by day',
    [logId],
  )
}

/** How many entries have a header time before `endMs`. */
export async function selectSizeBefore(tx: SqlTx, logId: number, endMs: number): Promise<number> {
  const [row] = await tx.query<{ size: number }>('select ledger_size_before($1, $2) as size', [
    logId,
    endMs,
  ])
  return row!.size
}

/** The note of a checkpoint of exactly this size. */
export async function selectCheckpointOf(
  tx: SqlTx,
  logId: number,
  size: number,
): Promise<StoredCheckpoint | undefined> {
  const [row] = await tx.query<StoredCheckpoint>(
    'select size, root, note from ledger_checkpoint where log_id = $1 and size = $2',
    [logId, size],
  )
  return row
}

export async function insertDay(
  tx: SqlTx,
  logId: number,
  sealed: StoredDay,
  at: string,
): Promise<void> {
  const { day, size, root, note } = sealed
  await tx.query('select ledger_record_day($1, $2::date, $3, $4, $5, $6)', [
    logId,
    day,
    size,
    root,
    note,
    at,
  ])
}
