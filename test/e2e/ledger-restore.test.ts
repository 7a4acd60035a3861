// A copy of a PostgreSQL database is put in the place of the newer one: the ledger notices, is read, and goes on in an epoch of its own.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import pg from 'pg'
import { openWorkplace } from './command-line.ts'

const SERVER =
  process.env['SEAWORTHY_TEST_PG_URL'] ?? 'postgresql://postgres@127.0.0.1:5432/postgres'
const PAGE = new URL('../../docs/ledger.md', import.meta.url)

test('an older copy of the database is read only until the operator restores, as the documents say', async (t) => {
  if (process.env['SEAWORTHY_HIDE_SERVICES'] === '1') return t.skip('services are hidden')
  const server = new pg.Client({ connectionString: SERVER })
  try {
    await server.connect()
  } catch {
    return t.skip('no PostgreSQL answers')
  }
  const name = `seaworthy_restore_${process.pid}`
  await server.query(`create database ${name} template template0 encoding 'UTF8' locale 'C.UTF-8'`)
  const url = new URL(SERVER)
  url.pathname = `/${name}`
  const place = openWorkplace(undefined, { SEAWORTHY_DATABASE_URL: url.href })
  t.after(async () => {
    place.remove()
    await server.query(`drop database if exists ${name} with (force)`)
    await server.query(`drop database if exists ${name}_old with (force)`)
    await server.end()
  })
  await place.ask(['key', 'create', 'ana', '--role', 'SRE'])
  await place.ask(['ledger', 'append', 'before the backup'])
  await server.query(`create database ${name}_old template ${name}`)
  await place.ask(['ledger', 'append', 'after the backup'])
  const signed = await place.ask<{ size: number }>(['ledger', 'checkpoint'])
  await server.query(`drop database ${name} with (force)`)
  await server.query(`alter database ${name}_old rename to ${name}`)

  const refused = await place.refusal(['ledger', 'append', 'on the wrong branch'])
  assert.deepEqual([refused.code, refused.exit], ['LEDGER_LOG_ROLLED_BACK', 40])
  const listed = await place.ask<{ entries: readonly unknown[] }>(['ledger', 'list'])
  assert.equal(listed.data.entries.length, signed.data.size - 1)

  const page = readFileSync(PAGE, 'utf8')
  const [show = '', confirm = '', verify = ''] =
    /## An older database(?:[^`]|`[^`])*```sh\n([^`]*)```/.exec(page)?.[1]?.split('\n') ?? []
  assert.match(show, /^seaworthy ledger restore .*"$/)
  const shown = await place.ask<{ token: string }>(wordsOf(show))
  assert.equal(shown.exit, 8)
  const done = await place.shell(wordsOf(confirm.replace('TOKEN', shown.data.token)))
  assert.equal(done.exit, 0, done.stderr)
  assert.match(done.stdout, /Restored: .* takes entries now/)
  await place.ask(['ledger', 'append', 'on the new branch'])
  const { stdout } = await place.shell(wordsOf(verify))
  const { size } = signed.data
  const kept = `epoch 1: \\S+, ${size - 1} entries, verified, entries ${size - 1} to ${size - 1} were signed and are lost`
  assert.match(stdout, new RegExp(`${kept}; \\S+ goes on, by ana`))
  assert.match(stdout, /verified: consistent-with-checkpoint 1,/)
})

/** As a shell takes them, quotation marks included. */
function wordsOf(line: string): string[] {
  return [...line.matchAll(/"([^"]*)"|(\S+)/g)].map(([, text, word]) => text ?? word ?? '').slice(1)
}
