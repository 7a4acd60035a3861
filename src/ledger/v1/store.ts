// SQL of the migration: rows of the first version as they stand, what was taken in, and the sealing of the old table.
import type { SqlTx } from '../../kernel/index.ts'
import { ledgerFault } from '../errors.ts'
import type { V1Row } from './chain.ts'
import { columnsOf, parseFormula } from './description.ts'
import type { V1Description } from './description.ts'

/** Rows of one answer while a whole table is walked. */
const FETCH_ROWS = 1_000

const CURSOR = 'ledger_v1_rows'

/** One migration at a time, and no longer waits than this for whoever holds the table. */
export async function takeMigrationTurn(tx: SqlTx, waitMs: number): Promise<void> {
  await tx.query(`set local lock_timeout = ${Math.ceil(waitMs)}`)
  await tx.query(`select pg_advisory_xact_lock(hashtextextended('seaworthy.ledger.v1', 0))`)
}

export async function selectV1State(tx: SqlTx, table: string): Promise<'up' | 'down' | undefined> {
  const [row] = await tx.query<{ state: 'up' | 'down' }>(
    'select state from ledger_v1 where v1_table = $1',
    [table],
  )
  return row?.state
}

/** What follows is about this table. */
export async function insertV1Table(tx: SqlTx, table: string): Promise<void> {
  await tx.query(
    `insert into ledger_v1 (v1_table, state) values ($1, 'up') on conflict (v1_table) do update set state = 'up'`,
    [table],
  )
}

/** A step of a migration as its entry has it. */
export interface V1Step {
  readonly tenantId: string
  readonly logId: number
  readonly origin: string
  readonly seq: number
}

/** The last time that each tenant's rows were taken in from this table, in the order of tenants. */
export async function selectLastSteps(
  tx: SqlTx,
  table: string,
  direction: 'up' | 'down',
): Promise<V1Step[]> {
  const rows = await tx.query<{ tenant_id: string; log_id: number; origin: string; seq: number }>(
    `select distinct on (l.tenant_id) l.tenant_id, l.log_id, l.origin, s.seq
     from ledger_v1_step s join ledger_log l on l.log_id = s.log_id
     where s.v1_table = $1 and s.direction = $2 order by l.tenant_id, l.epoch desc, s.seq desc`,
    [table, direction],
  )
  return rows.map(({ tenant_id: tenantId, log_id: logId, ...row }) => ({ tenantId, logId, ...row }))
}

export async function insertStep(
  tx: SqlTx,
  step: Pick<V1Step, 'logId' | 'seq'>,
  table: string,
  direction: 'up' | 'down',
): Promise<void> {
  await tx.query(
    'insert into ledger_v1_step (log_id, seq, v1_table, direction) values ($1, $2, $3, $4)',
    [step.logId, step.seq, table, direction],
  )
}

export async function updateLogState(
  tx: SqlTx,
  logId: number,
  state: 'open' | 'archived',
): Promise<void> {
  await tx.query('update ledger_log set state = $2 where log_id = $1', [logId, state])
}

/** Puts a view in the place of the table, which nobody can write to from here on. */
export async function sealTable(tx: SqlTx, table: string): Promise<void> {
  await tx.query('select ledger_v1_seal($1)', [table])
}

export async function unsealTable(tx: SqlTx, table: string): Promise<void> {
  await tx.query('select ledger_v1_unseal($1)', [table])
}

/** Name under which the rows lie while they are sealed. */
export function sealedName(table: string): string {
  return `${table}_v1_sealed`
}

/** A table of the first version that nobody writes to until the end of the transaction. */
export interface HeldTable {
  readonly description: V1Description
  readonly name: string
  /** Columns of bytes, which are read in hexadecimal. */
  readonly bytes: ReadonlySet<string>
}

/**
 * @param isSealed the table lies under its other name
 * @throws LEDGER_V1_DESCRIPTION_REFUSED unless its columns are those described
 */
