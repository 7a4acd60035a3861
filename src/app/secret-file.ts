// Random secrets of this installation, each in a file that only its owner may read.
import { mkdir, open, readFile, stat, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { base64Of, bytesOfBase64 } from '../kernel/index.ts'
import type { Random } from '../kernel/index.ts'
import { appFault } from './errors.ts'

const SECRET_BYTES = 32

/** Makes the folder of keys, and keeps all of it out of a git repository around it; a `.gitignore` that is there stays. */
export async function openKeyFolder(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true, mode: 0o700 })
  try {
    await writeFile(join(folder, '.gitignore'), '# Private keys: not for a repository.\n*\n', {
      flag: 'wx',
    })
  } catch (error) {
    if (!isExisting(error)) throw error
  }
}

/** The secret at `path`; made there on first use. Two processes that start together end up with the same one. */
export async function openSecretFile(path: string, random: Random): Promise<Uint8Array> {
  await mkdir(dirname(path), { recursive: true, mode: 0o700 })
  try {
    const file = await open(path, 'wx', 0o600)
    try {
      await file.writeFile(base64Of(random.bytes(SECRET_BYTES)))
      await file.sync()
    } finally {
      await file.close()
    }
  } catch (error) {
    if (!isExisting(error)) throw error
  }
  const { mode } = await stat(path)
  if ((mode & 0o077) !== 0) {
    throw appFault('APP_SECRET_EXPOSED', `expected ${path} to be readable by its owner alone`)
  }
  return bytesOfBase64((await readFile(path, 'utf8')).trim())
}

function isExisting(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'EEXIST'
}
