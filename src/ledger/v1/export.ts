// The export of whole logs to a file outside the database: every leaf and what it commits to, read back before anybody relies on it.
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
import { ledgerFault } from '../errors.ts'
import { selectStoredEntries } from '../verify-store.ts'
import type { ExportFile } from './ports.ts'

export const EXPORT_FORMAT = 'seaworthy-ledger-export/1'
const CHUNK_ROWS = 1_000

/** A log to be exported, as it stands while its turn is held. */
export interface ExportedLog {
  readonly tenantId: string
  readonly head: LogHead
}

export async function writeExport(
  tx: SqlTx,
  file: ExportFile,
  digest: Digest,
  logs: readonly ExportedLog[],
): Promise<void> {
  await file.write(exportLines(tx, digest, logs))
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
    for (let from = 0; from < size; from += CHUNK_ROWS) {
      const rows = await selectStoredEntries(tx, logId, from, Math.min(from + CHUNK_ROWS, size))
      for (const { leaf, salt, payload } of rows)
        yield canonicalize({
          leaf: base64Of(leaf),
          payload,
          salt: salt === null ? null : base64Of(salt),
        })
    }
  }
}

/**
 * Reads the file as somebody would who has nothing else.
 * @returns entries that were read
 * @throws LEDGER_EXPORT_REFUSED unless it holds each log entirely, as it is now
 */
export async function verifyExport(
  file: ExportFile,
  digest: Digest,
  logs: readonly ExportedLog[],
): Promise<number> {
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
    const frontier = await readEntries(lines, file, digest, head.size)
    if (!bytesEqual(frontierRoot(digest, frontier), frontierRoot(digest, head.frontier)))
      throw refused(file, `expected the root that the log of ${tenantId} has now, got another`)
    entries += head.size
  }
  if ((await lines.next()).done !== true) throw refused(file, 'expected nothing after the last log')
  return entries
}

async function readEntries(
  lines: AsyncIterator<string>,
  file: ExportFile,
  digest: Digest,
  size: number,
): Promise<Frontier> {
  let frontier = EMPTY_FRONTIER
  for (let seq = 0; seq < size; seq++) {
    const { leaf, salt, payload } = await nextLine(lines, file)
    const bytes = bytesOf(leaf)
    const read = decodeLeaf(bytes)
    if (!read.ok || read.value.seq !== seq) throw refused(file, `expected entry ${seq}`)
    const body = parseEntryBody(read.value.body)
    const isCommitted =
      body.ok &&
      typeof payload === 'string' &&
      base64Of(digest.hmacSha256(bytesOf(salt), utf8Bytes(payload))) === body.value.payload.c
    if (!isCommitted) throw refused(file, `expected the payload that entry ${seq} commits to`)
    frontier = extendFrontier(digest, frontier, [hashLeaf(digest, bytes)])
  }
  return frontier
}

/** Empty, which is no leaf and nobody's salt, for whatever is not base64. */
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
