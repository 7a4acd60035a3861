// Verifies the logs that ended with a restore, and that each next one begins by naming the one before.
import { z } from 'zod'
import {
  base64Of,
  canonicalBytes,
  parseStrictJson,
  readBase64,
  SeaworthyError,
  utf8Bytes,
} from '../../kernel/index.ts'
import type { Json, SqlTx } from '../../kernel/index.ts'
import { algorithmOfKey } from '../../proof/index.ts'
import type { NoteKey } from '../../proof/index.ts'
import { readEntry } from '../log-reader.ts'
import type { EarlierEpoch } from '../model.ts'
import { readPayload } from '../payload/read.ts'
import { selectLeaves } from '../store.ts'
import { LogCheck } from '../verify-log.ts'
import type { VerifyPorts } from '../verify-log.ts'
import type { RestoredErasures } from './model.ts'
import { selectEpochs } from './store.ts'
import type { EpochLog } from './store.ts'

const range = z.strictObject({ from: z.int(), until: z.int() })
const namedRoot = z.strictObject({ size: z.int(), root: z.string() })
const statementParts = {
  tenant: z.string(),
  reason: z.string(),
  old: z.strictObject({
    origin: z.string(),
    epoch: z.int(),
    stands: namedRoot,
    signed: namedRoot.nullable(),
  }),
  lost: range.nullable(),
  next: z.strictObject({ origin: z.string(), epoch: z.int() }),
}
const erasuresSchema = z.strictObject({
  registerSince: z.string(),
  isCovered: z.boolean(),
  payloads: z.int().min(0),
})
/** The first kind is from versions that kept no erasure register. */
const statementSchema = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('seaworthy-ledger-restore/1'), ...statementParts }),
  z.strictObject({
    kind: z.literal('seaworthy-ledger-restore/2'),
    ...statementParts,
    erasures: erasuresSchema,
  }),
])
const payloadSchema = z.strictObject({
  statement: statementSchema,
  signedBy: z.strictObject({
    name: z.string(),
    algorithm: z.string(),
    publicKey: z.string(),
    signature: z.string(),
  }),
})
type Payload = z.infer<typeof payloadSchema>

/** Every log before the one of today, oldest first. */
export async function verifyEarlier(
  ports: VerifyPorts,
  tenantId: string,
  noteKeyOf: (log: EpochLog) => NoteKey,
): Promise<readonly EarlierEpoch[]> {
  const logs = await inTx(ports, tenantId, (tx) => selectEpochs(tx, tenantId))
  const found: EarlierEpoch[] = []
  for (const [at, log] of logs.entries()) {
    const next = logs[at + 1]
    if (next === undefined) break
    // What was signed last outside the database is not held against it: that it has less is what ended it.
    const task = { tenantId, log, noteKey: noteKeyOf(log), limit: undefined, outside: [] }
    const verdict = await new LogCheck(ports, task).run()
    const named = await readRestored(ports, tenantId, next)
    const reason = verdict.ok
      ? typeof named === 'string'
        ? named
        : await findContradiction(ports, named, log, next, verdict.root)
      : verdict.reason
    found.push({
      epoch: log.epoch,
      origin: log.origin,
      size: log.size,
      ok: reason === null,
      reason,
      lost: typeof named === 'string' ? null : named.statement.lost,
      next: next.origin,
      restoredBy: typeof named === 'string' ? null : named.signedBy.name,
      erasures: typeof named === 'string' ? null : erasuresOf(named),
    })
  }
  return found
}

function erasuresOf({ statement }: Payload): RestoredErasures | null {
  return statement.kind === 'seaworthy-ledger-restore/1' ? null : statement.erasures
}

/** Entry 0 of a log that goes on, or why it is none. */
async function readRestored(
  ports: VerifyPorts,
  tenantId: string,
  log: EpochLog,
): Promise<Payload | string> {
  const [leaf, kept] = await inTx(ports, tenantId, async (tx) => {
    const [first] = await selectLeaves(tx, log.logId, { fromSeq: 0, untilSeq: 1, limit: 1 })
    return [first, await readPayload(ports.payloadKeys, tx, { tenantId, ...log }, 0)] as const
  })
  if (leaf === undefined || kept === undefined) return `epoch ${log.epoch} has no first entry`
  const { body } = readEntry(leaf)
  if (body.type !== 'ledger.restored') return `epoch ${log.epoch} does not begin with a restore`
  const committed = base64Of(ports.digest.hmacSha256(kept.salt, utf8Bytes(kept.payload)))
  const payload = committed === body.payload.c ? parsePayload(kept.payload) : undefined
  return payload ?? `the first entry of epoch ${log.epoch} is another`
}

/** Undefined for whatever a restore does not write: that is damage to be told, and no fault of the verification. */
function parsePayload(text: string): Payload | undefined {
  let value: Json
  try {
    value = parseStrictJson(text)
  } catch (error) {
    if (error instanceof SeaworthyError) return undefined
    throw error
  }
  return payloadSchema.safeParse(value).data
}

async function findContradiction(
  { verifier }: VerifyPorts,
  { statement, signedBy }: Payload,
  log: EpochLog,
  next: EpochLog,
  root: string | null,
): Promise<string | null> {
  const { old } = statement
  const isNamed =
    old.origin === log.origin &&
    old.epoch === log.epoch &&
    statement.next.origin === next.origin &&
    statement.next.epoch === next.epoch
  if (!isNamed) return 'the next one names another log'
  if (old.stands.size !== log.size || (log.size > 0 && old.stands.root !== root))
    return 'it is not as it was when it ended'
  const publicKey = readBase64(signedBy.publicKey)
  const signature = readBase64(signedBy.signature)
  const algorithm = publicKey && algorithmOfKey(publicKey)
  const isSigned =
    publicKey !== undefined &&
    signature !== undefined &&
    algorithm !== undefined &&
    algorithm === signedBy.algorithm &&
    (await verifier.verify(algorithm, publicKey, canonicalBytes(statement), signature))
  return isSigned ? null : `the restore of epoch ${next.epoch} is not signed`
}

function inTx<T>(
  { sql }: VerifyPorts,
  tenantId: string,
  work: (tx: SqlTx) => Promise<T>,
): Promise<T> {
  return sql.transaction({ tenantId }, work)
}
