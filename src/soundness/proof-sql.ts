// When an SQL text can only look: one statement that selects, known functions only, nothing that leaves the transaction.

const FUNCTIONS = new Set(
  (
    'count sum avg min max coalesce nullif greatest least abs round ceil floor mod now date_trunc extract to_char age ' +
    'lower upper length trim substring concat replace bool_and bool_or every array_agg string_agg json_agg jsonb_agg ' +
    'row_number rank dense_rank lag lead first_value last_value percentile_cont percentile_disc version ' +
    'current_database pg_is_in_recovery pg_database_size pg_total_relation_size pg_size_pretty'
  ).split(' '),
)

/** Words that may stand before a parenthesis without being a function. */
const GRAMMAR = new Set(
  (
    'in exists any all some values over filter and or not as from join on where select using union intersect except ' +
    'when then else case cast group within by distinct having lateral like ilike between is order limit offset with'
  ).split(' '),
)

const FORBIDDEN =
  /\b(?:insert|update|delete|merge|into|call|do|copy|set|reset|begin|commit|rollback|start|abort|savepoint|release|prepare|execute|deallocate|lock|listen|notify|unlisten|load|vacuum|analyze|analyse|cluster|reindex|refresh|create|alter|drop|truncate|grant|revoke|security|declare|fetch|move|close|import|discard|checkpoint|share|explain)\b/i

/** Why the SQL is not proven to read; undefined when it is. The runner adds a read-only transaction. */
export function refuseSql(source: string): string | undefined {
  // Backslashes and dollars open strings and commands whose reading depends on settings.
  if (/[\\$`]/.test(source)) return 'a backslash, dollar or backtick'
  if (/[^\x20-\x7e\t\n\r]/.test(source)) return 'a character that is not plain ASCII'
  const masked = maskSqlText(source)
  if (masked === undefined) return 'a string or comment without its end'
  const text = masked.trim().replace(/;$/, '').trim()
  if (text === '') return 'no statement'
  if (text.includes(';')) return 'more than one statement'
  if (!/^(?:select|with|values|show|table)\b/i.test(text))
    return 'it does not begin with SELECT, WITH, VALUES, TABLE or SHOW'
  const forbidden = FORBIDDEN.exec(text)
  if (forbidden !== null) return `the word ${forbidden[0].toUpperCase()}`
  for (const match of text.matchAll(/(\.\s*)?("q"|[A-Za-z_][A-Za-z0-9_]*)\s*\(/g)) {
    const name = match[2]!.toLowerCase()
    if (match[1] === undefined && (FUNCTIONS.has(name) || GRAMMAR.has(name))) continue
    return `the function ${name === '"q"' ? 'in quotes' : name} is not on the list of reads`
  }
  return undefined
}

/** Strings become `'s'`, quoted names `"q"`, comments a blank; undefined when one does not end. */
function maskSqlText(source: string): string | undefined {
  let out = ''
  let at = 0
  while (at < source.length) {
    const rest = source.slice(at)
    const comment = /^--[^\n]*/.exec(rest)
    const quoted = /^'(?:[^']|'')*'|^"(?:[^"]|"")*"/.exec(rest)
    if (comment !== null) {
      out += ' '
      at += comment[0].length
    } else if (rest.startsWith('/*')) {
      const end = rest.indexOf('*/')
      // Nested comments end elsewhere in PostgreSQL than a simple reader thinks.
      if (end === -1 || rest.slice(2, end).includes('/*')) return undefined
      out += ' '
      at += end + 2
    } else if (quoted !== null) {
      out += quoted[0].startsWith("'") ? "'s'" : '"q"'
      at += quoted[0].length
    } else if (rest.startsWith("'") || rest.startsWith('"')) return undefined
    else {
      out += rest[0]!
      at++
    }
  }
  return out
}
