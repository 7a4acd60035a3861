// Every table of a tenant is behind row security that the role of tenants cannot step around; which tables are nobody's is listed with the reason.
import assert from 'node:assert/strict'
import test from 'node:test'
import { openTestSql } from '../../test/database.ts'
import type { SqlTx } from '../kernel/index.ts'
import { slices } from './rooms.ts'

/** Tables that hold nothing of a tenant, each with what that is. No tenant's transaction reads or writes them, but where it says so below. */
const OF_NOBODY: Readonly<Record<string, string>> = {
  attestation_authority: 'keys of the deployment’s own time-stamp authority',
  attestation_entry:
    'the system log is the deployment’s: digests and signatures of what was attested',
  attestation_log: 'the same, its head',
  attestation_node: 'the same, its tree',
  identity_spent_answer: 'hashes of answers of issuers, before a tenant is known',
  identity_token_key: 'public keys of the deployment’s servers',
  job_worker: 'a worker runs the jobs of all tenants',
  ledger_v1: 'tables of an older application that were taken over, by an operator',
  ledger_v1_step: 'the steps of that',
  platform_migration: 'which tables there are',
}

/** What the role of tenants may do all the same: an admin of the server's own tenant ends keys in the transaction of the ledger's fact. */
const GIVEN: Readonly<Record<string, string>> = { identity_token_key: 'select update' }

/** Rows of a tenant, or of one of the logs that a tenant sees. */
const OWN_ROWS = [
  /^\(tenant_id = current_setting\('seaworthy\.tenant'::text, true\)\)$/,
  /^\(log_id IN \( SELECT ledger_log\.log_id\s+FROM ledger_log\)\)$/,
]

interface TableRow {
  readonly name: string
  readonly owner: string
  readonly is_secured: boolean
  /** What the role of tenants may do with it, or with a column of it. */
  readonly given: string
}

interface PolicyRow {
  readonly name: string
  readonly cmd: string
  readonly permissive: string
  readonly qual: string | null
  readonly with_check: string | null
}

/**
 * Views too: one that its owner made reads past the security of what it shows. Names with a space are copies that other tests of this
 * database put aside.
 */
function selectTables(tx: SqlTx): Promise<readonly TableRow[]> {
  return tx.query(
    `select c.relname as name, pg_get_userbyid(c.relowner) as owner, c.relrowsecurity as is_secured,
       concat_ws(' ',
         case when has_any_column_privilege('seaworthy_app', c.oid, 'select') then 'select' end,
         case when has_any_column_privilege('seaworthy_app', c.oid, 'insert') then 'insert' end,
         case when has_any_column_privilege('seaworthy_app', c.oid, 'update') then 'update' end,
         case when has_table_privilege('seaworthy_app', c.oid, 'delete, truncate, trigger') then 'more' end) as given
     from pg_class c join pg_namespace n on n.oid = c.relnamespace
     where c.relname !~ ' ' and c.relkind in ('r', 'p', 'v', 'm', 'f') and n.nspname not in ('pg_catalog', 'information_schema', 'pg_toast')
     order by c.relname`,
    [],
  )
}

function selectPolicies(tx: SqlTx): Promise<readonly PolicyRow[]> {
  return tx.query(
    'select tablename as name, cmd, permissive, qual, with_check from pg_policies',
    [],
  )
}

function problemOf(table: TableRow, policies: readonly PolicyRow[]): string | undefined {
  const own = policies.filter(({ name }) => name === table.name)
  const isOwnRow = (text: string | null): boolean => OWN_ROWS.some((row) => row.test(text ?? ''))
  if (!table.is_secured) return 'has no row security'
  // Permissive policies add up: a second one could let in what the first keeps out.
  if (own.length !== 1) return `has ${own.length} policies`
  const [policy] = own
  if (policy?.cmd !== 'ALL') return `has a policy for ${policy?.cmd} alone`
  if (!isOwnRow(policy.qual)) return `lets in what says ${policy.qual}`
  if (policy.with_check !== null && !isOwnRow(policy.with_check)) return 'takes other rows'
  return table.owner === 'seaworthy_app' ? 'belongs to the role of tenants' : undefined
}

test('every table with a tenant lets its role see and write rows of that tenant alone', async (t) => {
  const migrations = slices.flatMap((slice) =>
    slice.migrations === undefined ? [] : [{ name: slice.name, migrations: slice.migrations }],
  )
  const sql = await openTestSql(migrations)
  const { tables, policies, role } = await sql.transaction('system', async (tx) => ({
    tables: await selectTables(tx),
    policies: await selectPolicies(tx),
    role: await tx.query<{ is_free: boolean }>(
      `select rolsuper or rolbypassrls as is_free from pg_roles where rolname = 'seaworthy_app'`,
      [],
    ),
  }))
  // What owns a table, or may bypass row security, is not bound by it; so nothing has to be forced.
  assert.deepEqual(role, [{ is_free: false }])
  const isOfNobody = ({ name }: TableRow): boolean => Object.hasOwn(OF_NOBODY, name)
  const ofTenants = tables.filter((table) => !isOfNobody(table))
  const others = tables.filter(isOfNobody)
  const open = ofTenants.flatMap((table) => {
    const problem = problemOf(table, policies)
    return problem === undefined ? [] : [`${table.name} ${problem}`]
  })
  assert.deepEqual(open, [])
  assert.deepEqual(
    others.map(({ name, given }) => [name, given]),
    Object.keys(OF_NOBODY).map((name) => [name, GIVEN[name] ?? '']),
  )
  t.diagnostic(`${ofTenants.length} tables of tenants, ${others.length} of nobody`)
  assert.ok(ofTenants.length >= 40)
})
