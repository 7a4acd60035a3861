// The bytes of a journal record: which batch was about to be, or had been, committed, or was given up.
import { z } from 'zod'
import { canonicalBytes, concatBytes, messageOf, utf8Text } from '../kernel/index.ts'
import { HASH_BYTES, SALT_BYTES } from '../proof/index.ts'
import type { NewEntry, SealedEntry } from './batch.ts'
import { ledgerFault } from './errors.ts'
import type { WrappedKey } from './payload/key-store.ts'
import type { PlainPayload, SealedPayload } from './payload/sealed.ts'

export interface JournalledBatch {
  /** Names this try of this batch: a repetition of the same facts is another batch. */
  readonly batch: string
  readonly tenantId: string
  readonly origin: string
  readonly fromSeq: number
  readonly leaves: readonly Uint8Array[]
  /**
   * What restoring takes, one per leaf. Only the queue's batches have it: they are written before their commit. A
   * caller's batch is written after its commit, and came with rows that no journal knows.
   */
  readonly entries?: readonly JournalledEntry[]
  /** Keys that were made for this batch: whoever restores it needs them. */
  readonly madeKeys?: readonly WrappedKey[]
}

/** In clear only in records of versions that sealed nothing. */
export type JournalledEntry = SealedEntry | (NewEntry & PlainPayload)

export type JournalRecord = JournalledBatch | { readonly givenUp: string }

const sizes = z.array(z.int().min(0))
const names = { ids: z.array(z.string()), keepsIds: z.array(z.boolean()) }
const batchSchema = z.strictObject({
  v: z.literal(1),
  batch: z.string(),
  tenantId: z.string(),
  origin: z.string(),
  fromSeq: z.int().min(0),
  leafSizes: sizes,
  queued: z
    .union([
      z.strictObject({ ...names, payloadSizes: sizes }),
      z.strictObject({
        ...names,
        sealedSizes: sizes,
        dekIds: z.array(z.int().min(1)),
        madeKeys: z.array(
          z.strictObject({
            dekId: z.int().min(1),
            class: z.string(),
            owner: z.string(),
            wrapped: z.string(),
          }),
        ),
      }),
    ])
    .optional(),
})
const headerSchema = z.union([
  batchSchema,
  z.strictObject({ v: z.literal(1), givenUp: z.string() }),
])

/** `be32 length | canonical JSON of that length | leaves | sealed payloads | content hashes`. */
export function encodeJournalRecord(record: JournalRecord): Uint8Array {
  if ('givenUp' in record) return withHeader({ v: 1, givenUp: record.givenUp }, [])
  const { batch, tenantId, origin, fromSeq, leaves, entries, madeKeys = [] } = record
  const header = { v: 1, batch, tenantId, origin, fromSeq, leafSizes: leaves.map(sizeOf) }
  if (entries === undefined) return withHeader(header, leaves)
  const sealed = entries.map((entry) => {
    if (!('sealed' in entry)) throw new TypeError('expected sealed payloads, got one in clear')
    return entry
  })
  const queued = {
    ids: entries.map(({ fact }) => fact.id),
    keepsIds: entries.map(({ fact }) => fact.keepsId),
    sealedSizes: sealed.map((entry) => entry.sealed.length),
    dekIds: sealed.map(({ dekId }) => dekId),
    madeKeys,
  }
  const contentHashes = entries.map(({ contentHash }) => contentHash)
  return withHeader({ ...header, queued }, [
    ...leaves,
    ...sealed.map((entry) => entry.sealed),
    ...contentHashes,
  ])
}

/** @throws LEDGER_JOURNAL_UNREADABLE for what this version did not write */
export function decodeJournalRecord(bytes: Uint8Array): JournalRecord {
  try {
    const cursor = new ByteCursor(bytes)
    const header = headerSchema.parse(JSON.parse(utf8Text(cursor.take(cursor.readBe32()))))
    const record = 'givenUp' in header ? { givenUp: header.givenUp } : readBatch(header, cursor)
    cursor.assertEnd()
    return record
  } catch (error) {
    throw ledgerFault(
      'LEDGER_JOURNAL_UNREADABLE',
      `expected a record of this version, got: ${messageOf(error)}`,
      { cause: error },
    )
  }
}

function readBatch(header: z.infer<typeof batchSchema>, cursor: ByteCursor): JournalledBatch {
  const { batch, tenantId, origin, fromSeq, leafSizes, queued } = header
  const leaves = leafSizes.map((size) => cursor.take(size))
  if (queued === undefined) return { batch, tenantId, origin, fromSeq, leaves }
  const kept = readKept(queued, leaves.length, cursor)
  const contentHashes = leaves.map(() => cursor.take(HASH_BYTES))
  const { ids, keepsIds } = queued
  if ([ids, keepsIds, kept].some((list) => list.length !== leaves.length))
    throw new RangeError('expected one id and one payload per leaf')
  const entries = leaves.map((leaf, at) => ({
    leaf,
    contentHash: contentHashes[at]!,
    fact: { id: ids[at]!, keepsId: keepsIds[at]! },
    ...kept[at]!,
  }))
  const madeKeys = 'madeKeys' in queued ? queued.madeKeys : []
  return { batch, tenantId, origin, fromSeq, leaves, entries, madeKeys }
}

function readKept(
  queued: NonNullable<z.infer<typeof batchSchema>['queued']>,
  count: number,
  cursor: ByteCursor,
): readonly (SealedPayload | PlainPayload)[] {
  if ('sealedSizes' in queued) {
    const { sealedSizes, dekIds } = queued
    if (dekIds.length !== sealedSizes.length) throw new RangeError('expected a key per payload')
    return sealedSizes.map((size, at) => ({ sealed: cursor.take(size), dekId: dekIds[at]! }))
  }
  const payloads = queued.payloadSizes.map((size) => utf8Text(cursor.take(size)))
  const salts = Array.from({ length: count }, () => cursor.take(SALT_BYTES))
  if (payloads.length !== count) throw new RangeError('expected one payload per leaf')
  return payloads.map((payload, at) => ({ payload, salt: salts[at]! }))
}

class ByteCursor {
  readonly #bytes: Uint8Array
  #at = 0

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes
  }

  take(count: number): Uint8Array {
    const until = this.#at + count
    if (until > this.#bytes.length) throw new RangeError('expected more bytes')
    const taken = this.#bytes.slice(this.#at, until)
    this.#at = until
    return taken
  }

  readBe32(): number {
    const bytes = this.take(4)
    return new DataView(bytes.buffer, bytes.byteOffset, 4).getUint32(0)
  }

  assertEnd(): void {
    if (this.#at !== this.#bytes.length) throw new RangeError('expected no more bytes')
  }
}

function withHeader(header: object, parts: readonly Uint8Array[]): Uint8Array {
  const text = canonicalBytes(header)
  const length = new Uint8Array(4)
  new DataView(length.buffer).setUint32(0, text.length)
  return concatBytes([length, text, ...parts])
}

function sizeOf(bytes: Uint8Array): number {
  return bytes.length
}
