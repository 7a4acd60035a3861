// Requests are recorded with what they change, refused ones before their answer, and what cannot be recorded is refused.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { fact, openDesk, shapeOf, store } from '../../test/audit.ts'
import { nodeRandom } from '../../test/crypto.ts'
import { uuidV7 } from '../kernel/index.ts'

test('what a request appends and its entry are one batch, and an entry names what was asked without its values', async () => {
  const desk = await openDesk()
  const { tenantId, sliceSql, sliceLedger, recorder } = desk
  const answer = await recorder.carryOut(desk.asked(), () =>
    sliceSql.transaction({ tenantId }, async (tx) => {
      const appended = await sliceLedger.appendInTx(tx, tenantId, [fact('a'), fact('b')])
      return appended.map(({ seq }) => seq)
    }),
  )
  assert.deepEqual(answer, [0, 1])
  assert.equal(await desk.ledger.sizeOf(tenantId), 3)
  const [entry, ...others] = await desk.entries()
  assert.deepEqual(others, [])
  const { parameters, peer, at: _at, ...told } = entry!
  assert.match(parameters, /^hmac-sha256:[0-9a-f]{64}$/)
  assert.match(peer ?? '', /^[0-9a-f]{16}$/)
  assert.deepEqual(told, {
    seq: 2,
    actor: 'key-one',
    action: 'POST /v1/things/:runId',
    resource: '/v1/things/019ab0c1-2f00-7000-8000-000000000001',
    result: 'done',
    status: null,
    code: null,
    requestId: 'r-1',
    credential: 'api-key',
    fields: { 'body.role': 'viewer', 'path.runId': '019ab0c1-2f00-7000-8000-000000000001' },
    counts: null,
  })
})

test('rows without a fact are committed with an entry, and a transaction that only read brings none of its own', async () => {
  const desk = await openDesk()
  const { tenantId, sliceSql, recorder } = desk
  const sizes: number[] = []
  await recorder.carryOut(desk.asked(), async () => {
    await sliceSql.transaction({ tenantId }, (tx) => tx.query('select 1 as one'))
    sizes.push(await desk.ledger.sizeOf(tenantId))
    await sliceSql.transaction({ tenantId }, (tx) => store(tx, tenantId))
    sizes.push(await desk.ledger.sizeOf(tenantId))
    await sliceSql.transaction({ tenantId }, (tx) => tx.query('select 1 as one'))
  })
  sizes.push(await desk.ledger.sizeOf(tenantId))
  assert.deepEqual(sizes, [0, 1, 1])
})

test('a request that fails after its change has the entry of the change and one of the failure', async () => {
  const desk = await openDesk()
  const { tenantId, sliceSql, recorder } = desk
  const asked = desk.asked()
  const failing = recorder.carryOut(asked, async () => {
    await sliceSql.transaction({ tenantId }, (tx) => store(tx, tenantId))
    throw new Error('later')
  })
  await assert.rejects(failing, /later/)
  await recorder.refuse(asked, { status: 500, code: 'WEB_INTERNAL_FAULT' })
  assert.deepEqual((await desk.entries({ actor: 'key-one' })).map(shapeOf), [
    'key-one POST /v1/things/:runId failed WEB_INTERNAL_FAULT',
    'key-one POST /v1/things/:runId done',
  ])
})

test('what rolls back leaves no entry that says it was done', async () => {
  const desk = await openDesk()
  const { tenantId, sliceSql, sliceLedger, recorder } = desk
  const asked = desk.asked()
  const failing = recorder.carryOut(asked, () =>
    sliceSql.transaction({ tenantId }, async (tx) => {
      await sliceLedger.appendInTx(tx, tenantId, [fact('a')])
      throw new Error('rolled back')
    }),
  )
  await assert.rejects(failing, /rolled back/)
  const refusedId = uuidV7(0, nodeRandom.bytes(10))
  await desk.ledger.append(tenantId, [{ ...fact('b'), id: refusedId }])
  const conflict = recorder.carryOut(asked, () =>
    sliceLedger.append(tenantId, [{ ...fact('c'), id: refusedId }]),
  )
  await assert.rejects(conflict, { code: 'LEDGER_ENTRY_CONFLICT' })
  await recorder.refuse(asked, { status: 409, code: 'LEDGER_ENTRY_CONFLICT' })
  assert.deepEqual((await desk.entries()).map(shapeOf), [
    'key-one POST /v1/things/:runId refused LEDGER_ENTRY_CONFLICT',
  ])
})

