// Where evidence bytes are kept: files of the data folder, or S3 for a deployment of many machines.
import { join } from 'node:path'
import type { BlobStore } from '../kernel/index.ts'
import { openFileBlobs, openS3Blobs } from '../platform/index.ts'
import type { OpenBlobs } from '../platform/index.ts'
import type { AppConfig } from './config.ts'

export interface EvidenceStore {
  readonly blobs: BlobStore
  /** Undefined for files. */
  readonly bucket?: OpenBlobs
}

export async function openEvidenceStore(config: AppConfig): Promise<EvidenceStore> {
  const { bucket: name, s3Endpoint: endpoint, s3Region: region, dataFolder } = config
  if (name === undefined) return { blobs: openFileBlobs(join(dataFolder, 'blobs')) }
  const bucket = await openS3Blobs({ bucket: name, endpoint, region })
  return { blobs: bucket, bucket }
}
