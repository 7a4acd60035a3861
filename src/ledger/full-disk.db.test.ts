// A disk that is full at any one write, or from any write on: what was acknowledged stays, and with room all goes on.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { factsOf, memoryGuard, memoryJournal, openTestLedger } from '../../test/ledger.ts'
import type { TestLedger } from '../../test/ledger.ts'
import { hexOf } from '../kernel/index.ts'
import type { Sql } from '../kernel/index.ts'
import { makeLedger, openJournalledSql } from './index.ts'
import type { CheckpointGuard, LeafJournal, Ledger, SignedCheckpoint } from './index.ts'

const DAY = '2026-11-21'
const DAY_MS = 86_400_000
/** More writes than the script makes; reaching it means that the disk was never asked. */
const WRITE_LIMIT = 200

/** Counts writes of every kind, and has no room for those it is told of. */
class Disk {
  writes = 0
  refused = 0
  isFullAt: (write: number) => boolean = () => false

  write(): void {
    this.writes++
    if (!this.isFullAt(this.writes)) return
    this.refused++
    throw Object.assign(new Error('ENOSPC: no space left on device'), { code: 'ENOSPC' })
  }
}

interface Acknowledged {
  readonly entries: Map<number, string>
  checkpoint: SignedCheckpoint | undefined
}

/** Every commit, every write of the journal and every write of the guard goes to the disk. */
async function openOn(
  disk: Disk,
  opened: TestLedger,
  journal: LeafJournal,
  guard: CheckpointGuard,
): Promise<Ledger & { run(): Promise<Acknowledged> }> {
  const { digest, random } = opened.ports
  const onDisk: Sql = {
    engine: opened.sql.engine,
    transaction: (scope, work) =>
      opened.sql.transaction(scope, async (tx) => {
        const result = await work(tx)
        disk.write()
        return result
      }),
  }
  const sql = await openJournalledSql({
    sql: onDisk,
    digest,
    random,
    payloadKeys: opened.ports.payloadKeys,
    journal: {
      takeRecords: () => journal.takeRecords(),
      forget: () => journal.forget(),
      append: async (records) => {
        disk.write()
        await journal.append(records)
      },
    },
  })
  const ledger = makeLedger({
    ...opened.ports,
    sql,
    journal: sql,
    guard: {
      ...guard,
      write: async (origin, next, whose) => {
        disk.write()
        await guard.write(origin, next, whose)
      },
    },
  })
  return Object.assign(ledger, { run: () => runScript(opened, ledger, sql) })
}

/** One of each that writes; what is refused is left out, and everything else was promised to somebody. */
async function runScript(opened: TestLedger, ledger: Ledger, sql: Sql): Promise<Acknowledged> {
  const { tenantId, clock } = opened
  const promised: Acknowledged = { entries: new Map(), checkpoint: undefined }
  const append = async (): Promise<void> => {
    for (const { seq, leafHash } of await ledger.append(tenantId, factsOf(2)))
      promised.entries.set(seq, hexOf(leafHash))
  }
  const appendInside = async (): Promise<void> => {
    const appended = await sql.transaction({ tenantId }, (tx) =>
      ledger.appendInTx(tx, tenantId, factsOf(1)),
    )
    for (const { seq, leafHash } of appended) promised.entries.set(seq, hexOf(leafHash))
  }
  const sign = async (): Promise<void> => {
    promised.checkpoint = await ledger.checkpoint(tenantId)
  }
  const seal = async (): Promise<void> => {
    clock.advance(DAY_MS)
    await ledger.sealDay(tenantId, DAY)
  }
  for (const step of [append, appendInside, sign, append, seal, appendInside, append, sign])
    await step().catch(() => undefined)
  return promised
}

async function surviveFullDisk(isFullAt: (write: number) => boolean, why: string): Promise<Disk> {
  const disk = new Disk()
  const opened = await openTestLedger()
  const { tenantId } = opened
  const [journal, guard] = [memoryJournal(), memoryGuard()]
  const ledger = await openOn(disk, opened, journal, guard)
  disk.writes = 0
  disk.isFullAt = isFullAt
  const during = await ledger.run()
  disk.isFullAt = () => false
  const { refused } = disk
  const afterwards = await ledger.run()
  assert.equal(afterwards.entries.size, 8, `${why}: with room again everything is taken`)
  // And a process that starts afterwards finds journal and database in agreement.
  const next = await openOn(disk, opened, journal, guard)
  for (const { entries, checkpoint } of [during, afterwards]) {
    const verdict = await next.verifyLog(
      tenantId,
      checkpoint === undefined ? {} : { checkpoint: checkpoint.note },
    )
    assert.equal(verdict.ok, true, `${why}: ${JSON.stringify(verdict)}`)
    const { entries: stored } = await next.list(tenantId, { limit: 1_000 })
    for (const [seq, leafHash] of entries)
      assert.equal(hexOf(stored[seq]!.leafHash), leafHash, `${why}: entry ${seq}`)
  }
  assert.equal((await next.append(tenantId, factsOf(1))).length, 1, why)
  disk.refused = refused
  return disk
}

test('whichever write finds the disk full, what was acknowledged stays and the log goes on', async () => {
  let refusals = 0
  let at = 1
  for (; at <= WRITE_LIMIT; at++) {
    const { refused } = await surviveFullDisk((write) => write === at, `write ${at}`)
    if (refused === 0) break
    refusals += refused
  }
  assert.ok(at < WRITE_LIMIT && refusals >= 15, `${refusals} refusals, ended at ${at}`)
})

test('from whichever write on the disk is full, what was acknowledged stays and the log goes on', async () => {
  let refusals = 0
  let at = 1
  for (; at <= WRITE_LIMIT; at++) {
    const { refused } = await surviveFullDisk((write) => write >= at, `from write ${at}`)
    if (refused === 0) break
    refusals += refused
  }
  assert.ok(at < WRITE_LIMIT && refusals >= 50, `${refusals} refusals, ended at ${at}`)
})
