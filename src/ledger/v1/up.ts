// Takes a first-version ledger in: checked by its own rules, imported as it is, sealed; all of it or nothing.
import { base64Of } from '../../kernel/index.ts'
import type { SqlTx } from '../../kernel/index.ts'
import { frontierRoot } from '../../proof/index.ts'
import type { LogHead } from '../batch.ts'
import { assertPrefix } from '../prefix.ts'
import { ledgerFault } from '../errors.ts'
import { selectLastCheckpoint } from '../signed-store.ts'
import { lockHead } from '../store.ts'
import type { V1Prefix, V1Survey } from './chain.ts'
import type { MigratedLog, MigratedPayload, UpTerms, V1Ports } from './model.ts'
import { readMigrated } from './status.ts'
import type { MigratedEntry } from './status.ts'
import {
  holdTable,
  insertStep,
  insertV1Table,
  sealTable,
  selectV1State,
  takeMigrationTurn,
  updateLogState,
} from './store.ts'
import { importV1, surveyV1, V1_SUBJECT } from './survey.ts'

/** @returns what the logs hold now; undefined when the table was up before */
export async function takeIn(
  ports: V1Ports,
  tx: SqlTx,
  terms: UpTerms,
): Promise<readonly MigratedLog[] | undefined> {
  const { description, tenantId, actor } = terms
  await takeMigrationTurn(tx, terms.waitMs)
  const state = await selectV1State(tx, description.table)
  if (state === 'up') return undefined
  const table = await holdTable(tx, description, false)
  const earlier = state === 'down' ? await readMigrated(tx, ports, description.table) : []
  const prefixes = new Map<string, V1Prefix>(
    earlier.map(({ log, v1 }) => [log.tenantId, { rows: v1.rows, exportRoot: v1.exportRoot }]),
  )
  const surveys = await surveyV1(tx, table, { ...ports, tenantId, prefixes })
  refuseBreaks(surveys, terms.acceptsBroken)
  await insertV1Table(tx, description.table)
  const logs: MigratedLog[] = []
  for (const survey of surveys) logs.push(await begin(ports, tx, terms, survey, prefixes))
  let imported = 0
  for await (const lot of importV1(tx, table, { tenantId, prefixes, actor }))
    imported += (await ports.ledger.appendInTx(tx, lot.tenantId, lot.facts)).length
  const wanted = logs.reduce((sum, log) => sum + log.imported, 0)
  if (imported !== wanted)
    throw ledgerFault('LEDGER_V1_REFUSED', `expected ${wanted} rows to take in, got ${imported}`)
  await sealTable(tx, description.table)
  for (const { tenantId: owner } of logs) await assertChain(tx, owner)
  return logs
}

/** @throws LEDGER_V1_BROKEN */
function refuseBreaks(surveys: readonly V1Survey[], acceptsBroken: boolean): void {
  const broken = surveys.filter(({ breaks }) => breaks.length > 0)
  const [first] = broken
  const worst = first?.breaks[0]
  if (first === undefined || worst === undefined) return
  const count = broken.reduce((sum, { breaks, moreBreaks }) => sum + breaks.length + moreBreaks, 0)
  const isListable = broken.every(({ moreBreaks }) => moreBreaks === 0)
  if (acceptsBroken && isListable) return
  const place = `row ${worst.position} of ${first.tenantId} (${worst.at ?? 'nowhere'}): ${worst.reason}`
  const reason = isListable
    ? `${count} breaks, the first at ${place}`
    : `${count} breaks, the first at ${place}; so many say that the description does not fit, and cannot be accepted`
  throw ledgerFault('LEDGER_V1_BROKEN', reason, {
    details: {
      breaks: broken.map(({ tenantId, breaks, moreBreaks }) => ({ tenantId, breaks, moreBreaks })),
    },
  })
}

/** The entry that stands before a tenant's rows. */
async function begin(
  ports: V1Ports,
  tx: SqlTx,
  terms: UpTerms,
  survey: V1Survey,
  prefixes: ReadonlyMap<string, V1Prefix>,
): Promise<MigratedLog> {
  const { tenantId, rows } = survey
  const head = await lockHead(tx, tenantId)
  if (head !== undefined) await reopen(ports, tx, head)
  // More rows than there are now were taken in only if somebody took rows away, which is a break that was accepted.
  const importsFrom = Math.min(prefixes.get(tenantId)?.rows ?? 0, rows)
  const payload: MigratedPayload = {
    description: terms.description,
    file: ports.migrationFile,
    v1: survey,
    importsFrom,
    continues:
      head === undefined || head.size === 0
        ? null
        : { size: head.size, root: base64Of(frontierRoot(ports.digest, head.frontier)) },
  }
  const fact = { type: 'ledger.migrated', subject: V1_SUBJECT, refs: [], payload }
  const [entry] = await ports.ledger.appendInTx(tx, tenantId, [{ ...fact, actor: terms.actor }])
  const opened = head ?? (await lockHead(tx, tenantId))
  const { seq } = entry!
  await insertStep(tx, { logId: opened!.logId, seq }, terms.description.table, 'up')
  return presentLog(survey, rows - importsFrom, seq)
}

export function presentLog(
  survey: MigratedEntry['v1'] | V1Survey,
  imported: number,
  seq: number,
): MigratedLog {
  const { tenantId, rows, head, exportSha256, exportRoot, breaks } = survey
  return {
    tenantId,
    rows,
    imported,
    head,
    exportSha256,
    exportRoot,
    brokenRows: breaks.length,
    seq,
  }
}

/** What was signed before must still be its beginning, or the log does not go on. */
async function reopen(ports: V1Ports, tx: SqlTx, head: LogHead): Promise<void> {
  const last = await selectLastCheckpoint(tx, head.logId)
  if (last !== undefined)
    await assertPrefix(ports, tx, head, last, 'the last checkpoint in the database')
  const guarded = await ports.guard?.read(head.origin)
  if (guarded !== undefined)
    await assertPrefix(ports, tx, head, guarded, 'the last checkpoint outside the database')
  await updateLogState(tx, head.logId, 'open')
}

/** As a checklist asks for it, before anything is committed. */
async function assertChain(tx: SqlTx, tenantId: string): Promise<void> {
  const [row] = await tx.query<{ valid: boolean | null }>(
    'select validate_hash_chain($1) as valid',
    [tenantId],
  )
  if (row?.valid !== true)
    throw ledgerFault(
      'LEDGER_V1_REFUSED',
      `expected the log of ${tenantId} to hold after the import`,
    )
}
