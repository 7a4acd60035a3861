// A copy of a PostgreSQL database is put in the place of the newer one: the ledger notices, is read, and goes on in an epoch of its own.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import pg from 'pg'
import { openWorkplace } from './command-line.ts'

const SERVER =
  process.env['SEAWORTHY_TEST_PG_URL'] ?? 'postgresql://postgres@127.0.0.1:5432/postgres'
const PAGE = new URL('../../docs/ledger.md', import.meta.url)

interface Shown {
  readonly token: string
  readonly statement: { readonly erasures: { readonly payloads: number } }
}

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
  const about = ['ledger', 'append', 'lives at Quay 9', '--subject', 'customer-7']
  const { seq } = (await place.ask<{ seq: number }>(about)).data
  await server.query(`create database ${name}_old template ${name}`)
  const erase = ['ledger', 'erase', '--subject', 'customer-7', '--reason', 'asked']
  const erasing = await place.ask<{ preview: { token: string } }>(erase)
  await place.ask(['confirm', erasing.data.preview.token])
  const signed = await place.ask<{ size: number }>(['ledger', 'checkpoint'])
  await server.query(`drop database ${name} with (force)`)
  assert.equal(await countLivingKeys(new URL(`${url.href}_old`), seq), 1)
  await server.query(`alter database ${name}_old rename to ${name}`)

  const refused = await place.refusal(['ledger', 'append', 'on the wrong branch'])
  assert.deepEqual([refused.code, refused.exit], ['LEDGER_LOG_ROLLED_BACK', 40])
  assert.equal(await countLivingKeys(url, seq), 0)
  const listed = await place.ask<{ entries: readonly unknown[] }>(['ledger', 'list'])
  assert.equal(listed.data.entries.length, seq + 1)

  const page = readFileSync(PAGE, 'utf8')
  const [show = '', confirm = '', verify = ''] =
    /## An older database(?:[^`]|`[^`])*```sh\n([^`]*)```/.exec(page)?.[1]?.split('\n') ?? []
  assert.match(show, /^seaworthy ledger restore .*"$/)
  const shown = await place.ask<Shown>(wordsOf(show))
  assert.equal(shown.exit, 8)
  assert.equal(shown.data.statement.erasures.payloads, 1)
  const done = await place.shell(wordsOf(confirm.replace('TOKEN', shown.data.token)))
  assert.equal(done.exit, 0, done.stderr)
  assert.match(
    done.stdout,
    /Restored: .* takes entries now[^]*erased before and here again: 1 payloads/,
  )
  await place.ask(['ledger', 'append', 'on the new branch'])
  const { stdout } = await place.shell(wordsOf(verify))
  const { size } = signed.data
  const kept = `epoch 1: \\S+, ${seq + 1} entries, verified, entries ${seq + 1} to ${size - 1} were signed and are lost`
  const again = '1 payloads erased again, from the register since \\S+'
  assert.match(stdout, new RegExp(`${kept}; \\S+ goes on, by ana; ${again}`))
  assert.match(stdout, /verified: consistent-with-checkpoint 2,/)
})

/** Keys in force under which an entry's payload lies. */
async function countLivingKeys(url: URL, seq: number): Promise<number> {
  const client = new pg.Client({ connectionString: url.href })
  await client.connect()
  try {
    const { rows } = await client.query<{ count: string }>(
      `select count(*) from ledger_payload p join ledger_dek k on k.dek_id = p.dek_id
       where p.seq = $1 and k.tenant_id = 'local' and k.wrapped is not null`,
      [seq],
    )
    return Number(rows[0]?.count)
  } finally {
    await client.end()
  }
}

/** As a shell takes them, quotation marks included. */
function wordsOf(line: string): string[] {
  return [...line.matchAll(/"([^"]*)"|(\S+)/g)].map(([, text, word]) => text ?? word ?? '').slice(1)
}
