// Reads one source file into the facts the house rules judge: imports, functions, calls, tests, SQL.
import { parseSync, visitorKeys } from 'oxc-parser'
import { isNode, lineIndexOf, nameOf, nodesOf, textOf, textsOf } from './syntax.ts'
import type { LineOf, Node } from './syntax.ts'

/** One `import`, `export … from`, `import()` or `new URL(…, import.meta.url)`, as written. */
export interface ImportFact {
  readonly specifier: string
  readonly line: number
  /** True for `export … from`. */
  readonly isReexport: boolean
}

export interface FunctionFact {
  readonly name: string
  readonly line: number
  readonly lineCount: number
}

export interface NamedFact {
  readonly name: string
  readonly line: number
}

export interface FileFacts {
  readonly lineCount: number
  readonly imports: readonly ImportFact[]
  readonly functions: readonly FunctionFact[]
  /** Names of exported function declarations. */
  readonly exportedFunctions: readonly NamedFact[]
  /**
   * Reads of ambient time, chance, timers or the environment, by the name people know: `Date.now`, `process.env`;
   * and imports by a computed name.
   */
  readonly ambient: readonly NamedFact[]
  readonly testNames: readonly NamedFact[]
  /** Tests declared inside a loop. */
  readonly loopedTests: readonly NamedFact[]
  /** `x as unknown as T`. */
  readonly doubleCasts: readonly NamedFact[]
  /** Text of every argument of a `.query(…)` call, and in stores and views of every string that starts like a statement. */
  readonly sql: readonly NamedFact[]
  /** Every string literal that has the form of an error code. */
  readonly codes: readonly NamedFact[]
  /** Top-level statements that are no import, no `export … from` and not the `slice` record. */
  readonly ownStatements: readonly NamedFact[]
  readonly syntaxErrors: readonly string[]
}

interface MeasuredFunction extends FunctionFact {
  readonly node: Node
  lineCount: number
}

interface Collected {
  readonly functions: MeasuredFunction[]
  readonly ambient: NamedFact[]
  readonly tests: NamedFact[]
  readonly looped: NamedFact[]
  readonly casts: NamedFact[]
  readonly sql: NamedFact[]
  readonly codes: NamedFact[]
  readonly urls: ImportFact[]
  /** True where a string that starts like a statement is one: `store.ts`, `view.ts`, `payload-store.ts`. */
  readonly isStore: boolean
}

/** Where the walk stands: the nodes above, nearest last. */
type Ancestors = readonly Node[]

const AMBIENT_MEMBERS = new Set([
  'Date.now',
  'Math.random',
  'crypto.randomUUID',
  'performance.now',
  'process.env',
])
const AMBIENT_CALLS = new Set(['randomUUID', 'setTimeout', 'setInterval', 'setImmediate'])
const TEST_CALLS = new Set(['test', 'it'])
const SUITE_CALLS = new Set(['describe', 'suite'])
const LOOPS = new Set([
  'ForStatement',
  'ForOfStatement',
  'ForInStatement',
  'WhileStatement',
  'DoWhileStatement',
])
const FUNCTIONS = new Set(['FunctionDeclaration', 'FunctionExpression', 'ArrowFunctionExpression'])
const STATEMENT_START =
  /^\s*(?:select|insert into|update|delete from|with \w+ as|create table|alter table)\s/
