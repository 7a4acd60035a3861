// Every change that an owner can make to one stored value: each column of each row, for the tables as the database says they are.
import type { SqlTx } from '../src/kernel/index.ts'

export interface FieldChange {
  readonly table: string
  readonly column: string
  /** Which row of the table, in the order they lie in. */
  readonly row: number
  readonly how: string
  /** Answers a row for each that it changed. */
  apply(tx: SqlTx): Promise<readonly unknown[]>
}

/** Whose rows are meant: a condition on the table with one parameter. */
export interface RowsOf {
  readonly table: string
  readonly where: string
  readonly parameter: string | number
}

interface Column {
  readonly name: string
  readonly type: string
  readonly nullable: boolean
}

/** SQL expressions that give a wrong value in the type's form; `{}` is the column, `{other}` that of another row. */
const WRONG: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  bytea: {
    'first byte': 'set_byte({}, 0, get_byte({}, 0) # 1)',
    'last byte': 'set_byte({}, length({}) - 1, get_byte({}, length({}) - 1) # 128)',
    shorter: 'substring({} from 1 for length({}) - 1)',
    longer: `{} || '\\x00'::bytea`,
    'of another row': '{other}',
  },
  text: { longer: `{} || 'x'`, empty: `''`, 'of another row': '{other}' },
  uuid: { another: 'gen_random_uuid()', 'of another row': '{other}' },
  integer: { greater: '{} + 1', less: '{} - 1', 'of another row': '{other}' },
  bigint: { greater: '{} + 1', less: '{} - 1', 'of another row': '{other}' },
  date: { later: '{} + 1', 'of another row': '{other}' },
  'timestamp with time zone': { later: `{} + interval '1 day'`, 'of another row': '{other}' },
  xid8: { another: `'3'::xid8` },
}
/** What stands in a place that was empty. */
const FILLED: Readonly<Record<string, string>> = {
  bytea: `decode(repeat('61', 32), 'hex')`,
  text: `'x'`,
  integer: '1',
  bigint: '1',
  uuid: 'gen_random_uuid()',
  'timestamp with time zone': 'now()',
}

async function columnsOf(tx: SqlTx, table: string): Promise<Column[]> {
  const rows = await tx.query<{ column_name: string; data_type: string; is_nullable: string }>(
    `select column_name, data_type, is_nullable from information_schema.columns
     where table_name = $1 and table_schema = current_schema() order by ordinal_position`,
    [table],
  )
  return rows.map((row) => ({
    name: row.column_name,
    type: row.data_type,
    nullable: row.is_nullable === 'YES',
  }))
}

/** @throws RangeError for a type that this file does not know how to falsify: nothing is left out silently. */
function waysOf({ name, type, nullable }: Column): readonly (readonly [string, string])[] {
  const wrong = WRONG[type]
  if (wrong === undefined) throw new RangeError(`expected a known type of ${name}, got ${type}`)
  const ways = Object.entries(wrong)
  if (!nullable) return ways
  const filled = FILLED[type]
  if (filled === undefined) throw new RangeError(`expected a value to fill ${name} with: ${type}`)
  return [...ways, ['nothing', 'null'], ['filled', filled]]
}

/** All changes of single values of those rows, and the loss of each row. */
export async function listFieldChanges(tx: SqlTx, rows: RowsOf): Promise<FieldChange[]> {
  const { table, where, parameter } = rows
  const found = await tx.query<{ at: string }>(
    `select ctid::text as at from ${table} where ${where} order by ctid`,
    [parameter],
  )
  const columns = await columnsOf(tx, table)
  return found.flatMap(({ at }, row) => {
    const other = found[(row + 1) % found.length]!.at
    const changes = columns.flatMap((column) =>
      waysOf(column).map(([how, expression]): FieldChange => {
        const taken = `(select o.${column.name} from ${table} o where o.ctid = '${other}'::tid)`
        const value = expression.replaceAll('{other}', taken).replaceAll('{}', `t.${column.name}`)
        // A change that leaves the value as it was is none: `applied` says so to whoever counts.
        const differs = `t.${column.name} is distinct from ${value}`
        return {
          table,
          column: column.name,
          row,
          how,
          apply: (inside) =>
            inside.query(
              `update ${table} t set ${column.name} = ${value} where t.ctid = '${at}'::tid and ${differs} returning 1`,
            ),
        }
      }),
    )
    const lost: FieldChange = {
      table,
      column: '*',
      row,
      how: 'deleted',
      apply: (inside) =>
        inside.query(`delete from ${table} t where t.ctid = '${at}'::tid returning 1`),
    }
    return [...changes, lost]
  })
}
