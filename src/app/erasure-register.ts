// The erasure register in a file that only grows, beside the data or where no backup of it reaches.
import { mkdir, open, readFile } from 'node:fs/promises'
import type { FileHandle } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { SeaworthyError } from '../kernel/index.ts'
import type { Clock, Log } from '../kernel/index.ts'
import {
  encodeRegisteredErasure,
  encodeRegisterHead,
  encodeUndoneErasure,
  isRegisterHeadless,
  parseRegister,
} from '../ledger/index.ts'
import type { ErasureRegister } from '../ledger/index.ts'
import { lockFolder, syncFolder } from '../platform/index.ts'
import type { FolderLock } from '../platform/index.ts'
import type { AppConfig } from './config.ts'

const LINE_END = 0x0a
/** How long others may be writing. */
const TURN_LIMIT_MS = 10_000
const TURN_PAUSE_MS = 20

interface RegisterPorts {
  readonly clock: Pick<Clock, 'nowMs' | 'monotonicMs' | 'sleep'>
  readonly log: Pick<Log, 'error'>
}

/** Begins the file where there is none; processes that share it may do so at once. */
export async function openErasureRegister(
  { dataFolder, erasureRegister }: Pick<AppConfig, 'dataFolder' | 'erasureRegister'>,
  ports: RegisterPorts,
): Promise<ErasureRegister> {
  const path = erasureRegister ?? join(dataFolder, 'erasure-register.jsonl')
  await mkdir(dirname(path), { recursive: true, mode: 0o700 })
  const read = async (): Promise<string> => {
    try {
      return await readFile(path, 'utf8')
    } catch (error) {
      if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return ''
      throw error
    }
  }
  if (isRegisterHeadless(await read(), path))
    await changeFile(path, ports, async (file, text) => {
      if (!isRegisterHeadless(text, path)) return
      if (text !== '')
        ports.log.error(
          'the beginning of the erasure register was cut off: it knows only of what is below, and of what comes now',
          { path },
        )
      await file.appendFile(encodeRegisterHead(new Date(ports.clock.nowMs()).toISOString()))
    })
  const append = (line: string): Promise<void> =>
    changeFile(path, ports, (file) => file.appendFile(line))
  return {
    read: async () => parseRegister(await readFile(path, 'utf8'), path),
    add: (erasure) => append(encodeRegisteredErasure(erasure)),
    addUndone: (erasure) => append(encodeUndoneErasure(erasure)),
  }
}

/** One process at a time: what a crash left of a line is cut off, and must be nobody's who is writing it. */
async function changeFile(
  path: string,
  ports: RegisterPorts,
  work: (file: FileHandle, text: string) => Promise<void>,
): Promise<void> {
  const lock = await takeTurn(`${path}.lock`, ports.clock)
  try {
    const file = await open(path, 'a+', 0o600)
    try {
      const bytes = await file.readFile()
      // What a crash left of a line was acknowledged to nobody.
      const until = bytes.lastIndexOf(LINE_END) + 1
      if (until < bytes.length) await file.truncate(until)
      await work(file, bytes.toString('utf8', 0, until))
      await file.sync()
    } finally {
      await file.close()
    }
    await syncFolder(dirname(path))
  } finally {
    lock.release()
  }
}

async function takeTurn(folder: string, clock: RegisterPorts['clock']): Promise<FolderLock> {
  const limitMs = clock.monotonicMs() + TURN_LIMIT_MS
  for (;;)
    try {
      return lockFolder(folder)
    } catch (error) {
      const isTaken = error instanceof SeaworthyError && error.code === 'PLATFORM_FOLDER_LOCKED'
      if (!isTaken || clock.monotonicMs() >= limitMs) throw error
      await clock.sleep(TURN_PAUSE_MS)
    }
}
