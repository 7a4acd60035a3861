// The thread in which PGlite runs, so that a heavy query never stalls the main thread.
import { closeSync, existsSync, fsyncSync, mkdirSync, openSync, renameSync, rmSync } from 'node:fs'
import { dirname } from 'node:path'
import { parentPort, workerData } from 'node:worker_threads'
import { messages, PGlite, protocol } from '@electric-sql/pglite'
import { concatBytes, messageOf, SeaworthyError } from '../kernel/index.ts'
import { DurableNodeFS } from './durable-files.ts'
import { dropKept, keepCluster, takeKept } from './kept-cluster.ts'
import type { PgliteAnswer, PgliteRequest, PgliteRows, PgliteStart } from './pglite-messages.ts'
import { PreparedTexts } from './pglite-prepared.ts'
import { serverErrorOf } from './sql-faults.ts'
import { readerOf, type SqlParameter } from './sql-values.ts'

/** PGlite's own parameters plus small buffers: about 190 MB of memory instead of 305. */
const START_PARAMETERS = [
  ...PGlite.defaultStartParams,
  ...['shared_buffers=16MB', 'max_wal_size=64MB', 'timezone=UTC', 'datestyle=ISO'].flatMap(
    (setting) => ['-c', setting],
  ),
]

/** Lines of the engine's own complaints kept for the message of a crash. */
const COMPLAINT_LIMIT = 5

const start = workerData as PgliteStart
const port = parentPort
if (port === null) throw new Error('expected to run in a worker thread')

const counts = { checkpoints: 0, vacuums: 0 }
const prepared = new PreparedTexts()
const complaints: string[] = []
let files: DurableNodeFS | undefined
const database = await openDatabase()

// One request after the other: the engine has one session and one thread.
let last: Promise<void> = Promise.resolve()
port.on('message', (request: PgliteRequest) => {
  last = last.then(() => answerRequest(request))
})
port.postMessage({ id: 0, ok: true } satisfies PgliteAnswer)

async function openDatabase(): Promise<PGlite> {
  const options = {
    startParams: START_PARAMETERS,
    onStderr: (line: string): boolean => {
      complaints.push(line)
      if (complaints.length > COMPLAINT_LIMIT) complaints.shift()
      return true
    },
  }
  if (start.folder === 'memory') return PGlite.create({ ...options, ...templateOption() })
  const isNew = !existsSync(start.folder)
  const isCopy = isNew && (await createFolder(start.folder, start.kept))
  files = new DurableNodeFS(start.folder)
  try {
    return await PGlite.create({ ...options, fs: files })
  } catch (error) {
    if (!isCopy) throw error
    // What was kept is torn, or of another version of the engine; nothing was in it yet.
    if (start.kept !== undefined) dropKept(start.kept)
    rmSync(start.folder, { recursive: true })
    await createFolder(start.folder)
    files = new DurableNodeFS(start.folder)
    return PGlite.create({ ...options, fs: files })
  }
}

function templateOption(): { loadDataDir?: Blob } {
  return start.template === undefined
    ? {}
    : { loadDataDir: new Blob([new Uint8Array(start.template)]) }
}

/**
 * Built beside its place and moved there when complete and flushed, so that a crash leaves no half.
 * @returns whether it is a copy of the kept one
 */
async function createFolder(folder: string, kept?: string): Promise<boolean> {
  const partial = `${folder}.partial`
  rmSync(partial, { recursive: true, force: true })
  mkdirSync(partial, { recursive: true, mode: 0o700 })
  const isCopy = kept !== undefined && takeKept(kept, partial)
  if (!isCopy) await initialise(partial)
  if (!isCopy && kept !== undefined) keepCluster(partial, kept)
  renameSync(partial, folder)
  if (process.platform === 'win32') return isCopy
  const parent = openSync(dirname(folder), 'r')
  fsyncSync(parent)
  closeSync(parent)
  return isCopy
}

async function initialise(folder: string): Promise<void> {
  const created = new DurableNodeFS(folder)
  const engine = await PGlite.create({
    startParams: START_PARAMETERS,
    fs: created,
    ...templateOption(),
  })
  await engine.close()
  created.syncAll()
}

async function answerRequest(request: PgliteRequest): Promise<void> {
  try {
    port?.postMessage({
      id: request.id,
      ok: true,
      ...(await perform(request)),
    } satisfies PgliteAnswer)
    if (
      request.kind === 'commit' &&
      files !== undefined &&
      files.walBytes >= start.checkpointWalBytes
    ) {
      await takeCheckpoint()
    }
    if (request.kind === 'close') port?.close()
  } catch (error) {
    const answer = refusalOf(request.id, error)
    port?.postMessage(answer)
    // After a failure of the engine or of a flush, memory and disk may differ: only a restart is safe.
    if ('lost' in answer) process.exit(1)
  }
}

