// Signed gate runs that could not be submitted yet, as files of this machine until the control plane has them.
import { mkdir, open, readdir, readFile, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { base64Of, bytesOfBase64 } from '../kernel/index.ts'
import type { EvidenceBlob } from '../gates/index.ts'

/** Files of one run read at most. */
const FILE_LIMIT = 10_000

export interface KeptRecord {
  readonly gate: string
  readonly attempt: number
  /** Stored bytes of the signed envelope. */
  readonly statement: Uint8Array
  readonly blobs: readonly EvidenceBlob[]
}

export interface Outbox {
  /** On the disk when it resolves. */
  keep(record: KeptRecord): Promise<void>
  /** Nothing is lost by it: the control plane has answered. */
  drop(record: Pick<KeptRecord, 'gate' | 'attempt'>): Promise<void>
  /** What is kept, oldest attempt first. */
  list(): Promise<readonly KeptRecord[]>
}

/** @param folder of one run; made on first use, for its owner alone */
export function folderOutbox(folder: string): Outbox {
  const pathOf = ({ gate, attempt }: Pick<KeptRecord, 'gate' | 'attempt'>): string =>
    join(folder, `${attempt}-${Buffer.from(gate).toString('hex').slice(0, 200)}.json`)
  return {
    async keep(record) {
      await mkdir(folder, { recursive: true, mode: 0o700 })
      const partial = `${pathOf(record)}.partial`
      const file = await open(partial, 'w', 0o600)
      try {
        await file.writeFile(textOf(record))
        await file.sync()
      } finally {
        await file.close()
      }
      await rename(partial, pathOf(record))
    },
    drop: (record) => rm(pathOf(record), { force: true }),
    async list() {
      const names = await readdir(folder).catch((error: NodeJS.ErrnoException) => {
        if (error.code === 'ENOENT') return [] as string[]
        throw error
      })
      const records: KeptRecord[] = []
      for (const name of names.filter((each) => each.endsWith('.json')).slice(0, FILE_LIMIT))
        records.push(recordOf(await readFile(join(folder, name), 'utf8')))
      return records.sort((a, b) => a.attempt - b.attempt)
    },
  }
}

function textOf({ gate, attempt, statement, blobs }: KeptRecord): string {
  return JSON.stringify({
    gate,
    attempt,
    statement: base64Of(statement),
    blobs: blobs.map(({ digest, bytes }) => ({ digest, bytes: base64Of(bytes) })),
  })
}

// Our own file, and of no weight if somebody changed it: the control plane checks signature and digests.
function recordOf(text: string): KeptRecord {
  const { gate, attempt, statement, blobs } = JSON.parse(text) as {
    gate: string
    attempt: number
    statement: string
    blobs: { digest: EvidenceBlob['digest']; bytes: string }[]
  }
  return {
    gate,
    attempt,
    statement: bytesOfBase64(statement),
    blobs: blobs.map(({ digest, bytes }) => ({ digest, bytes: bytesOfBase64(bytes) })),
  }
}
