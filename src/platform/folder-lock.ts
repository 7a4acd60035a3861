// One process per folder: an SQLite file held exclusively, which the kernel frees even after kill -9.
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import type { SeaworthyError } from '../kernel/index.ts'
import { messageOf } from '../kernel/index.ts'
import { platformFault } from './errors.ts'

export interface FolderLock {
  release(): void
}

/**
 * Takes the folder for this process, creating it when missing. Pid and heartbeat files go stale or are
 * stolen while the event loop is blocked; a lock of the operating system does neither.
 * @throws PLATFORM_FOLDER_LOCKED, PLATFORM_FILE_FAILED
 */
export function lockFolder(folder: string): FolderLock {
  let file: DatabaseSync | undefined
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 })
    file = new DatabaseSync(join(folder, 'lock.sqlite'))
    file.exec('pragma locking_mode = exclusive; begin exclusive')
  } catch (error) {
    file?.close()
    throw faultOfLock(folder, error)
  }
  const held = file
  return {
    release: () => {
      held.close()
    },
  }
}

function faultOfLock(folder: string, error: unknown): SeaworthyError {
  const what = messageOf(error)
  if (/database is locked/i.test(what))
    return platformFault('PLATFORM_FOLDER_LOCKED', `expected to be the only process on ${folder}`)
  if (/full|ENOSPC|EDQUOT/i.test(what))
    return platformFault('PLATFORM_DISK_FULL', `expected room to lock the folder ${folder}`, {
      cause: error,
    })
  const expectation = `expected to lock the folder ${folder}: ${what}`
  return platformFault('PLATFORM_FILE_FAILED', expectation, { cause: error })
}