export async function holdTable(
  tx: SqlTx,
  description: V1Description,
  isSealed: boolean,
): Promise<HeldTable> {
  const name = isSealed ? sealedName(description.table) : description.table
  const place = placeOf(name)
  const [found] = await tx.query<{ relkind: string }>(
    `select c.relkind::text from pg_class c join pg_namespace n on n.oid = c.relnamespace
     where n.nspname = 'public' and c.relname = $1`,
    [name],
  )
  if (found?.relkind !== 'r')
    throw ledgerFault(
      'LEDGER_V1_DESCRIPTION_REFUSED',
      `expected a table public.${name}, got ${found === undefined ? 'none' : 'something else'}`,
    )
  await tx.query(`lock table ${place} in share row exclusive mode`)
  const columns = await tx.query<{ attname: string; type: string }>(
    `select attname::text, format_type(atttypid, null) as type from pg_attribute
     where attrelid = $1::regclass and attnum > 0 and not attisdropped`,
    [place],
  )
  const known = new Set(columns.map(({ attname }) => attname))
  const { order, tenant, payload, prev, hash, formula } = description
  const wanted = [order, tenant, payload, prev, hash, ...columnsOf(parseFormula(formula))]
  const missing = wanted.find((column) => column !== null && !known.has(column))
  if (missing !== undefined)
    throw ledgerFault(
      'LEDGER_V1_DESCRIPTION_REFUSED',
      `expected a column ${missing} in ${name}, got ${[...known].join(', ')}`,
    )
  const bytes = columns.filter(({ type }) => type === 'bytea').map(({ attname }) => attname)
  return { description, name, bytes: new Set(bytes) }
}

export async function hasTable(tx: SqlTx, table: string): Promise<boolean> {
  const [row] = await tx.query<{ found: boolean }>(
    `select exists (select from pg_class c join pg_namespace n on n.oid = c.relnamespace
       where n.nspname = 'public' and c.relname = $1 and c.relkind = 'r') as found`,
    [table],
  )
  return row?.found === true
}

/** Whose rows there are; without a column of tenants, all are those of the one named. */
export async function selectV1Tenants(
  tx: SqlTx,
  description: V1Description,
  tenantId: string,
): Promise<readonly string[]> {
  const { table, tenant } = description
  if (tenant === null) return [tenantId]
  const rows = await tx.query<{ tenant: string | null }>(
    `select distinct t.${quoted(tenant)}::text as tenant from ${placeOf(table)} t`,
  )
  if (rows.some((row) => row.tenant === null || row.tenant === ''))
    throw ledgerFault('LEDGER_V1_REFUSED', `expected a tenant in every row of ${table}`)
  return rows.flatMap((row) => row.tenant ?? []).sort()
}

/** Every row, chain by chain in their order, a page at a time. */
export async function* readV1Rows(tx: SqlTx, table: HeldTable): AsyncGenerator<readonly V1Row[]> {
  const { order, tenant, payload, prev, hash, formula } = table.description
  const textOf = (column: string): string =>
    table.bytes.has(column) ? `encode(t.${quoted(column)}, 'hex')` : `t.${quoted(column)}::text`
  const extra = columnsOf(parseFormula(formula)).map(textOf)
  const owner = tenant === null ? 'null::text' : textOf(tenant)
  await tx.query(
    `declare ${CURSOR} no scroll cursor for
     select ${owner} as tenant, ${textOf(order)} as at, ${textOf(payload)} as payload, ${textOf(prev)} as prev,
       ${textOf(hash)} as hash, to_json(array[${extra.join(', ')}]::text[]) as "values", to_json(t)::text as line
     from ${placeOf(table.name)} t
     order by ${tenant === null ? '' : `${owner} collate "C", `}t.${quoted(order)}`,
  )
  for (;;) {
    const rows = await tx.query<V1Row>(`fetch ${FETCH_ROWS} from ${CURSOR}`)
    if (rows.length > 0) yield rows
    if (rows.length < FETCH_ROWS) break
  }
  await tx.query(`close ${CURSOR}`)
}

function quoted(name: string): string {
  return `"${name.replaceAll('"', '""')}"`
}

/** A name that is not the house's own, with its schema. */
function placeOf(table: string): string {
  return `public.${quoted(table)}`
}
