// Evidence bytes in S3, or in what speaks like it: named by what they contain, written once, checked on the way in and out.
import { messageOf } from '../kernel/index.ts'
import type { BlobStore, SeaworthyError } from '../kernel/index.ts'
import { blobName, isWholeBlob, refuseDamage } from './blobs.ts'
import { platformFault } from './errors.ts'
import { CALL_LIMIT_MS, CONNECT_LIMIT_MS, openS3 } from './s3-client.ts'
import type { S3Place, S3Sdk, S3Terms } from './s3-client.ts'

/** Nothing larger was ever taken: an edge takes 256 MiB. */
const BLOB_LIMIT_BYTES = 512 * 1024 * 1024
const EXISTS_ALREADY: readonly unknown[] = [412, 409]
/** An older store that knows no conditional write. */
const UNKNOWN_CONDITION: readonly unknown[] = [501]

export interface OpenBlobs extends BlobStore {
  /** Rejects when the store does not answer, or not to us. */
  ask(): Promise<void>
  close(): void
}

/** As `openS3`. @throws PLATFORM_VALUE_REFUSED for a bucket that is none */
export async function openS3Blobs(terms: S3Terms): Promise<OpenBlobs> {
  return new S3Blobs(await openS3(terms))
}

class S3Blobs implements OpenBlobs {
  readonly #sdk: S3Sdk
  readonly #client: S3Place['client']
  readonly #place: S3Place

  constructor(place: S3Place) {
    this.#sdk = place.sdk
    this.#client = place.client
    this.#place = place
  }

  async put(tenantId: string, digest: string, bytes: Uint8Array): Promise<void> {
    const Key = this.#keyOf(tenantId, digest)
    refuseDamage(digest, bytes, 'the bytes handed in')
    try {
      await this.#write(Key, digest, bytes, true)
    } catch (error) {
      const status = statusOf(error)
      if (UNKNOWN_CONDITION.includes(status)) return this.#writeAnyway(Key, digest, bytes)
      if (!EXISTS_ALREADY.includes(status)) throw faultOf(error, `expected to store ${digest}`)
      // What is there under this name may be damaged; an acknowledged blob must not be.
      if (!isWholeBlob(digest, await this.#read(Key, digest)))
        await this.#writeAnyway(Key, digest, bytes)
    }
  }

  async get(tenantId: string, digest: string): Promise<Uint8Array | undefined> {
    const bytes = await this.#read(this.#keyOf(tenantId, digest), digest)
    if (bytes !== undefined) refuseDamage(digest, bytes, 'the stored object')
    return bytes
  }

  async ask(): Promise<void> {
    const { bucket: Bucket } = this.#place
    try {
      await this.#client.send(new this.#sdk.HeadBucketCommand({ Bucket }), {
        abortSignal: AbortSignal.timeout(CONNECT_LIMIT_MS),
      })
    } catch (error) {
      throw faultOf(error, `expected the bucket ${Bucket}`)
    }
  }

  close(): void {
    this.#client.destroy()
  }

  async #writeAnyway(Key: string, digest: string, bytes: Uint8Array): Promise<void> {
    try {
      await this.#write(Key, digest, bytes, false)
    } catch (error) {
      throw faultOf(error, `expected to store ${digest}`)
    }
  }

  async #write(Key: string, digest: string, Body: Uint8Array, isFirst: boolean): Promise<void> {
    const put = new this.#sdk.PutObjectCommand({
      Bucket: this.#place.bucket,
      Key,
      Body,
      ContentLength: Body.length,
      // The store refuses bytes that were damaged on the way.
      ChecksumSHA256: Buffer.from(digest.slice('sha256:'.length), 'hex').toString('base64'),
      ...(isFirst ? { IfNoneMatch: '*' } : {}),
    })
    await this.#client.send(put, { abortSignal: AbortSignal.timeout(CALL_LIMIT_MS) })
  }

  async #read(Key: string, digest: string): Promise<Uint8Array | undefined> {
    const what = `expected to read ${digest}`
    try {
      const answer = await this.#client.send(
        new this.#sdk.GetObjectCommand({ Bucket: this.#place.bucket, Key }),
        { abortSignal: AbortSignal.timeout(CALL_LIMIT_MS) },
      )
      const { ContentLength: size = 0, Body } = answer
      if (size > BLOB_LIMIT_BYTES)
        throw platformFault('PLATFORM_BLOB_DAMAGED', `${what}, got ${size} bytes`)
      return (await Body?.transformToByteArray()) ?? new Uint8Array(0)
    } catch (error) {
      if (error instanceof this.#sdk.NoSuchKey) return undefined
      throw faultOf(error, what)
    }
  }

  #keyOf(tenantId: string, digest: string): string {
    return this.#place.prefix + blobName(tenantId, digest).join('/')
  }
}

function statusOf(error: unknown): number | undefined {
  if (!(error instanceof Error) || !('$metadata' in error)) return undefined
  const { httpStatusCode } = error.$metadata as { readonly httpStatusCode?: number }
  return httpStatusCode
}

/** An answer of 4xx is about us and stays as it is; everything else may be better next time. */
function faultOf(error: unknown, what: string): SeaworthyError {
  const status = statusOf(error)
  const isRefusal = status !== undefined && status >= 400 && status < 500 && status !== 429
  const name = error instanceof Error ? error.name : 'unknown'
  // A credential that cannot be found is nobody's silence either.
  const code =
    isRefusal || name === 'CredentialsProviderError'
      ? 'PLATFORM_BLOBS_REFUSED'
      : 'PLATFORM_BLOBS_UNREACHABLE'
  return platformFault(code, `${what}: ${name}: ${messageOf(error)}`, { cause: error })
}
