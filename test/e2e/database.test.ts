// Which database a command opens: the embedded one unless somebody names another on purpose.
import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { after, test } from 'node:test'
import pg from 'pg'
import { openWorkplace } from './command-line.ts'
import type { Workplace } from './command-line.ts'

const places: Workplace[] = []
after(() => {
  for (const place of places) place.remove()
})

function placeWith(settings: Readonly<Record<string, string>>): Workplace {
  const place = openWorkplace(undefined, settings)
  places.push(place)
  return place
}

test('a DATABASE_URL of some other application is left alone by commands', async () => {
  const place = placeWith({ DATABASE_URL: 'postgres://nobody@127.0.0.1:1/app' })
  const { exit } = await place.ask(['ledger', 'append', 'here', '--tenant', 't'])
  assert.equal(exit, 0)
})

test('an unreachable SEAWORTHY_DATABASE_URL is said to be so, and can be retried', async () => {
  const place = placeWith({ SEAWORTHY_DATABASE_URL: 'postgres://nobody@127.0.0.1:1/app' })
  const { exit, code } = await place.refusal(['ledger', 'list'])
  assert.deepEqual([exit, code], [9, 'PLATFORM_DATABASE_UNREACHABLE'])
})

test('SEAWORTHY_DATABASE_URL moves the whole line to PostgreSQL', async (t) => {
  const admin = process.env['SEAWORTHY_TEST_PG_URL']
  if (admin === undefined) {
    t.skip('SEAWORTHY_TEST_PG_URL is not set')
    return
  }
  const name = `seaworthy_e2e_${randomUUID().slice(0, 8)}`
  const client = new pg.Client({ connectionString: admin })
  await client.connect()
  await client.query(`create database ${name}`)
  try {
    const url = new URL(admin)
    url.pathname = `/${name}`
    const place = placeWith({ SEAWORTHY_DATABASE_URL: url.href })
    const file = place.write(
      'one.md',
      '# One 1.0.0\n\n- [ ] **Holds**\n\n  ```bash\n  test "$(date -u +%Z)" = UTC\n  ```\n',
    )
    const ran = await place.ask<{ results: readonly { status: string }[] }>(['run', file])
    assert.deepEqual([ran.exit, ran.data.results.map((result) => result.status)], [0, ['PASS']])
    const decided = await place.ask<{ verdict: { value: string } }>(['decide'])
    assert.deepEqual([decided.exit, decided.data.verdict.value], [0, 'GO'])
    const sealed = await place.ask<{ paths: { bundle: string; trust: string } }>(['bundle'])
    const { bundle, trust } = sealed.data.paths
    const verified = await place.ask<{ verdict: string }>(['verify', bundle, '--trust', trust])
    assert.deepEqual([verified.exit, verified.data.verdict], [0, 'INTACT'])
    const verdict = await place.ask<{ ok: boolean }>(['ledger', 'verify'])
    assert.deepEqual([verdict.exit, verdict.data.ok], [0, true])
  } finally {
    await client.query(`drop database ${name} with (force)`)
    await client.end()
  }
})
