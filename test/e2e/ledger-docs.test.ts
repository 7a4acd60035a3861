// The page about operating the ledger is carried out, command by command, on a database with a ledger of the first version.
import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import pg from 'pg'
import { canonicalize } from '../../src/kernel/index.ts'
import { openWorkplace } from './command-line.ts'

const SERVER =
  process.env['SEAWORTHY_TEST_PG_URL'] ?? 'postgresql://postgres@127.0.0.1:5432/postgres'
const PAGE = new URL('../../docs/ledger.md', import.meta.url)
const ROWS = 6

/** What each command must end with, in the order of the page. */
const ENDS: readonly (readonly [pattern: RegExp, shown: RegExp])[] = [
  [/migrate status/, /a ledger of the first version, not taken in/],
  [/migrate up/, /taken in and sealed\n6 records in 1 log\n.*6 of them now, entry 0 says so/],
  [/count\(\*\)/, /^6$/],
  [/validate_hash_chain/, /^true$/],
  [/ledger verify/, /verified: consistent-with-checkpoint 7,/],
  [/migrate down/, /given back; the logs that took it in are archived/],
  [/migrate up/, /6 records in 1 log\n {2}tenant_test: 6 records, entry 8 says so/],
]

test('the migration of the documents is what happens', async (t) => {
  if (process.env['SEAWORTHY_HIDE_SERVICES'] === '1') return t.skip('services are hidden')
  const server = new pg.Client({ connectionString: SERVER })
  try {
    await server.connect()
  } catch {
    return t.skip('no PostgreSQL answers')
  }
  const name = `seaworthy_docs_ledger_${process.pid}`
  await server.query(`create database ${name} template template0 encoding 'UTF8' locale 'C.UTF-8'`)
  const url = new URL(SERVER)
  url.pathname = `/${name}`
  const database = new pg.Client({ connectionString: url.href })
  await database.connect()
  const place = openWorkplace(undefined, { SEAWORTHY_DATABASE_URL: url.href })
  t.after(async () => {
    place.remove()
    await database.end()
    await server.query(`drop database ${name} with (force)`)
    await server.end()
  })
  await writeFirstLedger(database)
  const commands = commandsOf(readFileSync(PAGE, 'utf8'))
  assert.equal(commands.length, ENDS.length)
  for (const [at, command] of commands.entries()) {
    const [pattern, shown] = ENDS[at]!
    assert.match(command, pattern)
    assert.match(await run(command), shown)
  }

  async function run(command: string): Promise<string> {
    const query = /^psql -Atc "(.*)"$/.exec(command)?.[1]
    if (query !== undefined) {
      const { rows } = await database.query<Record<string, unknown>>(query)
      return String(Object.values(rows[0]!)[0])
    }
    const ended = await place.shell(command.split(' ').slice(1))
    assert.equal(ended.exit, 0, ended.stderr)
    return ended.stdout
  }
})

/** The first block of commands but for the variable, which the test sets itself. */
function commandsOf(page: string): readonly string[] {
  const block = /```sh\n([^`]*)```/.exec(page)?.[1] ?? ''
  return block.split('\n').filter((line) => line !== '' && !line.startsWith('export '))
}

async function writeFirstLedger(database: pg.Client): Promise<void> {
  await database.query(`create table provenance_ledger (id bigint primary key, tenant_id text not null,
    payload jsonb not null, prev_hash text, hash text not null)`)
  let prev = ''
  for (let id = 1; id <= ROWS; id++) {
    const payload = canonicalize({ action: 'deploy', id })
    const hash = createHash('sha256').update(`${prev}${payload}`).digest('hex')
    await database.query('insert into provenance_ledger values ($1, $2, $3, nullif($4, $6), $5)', [
      id,
      'tenant_test',
      payload,
      prev,
      hash,
      '',
    ])
    prev = hash
  }
}
