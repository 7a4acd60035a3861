// Rules about statements: a slice names only its own tables, and no statement reads the time or rolls dice.
import { isProduct, roomOf } from './project.ts'
import type { Finding, Project } from './project.ts'

/** The one table every slice may point a foreign key at and join. */
const OPEN_TABLE = 'tenant'

const AMBIENT =
  /\b(?:now|random|gen_random_uuid|clock_timestamp|statement_timestamp|transaction_timestamp)\s*\(|\bcurrent_timestamp\b|\blocaltimestamp\b/i
const NAMED_TABLE =
  /\b(?:(from|join)|insert into|merge into|update|delete from|(?:create|alter|drop) table(?: if (?:not )?exists)?|(references)|create (?:unique )?index(?: \w+)? on)\s+(?:only\s+)?("?[a-z_][\w.]*"?)(\s*\()?/gi
const COMMON_TABLE =
  /(?:\bwith(?: recursive)?|,)\s+(\w+)(?:\s*\([^()]*\))?\s+as\s+(?:not\s+)?(?:materialized\s+)?\(/gi
const TRANSITION_TABLE = /\b(?:new|old) table as (\w+)/gi
/** Words that may follow `from`, `update` … in SQL or PL/pgSQL without being a table. */
const NO_TABLE = new Set([
  'set',
  'on',
  'or',
  'of',
  'skip',
  'nowait',
  'lateral',
  'select',
  'delete',
  'old',
  'new',
  'only',
  'if',
])

interface Statement {
  readonly path: string
  readonly line: number
  readonly text: string
}

export function findTableFaults(project: Project): Finding[] {
  return statementsOf(project).flatMap(({ path, line, text }) => {
    const room = roomOf(path) ?? ''
    const own = [...(project.floors.tables[room] ?? []), OPEN_TABLE]
    const isOwn = (table: string): boolean => table.startsWith(`${room}_`) || own.includes(table)
    return tablesOf(text)
      .filter(({ table }) => !isOwn(table))
      .map(({ table, isForeignKey, offset }) => ({
        rule: isForeignKey ? 'foreign-keys' : 'tables',
        path,
        line: line + text.slice(0, offset).split('\n').length - 1,
        text: isForeignKey
          ? `a foreign key of ${room} points at ${table}`
          : `${room} names the table ${table}`,
      }))
  })
}

export function findAmbientSql(project: Project): Finding[] {
  return statementsOf(project).flatMap(({ path, line, text }) => {
    const bare = withoutQuotes(text)
    const found = roomOf(path) === 'platform' ? null : AMBIENT.exec(bare)
    if (found === null) return []
    const at = line + bare.slice(0, found.index).split('\n').length - 1
    return [
      {
        rule: 'ambient-sql',
        path,
        line: at,
        text: `${found[0]} is taken from the air; pass a value`,
      },
    ]
  })
}

/** How many statements there are to judge; zero means the reader is broken. */
export function countStatements(project: Project): number {
  return statementsOf(project).length
}

function statementsOf(project: Project): Statement[] {
  const files = [...project.tree].filter(
    ([path]) => path.startsWith('src/') && path.endsWith('.sql'),
  )
  const written = [...project.facts].flatMap(([path, { sql }]) =>
    isProduct(path) ? sql.map(({ name, line }) => ({ path, line, text: name })) : [],
  )
  return [...files.map(([path, text]) => ({ path, line: 1, text })), ...written]
}

function tablesOf(statement: string): { table: string; isForeignKey: boolean; offset: number }[] {
  const text = withoutQuotes(statement)
  const local = new Set<string>()
  for (const pattern of [COMMON_TABLE, TRANSITION_TABLE])
    for (const [, name] of text.matchAll(pattern)) local.add(name ?? '')
  return [...text.matchAll(NAMED_TABLE)].flatMap((match) => {
    const [, source, references, raw, call] = match
    const table = (raw ?? '')
      .replaceAll('"', '')
      .replace(/^public\./, '')
      .toLowerCase()
    // A function in FROM is no table; `references t (id)` and `insert into t (a)` are.
    if (source !== undefined && call !== undefined) return []
    if (local.has(table) || NO_TABLE.has(table) || /^(?:pg_|information_schema\b)/.test(table))
      return []
    return [{ table, isForeignKey: references !== undefined, offset: match.index }]
  })
}

/** Blanks comments, quoted text and the uses of `from` that name no table, keeping every offset. */
function withoutQuotes(text: string): string {
  const blank = (found: string): string => found.replace(/[^\n]/g, ' ')
  return text
    .replace(/--[^\n]*/g, blank)
    .replace(/\/\*[\s\S]*?\*\//g, blank)
    .replace(/'(?:[^']|'')*'/g, blank)
    .replace(/\b(?:extract|substring|trim|overlay|position)\s*\([^()]*\)/gi, blank)
    .replace(/\bdistinct\s+from\b/gi, blank)
    .replace(/\brevoke\b[^;]*/gi, blank)
}
