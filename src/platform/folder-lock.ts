// One process per folder: an SQLite file held exclusively, which the kernel frees even after kill -9.
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
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
    const isBusy = /database is locked/i.test(messageOf(error))
    throw isBusy
      ? platformFault('PLATFORM_FOLDER_LOCKED', `expected to be the only process on ${folder}`)
      : platformFault('PLATFORM_FILE_FAILED', `expected to lock the folder ${folder}`, {
          cause: error,
        })
  }
  const held = file
  return {
    release: () => {
      held.close()
    },
  }
}
