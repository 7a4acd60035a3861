// Objects under S3 Object Lock in compliance mode: not even the owner of the account can delete a version before its day.
import { createHash } from 'node:crypto'
import { messageOf } from '../kernel/index.ts'
import type { LockedStore, OpenLockedStore } from '../kernel/index.ts'
import { platformFault } from './errors.ts'
import { CALL_LIMIT_MS, openS3 } from './s3-client.ts'
import type { S3Place } from './s3-client.ts'

/** As `openS3`. Source: Amazon S3 user guide, "Locking objects with Object Lock". */
export const openS3LockedStore: OpenLockedStore = async (terms) =>
  new S3LockedStore(await openS3(terms))

interface VersionName {
  readonly key: string
  readonly version: string
  readonly sizeBytes: number
  readonly atMs: number
}

class S3LockedStore implements LockedStore {
  readonly #place: S3Place

  constructor(place: S3Place) {
    this.#place = place
  }

  async readVersions(
    prefix: string,
    limitCount: number,
    limitBytes: number,
  ): Promise<readonly Uint8Array[]> {
    const names = await this.#listVersions(this.#place.prefix + prefix, limitCount)
    // Versions of one second come in the order of the store's list, newest first.
    const inOrder = names.reverse().sort((a, b) => a.atMs - b.atMs)
    const out: Uint8Array[] = []
    for (const name of inOrder) {
      if (name.sizeBytes > limitBytes)
        throw refused(`expected at most ${limitBytes} bytes in ${name.key}, got ${name.sizeBytes}`)
      out.push(await this.#readVersion(name, limitBytes))
    }
    return out
  }

  async add(name: string, bytes: Uint8Array, untilMs: number): Promise<void> {
    const { sdk, client, bucket: Bucket, prefix } = this.#place
    const Key = prefix + name
    const answer = await this.#ask(`write ${Key}`, (options) =>
      client.send(
        new sdk.PutObjectCommand({
          Bucket,
          Key,
          Body: bytes,
          ContentLength: bytes.length,
          // A write with a lock has to bring its checksum.
          ChecksumSHA256: createHash('sha256').update(bytes).digest('base64'),
          ObjectLockMode: 'COMPLIANCE',
          ObjectLockRetainUntilDate: new Date(untilMs),
        }),
        options,
      ),
    )
    // A store that knows no locks takes the write and keeps the wish to itself.
    const { VersionId } = answer
    const kept = await this.#ask(`read the lock of ${Key}`, (options) =>
      client.send(
        new sdk.HeadObjectCommand({
          Bucket,
          Key,
          ...(VersionId === undefined ? {} : { VersionId }),
        }),
        options,
      ),
    )
    const keptMs = kept.ObjectLockRetainUntilDate?.getTime() ?? 0
    // Dates of locks are kept in whole seconds.
    if (kept.ObjectLockMode !== 'COMPLIANCE' || keptMs < Math.floor(untilMs / 1_000) * 1_000)
      throw refused(
        `expected ${Key} to be locked in compliance mode until ${new Date(untilMs).toISOString()}, the store took it with ${kept.ObjectLockMode ?? 'no lock'}`,
      )
  }

  close(): void {
    this.#place.client.destroy()
  }

  async #listVersions(Prefix: string, limitCount: number): Promise<VersionName[]> {
    const { sdk, client, bucket: Bucket } = this.#place
    const names: VersionName[] = []
    let from: { readonly KeyMarker?: string; readonly VersionIdMarker?: string } = {}
    for (;;) {
      const marker = from
      const page = await this.#ask(`list the versions of ${Prefix}`, (options) =>
        client.send(new sdk.ListObjectVersionsCommand({ Bucket, Prefix, ...marker }), options),
      )
      for (const { Key, VersionId, Size, LastModified } of page.Versions ?? []) {
        if (Key === undefined || VersionId === undefined)
          throw refused(`expected versions with names under ${Prefix}`)
        const atMs = LastModified?.getTime() ?? 0
        names.push({ key: Key, version: VersionId, sizeBytes: Size ?? 0, atMs })
      }
      if (names.length > limitCount)
        throw refused(`expected at most ${limitCount} versions under ${Prefix}, got more`)
      if (page.IsTruncated !== true) break
      const { NextKeyMarker: KeyMarker, NextVersionIdMarker: VersionIdMarker } = page
      // Without a marker the next page would be the first one again.
      if (KeyMarker === undefined)
        throw refused(`expected where the next page of versions under ${Prefix} begins`)
      from = { KeyMarker, ...(VersionIdMarker === undefined ? {} : { VersionIdMarker }) }
    }
    return names
  }

  async #readVersion({ key, version }: VersionName, limitBytes: number): Promise<Uint8Array> {
    const { sdk, client, bucket: Bucket } = this.#place
    return this.#ask(`read ${key}`, async (options) => {
      const { Body, ContentLength: sizeBytes = 0 } = await client.send(
        new sdk.GetObjectCommand({ Bucket, Key: key, VersionId: version }),
        options,
      )
      if (sizeBytes > limitBytes)
        throw refused(`expected at most ${limitBytes} bytes in ${key}, got ${sizeBytes}`)
      return (await Body?.transformToByteArray()) ?? new Uint8Array(0)
    })
  }

  async #ask<T>(
    what: string,
    send: (options: { abortSignal: AbortSignal }) => Promise<T>,
  ): Promise<T> {
    try {
      return await send({ abortSignal: AbortSignal.timeout(CALL_LIMIT_MS) })
    } catch (error) {
      const name = error instanceof Error ? error.name : 'unknown'
      throw refused(
        `expected to ${what} in ${this.#place.bucket}: ${name}: ${messageOf(error)}`,
        error,
      )
    }
  }
}

function refused(message: string, cause?: unknown): Error {
  return platformFault('PLATFORM_LOCKED_STORE_FAILED', message, { cause })
}
