// The export of whole logs to a file outside the database: every leaf and the sealed payload, read back before anybody relies on it.
import {
  base64Of,
  bytesEqual,
  canonicalize,
  parseStrictJson,
  readBase64,
  utf8Bytes,
} from '../../kernel/index.ts'
import type { Digest, Json, SqlTx } from '../../kernel/index.ts'
import {
  decodeLeaf,
  EMPTY_FRONTIER,
  extendFrontier,
  frontierRoot,
  hashLeaf,
  parseEntryBody,
} from '../../proof/index.ts'
import type { Frontier } from '../../proof/index.ts'
import type { LogHead } from '../batch.ts'
import { selectErasedBy } from '../erasure/store.ts'
import { ledgerFault } from '../errors.ts'
import { sealClearRows } from '../payload/clear.ts'
import { openStored } from '../payload/stored.ts'
import { selectSealedEntries } from '../verify-store.ts'
import type { V1Ports } from './model.ts'
import type { ExportFile } from './ports.ts'

export const EXPORT_FORMAT = 'seaworthy-ledger-export/2'
/** An export holds payloads as they are sealed: what erases a key reaches the copies of its payloads too. */
const CLEAR_OF_NOTHING = { salt: null, payload: null, erased_log: null, erased_seq: null }
const CHUNK_ROWS = 1_000

/** A log to be exported, as it stands while its turn is held. */
export interface ExportedLog {
  readonly tenantId: string
  readonly head: LogHead
}

export type ExportPorts = Pick<V1Ports, 'digest' | 'payloadKeys'>

export async function writeExport(
  ports: ExportPorts,
  tx: SqlTx,
  file: ExportFile,
  logs: readonly ExportedLog[],
): Promise<void> {
  for (const { tenantId, head } of logs)
    while ((await sealClearRows(ports.payloadKeys, tx, { tenantId, ...head })) > 0);
  await file.write(exportLines(tx, ports.digest, logs))
}

async function* exportLines(
  tx: SqlTx,
  digest: Digest,
  logs: readonly ExportedLog[],
): AsyncGenerator<string> {
  yield canonicalize({ format: EXPORT_FORMAT, logs: logs.length })
  for (const { tenantId, head } of logs) {
    const { logId, origin, size } = head
    const root = base64Of(frontierRoot(digest, head.frontier))
    yield canonicalize({ origin, root, size, tenant: tenantId })
    for (let from = 0; from < size; from += CHUNK_ROWS)
      for (const { leaf, sealed, dek_id: key, erased_seq: erased } of await selectSealedEntries(
        tx,
        logId,
        from,
        CHUNK_ROWS,
      ))
        yield canonicalize({
          key,
          leaf: base64Of(leaf),
          sealed: sealed === null ? null : base64Of(sealed),
          ...(erased === null ? {} : { erased }),
        })
  }
}

/**
 * Reads the file as somebody would who has nothing else but the keys.
 * @returns entries that were read
 * @throws LEDGER_EXPORT_REFUSED unless it holds each log entirely, as it is now
 */
export async function verifyExport(
  ports: ExportPorts,
  tx: SqlTx,
  file: ExportFile,
  logs: readonly ExportedLog[],
): Promise<number> {
  const { digest } = ports
  const lines = file.lines()[Symbol.asyncIterator]()
  const header = await nextLine(lines, file)
  if (header['format'] !== EXPORT_FORMAT || header['logs'] !== logs.length)
    throw refused(file, `expected ${EXPORT_FORMAT} of ${logs.length} logs`)
  let entries = 0
  for (const { tenantId, head } of logs) {
    const { tenant, origin, size } = await nextLine(lines, file)
    if (tenant !== tenantId || origin !== head.origin)
      throw refused(file, `expected the log of ${tenantId}`)
    if (size !== head.size)
      throw refused(
        file,
        `expected the ${head.size} entries that ${tenantId} has now, got another number`,
      )
    const frontier = await readEntries(ports, tx, file, lines, { tenantId, head })
    if (!bytesEqual(frontierRoot(digest, frontier), frontierRoot(digest, head.frontier)))
      throw refused(file, `expected the root that the log of ${tenantId} has now, got another`)
    entries += head.size
  }
  if ((await lines.next()).done !== true) throw refused(file, 'expected nothing after the last log')
  return entries
}

async function readEntries(
  { digest, payloadKeys }: ExportPorts,
  tx: SqlTx,
  file: ExportFile,
  lines: AsyncIterator<string>,
  { tenantId, head: { logId, origin, size } }: ExportedLog,
): Promise<Frontier> {
  let frontier = EMPTY_FRONTIER
  for (let seq = 0; seq < size; seq++) {
    const { leaf, sealed, key, erased } = await nextLine(lines, file)
    const bytes = bytesOf(leaf)
    const read = decodeLeaf(bytes)
    if (!read.ok || read.value.seq !== seq) throw refused(file, `expected entry ${seq}`)
    const body = parseEntryBody(read.value.body)
    const row = {
      seq,
      ...CLEAR_OF_NOTHING,
      sealed: bytesOf(sealed),
      dek_id: typeof key === 'number' ? key : null,
    }
    const isErased = sealed === null && (await isErasedBy(tx, logId, seq, erased))
    const [stored] = await openStored(payloadKeys, tx, tenantId, origin, [row])
    const isCommitted =
      body.ok &&
      stored?.state === 'there' &&
      base64Of(digest.hmacSha256(stored.salt, utf8Bytes(stored.payload))) === body.value.payload.c
    if (!isCommitted && !(isErased && body.ok))
      throw refused(file, `expected the payload that entry ${seq} commits to`)
    frontier = extendFrontier(digest, frontier, [hashLeaf(digest, bytes)])
  }
  return frontier
}

async function isErasedBy(
  tx: SqlTx,
  logId: number,
  seq: number,
  by: Json | undefined,
): Promise<boolean> {
  return by !== undefined && (await selectErasedBy(tx, logId, [seq])).get(seq) === by
}

/** Empty, which is no leaf and no sealed payload, for whatever is not base64. */
function bytesOf(value: Json | undefined): Uint8Array {
  return (typeof value === 'string' ? readBase64(value) : undefined) ?? new Uint8Array()
}

async function nextLine(
  lines: AsyncIterator<string>,
  file: ExportFile,
): Promise<{ readonly [key: string]: Json }> {
  const line = await lines.next()
  if (line.done === true) throw refused(file, 'expected more lines, got the end of the file')
  let value: Json
  try {
    value = parseStrictJson(line.value)
  } catch (error) {
    throw refused(file, 'expected a JSON document in each line', error)
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw refused(file, 'expected an object in each line')
  return value as { readonly [key: string]: Json }
}

function refused(file: ExportFile, reason: string, cause?: unknown): Error {
  const options = cause === undefined ? {} : { cause }
  return ledgerFault('LEDGER_EXPORT_REFUSED', `${file.path}: ${reason}`, options)
}
