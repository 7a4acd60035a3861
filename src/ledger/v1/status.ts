// What entries of the logs say about migrations: the tables only say where these entries are.
import { z } from 'zod'
import { base64Of, parseStrictJson, utf8Bytes } from '../../kernel/index.ts'
import type { SqlTx } from '../../kernel/index.ts'
import { ledgerFault } from '../errors.ts'
import { readEntry } from '../log-reader.ts'
import { readPayload } from '../payload/read.ts'
import { selectLeaves } from '../store.ts'
import type { V1Ports } from './model.ts'
import { selectLastSteps } from './store.ts'
import type { V1Step } from './store.ts'

/** What is read again of a `ledger.migrated`; the rest is for whoever reads the entry. */
const payloadSchema = z.object({
  v1: z.object({
    tenantId: z.string(),
    rows: z.int().min(0),
    head: z.string().nullable(),
    exportSha256: z.string(),
    exportRoot: z.string(),
    breaks: z.array(z.unknown()),
  }),
})

export interface MigratedEntry {
  readonly log: V1Step
  readonly v1: z.infer<typeof payloadSchema>['v1']
}

/** The last `ledger.migrated` of each tenant. @throws LEDGER_ENTRY_UNREADABLE when an entry is not what its row says */
export async function readMigrated(
  tx: SqlTx,
  { digest, payloadKeys }: Pick<V1Ports, 'digest' | 'payloadKeys'>,
  table: string,
): Promise<readonly MigratedEntry[]> {
  const entries: MigratedEntry[] = []
  for (const log of await selectLastSteps(tx, table, 'up')) {
    const { logId, seq } = log
    const [leaf] = await selectLeaves(tx, logId, { fromSeq: seq, untilSeq: seq + 1, limit: 1 })
    const kept = await readPayload(payloadKeys, tx, log, seq)
    if (leaf === undefined || kept === undefined)
      throw ledgerFault('LEDGER_ENTRY_UNREADABLE', `entry ${seq} of ${log.tenantId} is missing`)
    const { body } = readEntry(leaf)
    const committed = base64Of(digest.hmacSha256(kept.salt, utf8Bytes(kept.payload)))
    if (body.type !== 'ledger.migrated' || committed !== body.payload.c)
      throw ledgerFault('LEDGER_ENTRY_UNREADABLE', `entry ${seq} of ${log.tenantId} is another`)
    entries.push({ log, v1: payloadSchema.parse(parseStrictJson(kept.payload)).v1 })
  }
  return entries
}
