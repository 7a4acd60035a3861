// Verifies the logs that ended with a restore, and that each next one begins by naming the one before.
import { z } from 'zod'
import {
  base64Of,
  canonicalBytes,
  hexOf,
  parseStrictJson,
  readBase64,
  SeaworthyError,
  utf8Bytes,
} from '../../kernel/index.ts'
import type { Json, SqlTx } from '../../kernel/index.ts'
import { algorithmOfKey } from '../../proof/index.ts'
import type { NoteKey } from '../../proof/index.ts'
import { readEntry } from '../log-reader.ts'
import type {
  CheckpointGuard,
  EarlierEpoch,
  GuardedLog,
  GuardedRestore,
  LogVerdict,
} from '../model.ts'
import { readPayload } from '../payload/read.ts'
import { selectLeaves } from '../store.ts'
import { LogCheck } from '../verify-log.ts'
import type { VerifyPorts } from '../verify-log.ts'
import { restoreOf } from './guarded.ts'
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
/** The first kind is from versions that kept no erasure register, the second from those that looked at one log alone. */
const statementSchema = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('seaworthy-ledger-restore/1'), ...statementParts }),
  z.strictObject({
    kind: z.literal('seaworthy-ledger-restore/2'),
    ...statementParts,
    erasures: erasuresSchema,
  }),
  z.strictObject({
    kind: z.literal('seaworthy-ledger-restore/3'),
    ...statementParts,
    others: z.array(
      z.strictObject({
        origin: z.string(),
        signed: namedRoot.nullable(),
        stands: namedRoot.nullable(),
      }),
    ),
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

export interface EarlierPorts extends VerifyPorts {
  readonly guard?: CheckpointGuard
  readonly findRegisterGap?: () => Promise<string | undefined>
}

/** Every log before the one of today, oldest first. What was signed of them is for `findBreaks` to hold against them. */
export async function verifyEarlier(
  ports: EarlierPorts,
  tenantId: string,
  noteKeyOf: (log: EpochLog) => NoteKey,
): Promise<readonly EarlierEpoch[]> {
  const known = (await ports.guard?.logsOf(tenantId)) ?? []
  const logs = await inTx(ports, tenantId, (tx) => selectEpochs(tx, tenantId))
  const found: EarlierEpoch[] = []
  const [first] = logs
  if (first !== undefined && restoreOf(known, first.origin) !== undefined)
    found.push(await judgeBreak(ports, tenantId, { log: undefined, next: first, known }))
  for (const [at, log] of logs.entries()) {
    const next = logs[at + 1]
    if (next === undefined) break
    const task = { tenantId, log, noteKey: noteKeyOf(log), limit: undefined, outside: [] }
    const verdict = await new LogCheck(ports, task).run()
    found.push(await judgeBreak(ports, tenantId, { log: { ...log, verdict }, next, known }))
  }
  return found
}

interface EpochBreak {
  /** Undefined where the database lacks whatever came before. */
  readonly log: (EpochLog & { readonly verdict: LogVerdict }) | undefined
  readonly next: EpochLog
  readonly known: readonly GuardedLog[]
}

async function judgeBreak(
  ports: VerifyPorts,
  tenantId: string,
  { log, next, known }: EpochBreak,
): Promise<EarlierEpoch> {
  const payload = await readRestored(ports, tenantId, next)
  const told = restoreOf(known, next.origin)
  const named = typeof payload === 'string' ? undefined : payload
  const contradiction =
    typeof payload === 'string' ? payload : await findContradiction(ports, payload, log, next, told)
  const reason = log === undefined || log.verdict.ok ? contradiction : log.verdict.reason
  return {
    epoch: log?.epoch ?? 0,
    origin: log?.origin ?? named?.statement.old.origin ?? 'unknown',
    size: log?.size ?? 0,
    ok: reason === null,
    reason,
    lost: named?.statement.lost ?? null,
    next: next.origin,
    restoredBy: named?.signedBy.name ?? null,
    isKnown: told !== undefined,
    erasures: named === undefined ? null : erasuresOf(named),
  }
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
  { verifier, digest }: VerifyPorts,
  { statement, signedBy }: Payload,
  log: EpochBreak['log'],
  next: EpochLog,
  told: GuardedRestore | undefined,
): Promise<string | null> {
  const { old } = statement
  const isNext =
    statement.next.origin === next.origin &&
    statement.next.epoch === next.epoch &&
    old.epoch === (log?.epoch ?? 0)
  if (!isNext || (log !== undefined && old.origin !== log.origin))
    return 'the next one names another log'
  const { size, root } = old.stands
  if (size !== (log?.size ?? 0) || (size > 0 && root !== log?.verdict.root))
    return 'it is not as it was when it ended'
  const publicKey = readBase64(signedBy.publicKey)
  const signature = readBase64(signedBy.signature)
  const algorithm = publicKey && algorithmOfKey(publicKey)
  const bytes = canonicalBytes(statement)
  const isSigned =
    publicKey !== undefined &&
    signature !== undefined &&
    algorithm !== undefined &&
    algorithm === signedBy.algorithm &&
    (await verifier.verify(algorithm, publicKey, bytes, signature))
  if (!isSigned) return `the restore of epoch ${next.epoch} is not signed`
  const isTold =
    told === undefined ||
    (told.statement === hexOf(digest.sha256(bytes)) && told.publicKey === signedBy.publicKey)
  return isTold ? null : `the restore of epoch ${next.epoch} is another than the guard was told of`
}

function inTx<T>(
  { sql }: VerifyPorts,
  tenantId: string,
  work: (tx: SqlTx) => Promise<T>,
): Promise<T> {
  return sql.transaction({ tenantId }, work)
}
