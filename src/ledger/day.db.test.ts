// Sealed days: what belongs to a day, that a day has one root for ever, and what is refused.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { nodeDigest, nodeVerifier } from '../../test/crypto.ts'
import { factsOf, memoryGuard, openTestLedger, TEST_NOW_MS } from '../../test/ledger.ts'
import { bytesOfBase64 } from '../kernel/index.ts'
import type { Sql } from '../kernel/index.ts'
import { openCheckpoint, parseNoteKey, verifyConsistency } from '../proof/index.ts'
import { makeLedger, makeLedgerRoutes } from './index.ts'

const DAY_MS = 86_400_000
const DAY = '2026-11-21'
const NEXT_DAY = '2026-11-22'
const END_MS = Date.parse('2026-11-22T00:00:00.000Z')

test('a day holds the entries before its end, to the millisecond, and is signed by the log', async () => {
  const { ledger, clock, tenantId, guard } = await openTestLedger()
  await ledger.append(tenantId, factsOf(3))
  clock.advance(END_MS - 1 - TEST_NOW_MS)
  await ledger.append(tenantId, factsOf(2))
  clock.advance(1)
  await ledger.append(tenantId, factsOf(4))
  const sealed = await ledger.sealDay(tenantId, DAY)
  const { root1 } = await ledger.proveConsistency(tenantId, 5, 9)
  assert.deepEqual([sealed.day, sealed.size, bytesOfBase64(sealed.root)], [DAY, 5, root1])
  const identity = await ledger.identify(tenantId)
  const key = parseNoteKey(nodeDigest, identity!.noteKey)
  assert.ok(key.ok)
  const opened = await openCheckpoint(nodeVerifier, sealed.note, key.value)
  assert.ok(opened.ok)
  assert.deepEqual(opened.value, { origin: sealed.origin, size: 5, root: root1 })
  assert.deepEqual(await guard.read(sealed.origin), { size: 5, root: root1 })
  assert.deepEqual(await ledger.sealedDay(tenantId, DAY), sealed)
  assert.equal(await ledger.sealedDay(tenantId, NEXT_DAY), undefined)
  const verdict = await ledger.verifyLog(tenantId, {})
  assert.ok(verdict.ok)
  // The checkpoint of that size, the day, the guard's and the head's frontier.
  assert.equal(verdict.checked.roots, 4)
})

test('a day sealed after something larger was signed is proven to be its beginning', async () => {
  const { ledger, clock, tenantId, guard } = await openTestLedger()
  await ledger.append(tenantId, factsOf(300))
  clock.advance(DAY_MS)
  await ledger.append(tenantId, factsOf(20))
  const later = await ledger.checkpoint(tenantId)
  const sealed = await ledger.sealDay(tenantId, DAY)
  assert.equal(sealed.size, 300)
  assert.equal((await guard.read(later.origin))!.size, 320)
  assert.deepEqual(await ledger.latestCheckpoint(tenantId), later)
  const { proof } = await ledger.proveConsistency(tenantId, 300, 320)
  const claim = {
    size1: 300,
    root1: bytesOfBase64(sealed.root),
    size2: 320,
    root2: bytesOfBase64(later.root),
    proof,
  }
  assert.ok(verifyConsistency(nodeDigest, claim))
})

test('a day without entries of its own has the root of the day before, and one without any is refused', async () => {
  const { ledger, clock, tenantId } = await openTestLedger()
  await ledger.append(tenantId, factsOf(2))
  clock.advance(3 * DAY_MS)
  const first = await ledger.sealDay(tenantId, DAY)
  const second = await ledger.sealDay(tenantId, NEXT_DAY)
  assert.deepEqual([second.size, second.note], [first.size, first.note])
  await assert.rejects(ledger.sealDay(tenantId, '2026-11-20'), { code: 'LEDGER_LOG_EMPTY' })
  const stranger = await openTestLedger()
  await assert.rejects(stranger.ledger.sealDay(stranger.tenantId, '2026-11-20'), {
    code: 'LEDGER_LOG_EMPTY',
  })
})

test('a day is not sealed before its end, and a text that is no day is refused', async () => {
  const { ledger, clock, tenantId } = await openTestLedger()
  await ledger.append(tenantId, factsOf(1))
  await assert.rejects(ledger.sealDay(tenantId, DAY), { code: 'LEDGER_DAY_OPEN' })
  clock.advance(END_MS - TEST_NOW_MS)
  assert.equal((await ledger.sealDay(tenantId, DAY)).size, 1)
  for (const day of ['2026-02-30', '2026-11-1', 'today', '', '2026-11-21T00:00:00Z']) {
    await assert.rejects(ledger.sealDay(tenantId, day), { code: 'LEDGER_ENTRY_REFUSED' }, day)
    await assert.rejects(ledger.sealedDay(tenantId, day), { code: 'LEDGER_ENTRY_REFUSED' }, day)
  }
})

test('a clock that goes back adds nothing to a sealed day, so sealing again answers the same', async () => {
  const { ledger, clock, tenantId } = await openTestLedger()
  await ledger.append(tenantId, factsOf(2))
  clock.advance(DAY_MS)
  const sealed = await ledger.sealDay(tenantId, DAY)
  clock.advance(-DAY_MS)
  await ledger.append(tenantId, factsOf(3))
  const { entries } = await ledger.list(tenantId, { fromSeq: 2 })
  assert.deepEqual(
    entries.map((entry) => entry.timeMs),
    [END_MS, END_MS, END_MS],
  )
  clock.advance(DAY_MS)
  assert.deepEqual(await ledger.sealDay(tenantId, DAY), sealed)
  assert.ok((await ledger.verifyLog(tenantId, {})).ok)
})

