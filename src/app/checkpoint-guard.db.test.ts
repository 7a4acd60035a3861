// Two servers of one database, each with its data folder: what one of them signed binds the other.
import assert from 'node:assert/strict'
import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import type { TestContext } from 'node:test'
import { aFact, factsOf, openTestLedger } from '../../test/ledger.ts'
import { copyLedger } from '../../test/rolled-back.ts'
import { makeLedger } from '../ledger/index.ts'
import type { CheckpointGuard } from '../ledger/index.ts'
import { openGuard } from './checkpoint-guard.ts'

const ORIGIN = 'ships.example/ledger/00'

function scratch(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'seaworthy-guard-'))
  t.after(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}

/** @param shared folder that the servers share; their own data folders without it */
function openTwo(t: TestContext, shared?: string): readonly CheckpointGuard[] {
  const checkpointGuard = shared === undefined ? {} : { checkpointGuard: shared }
  return [1, 2].map(() => openGuard({ dataFolder: scratch(t), ...checkpointGuard }, undefined))
}

function rootOf(byte: number): Uint8Array {
  return new Uint8Array(32).fill(byte)
}

test('after an older database was put back, a server does not sign what another server signed otherwise', async (t) => {
  const opened = await openTestLedger()
  const { tenantId, ports } = opened
  const [guardA, guardB] = openTwo(t, join(scratch(t), 'shared'))
  const a = makeLedger({ ...ports, guard: guardA! })
  await a.append(tenantId, factsOf(4))
  const putBack = await copyLedger(opened)
  await a.append(tenantId, factsOf(6))
  await a.checkpoint(tenantId)
  await putBack()
  const b = makeLedger({ ...ports, guard: guardB! })
  await assert.rejects(b.append(tenantId, [aFact()]), { code: 'LEDGER_LOG_ROLLED_BACK' })
  await assert.rejects(b.checkpoint(tenantId), { code: 'LEDGER_LOG_ROLLED_BACK' })
  assert.equal((await b.verifyLog(tenantId, {})).ok, false)
})

test('of two roots for one size from two servers at once one is kept, and nothing that either wrote is lost', async (t) => {
  const folder = join(scratch(t), 'shared')
  const guards = openTwo(t, folder)
  const forks = await Promise.allSettled(
    guards.map((guard, at) => guard.write(ORIGIN, { size: 7, root: rootOf(at) }, 't-1')),
  )
  assert.equal(forks.filter(({ status }) => status === 'fulfilled').length, 1)
  const writes = Array.from({ length: 40 }, (_, at) =>
    guards[at % 2]!.write(`${ORIGIN}${at}`, { size: 1, root: rootOf(at) }, 't-1'),
  )
  await Promise.all(writes)
  assert.equal((await guards[0]!.logsOf('t-1')).length, 41)
  const names = readdirSync(folder)
  assert.ok(names.length <= 17, String(names.length))
  assert.ok(names.every((name) => /^guard\.\d{12}\.json$/.test(name)))
})

test('a shared guard begins with what the first server knew, and a server alone on PostgreSQL is told', async (t) => {
  const dataFolder = scratch(t)
  const told: string[] = []
  const note = (message: string): void => void told.push(message)
  const log = { info: note, warn: note, error: note }
  const alone = openGuard({ dataFolder, databaseUrl: 'postgres://x' }, log)
  assert.match(told.join(), /SEAWORTHY_CHECKPOINT_GUARD/)
  await alone.write(ORIGIN, { size: 7, root: rootOf(7) }, 't-1')
  const checkpointGuard = join(scratch(t), 'shared')
  const shared = openGuard({ dataFolder, checkpointGuard, databaseUrl: 'postgres://x' }, log)
  assert.equal(told.length, 1)
  await shared.write('another', { size: 1, root: rootOf(1) }, 't-2')
  const other = openGuard({ dataFolder: scratch(t), checkpointGuard }, log)
  assert.equal((await other.read(ORIGIN))?.size, 7)
  await assert.rejects(other.write(ORIGIN, { size: 6, root: rootOf(6) }, 't-1'))
})
