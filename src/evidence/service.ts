// Keeps evidence bytes under their digest and knows which statements rest on them.
import { contentDigest, isContentDigest } from '../kernel/index.ts'
import type { BlobStore, ContentDigest, Digest, Sql, SqlTx } from '../kernel/index.ts'
import type { EvidenceRef } from '../verdict/index.ts'
import { evidenceFault } from './errors.ts'
import {
  insertObjects,
  insertStatement,
  insertStatementWithObjects,
  selectMediaType,
  selectObjects,
  selectStatements,
} from './store.ts'
import type { ObjectRow, RecordedStatement, StatementRow } from './store.ts'

export interface Evidence {
  /** Stores bytes durably. @throws EVIDENCE_DIGEST_DIFFERS when they are not what `digest` says. */
  keep(tenantId: string, digest: string, bytes: Uint8Array): Promise<ContentDigest>
  /** Stores bytes under their own digest. */
  keepBytes(tenantId: string, bytes: Uint8Array): Promise<ContentDigest>
  /** @throws EVIDENCE_OBJECT_MISSING */
  read(tenantId: string, digest: string): Promise<Uint8Array>
  mediaTypeOf(tenantId: string, digest: string): Promise<string>
  /** What is recorded of each, by digest, in one look; what was never recorded is left out. */
  describe(tenantId: string, digests: readonly string[]): Promise<ReadonlyMap<string, ObjectRow>>
  /** Recorded statements by their digests, in one look; those that are not there are left out. */
  statementsOf(
    tenantId: string,
    ids: readonly string[],
  ): Promise<ReadonlyMap<string, RecordedStatement>>
  /** Rows that say what the stored bytes are; part of the caller's transaction. */
  describeInTx(tx: SqlTx, tenantId: string, refs: readonly EvidenceRef[], at: string): Promise<void>
  /** Both at once: the statement, and what the stored bytes it rests on are. */
  recordInTx(
    tx: SqlTx,
    tenantId: string,
    refs: readonly EvidenceRef[],
    statement: StatementRow,
    at: string,
  ): Promise<void>
  recordStatementInTx(
    tx: SqlTx,
    tenantId: string,
    statement: StatementRow,
    at: string,
  ): Promise<void>
}

export function makeEvidence(ports: {
  readonly sql: Sql
  readonly blobs: BlobStore
  readonly digest: Digest
}): Evidence {
  const { sql, blobs, digest: hash } = ports
  const digestOf = (bytes: Uint8Array): ContentDigest => contentDigest(hash.sha256(bytes))
  return {
    async keep(tenantId, digest, bytes) {
      const actual = digestOf(bytes)
      if (actual !== digest) {
        throw evidenceFault(
          'EVIDENCE_DIGEST_DIFFERS',
          `expected bytes with the digest ${shorten(digest)}, got ${actual}`,
        )
      }
      await blobs.put(tenantId, actual, bytes)
      return actual
    },
    async keepBytes(tenantId, bytes) {
      const digest = digestOf(bytes)
      await blobs.put(tenantId, digest, bytes)
      return digest
    },
    async read(tenantId, digest) {
      const bytes = isContentDigest(digest) ? await blobs.get(tenantId, digest) : undefined
      if (bytes === undefined) {
        throw evidenceFault(
          'EVIDENCE_OBJECT_MISSING',
          `expected stored evidence ${shorten(digest)}, found none`,
        )
      }
      return bytes
    },
    async mediaTypeOf(tenantId, digest) {
      const found = await sql.transaction({ tenantId }, (tx) =>
        selectMediaType(tx, tenantId, digest),
      )
      return found ?? 'application/octet-stream'
    },
    async describe(tenantId, digests) {
      const rows = await sql.transaction({ tenantId }, (tx) => selectObjects(tx, tenantId, digests))
      return new Map(rows.map((row) => [row.digest, row]))
    },
    async statementsOf(tenantId, ids) {
      const rows = await sql.transaction({ tenantId }, (tx) => selectStatements(tx, tenantId, ids))
      return new Map(rows.map((row) => [row.id, row]))
    },
    describeInTx: insertObjects,
    recordInTx: insertStatementWithObjects,
    recordStatementInTx: insertStatement,
  }
}

// A hostile digest goes into an error message: keep it short.
function shorten(digest: string): string {
  return JSON.stringify(digest.slice(0, 80))
}
