// The daily seal by a clock that the test moves: due after each day, and days that nobody sealed are made up for.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { SILENT_LOG } from '../../test/jobs.ts'
import { nodeRandom } from '../../test/crypto.ts'
import { openTestSql } from '../../test/database.ts'
import { factsOf, openTestLedger } from '../../test/ledger.ts'
import { DAILY_SEAL, makeLedgerJobs } from '../ledger/index.ts'
import { openLocalPubSub } from '../platform/index.ts'
import { jobSlice, keepSchedule, makeJobDesk, makeJobs } from './index.ts'
import { lookAround } from './round.ts'

const MINUTE_MS = 60_000
const DAY_MS = 24 * 60 * MINUTE_MS

async function openHouse() {
  const { ledger, clock, tenantId } = await openTestLedger()
  const sql = await openTestSql([{ name: 'job', migrations: jobSlice.migrations! }])
  const system = { clock, random: nodeRandom, pubSub: openLocalPubSub() }
  const ports = { sql, ledger, log: SILENT_LOG, ...system }
  const jobs = makeJobs(ports)
  const kinds = makeLedgerJobs(ledger, clock)
  const desk = makeJobDesk(ports, jobs, kinds)
  const kind = kinds.find(({ name }) => name === DAILY_SEAL.kind)!
  const call = { tenantId, signal: new AbortController().signal } as Parameters<typeof kind.run>[0]
  return {
    ledger,
    clock,
    tenantId,
    keep: () =>
      sql.transaction({ tenantId }, (tx) =>
        keepSchedule(tx, tenantId, { ...DAILY_SEAL, createdBy: 'house' }, clock.nowMs()),
      ),
    /** Jobs of the tenant once the schedules were looked at. */
    async look() {
      await lookAround(sql, jobs, kinds, clock.nowMs())
      return (await desk.list(tenantId, { kind: DAILY_SEAL.kind })).length
    },
    run: () => kind.run(call),
  }
}

test('a day is due ten minutes after its end, once, and again a day later', async () => {
  const { clock, keep, look } = await openHouse()
  await keep()
  await keep()
  clock.advance(14 * 60 * MINUTE_MS + 9 * MINUTE_MS)
  assert.equal(await look(), 0, '2026-11-22T00:09')
  clock.advance(MINUTE_MS)
  assert.deepEqual([await look(), await look()], [1, 1], '2026-11-22T00:10')
})

test('days that nobody sealed are sealed in their order, up to yesterday and from the first entry on', async () => {
  const { ledger, clock, tenantId, run } = await openHouse()
  assert.deepEqual(await run(), { result: { days: 0 } })
  await ledger.append(tenantId, factsOf(2))
  assert.deepEqual(await run(), { result: { days: 0 } }, 'the day is not over')
  clock.advance(DAY_MS)
  await ledger.append(tenantId, factsOf(3))
  clock.advance(2 * DAY_MS)
  const sealed = await run()
  const { days, day, size } = (sealed as { result: Record<string, unknown> }).result
  assert.deepEqual([days, day, size], [3, '2026-11-23', 5])
  const sizes = ['2026-11-20', '2026-11-21', '2026-11-22', '2026-11-23', '2026-11-24'].map(
    async (each) => (await ledger.sealedDay(tenantId, each))?.size,
  )
  assert.deepEqual(await Promise.all(sizes), [undefined, 2, 5, 5, undefined])
  assert.deepEqual(await run(), { result: { days: 0 } })
  const verdict = await ledger.verifyLog(tenantId, {})
  assert.ok(verdict.ok, verdict.ok ? '' : verdict.reason)
})
