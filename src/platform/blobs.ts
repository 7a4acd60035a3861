// Evidence bytes as files, named by what they contain and kept apart by tenant.
import { createHash, randomUUID } from 'node:crypto'
import { constants } from 'node:fs'
import { mkdir, open, rename, rm } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import { contentDigest, isContentDigest, type BlobStore } from '../kernel/index.ts'
import { platformFault } from './errors.ts'
import { errorCodeOf, faultOfFile, syncFolder, writeDurably } from './files.ts'

/**
 * Blobs under `folder`, as `<hash of the tenant id>/ab/cdef…`. Neither part of a path comes from the
 * caller's text: the tenant id is hashed and the digest must be one, so no name can leave the folder.
 * @throws PLATFORM_BLOB_DAMAGED from `put` when bytes and digest differ, from `get` when the file does;
 * PLATFORM_DISK_FULL, PLATFORM_FILE_FAILED, PLATFORM_VALUE_REFUSED
 */
export function openFileBlobs(folder: string): BlobStore {
  const root = resolve(folder)
  const writer = new BlobWriter()
  return {
    put: async (tenantId, digest, bytes) => {
      const path = blobPath(root, tenantId, digest)
      refuseDamage(digest, bytes, 'the bytes handed in')
      try {
        if (!writer.isWriting(path) && isWholeBlob(digest, await readBlob(path))) return
        await writer.store(path, bytes)
      } catch (error) {
        throw faultOfFile(error, `expected to store ${digest}`)
      }
    },
    get: async (tenantId, digest) => {
      const path = blobPath(root, tenantId, digest)
      let bytes: Uint8Array | undefined
      try {
        bytes = await readBlob(path)
      } catch (error) {
        throw faultOfFile(error, `expected to read ${digest}`)
      }
      if (bytes !== undefined) refuseDamage(digest, bytes, 'the stored file')
      return bytes
    },
  }
}

function blobPath(root: string, tenantId: string, digest: string): string {
  return join(root, ...blobName(tenantId, digest))
}

/** Parts of a blob's name; neither comes from the caller's text. @throws PLATFORM_VALUE_REFUSED */
export function blobName(tenantId: string, digest: string): readonly string[] {
  if (!isContentDigest(digest) || tenantId === '') {
    throw platformFault(
      'PLATFORM_VALUE_REFUSED',
      'expected a tenant id and a digest like sha256:<64 hex digits>',
    )
  }
  const hex = digest.slice('sha256:'.length)
  const tenant = createHash('sha256').update(tenantId).digest('hex').slice(0, 32)
  return [tenant, hex.slice(0, 2), hex.slice(2)]
}

/** Writes blobs, and knows which folders were made and are not yet sure to survive a power cut. */
class BlobWriter {
  readonly #writing = new Map<string, Promise<void>>()
  readonly #unsure = new Set<Promise<void>>()

  /** Durable when it resolves. Whoever brings the same bytes meanwhile waits for the same file. */
  async store(path: string, bytes: Uint8Array): Promise<void> {
    const known = this.#writing.get(path)
    if (known !== undefined) return known
    const writing = this.#write(path, bytes)
    this.#writing.set(path, writing)
    try {
      await writing
    } finally {
      this.#writing.delete(path)
    }
  }

  isWriting(path: string): boolean {
    return this.#writing.has(path)
  }

  async #write(path: string, bytes: Uint8Array): Promise<void> {
    const folder = dirname(path)
    const firstNew = await mkdir(folder, { recursive: true, mode: 0o700 })
    // A half-written file carries another name, so a crash leaves rubbish but never a wrong blob.
    const partial = `${path}.${randomUUID()}.partial`
    try {
      const written = writeDurably(partial, bytes, 0o600)
      await Promise.all([written, this.#settleFolders(folder, firstNew)])
      await rename(partial, path)
      await syncFolder(folder)
    } catch (error) {
      await rm(partial, { force: true })
      throw error
    }
  }

  /** Flushes the names of new folders, and waits for those that somebody else has just made. */
  async #settleFolders(folder: string, firstNew: string | undefined): Promise<void> {
    if (firstNew !== undefined) {
      const mine = syncParents(folder, dirname(firstNew)).finally(() => this.#unsure.delete(mine))
      this.#unsure.add(mine)
    }
    await Promise.all(this.#unsure)
  }
}

/** From the folder that holds `folder` up to `last`. */
async function syncParents(folder: string, last: string): Promise<void> {
  for (let at = dirname(folder); ; at = dirname(at)) {
    await syncFolder(at)
    if (at === last || at === dirname(at)) return
  }
}

async function readBlob(path: string): Promise<Uint8Array | undefined> {
  try {
    // A planted link must not make other files readable under a digest's name.
    const file = await open(path, constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0))
    try {
      return new Uint8Array(await file.readFile())
    } finally {
      await file.close()
    }
  } catch (error) {
    if (errorCodeOf(error) === 'ENOENT') return undefined
    throw error
  }
}

export function isWholeBlob(digest: string, bytes: Uint8Array | undefined): boolean {
  return (
    bytes !== undefined && contentDigest(createHash('sha256').update(bytes).digest()) === digest
  )
}

export function refuseDamage(digest: string, bytes: Uint8Array, what: string): void {
  if (isWholeBlob(digest, bytes)) return
  throw platformFault('PLATFORM_BLOB_DAMAGED', `expected ${what} to have the digest ${digest}`, {
    details: { digest },
  })
}