test('a change whose entry cannot be written is not made, and a refusal whose entry cannot be is answered with that', async () => {
  const broken = (): Promise<never> => Promise.reject(new Error('no room'))
  const desk = await openDesk({ ledger: { append: broken, appendInTx: broken } })
  const { tenantId, sliceSql, recorder, sql } = desk
  const changing = recorder.carryOut(desk.asked(), () =>
    sliceSql.transaction({ tenantId }, (tx) => store(tx, tenantId)),
  )
  await assert.rejects(changing, /no room/)
  const rows = await sql.transaction({ tenantId }, (tx) =>
    tx.query('select 1 as found from audit_entry where tenant_id = $1', [tenantId]),
  )
  assert.deepEqual(rows, [])
  const idle = recorder.carryOut(desk.asked(), () => Promise.resolve('nothing changed'))
  await assert.rejects(idle, { code: 'AUDIT_UNRECORDED' })
  const refusal = recorder.refuse(desk.asked(), { status: 403, code: 'WEB_ROLE_REFUSED' })
  await assert.rejects(refusal, { code: 'AUDIT_UNRECORDED' })
  // What failed already says why; a stranger is refused all the same.
  await recorder.refuse(desk.asked(), { status: 503, code: 'PLATFORM_DATABASE_UNREACHABLE' })
  await recorder.refuse(desk.asked({ caller: undefined }), { status: 401, code: 'WEB_KEY_REFUSED' })
  assert.deepEqual(desk.counted, ['principal lost', 'stranger lost'])
})

test('a refused read is recorded, one that finds nothing is not, and floods are counted', async () => {
  const desk = await openDesk()
  const { recorder } = desk
  const read = desk.asked({ method: 'GET', isWeighty: false })
  await recorder.refuse(read, { status: 404, code: 'THING_UNKNOWN' })
  await recorder.refuse(read, { status: 403, code: 'WEB_ROLE_REFUSED' })
  for (let count = 0; count < 100; count += 1) {
    await recorder.refuse(read, { status: 429, code: 'WEB_RATE_LIMITED' })
    await recorder.refuse(desk.asked({ caller: undefined }), {
      status: 401,
      code: 'WEB_KEY_REFUSED',
    })
  }
  await recorder.recordTallies(true)
  const entries = await desk.entries()
  assert.deepEqual(entries.map(shapeOf).toSorted(), [
    'key-one GET /v1/things/:runId refused WEB_RATE_LIMITED',
    'key-one GET /v1/things/:runId refused WEB_ROLE_REFUSED',
    'key-one GET /v1/things/:runId tallied',
    'stranger POST /v1/things/:runId tallied',
    'stranger POST /v1/things/:runId tallied',
  ])
  const counts = entries.map((entry) => entry.counts).filter((each) => each !== null)
  const strangers = counts.map((each) => each['WEB_KEY_REFUSED'] ?? 0)
  assert.deepEqual(
    strangers.toSorted((a, b) => a - b),
    [0, 1, 99],
  )
  assert.ok(counts.some((each) => each['WEB_RATE_LIMITED'] === 99))
})

test('the first past a limit is not answered unrecorded, and what could not be recorded is counted in the next entry', async () => {
  let isBroken = true
  const opened = await openDesk()
  const append: (typeof opened.ledger)['append'] = (tenantId, facts) =>
    isBroken ? Promise.reject(new Error('no room')) : opened.ledger.append(tenantId, facts)
  const desk = await openDesk({ ledger: { append } })
  const read = { ...desk.asked({ method: 'GET', isWeighty: false }), caller: opened.asked().caller }
  const limited = { status: 429, code: 'WEB_RATE_LIMITED' }
  await assert.rejects(desk.recorder.refuse(read, limited), { code: 'AUDIT_UNRECORDED' })
  isBroken = false
  // The window is not over yet: this one is counted with the one before.
  await desk.recorder.refuse(read, limited)
  await desk.recorder.recordTallies(true)
  const told = (await opened.entries()).map(({ result, counts }) => ({ result, counts }))
  assert.deepEqual(told, [{ result: 'tallied', counts: { WEB_RATE_LIMITED: 2 } }])
})