function refusalOf(id: number, error: unknown): PgliteAnswer {
  if (error instanceof TransactionEnded) return { id, ok: false, ended: error.message }
  if (error instanceof SeaworthyError) return { id, ok: false, refused: error.message }
  const server = serverErrorOf(error)
  if (server !== undefined && server.sqlstate !== 'XX000') return { id, ok: false, server }
  return { id, ok: false, lost: [messageOf(error), ...complaints].join('; ') }
}

class TransactionEnded extends Error {}

async function perform(
  request: PgliteRequest,
): Promise<Partial<Extract<PgliteAnswer, { ok: true }>>> {
  switch (request.kind) {
    case 'query':
      if (request.begin !== undefined) await begin(request.begin)
      else if (!database.isInTransaction()) throw new TransactionEnded('the transaction had ended')
      return { rows: await query(request.text, request.values) }
    case 'commit':
      return commit()
    case 'rollback':
      if (database.isInTransaction()) await send(protocol.serialize.query('rollback'))
      return {}
    case 'checkpoint':
      await takeCheckpoint()
      return {}
    case 'vacuum':
      await send(protocol.serialize.query('vacuum (analyze)'))
      files?.syncWal()
      counts.vacuums++
      return {}
    case 'dump':
      return { bytes: new Uint8Array(await (await database.dumpDataDir('none')).arrayBuffer()) }
    case 'stats':
      return { counts: { ...counts, walBytes: files?.walBytes ?? 0, syncs: files?.syncCount ?? 0 } }
    case 'close':
      await takeCheckpoint()
      await database.close()
      files?.syncAll()
      return {}
  }
}

async function begin(text: string): Promise<void> {
  // Before the transaction, because a failed one would refuse this too.
  if (prepared.isStale) await send(prepared.forget())
  await send(protocol.serialize.query(text))
}

async function commit(): Promise<Record<string, never>> {
  if (!database.isInTransaction())
    throw new TransactionEnded('the transaction had ended before its commit')
  const replies = await send(protocol.serialize.query('commit'))
  const tag = replies.find((reply) => reply instanceof messages.CommandCompleteMessage)
  if (tag?.text !== 'COMMIT')
    throw new TransactionEnded('a statement of the transaction had failed')
  files?.syncWal()
  return {}
}

async function takeCheckpoint(): Promise<void> {
  await send(protocol.serialize.query('checkpoint'))
  files?.syncAll()
  counts.checkpoints++
}

type BackendMessages = Awaited<ReturnType<PGlite['execProtocolStream']>>

/** @throws the first error the server reports */
async function send(bytes: Uint8Array): Promise<BackendMessages> {
  return database.execProtocolStream(bytes, { syncToFs: false })
}

async function query(
  text: string,
  values: readonly SqlParameter[] | undefined,
): Promise<PgliteRows> {
  const { serialize } = protocol
  if (values === undefined) {
    // It may change tables, and a statement prepared before would then answer with other columns.
    prepared.isStale = true
    return rowsOf(await send(serialize.query(text)))
  }
  const known = prepared.nameOf(text)
  const name = known ?? prepared.nextName()
  // All steps of the extended protocol in one call into the engine.
  const steps = [
    ...(known === undefined ? [serialize.parse({ name, text })] : []),
    serialize.bind({ statement: name, values: [...values] }),
    serialize.describe({ type: 'P' }),
    serialize.execute({}),
    serialize.sync(),
  ]
  try {
    const replies = await send(concatBytes(steps))
    prepared.keep(text, name)
    return rowsOf(replies)
  } catch (error) {
    // Whether the engine kept the statement depends on how far it came.
    prepared.isStale = true
    throw error
  }
}

/** The rows of the last statement that ran. */
function rowsOf(replies: BackendMessages): PgliteRows {
  let columns: string[] = []
  let readers: ((text: string) => unknown)[] = []
  let rows: unknown[][] = []
  let isOver = false
  for (const reply of replies) {
    if (reply instanceof messages.CommandCompleteMessage) isOver = true
    else if (reply instanceof messages.RowDescriptionMessage) {
      columns = reply.fields.map((field) => field.name)
      readers = reply.fields.map((field) => readerOf(field.dataTypeID))
      rows = []
      isOver = false
    } else if (reply instanceof messages.DataRowMessage) {
      rows.push(reply.fields.map((text, at) => (text === null ? null : readers[at]?.(text))))
    }
  }
  return isOver ? { columns, rows } : { columns: [], rows: [] }
}
