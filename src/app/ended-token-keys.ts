// Keys of service tokens that were ended, each an empty file beside this server's own keys: no database that is put back reaches them.
import { mkdir, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { EndedKeys } from '../identity/index.ts'
import { atomicWriteFile } from '../platform/index.ts'

const ENDED = /^([\w-]{43})\.ended$/

export function openEndedTokenKeys(folder: string): EndedKeys {
  let known: Promise<Set<string>> | undefined
  const read = (): Promise<Set<string>> => {
    known ??= readEnded(folder)
    // What could not be read is tried again.
    known.catch(() => (known = undefined))
    return known
  }
  return {
    read,
    async add(kids) {
      const ended = await read()
      for (const kid of kids) {
        await atomicWriteFile(join(folder, `${kid}.ended`), new Uint8Array(0))
        ended.add(kid)
      }
    },
  }
}

async function readEnded(folder: string): Promise<Set<string>> {
  await mkdir(folder, { recursive: true, mode: 0o700 })
  const names = await readdir(folder)
  return new Set(names.flatMap((name) => ENDED.exec(name)?.[1] ?? []))
}