test('a second root for the same day is refused by the ledger and by the table', async () => {
  const { ledger, ports, sql, clock, tenantId } = await openTestLedger()
  await ledger.append(tenantId, factsOf(4))
  clock.advance(DAY_MS)
  await ledger.append(tenantId, factsOf(1))
  const sealed = await ledger.sealDay(tenantId, DAY)
  const [log] = await sql.transaction({ tenantId }, (tx) =>
    tx.query<{ log_id: number }>('select log_id from ledger_log'),
  )
  const record = (day: string, size: number, at: string): Promise<unknown> =>
    sql.transaction({ tenantId }, (tx) =>
      tx.query('select ledger_record_day($1, $2::date, $3, $4, $5, $6)', [
        log!.log_id,
        day,
        size,
        new Uint8Array(32),
        'a note',
        at,
      ]),
    )
  const after = '2026-11-23T00:00:00.000Z'
  const states: readonly (readonly [string, number, string, string])[] = [
    [DAY, 4, after, '23505'],
    [NEXT_DAY, 4, after, 'SWL05'],
    [NEXT_DAY, 6, after, 'SWL05'],
    [NEXT_DAY, 5, '2026-11-22T23:59:59.999Z', 'SWL05'],
  ]
  for (const [day, size, at, sqlstate] of states) {
    await assert.rejects(record(day, size, at), (error: { details?: { sqlstate?: string } }) => {
      assert.equal(error.details?.sqlstate, sqlstate, `${day} ${size}`)
      return true
    })
  }
  // The owner moves the row; nothing outside the database helps here.
  const undone = sql.transaction('system', async (tx) => {
    await tx.query('alter table ledger_daily disable trigger user')
    await tx.query('update ledger_daily set root = sha256(root) where log_id = $1', [log!.log_id])
    const { guard: _guard, ...withoutGuard } = ports
    const inside = makeLedger({
      ...withoutGuard,
      guard: memoryGuard(),
      sql: { engine: sql.engine, transaction: (_scope, work) => work(tx) },
    })
    await inside.sealDay(tenantId, DAY)
  })
  await assert.rejects(undone, { code: 'LEDGER_DAY_CONFLICT' })
  assert.deepEqual(await ledger.sealedDay(tenantId, DAY), sealed)
})

test('a day is not sealed over entries that contradict what was signed outside the database', async () => {
  const { ports, clock, tenantId } = await openTestLedger()
  const guard = memoryGuard()
  const ledger = makeLedger({ ...ports, guard })
  await ledger.append(tenantId, factsOf(4))
  clock.advance(DAY_MS)
  await ledger.append(tenantId, factsOf(1))
  const { origin } = (await ledger.identify(tenantId))!
  await guard.write(origin, { size: 5, root: new Uint8Array(32) })
  await assert.rejects(ledger.sealDay(tenantId, DAY), { code: 'LEDGER_CHECKPOINT_FORKED' })
  assert.equal(await ledger.sealedDay(tenantId, DAY), undefined)
})

test('a day is not sealed below a checkpoint from tiles that were changed since', async () => {
  const { ledger, ports, sql, clock, tenantId } = await openTestLedger()
  await ledger.append(tenantId, factsOf(200))
  clock.advance(DAY_MS)
  await ledger.append(tenantId, factsOf(120))
  await ledger.checkpoint(tenantId)
  const undone = sql.transaction('system', async (tx) => {
    await tx.query('alter table ledger_tile disable trigger user')
    // The hash over the tile stays, so the checkpoint's own root still fits.
    await tx.query(
      `update ledger_tile set data = set_byte(data, 99, get_byte(data, 99) # 1)
       where log_id = (select log_id from ledger_log where tenant_id = $1)`,
      [tenantId],
    )
    const inTx = { engine: sql.engine, transaction: (_scope, work) => work(tx) } satisfies Sql
    await makeLedger({ ...ports, sql: inTx }).sealDay(tenantId, DAY)
  })
  await assert.rejects(undone, { code: 'LEDGER_CHECKPOINT_FORKED', message: /first 200 entries/ })
  assert.equal((await ledger.sealDay(tenantId, DAY)).size, 200)
})

test('the routes seal a day and read it back, and name a day that is not sealed', async () => {
  const { ledger, clock, tenantId } = await openTestLedger()
  const routes = makeLedgerRoutes(ledger)
  const call = async (method: string, day: string): Promise<unknown> => {
    const route = routes.find(
      (each) => each.method === method && each.path === '/v1/ledger/days/:day',
    )
    const principal = { id: 'p-1', tenantId }
    return route!.handle({ principal, params: { day }, query: {}, body: undefined })
  }
  await ledger.append(tenantId, factsOf(2))
  clock.advance(DAY_MS)
  await assert.rejects(call('GET', DAY), { code: 'LEDGER_DAY_UNKNOWN' })
  const sealed = await ledger.sealDay(tenantId, DAY)
  assert.deepEqual(await call('POST', DAY), { status: 201, data: sealed })
  const { noteKey } = (await ledger.identify(tenantId))!
  assert.deepEqual(await call('GET', DAY), { data: { ...sealed, noteKey } })
  await assert.rejects(call('POST', 'yesterday'), { code: 'LEDGER_ENTRY_REFUSED' })
})
