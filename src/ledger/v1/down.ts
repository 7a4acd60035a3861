// Gives a tenant its first-version ledger back: everything exported and read back, the logs set aside, nothing dropped.
import { base64Of } from '../../kernel/index.ts'
import type { SqlTx } from '../../kernel/index.ts'
import { frontierRoot } from '../../proof/index.ts'
import { ledgerFault } from '../errors.ts'
import { lockHead } from '../store.ts'
import type { ExportedLog } from './export.ts'
import { verifyExport, writeExport } from './export.ts'
import type { MigratedLog, MigrationTerms, V1Ports } from './model.ts'
import type { ExportFile } from './ports.ts'
import { readMigrated } from './status.ts'
import type { MigratedEntry } from './status.ts'
import {
  holdTable,
  insertStep,
  selectV1State,
  takeMigrationTurn,
  unsealTable,
  updateLogState,
} from './store.ts'
import { V1_SUBJECT } from './survey.ts'
import { presentLog } from './up.ts'

export interface DownTerms extends MigrationTerms {
  readonly file: ExportFile
}

/** @returns the logs that were set aside; undefined when the table was down before */
export async function giveBack(
  ports: V1Ports,
  tx: SqlTx,
  terms: DownTerms,
): Promise<readonly MigratedLog[] | undefined> {
  const { description, file } = terms
  await takeMigrationTurn(tx, terms.waitMs)
  const state = await selectV1State(tx, description.table)
  if (state === 'down') return undefined
  if (state === undefined)
    throw ledgerFault('LEDGER_V1_REFUSED', `expected ${description.table} to be taken in before`)
  await holdTable(tx, description, true)
  const migrated = await readMigrated(tx, ports, description.table)
  const held: (MigratedEntry & ExportedLog)[] = []
  for (const entry of migrated) {
    const { tenantId } = entry.log
    const head = await lockHead(tx, tenantId)
    if (head === undefined)
      throw ledgerFault('LEDGER_V1_REFUSED', `expected a log of ${tenantId}, got none`)
    held.push({ ...entry, tenantId, head })
  }
  if (!(await file.exists())) await writeExport(ports, tx, file, held)
  const entries = await verifyExport(ports, tx, file, held)
  for (const each of held) await setAside(ports, tx, terms, each, entries)
  await unsealTable(tx, description.table)
  return held.map(({ log, v1 }) => presentLog(v1, 0, log.seq))
}

async function setAside(
  ports: V1Ports,
  tx: SqlTx,
  terms: DownTerms,
  { tenantId, head, log }: MigratedEntry & ExportedLog,
  exportedEntries: number,
): Promise<void> {
  const fact = {
    type: 'ledger.downgraded',
    actor: terms.actor,
    subject: V1_SUBJECT,
    refs: [],
    payload: {
      table: terms.description.table,
      migratedAt: log.seq,
      size: head.size,
      root: base64Of(frontierRoot(ports.digest, head.frontier)),
      exportedEntries,
    },
  }
  const [entry] = await ports.ledger.appendInTx(tx, tenantId, [fact])
  await insertStep(tx, { logId: head.logId, seq: entry!.seq }, terms.description.table, 'down')
  await updateLogState(tx, head.logId, 'archived')
}
