// Which tests there are, in which groups, and under which conditions each group runs.
import { existsSync, globSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { Client } from 'pg'

export interface TestGroup {
  readonly name: string
  readonly files: readonly string[]
  /** `none` shares one process, so that a database boots once; `process` gives each file its own. */
  readonly isolation: 'none' | 'process'
  readonly env: Readonly<Record<string, string>>
}

/** A place tests live in; one that matches no file is a fault, not an empty success. */
interface Shelf {
  readonly name: string
  readonly patterns: readonly string[]
  readonly without?: string
  readonly isolation: 'none' | 'process'
}

const PURE: Shelf = {
  name: 'pure',
  patterns: ['src/**/*.test.ts', 'test/*.test.ts'],
  without: '.db.test.ts',
  isolation: 'none',
}
const DATABASE: Shelf = {
  name: 'database',
  patterns: ['src/**/*.db.test.ts', 'test/*.db.test.ts'],
  isolation: 'none',
}
const JOURNEYS: Shelf = {
  name: 'e2e',
  patterns: ['test/e2e/*.test.ts', 'examples/*/test/*.test.ts'],
  isolation: 'process',
}
const FAULTS: Shelf = { name: 'faults', patterns: ['test/faults/*.test.ts'], isolation: 'process' }
const EXTENDED: Shelf = {
  name: 'extended',
  patterns: ['test/extended/*.test.ts'],
  isolation: 'process',
}

const DEFAULT_POSTGRES_URL = 'postgres://postgres@127.0.0.1:5432/postgres'
const PROBE_TIMEOUT_MS = 2_000

export type PostgresProbe = { readonly url: string } | { readonly absence: string }

/** Asks the server a question; listening is not answering. `SEAWORTHY_HIDE_SERVICES=1` makes it absent. */
export async function probePostgres(env: NodeJS.ProcessEnv): Promise<PostgresProbe> {
  if (env['SEAWORTHY_HIDE_SERVICES'] === '1') return { absence: 'SEAWORTHY_HIDE_SERVICES is 1' }
  const url = env['SEAWORTHY_TEST_PG_URL'] ?? DEFAULT_POSTGRES_URL
  const client = new Client({ connectionString: url, connectionTimeoutMillis: PROBE_TIMEOUT_MS })
  try {
    await client.connect()
    await client.query('select 1')
    return { url }
  } catch (error) {
    const place = url.replace(/^.*@/, '').replace(/[/?].*$/, '')
    return {
      absence: `no PostgreSQL answers at ${place} (${error instanceof Error ? error.message : String(error)})`,
    }
  } finally {
    await client.end()
  }
}

/** Names that `--group` understands. */
export const GROUP_NAMES = [PURE, DATABASE, JOURNEYS, FAULTS, EXTENDED].map(({ name }) => name)

export interface GroupRequest {
  readonly only: string | undefined
  readonly isQuick: boolean
  readonly isExtended: boolean
  /** Only files that ask whether a service is there: all others do the same with and without. */
  readonly isServiceBound: boolean
}

/** What is read to know whether services are hidden, or where the database server is. */
const SERVICE_WORDS = /SEAWORTHY_HIDE_SERVICES|SEAWORTHY_TEST_PG_URL/
/** Reads an address for the group on PostgreSQL alone; on the embedded engine it asks for nothing. */
const DATABASE_HELPER = join('test', 'database.ts')
const RELATIVE_IMPORT = /from '(\.{1,2}\/[^']+\.ts)'/g

/** Finds the files that ask for services, themselves or through whatever they import. */
export function makeServiceSearch(root: string): (file: string) => boolean {
  const read = new Map<string, { readonly isAsking: boolean; readonly imports: string[] }>()
  const look = (file: string): { readonly isAsking: boolean; readonly imports: string[] } => {
    const path = join(root, file)
    const text = existsSync(path) ? readFileSync(path, 'utf8') : ''
    const found = {
      isAsking: file !== DATABASE_HELPER && SERVICE_WORDS.test(text),
      imports: [...text.matchAll(RELATIVE_IMPORT)].map(([, to]) => join(dirname(file), to!)),
    }
    read.set(file, found)
    return found
  }
  return (file) => {
    const reached = new Set([file])
    for (const at of reached) {
      const { isAsking, imports } = read.get(at) ?? look(at)
      if (isAsking) return true
      for (const next of imports) reached.add(next)
    }
    return false
  }
}

/** The groups to run, in order: the quick ones first, the database once per engine that is there. */
export function groupsFor(
  request: GroupRequest,
  postgres: PostgresProbe,
  root: string,
): TestGroup[] {
  const shelves = shelvesFor(request)
  const services: Record<string, string> =
    'url' in postgres ? { SEAWORTHY_TEST_PG_URL: postgres.url } : { SEAWORTHY_HIDE_SERVICES: '1' }
  return shelves.flatMap((shelf) => {
    const { name, isolation } = shelf
    const all = filesOn(shelf, root)
    const files = request.isServiceBound ? all.filter(makeServiceSearch(root)) : all
    if (shelf !== DATABASE) return [{ name, files, isolation, env: services }]
    const engines = 'url' in postgres ? ['pglite', 'postgres'] : ['pglite']
    return engines.map((engine) => ({
      name: `${name} on ${engine}`,
      files,
      isolation,
      env: { ...services, SEAWORTHY_TEST_ENGINE: engine },
    }))
  })
}

function shelvesFor({ only, isQuick, isExtended }: GroupRequest): Shelf[] {
  if (only !== undefined)
    return [PURE, DATABASE, JOURNEYS, FAULTS, EXTENDED].filter(({ name }) => name === only)
  if (isExtended) return [EXTENDED]
  return isQuick ? [PURE] : [PURE, DATABASE, JOURNEYS, FAULTS]
}

function filesOn(shelf: Shelf, root: string): string[] {
  const { without } = shelf
  return shelf.patterns
    .flatMap((pattern) => globSync(pattern, { cwd: root }))
    .filter((file) => without === undefined || !file.endsWith(without))
    .toSorted()
}
