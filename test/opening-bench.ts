// A table under row security for tests of how transactions begin and end, and a way to cut their connection.
import type { TestContext } from 'node:test'
import { SeaworthyError } from '../src/kernel/index.ts'
import { openPostgres } from '../src/platform/index.ts'
import type { OpenSql } from '../src/platform/index.ts'
import { openCutter } from './cutter.ts'
import { freshTenant, openTestSql } from './database.ts'

const TABLE = `create table if not exists platform_test_opening (tenant_id text not null, note text not null);
  alter table platform_test_opening enable row level security;
  drop policy if exists own_rows on platform_test_opening;
  create policy own_rows on platform_test_opening using (tenant_id = current_setting('seaworthy.tenant', true));
  grant select, insert on platform_test_opening to seaworthy_app`
export const INSERT = 'insert into platform_test_opening (tenant_id, note) values ($1, $2)'
export const READ = 'select note from platform_test_opening where tenant_id = $1'

export interface Bench {
  readonly sql: OpenSql
  readonly tenantId: string
  notes(): Promise<readonly unknown[]>
}

export async function openBench(): Promise<Bench> {
  const sql = await openTestSql()
  await sql.transaction('system', (tx) => tx.query(TABLE))
  const tenantId = await freshTenant(sql)
  const notes = (): Promise<unknown[]> =>
    sql.transaction('system', (tx) => tx.query(READ, [tenantId]))
  return { sql, tenantId, notes }
}

export function hasCode(code: string): (error: unknown) => boolean {
  return (error) => error instanceof SeaworthyError && error.code === code
}

export async function openCut(
  t: TestContext,
): Promise<Bench & { readonly cutter: Awaited<ReturnType<typeof openCutter>> }> {
  const bench = await openBench()
  const [row] = await bench.sql.transaction('system', (tx) =>
    tx.query<{ name: string }>('select current_database()::text as name'),
  )
  const url = new URL(process.env['SEAWORTHY_TEST_PG_URL'] ?? '')
  url.pathname = `/${row?.name ?? ''}`
  const cutter = await openCutter(url)
  const sql = await openPostgres({ url: cutter.url, poolSize: 1 })
  t.after(async () => {
    await sql.close()
    await cutter.close()
  })
  return { ...bench, sql, cutter }
}
