// Says what a ledger of the first version looks like: its table, its columns, and how its hashes were made.
import { z } from 'zod'
import { messageOf, parseStrictJson } from '../../kernel/index.ts'
import { ledgerFault } from '../errors.ts'

/** Names as `information_schema` has them; short enough that `_v2_archived` still fits behind a table's. */
const tableName = z
  .string()
  .regex(/^[a-z_][a-z0-9_]{0,39}$/, 'expected a table of the schema public')
const columnName = z.string().min(1).max(63)

/** What the payload was turned into before it was hashed. */
export const V1_SERIALISERS = ['canonical', 'stringify', 'text'] as const

const descriptionSchema = z.strictObject({
  table: tableName.default('provenance_ledger'),
  /** Orders the rows of a chain; no two rows have the same. */
  order: columnName.default('id'),
  /** Each tenant's rows are a chain of their own. Null: all rows are one chain, of the tenant that is named. */
  tenant: columnName.nullable().default('tenant_id'),
  payload: columnName.default('payload'),
  /** `canonical`: RFC 8785; `stringify`: JSON.stringify of what the column holds; `text`: as PostgreSQL shows it. */
  serialiser: z.enum(V1_SERIALISERS).default('canonical'),
  prev: columnName.default('prev_hash'),
  hash: columnName.default('hash'),
  /** Text whose UTF-8 bytes were hashed with SHA-256; `{prev}`, `{payload}` and `{COLUMN}` stand for values. */
  formula: z.string().min(1).max(1_000).default('{prev}{payload}'),
  /** What `{prev}` is in the first row of a chain. */
  genesis: z.string().max(1_000).default(''),
})

export type V1Description = z.infer<typeof descriptionSchema>

/** A piece of the formula: text as it stands, or whose value stands there. */
export type FormulaPart =
  | { readonly text: string }
  | { readonly value: 'prev' | 'payload' }
  | { readonly column: string }

export const V1_DEFAULTS: V1Description = descriptionSchema.parse({})

/** @throws LEDGER_V1_DESCRIPTION_REFUSED */
export function parseV1Description(text: string): V1Description {
  let given: unknown
  try {
    given = parseStrictJson(text)
  } catch (error) {
    throw ledgerFault('LEDGER_V1_DESCRIPTION_REFUSED', messageOf(error), { cause: error })
  }
  const parsed = descriptionSchema.safeParse(given)
  if (parsed.success) {
    parseFormula(parsed.data.formula)
    return parsed.data
  }
  const [issue] = parsed.error.issues
  const place = issue?.path.join('.') ?? ''
  throw ledgerFault('LEDGER_V1_DESCRIPTION_REFUSED', `${place}: ${issue?.message ?? 'no object'}`)
}

/** @throws LEDGER_V1_DESCRIPTION_REFUSED when the hash would say nothing about the payload or the row before */
export function parseFormula(formula: string): readonly FormulaPart[] {
  const parts = formula.split(/(\{[^{}]+\})/).filter((piece) => piece !== '')
  const read = parts.map((piece): FormulaPart => {
    const name = /^\{([^{}]+)\}$/.exec(piece)?.[1]
    if (name === undefined) return { text: piece }
    return name === 'prev' || name === 'payload' ? { value: name } : { column: name }
  })
  for (const wanted of ['prev', 'payload'])
    if (!read.some((part) => 'value' in part && part.value === wanted))
      throw ledgerFault('LEDGER_V1_DESCRIPTION_REFUSED', `formula: expected {${wanted}} in it`)
  return read
}

/** Columns that the formula asks for besides payload and link, each once. */
export function columnsOf(parts: readonly FormulaPart[]): readonly string[] {
  return [...new Set(parts.flatMap((part) => ('column' in part ? [part.column] : [])))]
}
