// A ledger of the first version is taken in, given back and taken in again: nothing is lost, nothing is made to look better than it was.
import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { nodeDigest } from '../../../test/crypto.ts'
import { aFact } from '../../../test/ledger.ts'
import {
  askOwner,
  exportOf,
  FILE,
  oldPayloads,
  openMigration,
  openOldTenant,
  payloadAt,
  plainFile,
  termsOf,
} from '../../../test/ledger-v1.ts'
import { base64Of, bytesOfBase64, utf8Bytes } from '../../kernel/index.ts'
import type { Json } from '../../kernel/index.ts'
import { hashLeaf, merkleRoot, verifyConsistency } from '../../proof/index.ts'

const folder = mkdtempSync(join(tmpdir(), 'seaworthy-v1-'))
after(() => {
  rmSync(folder, { recursive: true, force: true })
})

test('rows of each tenant come in order behind an entry that says what they were, and the old table is sealed', async () => {
  const { opened, old } = await openOldTenant()
  const { table } = old
  const neighbour = `${opened.tenantId}-b`
  await old.write(opened.tenantId, oldPayloads(3))
  await old.write(neighbour, oldPayloads(2, 10))
  await old.write(opened.tenantId, oldPayloads(2, 3))
  const lines = await opened.sql.transaction('system', (tx) => exportOf(tx, table, opened.tenantId))
  const report = await openMigration(opened).up({ ...termsOf(old), acceptsBroken: false })
  assert.deepEqual(
    report.logs.map(({ tenantId, rows, imported, seq }) => [tenantId, rows, imported, seq]),
    [
      [opened.tenantId, 5, 5, 0],
      [neighbour, 2, 2, 0],
    ],
  )
  const [log] = report.logs
  assert.equal(log!.exportSha256, createHash('sha256').update(lines).digest('hex'))
  const leaves = lines
    .trimEnd()
    .split('\n')
    .map((line) => hashLeaf(nodeDigest, utf8Bytes(line)))
  assert.equal(log!.exportRoot, base64Of(merkleRoot(nodeDigest, leaves)))
  const first = (await payloadAt(opened, opened.tenantId, 0)) as { readonly [key: string]: Json }
  assert.deepEqual(first['file'], FILE)
  assert.equal(first['continues'], null)
  const { entries } = await opened.ledger.list(opened.tenantId, {})
  assert.deepEqual(
    entries.map(({ body }) => body.type),
    ['ledger.migrated', ...Array.from({ length: 5 }, () => 'v1.import')],
  )
  const rows = await askOwner<{ id: number; hash: string }>(
    opened,
    `select id, hash from ${table} where tenant_id = '${opened.tenantId}' order by id`,
  )
  for (const [at, row] of rows.entries()) {
    const payload = (await payloadAt(opened, opened.tenantId, at + 1)) as Record<string, string>
    assert.equal(payload['hash'], row.hash)
    assert.equal(`${payload['row']}\n`, `${lines.split('\n')[at]}\n`)
  }
  // As the checklist asks.
  const [count] = await askOwner<{ count: number }>(opened, `select count(*) from ${table}_v2`)
  assert.equal(count!.count, 7)
  const [valid] = await askOwner<{ ok: boolean }>(
    opened,
    `select validate_hash_chain('${opened.tenantId}') as ok`,
  )
  assert.equal(valid!.ok, true)
  assert.deepEqual(
    report.checkpoints.map(({ size }) => size),
    [6, 3],
  )
  for (const statement of [
    `insert into ${table} (tenant_id, created_at, payload, hash) values ('x', now(), '1', 'x')`,
    `update ${table}_v1_sealed set payload = '2'`,
    `delete from ${table}`,
    `truncate ${table}_v1_sealed`,
  ])
    await assert.rejects(askOwner(opened, statement), /appended to only|cannot|view/, statement)
})