test('where no route is, a known principal is refused by an entry, and a stranger is counted', async () => {
  const { recorder, asked, entries } = await openDesk()
  const nowhere = { method: 'GET', route: 'unknown', isKnownRoute: false, isWeighty: false }
  const unknown = { status: 404, code: 'WEB_ROUTE_UNKNOWN' }
  for (let count = 0; count < 3; count += 1) {
    await recorder.refuse(asked(nowhere), unknown)
    await recorder.refuse(asked({ ...nowhere, caller: undefined }), unknown)
  }
  assert.deepEqual((await entries()).map(shapeOf).toSorted(), [
    'key-one GET unknown refused WEB_ROUTE_UNKNOWN',
    'key-one GET unknown refused WEB_ROUTE_UNKNOWN',
    'key-one GET unknown refused WEB_ROUTE_UNKNOWN',
    'stranger GET unknown tallied',
  ])
})

test('a hundred refused requests at once are a hundred entries', async () => {
  const desk = await openDesk()
  const refusals = Array.from({ length: 100 }, (_, at) =>
    desk.recorder.refuse(desk.asked({ requestId: `r-${at}` }), {
      status: 403,
      code: 'WEB_ROLE_REFUSED',
    }),
  )
  await Promise.all(refusals)
  const entries = await desk.entries()
  assert.equal(new Set(entries.map(({ requestId }) => requestId)).size, 100)
})

test('requests that run at the same time are told apart, and what one left running is no part of the next', async () => {
  const desk = await openDesk()
  const { tenantId, sliceSql, recorder } = desk
  const left = Promise.withResolvers<void>()
  let late: Promise<unknown> = Promise.resolve()
  const ask = (at: number): Promise<unknown> =>
    recorder.carryOut(desk.asked({ requestId: `r-${at}` }), async () => {
      if (at === 0)
        late = left.promise.then(() =>
          sliceSql.transaction({ tenantId }, (tx) => store(tx, tenantId)),
        )
      await sliceSql.transaction({ tenantId }, (tx) => tx.query('select 1 as one'))
    })
  await Promise.all([0, 1, 2, 3, 4].map(ask))
  left.resolve()
  await late
  assert.equal(await desk.ledger.sizeOf(tenantId), 5)
  const ids = (await desk.entries({ actor: 'key-one' })).map(({ requestId }) => requestId)
  assert.deepEqual(ids.toSorted(), ['r-0', 'r-1', 'r-2', 'r-3', 'r-4'])
})

test('a leap of the clock closes the log to refusals too, and time in the log never goes back', async () => {
  const desk = await openDesk()
  const { recorder, clock } = desk
  await recorder.refuse(desk.asked(), { status: 403, code: 'WEB_ROLE_REFUSED' })
  const steady = clock.nowMs.bind(clock)
  const step = (ms: number): void => void Object.assign(clock, { nowMs: () => steady() + ms })
  step(3_600_000)
  const leapt = recorder.refuse(desk.asked(), { status: 403, code: 'WEB_ROLE_REFUSED' })
  await assert.rejects(leapt, { code: 'AUDIT_UNRECORDED' })
  step(-3_600_000)
  await recorder.refuse(desk.asked(), { status: 403, code: 'WEB_ROLE_REFUSED' })
  const [second, first, ...others] = await desk.entries()
  assert.deepEqual(others, [])
  assert.ok(first !== undefined && second !== undefined && second.at >= first.at)
})

test('in a whole of several transactions the entry stands and falls with the change, also when it is tried again', async () => {
  const desk = await openDesk()
  const { tenantId, sliceSql, sliceLedger, recorder } = desk
  const change = (subject: string, isFailing: boolean): Promise<void> =>
    sliceSql.transaction({ tenantId }, async (tx) => {
      await sliceLedger.appendInTx(tx, tenantId, [fact(subject)])
      if (isFailing) throw new Error('undone')
    })
  await recorder.carryOut(desk.asked(), async () => {
    const failing = sliceSql.join(async () => {
      await change('first try', false)
      throw new Error('again')
    })
    await assert.rejects(failing, /again/)
    assert.equal(await desk.ledger.sizeOf(tenantId), 0)
    await sliceSql.join(async () => {
      await assert.rejects(change('an undone part', true), /undone/)
      await change('second try', false)
    })
  })
  const { entries } = await desk.ledger.list(tenantId, {})
  const types = entries.map(({ body }) => `${body.type} ${body.subject}`)
  assert.deepEqual(types, [
    'thing.changed second try',
    'request.done request/POST /v1/things/:runId',
  ])
})
