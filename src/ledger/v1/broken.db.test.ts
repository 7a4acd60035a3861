// A ledger of the first version that does not hold by its own rules is refused, or taken in as it is with its breaks on record.
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import {
  askOwner,
  oldPayloads,
  openMigration,
  openOldTenant,
  payloadAt,
  plainFile,
  termsOf,
} from '../../../test/ledger-v1.ts'

const folder = mkdtempSync(join(tmpdir(), 'seaworthy-v1-'))
after(() => {
  rmSync(folder, { recursive: true, force: true })
})

test('a broken first ledger is never made to look whole: refused, or taken in with its breaks in the first entry', async () => {
  const changes: Record<string, { readonly sql: string; readonly reasons: readonly string[] }> = {
    'a payload edited': { sql: `update T set payload = '{"n":9}' where id = 2`, reasons: ['hash'] },
    'a row deleted': { sql: 'delete from T where id = 3', reasons: ['link'] },
    'the first row deleted': { sql: 'delete from T where id = 1', reasons: ['link'] },
    'a hash edited': { sql: `update T set hash = 'ff' where id = 4`, reasons: ['hash', 'link'] },
    'two rows swapped': {
      sql: 'update T a set payload = b.payload from T b where a.id in (2, 3) and b.id = 5 - a.id',
      reasons: ['hash', 'hash'],
    },
    'a chain begun anew': { sql: 'update T set prev_hash = null where id = 3', reasons: ['link'] },
  }
  for (const [name, { sql, reasons }] of Object.entries(changes)) {
    const { opened, old } = await openOldTenant()
    const { tenantId } = opened
    await old.write(tenantId, oldPayloads(5))
    await askOwner(
      opened,
      sql.replaceAll('T ', `${old.table} `).replaceAll('from T', `from ${old.table}`),
    )
    const migration = openMigration(opened)
    await assert.rejects(
      migration.up({ ...termsOf(old), acceptsBroken: false }),
      { code: 'LEDGER_V1_BROKEN' },
      name,
    )
    assert.equal(await opened.ledger.sizeOf(tenantId), 0, name)
    const report = await migration.up({ ...termsOf(old), acceptsBroken: true })
    assert.equal(report.logs[0]!.brokenRows, reasons.length, name)
    const told = JSON.stringify(await payloadAt(opened, tenantId, 0))
    const listed = [...told.matchAll(/"reason":"([a-z]+)"/g)].map(([, reason]) => reason)
    assert.deepEqual(listed, reasons, name)
    // The stored hashes came in as they were, not made again.
    const stored = await askOwner<{ hash: string }>(
      opened,
      `select hash from ${old.table} order by id`,
    )
    for (const [at, { hash }] of stored.entries())
      assert.equal(((await payloadAt(opened, tenantId, at + 1)) as { hash: string }).hash, hash)
  }
})

test('a past that was changed while the old ledger was back is a break of its own', async () => {
  for (const [change, reason] of [
    [`update T set created_at = now() where id = 2`, 'rewritten'],
    [`delete from T where id > 3`, 'missing'],
  ] as const) {
    const { opened, old } = await openOldTenant()
    await old.write(opened.tenantId, oldPayloads(4))
    const migration = openMigration(opened)
    await migration.up({ ...termsOf(old), acceptsBroken: false })
    const file = plainFile(join(folder, `${old.table}.export`))
    await migration.down({ ...termsOf(old), file })
    await askOwner(opened, change.replace('T ', `${old.table} `))
    await assert.rejects(
      migration.up({ ...termsOf(old), acceptsBroken: false }),
      (error: Error) => {
        assert.match(error.message, new RegExp(reason))
        return true
      },
    )
    const report = await migration.up({ ...termsOf(old), acceptsBroken: true })
    assert.deepEqual([report.logs[0]!.imported, report.logs[0]!.brokenRows], [0, 1])
  }
})