test('what is up is not taken in twice, and an entry that was there before stays before it', async () => {
  const { opened, old } = await openOldTenant()
  await opened.ledger.append(opened.tenantId, [aFact()])
  await old.write(opened.tenantId, oldPayloads(2))
  const migration = openMigration(opened)
  const first = await migration.up({ ...termsOf(old), acceptsBroken: false })
  assert.deepEqual([first.isChanged, first.logs[0]!.seq], [true, 1])
  const again = await migration.up({ ...termsOf(old), acceptsBroken: false })
  assert.deepEqual([again.isChanged, again.logs[0]!.rows, again.logs[0]!.imported], [false, 2, 0])
  assert.equal(await opened.ledger.sizeOf(opened.tenantId), 4)
  const status = await migration.status(old.description)
  assert.deepEqual([status.state, status.logs.length], ['up', 1])
})

test('up, down, up: the old root is a proven beginning, and what the old application wrote meanwhile comes in', async () => {
  const { opened, old } = await openOldTenant()
  const { ledger, tenantId } = opened
  await old.write(tenantId, oldPayloads(4))
  const migration = openMigration(opened)
  await migration.up({ ...termsOf(old), acceptsBroken: false })
  await ledger.append(tenantId, [aFact(), aFact()])
  const before = await ledger.checkpoint(tenantId)
  const file = plainFile(join(folder, `${old.table}.export`))
  const down = await migration.down({ ...termsOf(old), file })
  assert.equal(down.state, 'down')
  assert.equal(readFileSync(file.path, 'utf8').trimEnd().split('\n').length, 2 + before.size)
  const final = down.checkpoints[0]!
  assert.equal(final.size, before.size + 1)
  await assert.rejects(ledger.append(tenantId, [aFact()]), { code: 'LEDGER_LOG_ARCHIVED' })
  assert.equal(
    (await ledger.list(tenantId, { fromSeq: final.size - 1 })).entries[0]!.body.type,
    'ledger.downgraded',
  )
  assert.equal((await ledger.verifyLog(tenantId, {})).ok, true)
  const again = await migration.down({ ...termsOf(old), file })
  assert.equal(again.isChanged, false)
  await old.write(tenantId, oldPayloads(3, 4))
  const up = await migration.up({ ...termsOf(old), acceptsBroken: false })
  assert.deepEqual(
    up.logs.map(({ rows, imported, seq }) => [rows, imported, seq]),
    [[7, 3, final.size]],
  )
  for (const signed of [before, final]) {
    const claim = await ledger.proveConsistency(tenantId, signed.size, up.checkpoints[0]!.size)
    assert.ok(
      verifyConsistency(nodeDigest, {
        ...claim,
        root1: bytesOfBase64(signed.root),
        root2: bytesOfBase64(up.checkpoints[0]!.root),
      }),
    )
  }
  const verdict = await ledger.verifyLog(tenantId, { checkpoint: before.note })
  assert.equal(verdict.ok, true)
  const [count] = await askOwner<{ count: number }>(opened, `select count(*) from ${old.table}_v2`)
  assert.equal(count!.count, 9)
})

