// Migrations up, down and edited, on whichever engine SEAWORTHY_TEST_ENGINE names.
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { pathToFileURL } from 'node:url'
import { openTestSql } from '../../test/database.ts'
import { SeaworthyError } from '../kernel/index.ts'
import { migrateDown, migrateUp, type MigrationSlice } from './migrations.ts'

/** A slice of its own on disk, and a way to write its files. */
function aSlice(t: TestContext, name: string, files: Record<string, string>): MigrationSlice {
  const folder = mkdtempSync(join(tmpdir(), 'seaworthy-migrations-'))
  t.after(() => {
    rmSync(folder, { recursive: true, force: true })
  })
  for (const [file, text] of Object.entries(files)) writeFileSync(join(folder, file), text)
  return { name, migrations: pathToFileURL(`${folder}/`) }
}

const BOAT = {
  '0001-boat.up.sql': `create table boat (id int primary key);
    create function boat_count() returns bigint language plpgsql as $$ begin return (select count(*) from boat); end $$;`,
  '0001-boat.down.sql': 'drop function boat_count(); drop table boat;',
  '0002-crew.up.sql': 'create table crew (id int);',
  '0002-crew.down.sql': 'drop table crew;',
}

function hasCode(code: string): (error: unknown) => boolean {
  return (error) => error instanceof SeaworthyError && error.code === code
}

test('files run once, in order, and take themselves back', async (t) => {
  const sql = await openTestSql()
  const slices = [aSlice(t, 'boat', BOAT)]
  const up = await migrateUp(sql, slices)
  const again = await migrateUp(sql, slices)
  const counted = await sql.transaction('system', (tx) => tx.query('select boat_count() as count'))
  const partly = await migrateDown(sql, slices, { slice: 'boat', version: 1 })
  const upAgain = await migrateUp(sql, slices)
  const down = await migrateDown(sql, slices, { slice: 'boat', version: 0 })
  assert.deepEqual(
    up.map((each) => each.name),
    ['0001-boat', '0002-crew'],
  )
  assert.deepEqual(again, [])
  assert.deepEqual(counted, [{ count: 0 }])
  assert.deepEqual(
    partly.map((each) => each.name),
    ['0002-crew'],
  )
  assert.deepEqual(
    upAgain.map((each) => each.name),
    ['0002-crew'],
  )
  assert.deepEqual(
    down.map((each) => each.name),
    ['0002-crew', '0001-boat'],
  )
})

test('a migration that fails in the middle leaves no table and can run again', async (t) => {
  const sql = await openTestSql()
  const broken = {
    '0001-half.up.sql': 'create table half (id int); select 1/0;',
    '0001-half.down.sql': 'drop table half',
  }
  const whole = {
    '0001-half.up.sql': 'create table half (id int);',
    '0001-half.down.sql': 'drop table half',
  }
  await assert.rejects(migrateUp(sql, [aSlice(t, 'half', broken)]), (error) => {
    assert.ok(error instanceof SeaworthyError)
    assert.equal(error.code, 'PLATFORM_MIGRATION_FAILED')
    return error.details['sqlstate'] === '22012'
  })
  const slices = [aSlice(t, 'half', whole)]
  assert.equal((await migrateUp(sql, slices)).length, 1)
  await migrateDown(sql, slices, { slice: 'half', version: 0 })
})

test('an edited applied file is refused, upwards and downwards', async (t) => {
  const sql = await openTestSql()
  const slice = aSlice(t, 'edited', BOAT)
  await migrateUp(sql, [slice])
  const edited = aSlice(t, 'edited', {
    ...BOAT,
    '0002-crew.up.sql': 'create table crew (id bigint);',
  })
  await assert.rejects(migrateUp(sql, [edited]), hasCode('PLATFORM_MIGRATION_CHANGED'))
  await assert.rejects(
    migrateDown(sql, [edited], { slice: 'edited', version: 0 }),
    hasCode('PLATFORM_MIGRATION_CHANGED'),
  )
  await migrateDown(sql, [slice], { slice: 'edited', version: 0 })
})

test('a database that knows more than the files is refused', async (t) => {
  const sql = await openTestSql()
  const slice = aSlice(t, 'newer', BOAT)
  await migrateUp(sql, [slice])
  const { '0002-crew.up.sql': _up, '0002-crew.down.sql': _down, ...older } = BOAT
  await assert.rejects(
    migrateUp(sql, [aSlice(t, 'newer', older)]),
    hasCode('PLATFORM_MIGRATION_UNKNOWN'),
  )
  await migrateDown(sql, [slice], { slice: 'newer', version: 0 })
})

test('gaps, missing down files and strange names are refused', async (t) => {
  const sql = await openTestSql()
  const wrong = [
    { '0002-gap.up.sql': '', '0002-gap.down.sql': '' },
    { '0001-lonely.up.sql': '' },
    { '0001-ok.up.sql': '', '0001-ok.down.sql': '', 'notes.txt': '' },
  ]
  for (const files of wrong) {
    await assert.rejects(
      migrateUp(sql, [aSlice(t, 'wrong', files)]),
      hasCode('PLATFORM_MIGRATION_UNKNOWN'),
    )
  }
})

test('two migrations at once apply each file once', async (t) => {
  const sql = await openTestSql()
  const slices = [aSlice(t, 'race', BOAT)]
  const [first, second] = await Promise.all([migrateUp(sql, slices), migrateUp(sql, slices)])
  assert.equal(first.length + second.length, 2)
  await migrateDown(sql, slices, { slice: 'race', version: 0 })
})