const STORE_FILE = /(?:^|[/-])(?:store|view)(?:-[a-z-]+)?\.ts$/
const CODE_FORM = /^[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+$/

/** Parses TypeScript or JavaScript; a file that does not parse yields its errors and no other fact. */
export function readFacts(path: string, text: string): FileFacts {
  const parsed = parseSync(path, text, { astType: 'ts' })
  const lineOf = lineIndexOf(text)
  const collected: Collected = {
    functions: [],
    ambient: [],
    tests: [],
    looped: [],
    casts: [],
    sql: [],
    codes: [],
    urls: [],
    isStore: STORE_FILE.test(path),
  }
  const program = parsed.program as unknown
  if (isNode(program)) walk(program, [], lineOf, collected)
  const { staticImports, staticExports, dynamicImports } = parsed.module
  const dynamic: ImportFact[] = []
  for (const { moduleRequest } of dynamicImports) {
    const given = text.slice(moduleRequest.start, moduleRequest.end)
    const line = lineOf(moduleRequest.start)
    // What is imported by a computed name nobody can read here: only the entries of Node may do that.
    if (/^(['"`])(?:(?!\1|\$\{).)*\1$/.test(given))
      dynamic.push({ specifier: given.slice(1, -1), line, isReexport: false })
    else collected.ambient.push({ name: `import(${given})`, line })
  }
  const reexports = staticExports
    .flatMap(({ entries }) => entries.slice(0, 1))
    .flatMap(({ moduleRequest }) =>
      moduleRequest === null
        ? []
        : [{ specifier: moduleRequest.value, line: lineOf(moduleRequest.start), isReexport: true }],
    )
  const imports = staticImports.map(({ moduleRequest }) => ({
    specifier: moduleRequest.value,
    line: lineOf(moduleRequest.start),
    isReexport: false,
  }))
  const statements = isNode(program) ? nodesOf(program['body']) : []
  return {
    lineCount: text.split('\n').length - (text.endsWith('\n') ? 1 : 0),
    imports: [...imports, ...reexports, ...dynamic, ...collected.urls],
    functions: collected.functions,
    exportedFunctions: exportedFunctionsOf(statements, lineOf),
    ambient: collected.ambient,
    testNames: collected.tests,
    loopedTests: collected.looped,
    doubleCasts: collected.casts,
    sql: collected.sql,
    codes: collected.codes,
    ownStatements: statements
      .filter(
        (node) => node.type !== 'ImportDeclaration' && !isReexport(node) && !isSliceRecord(node),
      )
      .map((node) => ({ name: node.type, line: lineOf(node.start) })),
    syntaxErrors: parsed.errors.map(({ message }) => message),
  }
}

function walk(node: Node, above: Ancestors, lineOf: LineOf, out: Collected): void {
  noteFunction(node, above, lineOf, out)
  noteCall(node, above, lineOf, out)
  noteAmbientMember(node, lineOf, out)
  noteText(node, lineOf, out)
  const inner = node['expression']
  if (node.type === 'TSAsExpression' && isNode(inner) && inner.type === 'TSAsExpression') {
    const kept = inner['typeAnnotation']
    if (isNode(kept) && kept.type === 'TSUnknownKeyword')
      out.casts.push({ name: 'as unknown as', line: lineOf(node.start) })
  }
  const here = [...above, node]
  for (const key of visitorKeys[node.type] ?? []) {
    for (const child of nodesOf(node[key])) walk(child, here, lineOf, out)
  }
}

/**
 * A function's length is its text without the named functions inside it, which are measured themselves: the
 * closure that makes a service is a class body in all but name. Anonymous callbacks count for the function they are
 * in, and the callback of a suite is a section of the file, not a function.
 */
function noteFunction(node: Node, above: Ancestors, lineOf: LineOf, out: Collected): void {
  if (!FUNCTIONS.has(node.type) || !isNode(node['body'])) return
  const parent = above.at(-1)
  if (parent?.type === 'CallExpression' && SUITE_CALLS.has(nameOf(parent['callee']))) return
  const name = nameOfFunction(node, parent)
  const own: MeasuredFunction = {
    node,
    name: name ?? 'a function without a name',
    line: lineOf(node.start),
    lineCount: lineOf(node.end) - lineOf(node.start) + 1,
  }
  // Walking goes outside in, so the nearest enclosing function is the last one noted among those above.
  const outer =
    name === undefined ? undefined : out.functions.findLast((known) => above.includes(known.node))
  if (outer !== undefined) outer.lineCount -= own.lineCount
  out.functions.push(own)
}

function nameOfFunction(node: Node, parent: Node | undefined): string | undefined {
  const named = [node['id'], parent?.['id'], parent?.['key']].find(isNode)
  return named === undefined ? undefined : nameOf(named) || 'a computed name'
}

function noteCall(node: Node, above: Ancestors, lineOf: LineOf, out: Collected): void {
  const isNew = node.type === 'NewExpression'
  if (node.type !== 'CallExpression' && !isNew) return
  const callee = nameOf(node['callee'])
  const line = lineOf(node.start)
  const [first, second] = nodesOf(node['arguments'])
  if (AMBIENT_CALLS.has(callee)) out.ambient.push({ name: callee, line })
  if (callee === 'Date' && first === undefined)
    out.ambient.push({ name: isNew ? 'new Date()' : 'Date()', line })
  if (isNew && callee === 'URL' && first !== undefined && nameOf(second) === 'import.meta.url') {
    // A worker's address is chosen by whether source or compiled code runs: both branches are addresses.
    for (const specifier of textsOf(first).filter((text) => /\.[jt]s$/.test(text))) {
      out.urls.push({ specifier, line, isReexport: false })
    }
  }
  if (TEST_CALLS.has(callee) && first !== undefined) {
    const name = textOf(first)
    if (name !== undefined) out.tests.push({ name, line })
    if (above.some(isLoop)) out.looped.push({ name: name ?? 'a test', line })
  }
  if (callee.endsWith('.query') && first !== undefined) {
    const text = textOf(first)
    if (text !== undefined) out.sql.push({ name: text, line })
  }
}

function isLoop(node: Node): boolean {
  return (
    LOOPS.has(node.type) ||
    (node.type === 'CallExpression' && nameOf(node['callee']).endsWith('.forEach'))
  )
}

function noteAmbientMember(node: Node, lineOf: LineOf, out: Collected): void {
  if (node.type !== 'MemberExpression') return
  const name = nameOf(node).replace(/^globalThis\./, '')
  if (AMBIENT_MEMBERS.has(name)) out.ambient.push({ name, line: lineOf(node.start) })
}

function noteText(node: Node, lineOf: LineOf, out: Collected): void {
  if (node.type !== 'Literal' && node.type !== 'TemplateLiteral') return
  const text = textOf(node)
  if (text === undefined) return
  const line = lineOf(node.start)
  if (CODE_FORM.test(text)) out.codes.push({ name: text, line })
  if (out.isStore && STATEMENT_START.test(text) && !out.sql.some((known) => known.line === line))
    out.sql.push({ name: text, line })
}

function exportedFunctionsOf(statements: readonly Node[], lineOf: LineOf): NamedFact[] {
  return statements.flatMap((statement) => {
    const declared = statement['declaration']
    if (statement.type !== 'ExportNamedDeclaration' || !isNode(declared)) return []
    if (declared.type !== 'FunctionDeclaration' || !isNode(declared['id'])) return []
    return [{ name: nameOf(declared['id']), line: lineOf(declared.start) }]
  })
}

function isReexport(statement: Node): boolean {
  return statement.type.startsWith('Export') && isNode(statement['source'])
}

/** `export const ledgerSlice = { … }`: the one thing a front door declares itself. */
function isSliceRecord(statement: Node): boolean {
  const declared = statement['declaration']
  if (statement.type !== 'ExportNamedDeclaration' || !isNode(declared)) return false
  return (
    nodesOf(declared['declarations']).every((each) => {
      const value = each['init']
      return (
        /^(?:slice|\w+Slice)$/.test(nameOf(each['id'])) &&
        isNode(value) &&
        value.type === 'ObjectExpression'
      )
    }) && declared.type === 'VariableDeclaration'
  )
}
