// A ledger of the first version as an older application keeps one, and the migration over it.
import assert from 'node:assert/strict'
import { createHash, randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { createReadStream, createWriteStream, existsSync, renameSync } from 'node:fs'
import { createInterface } from 'node:readline'
import type { Json, Sql, SqlTx } from '../src/kernel/index.ts'
import { canonicalize } from '../src/kernel/index.ts'
import { parseV1Description, V1Migration } from '../src/ledger/index.ts'
import type { ExportFile, StreamHash, V1Description, V1Ports } from '../src/ledger/index.ts'
import { ensureTenant } from '../src/platform/index.ts'
import { openTestLedger } from './ledger.ts'
import type { TestLedger } from './ledger.ts'

export const FILE = { name: '0007-v1.up.sql', sha256: 'ab'.repeat(32) }

export interface OldLedger {
  readonly table: string
  readonly description: V1Description
  /** The old application writes: each row linked to the tenant's last and hashed by the old rules. */
  write(tenantId: string, payloads: readonly unknown[]): Promise<void>
}

export async function openOldLedger(sql: Sql, table: string): Promise<OldLedger> {
  await sql.transaction('system', (tx) =>
    tx.query(`create table ${table} (
      id bigint generated always as identity primary key, tenant_id text not null, created_at timestamptz not null,
      payload jsonb not null, prev_hash text, hash text not null)`),
  )
  const description = parseV1Description(JSON.stringify({ table }))
  return {
    table,
    description,
    write: (tenantId, payloads) => write(sql, table, tenantId, payloads),
  }
}

function write(
  sql: Sql,
  table: string,
  tenantId: string,
  payloads: readonly unknown[],
): Promise<void> {
  return sql.transaction('system', async (tx) => {
    const [last] = await tx.query<{ hash: string }>(
      `select hash from ${table} where tenant_id = $1 order by id desc limit 1`,
      [tenantId],
    )
    let prev = last?.hash ?? ''
    const rows = payloads.map((payload) => {
      const text = canonicalize(payload)
      const row = { prev, text, hash: createHash('sha256').update(`${prev}${text}`).digest('hex') }
      prev = row.hash
      return row
    })
    await tx.query(
      `insert into ${table} (tenant_id, created_at, payload, prev_hash, hash)
       select $1, '2025-03-01T08:00:00Z'::timestamptz + n * interval '1 second', payload::jsonb, nullif(prev, ''), hash
       from unnest($2::text[], $3::text[], $4::text[]) with ordinality as u (payload, prev, hash, n) order by n`,
      [
        tenantId,
        rows.map(({ text }) => text),
        rows.map((row) => row.prev),
        rows.map((row) => row.hash),
      ],
    )
  })
}

export function openMigration(
  opened: Pick<TestLedger, 'sql' | 'ledger' | 'guard' | 'ports'>,
  changed: Partial<V1Ports> = {},
): V1Migration {
  const { sql, ledger, guard, ports } = opened
  const openTenant = async (tenantId: string): Promise<void> => {
    await ensureTenant(sql, tenantId, '2026-11-21T00:00:00.000Z')
  }
  const { digest, clock, payloadKeys } = ports
  const house = { sql, ledger, guard, digest, clock, payloadKeys, openTenant }
  const own = { ...house, openHash, migrationFile: FILE }
  return new V1Migration({ ...own, ...changed })
}

export function termsOf(old: OldLedger): {
  readonly description: V1Description
  readonly tenantId: string
  readonly actor: string
  readonly waitMs: number
} {
  return { description: old.description, tenantId: 'local', actor: 'operator', waitMs: 60_000 }
}

export function openHash(): StreamHash {
  const hash = createHash('sha256')
  return { update: (bytes) => void hash.update(bytes), digest: () => new Uint8Array(hash.digest()) }
}

export function plainFile(path: string): ExportFile {
  return {
    path,
    exists: () => Promise.resolve(existsSync(path)),
    async write(lines) {
      const stream = createWriteStream(`${path}.partial`)
      for await (const line of lines) stream.write(`${line}\n`)
      stream.end()
      await once(stream, 'close')
      renameSync(`${path}.partial`, path)
    },
    lines: () => createInterface({ input: createReadStream(path), crlfDelay: Infinity }),
  }
}

/** What the old table's export is, read as somebody with psql would: `select to_json(t) … order by id`. */
export async function exportOf(tx: SqlTx, table: string, tenantId: string): Promise<string> {
  const rows = await tx.query<{ line: string }>(
    `select to_json(t)::text as line from ${table} t where tenant_id = $1 order by id`,
    [tenantId],
  )
  return rows.map(({ line }) => `${line}\n`).join('')
}

export function oldPayloads(count: number, from = 0): unknown[] {
  return Array.from({ length: count }, (_, at) => ({
    z: `row ${from + at}`,
    a: [at, null, 'ü'],
    n: 1.5,
  }))
}

/** A fresh tenant with a fresh table beside it. */
export async function openOldTenant(): Promise<{
  readonly opened: TestLedger
  readonly old: OldLedger
}> {
  const opened = await openTestLedger()
  const table = `old_${randomUUID().slice(0, 8)}`
  return { opened, old: await openOldLedger(opened.sql, table) }
}

export function askOwner<Row>({ sql }: TestLedger, text: string): Promise<Row[]> {
  return sql.transaction('system', (tx) => tx.query<Row>(text))
}

export async function payloadAt(
  { ledger }: TestLedger,
  tenantId: string,
  seq: number,
): Promise<Json> {
  const kept = await ledger.payloadOf(tenantId, seq)
  assert.ok(kept !== undefined)
  return kept.value
}
