// Evidence bytes in memory, for tests that look into what was stored.
import type { BlobStore } from '../src/kernel/index.ts'

export function memoryBlobs(blobs: Map<string, Uint8Array>): BlobStore {
  return {
    put(_tenantId, digest, bytes) {
      blobs.set(digest, bytes)
      return Promise.resolve()
    },
    get: (_tenantId, digest) => Promise.resolve(blobs.get(digest)),
  }
}
