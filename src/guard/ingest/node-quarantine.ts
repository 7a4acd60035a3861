// Quarantined bodies in a folder: two files each, whole or not there, readable by their owner alone.
import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { INGEST_REASONS } from './ingest-reason.ts'
import type { QuarantinedBody, QuarantineStore } from './quarantine.ts'

const NAME = /^([0-9a-f]{64})\.json$/
/** Files of a folder that are looked at when it is opened. */
const FILE_LIMIT_COUNT = 100_000

export function makeFolderQuarantine(folder: string): QuarantineStore {
  const bodyOf = (sha256: string): string => join(folder, `${sha256}.body`)
  const entryOf = (sha256: string): string => join(folder, `${sha256}.json`)
  const write = async (path: string, content: Uint8Array | string): Promise<void> => {
    await writeFile(`${path}.part`, content, { mode: 0o600 })
    await rename(`${path}.part`, path)
  }
  return {
    async put(entry, bytes) {
      await mkdir(folder, { recursive: true, mode: 0o700 })
      await write(bodyOf(entry.sha256), bytes)
      // The entry comes last: what is listed has its body.
      await write(entryOf(entry.sha256), JSON.stringify(entry))
    },
    async read(sha256) {
      try {
        return await readFile(bodyOf(sha256))
      } catch (error) {
        if (isMissing(error)) return undefined
        throw error
      }
    },
    async remove(sha256) {
      await rm(entryOf(sha256), { force: true })
      await rm(bodyOf(sha256), { force: true })
    },
    async list() {
      const entries: QuarantinedBody[] = []
      for (const name of (await namesIn(folder)).slice(0, FILE_LIMIT_COUNT)) {
        const sha256 = NAME.exec(name)?.[1]
        const entry =
          sha256 === undefined ? undefined : readEntry(await readFile(join(folder, name), 'utf8'))
        if (entry?.sha256 === sha256 && entry !== undefined) entries.push(entry)
      }
      return entries.toSorted((a, b) => a.atEpochMs - b.atEpochMs)
    },
  }
}

async function namesIn(folder: string): Promise<string[]> {
  try {
    return await readdir(folder)
  } catch (error) {
    if (isMissing(error)) return []
    throw error
  }
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ENOENT'
}

/** An entry that somebody else wrote or cut short is none. */
function readEntry(text: string): QuarantinedBody | undefined {
  let read: Partial<Record<keyof QuarantinedBody, unknown>>
  try {
    read = JSON.parse(text) as typeof read
  } catch {
    return undefined
  }
  const { sha256, sizeBytes, atEpochMs } = read
  const reason = INGEST_REASONS.find((each) => each === read.reason)
  return typeof sha256 === 'string' &&
    typeof sizeBytes === 'number' &&
    typeof atEpochMs === 'number' &&
    reason !== undefined
    ? { sha256, reason, sizeBytes, atEpochMs }
    : undefined
}
