// A statement and what its evidence is are recorded together, once.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { freshTenant, openTestSql } from '../../test/database.ts'
import type { ContentDigest } from '../kernel/index.ts'
import { insertStatementWithObjects, selectMediaType } from './store.ts'

const AT = '2026-11-21T10:00:00.000Z'
const digestOf = (letter: string): ContentDigest => `sha256:${letter.repeat(64)}`
const statement = { id: digestOf('f'), predicateType: 'https://example.org/gate', keyId: 'key' }

const sql = await openTestSql([
  { name: 'evidence', migrations: new URL('./migrations/', import.meta.url) },
])

async function countRows(tenantId: string): Promise<unknown> {
  return sql.transaction({ tenantId }, (tx) =>
    tx.query(
      `select (select count(*) from evidence_object) as objects, (select count(*) from evidence_statement) as statements`,
      [],
    ),
  )
}

test('a statement and its evidence are recorded once, also when bytes or the whole come again', async () => {
  const tenantId = await freshTenant(sql)
  const refs = ['a', 'b', 'a'].map((letter) => ({
    name: letter,
    digest: digestOf(letter),
    mediaType: 'text/plain',
    sizeBytes: 3,
  }))
  for (let round = 0; round < 2; round++) {
    await sql.transaction({ tenantId }, (tx) =>
      insertStatementWithObjects(tx, tenantId, refs, statement, AT),
    )
    assert.deepEqual(await countRows(tenantId), [{ objects: 2, statements: 1 }])
  }
  const type = await sql.transaction({ tenantId }, (tx) =>
    selectMediaType(tx, tenantId, digestOf('b')),
  )
  assert.equal(type, 'text/plain')
})

test('a statement without evidence is recorded too', async () => {
  const tenantId = await freshTenant(sql)
  await sql.transaction({ tenantId }, (tx) =>
    insertStatementWithObjects(tx, tenantId, [], statement, AT),
  )
  assert.deepEqual(await countRows(tenantId), [{ objects: 0, statements: 1 }])
})