test('down goes nowhere without a copy that is whole and of now', async () => {
  const { opened, old } = await openOldTenant()
  const { ledger, tenantId } = opened
  await old.write(tenantId, oldPayloads(3))
  const migration = openMigration(opened)
  await migration.up({ ...termsOf(old), acceptsBroken: false })
  const path = join(folder, `${old.table}.export`)
  const unchanged = openMigration(opened, {
    ledger: { ...ledger, appendInTx: () => Promise.reject(new Error('stop here')) },
  })
  await assert.rejects(unchanged.down({ ...termsOf(old), file: plainFile(path) }), /stop here/)
  const good = readFileSync(path, 'utf8')
  const lines = good.split('\n')
  const other = (_: string, before: string, sign: string): string =>
    `${before}${sign === 'x' ? 'y' : 'x'}`
  const bad = {
    'a line less': [...lines.slice(0, 3), ...lines.slice(4)].join('\n'),
    'an entry more': `${good}${lines[2]}\n`,
    'a changed leaf': good.replace(lines[3]!, lines[3]!.replace(/("leaf":".{40})(.)/, other)),
    'a changed payload': good.replace(lines[3]!, lines[3]!.replace(/("sealed":".{30})(.)/, other)),
    'a missing payload': good.replace(
      lines[3]!,
      lines[3]!.replace(/"sealed":"[^"]*"/, '"sealed":null'),
    ),
    'another key': good.replace(lines[3]!, lines[3]!.replace(/"key":\d+/, '"key":77')),
    'no json': good.replace(lines[3]!, '{'),
    nothing: '',
  }
  for (const [name, text] of Object.entries(bad)) {
    assert.notEqual(text, good, name)
    writeFileSync(path, text)
    await assert.rejects(
      migration.down({ ...termsOf(old), file: plainFile(path) }),
      { code: 'LEDGER_EXPORT_REFUSED' },
      name,
    )
  }
  writeFileSync(path, good)
  await ledger.append(tenantId, [aFact()])
  await assert.rejects(migration.down({ ...termsOf(old), file: plainFile(path) }), {
    code: 'LEDGER_EXPORT_REFUSED',
  })
  assert.equal((await migration.status(old.description)).state, 'up')
  const fresh = plainFile(`${path}.2`)
  assert.equal((await migration.down({ ...termsOf(old), file: fresh })).state, 'down')
})

test('a description that does not fit is refused before anything changes', async () => {
  const { opened, old } = await openOldTenant()
  await old.write(opened.tenantId, oldPayloads(600))
  const migration = openMigration(opened)
  const { description } = old
  const cases = [
    [{ ...description, table: `${old.table}_x` }, 'LEDGER_V1_DESCRIPTION_REFUSED'],
    [{ ...description, payload: 'body' }, 'LEDGER_V1_DESCRIPTION_REFUSED'],
    [{ ...description, formula: '{payload}{prev}' }, 'LEDGER_V1_BROKEN'],
    [{ ...description, serialiser: 'text' as const }, 'LEDGER_V1_BROKEN'],
  ] as const
  for (const [changed, code] of cases)
    await assert.rejects(
      migration.up({ ...termsOf({ ...old, description: changed }), acceptsBroken: true }),
      { code },
    )
  assert.equal((await migration.status(description)).state, 'v1')
})

test('who could write the old table can read it while it is sealed, and write it again afterwards', async () => {
  const { opened, old } = await openOldTenant()
  const { sql, tenantId } = opened
  const { table } = old
  const writer = `${table}_writer`
  await askOwner(opened, `create role ${writer}`)
  try {
    await askOwner(opened, `grant select, insert, update on ${table} to ${writer}`)
    await askOwner(opened, `grant select on ${table} to public`)
    await old.write(tenantId, oldPayloads(2))
    const rights = async (): Promise<string> => {
      const [row] = await askOwner<{ rights: string }>(
        opened,
        `select concat_ws(' ', has_table_privilege('${writer}', '${table}', 'select'),
          has_table_privilege('${writer}', '${table}', 'insert'), has_table_privilege('${writer}', '${table}', 'update'),
          has_table_privilege('${writer}', '${table}', 'delete')) as rights`,
      )
      return row!.rights
    }
    assert.equal(await rights(), 't t t f')
    const migration = openMigration(opened)
    await migration.up({ ...termsOf(old), acceptsBroken: false })
    assert.equal(await rights(), 't f f f')
    await sql.transaction('system', async (tx) => {
      await tx.query(`set local role ${writer}`)
      const [row] = await tx.query<{ count: number }>(`select count(*) from ${table}`)
      assert.equal(row!.count, 2)
      const [shown] = await tx.query<{ count: number }>(`select count(*) from ${table}_v2`)
      assert.equal(shown!.count, 2)
    })
    const file = plainFile(join(folder, `${table}.export`))
    await migration.down({ ...termsOf(old), file })
    assert.equal(await rights(), 't t t f')
  } finally {
    await askOwner(opened, `drop owned by ${writer}`)
    await askOwner(opened, `drop role ${writer}`)
  }
})
