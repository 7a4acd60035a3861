// An older database in the place of one in which somebody was erased: they stay erased, as far as the register reaches.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Log, SqlTx } from '../../kernel/index.ts'
import { nodeVerifier, testSigner } from '../../../test/crypto.ts'
import { aFact, memoryRegister, openTestLedger, TEST_NOW_MS } from '../../../test/ledger.ts'
import type { TestLedger } from '../../../test/ledger.ts'
import { testPayloadKeys } from '../../../test/payload-keys.ts'
import { copyLedger } from '../../../test/rolled-back.ts'
import { LogRestore, makeLedger } from '../index.ts'
import type { Ledger } from '../index.ts'
import { eraseAction } from './action.ts'
import { executeErasure } from './erasure.ts'
import type { ErasurePorts } from './model.ts'
import { parseRegister } from './register.ts'
import { watchRegister } from './register-watch.ts'
import { replayErasures } from './replay.ts'

const SILENT: Log = { info: () => undefined, warn: () => undefined, error: () => undefined }
const WISH = { subject: 'customer-7', reason: 'asked on 21 November' }
const by = { name: 'ana', signer: testSigner('ecdsa-p256-sha256') }

interface House {
  readonly ledger: Ledger
  readonly erasing: ErasurePorts
  /** Places whose copies were emptied, each with who attests it. */
  readonly emptied: (readonly [readonly number[], number | null])[]
  replay(): Promise<number>
  restore(): LogRestore
}

/** As a process that opens the database now. */
function openHouse({ sql, ports, guard }: TestLedger, register = memoryRegister()): House {
  const payloadKeys = testPayloadKeys({ 'note.*': 'subject' })
  const ledger = makeLedger({ ...ports, payloadKeys })
  const { digest, random, clock } = ports
  const emptied: [readonly number[], number | null][] = []
  const forget = (_: SqlTx, _tenant: string, seqs: readonly number[], seq: number | null) => {
    emptied.push([seqs, seq])
    return Promise.resolve()
  }
  const derived = [{ name: 'copies', forget }]
  const erasing = { ledger, payloadKeys, digest, random, derived, register }
  const own = { sql, ledger, digest, clock, guard, verifier: nodeVerifier, journal: undefined }
  return {
    ledger,
    erasing,
    emptied,
    replay: () => replayErasures({ ...erasing, sql, log: SILENT }),
    restore: () => new LogRestore({ ...own, erasing, register }),
  }
}

interface Yard extends TestLedger {
  readonly register: ReturnType<typeof memoryRegister>
  readonly putBack: () => Promise<void>
}

/** Entry 0 is about the person, 1 about another; copied, and then the person was erased. */
async function openErased(isSigned: boolean, since?: string): Promise<Yard> {
  const opened = await openTestLedger()
  const { sql, tenantId } = opened
  const register = memoryRegister(since)
  const { ledger, erasing } = openHouse(opened, register)
  await ledger.append(tenantId, [aFact({ subject: WISH.subject }), aFact({ subject: 'other' })])
  const putBack = await copyLedger(opened)
  await sql.transaction({ tenantId }, (tx) => executeErasure(erasing, tx, tenantId, WISH, ['p-1']))
  if (isSigned) await ledger.checkpoint(tenantId)
  return { ...opened, register, putBack }
}

test('in an older database that nobody notices the person is erased again, and an entry attests it', async () => {
  const yard = await openErased(false)
  const { tenantId, register } = yard
  await yard.putBack()
  const careless = openHouse(yard)
  assert.equal(await careless.replay(), 0)
  assert.ok(await careless.ledger.payloadOf(tenantId, 0), 'without the register it is readable')
  const house = openHouse(yard, register)
  assert.equal(await house.replay(), 1)
  const read = async (seq: number): Promise<unknown> =>
    (await openHouse(yard).ledger.payloadOf(tenantId, seq))?.value
  assert.deepEqual([await read(0), await read(1)], [undefined, { text: 'ok' }])
  assert.deepEqual(house.emptied, [[[0], 2]])
  const verdict = await house.ledger.verifyLog(tenantId, {})
  assert.ok(verdict.ok, verdict.ok ? '' : verdict.reason)
  assert.deepEqual([verdict.size, verdict.checked.erased], [3, 1])
  assert.equal(await openHouse(yard, register).replay(), 0)
})

test('where the log is read only the person is erased all the same, and the restore attests it in the next epoch', async () => {
  const yard = await openErased(true)
  const { tenantId, register } = yard
  await yard.putBack()
  const house = openHouse(yard, register)
  assert.equal(await house.replay(), 1)
  assert.equal(await house.ledger.payloadOf(tenantId, 0), undefined)
  assert.deepEqual(house.emptied.at(-1), [[0], null])
  const wish = { tenantId, reason: 'the disk is lost' }
  const restore = house.restore()
  const { statement, token } = await restore.preview(wish)
  const erasures = { registerSince: '2026-11-21T10:00:00.000Z', isCovered: true, payloads: 1 }
  assert.deepEqual(statement.erasures, erasures)
  await restore.carryOut(wish, token, by)
  const verdict = await openHouse(yard).ledger.verifyLog(tenantId, {})
  assert.ok(verdict.ok, verdict.ok ? '' : verdict.reason)
  assert.deepEqual(verdict.earlier?.[0]?.erasures, erasures)
  assert.match(verdict.scope, /^consistent-with-checkpoint 2,\S+$/)
  const { entries } = await house.ledger.list(tenantId, { epoch: 1 })
  assert.deepEqual(
    entries.map(({ erasedBy }) => erasedBy),
    [1, undefined],
  )
})

test('a register that begins later than the database ends says what is not known, and so does every verdict', async () => {
  const since = new Date(TEST_NOW_MS + 1).toISOString()
  const yard = await openErased(true)
  const { tenantId } = yard
  await yard.putBack()
  const house = openHouse(yard, memoryRegister(since))
  assert.equal(await house.replay(), 0)
  const wish = { tenantId, reason: 'the disk is lost' }
  const { statement, token } = await house.restore().preview(wish)
  assert.deepEqual(statement.erasures, { registerSince: since, isCovered: false, payloads: 0 })
  await house.restore().carryOut(wish, token, by)
  const verdict = await house.ledger.verifyLog(tenantId, {})
  assert.ok(verdict.ok)
  assert.match(verdict.scope, /, erasures lost with epoch 1 not known$/)
})

test('an erasure that was undone with its transaction is not carried out when the process starts anew', async () => {
  const opened = await openTestLedger()
  const { sql, tenantId } = opened
  const register = memoryRegister()
  const { ledger, erasing, replay } = openHouse(opened, register)
  await ledger.append(tenantId, [aFact({ subject: WISH.subject })])
  const call = await eraseAction({ ...erasing, log: SILENT }).open(
    { id: 'p-2', tenantId },
    { ...WISH },
  )
  const undone = sql.transaction({ tenantId }, async (tx) => {
    await call.carryOut(tx, { previewedBy: 'p-1' })
    throw new Error('undo')
  })
  await assert.rejects(undone, /undo/)
  await call.takeBack?.()
  assert.equal(register.erasures.length, 1)
  await ledger.append(tenantId, [aFact({ subject: 'other' })])
  assert.equal(await replay(), 0)
  assert.ok(await openHouse(opened).ledger.payloadOf(tenantId, 0))
})

test('an erasure whose place another entry has by now is carried out, attested, and told', async () => {
  const yard = await openErased(false)
  const { tenantId, sql, register } = yard
  await yard.putBack()
  // A server that ran on.
  await openHouse(yard, register).ledger.append(tenantId, [aFact({ subject: 'other' })])
  const told: unknown[] = []
  const log = { ...SILENT, warn: (...words: readonly unknown[]) => void told.push(words) }
  const { erasing, ledger } = openHouse(yard, register)
  assert.equal(await replayErasures({ ...erasing, register, sql, log }), 1)
  const [{ request, attestedBy }] = register.erasures as [(typeof register.erasures)[0]]
  const { origin, seq } = attestedBy
  assert.deepEqual(told, [
    [
      'an erasure is carried out although another entry is at its place',
      { tenantId, request, origin, seq },
    ],
    ['erasures carried out again', { tenantId, keyCount: 1 }],
  ])
  assert.equal(await ledger.payloadOf(tenantId, 0), undefined)
  const verdict = await ledger.verifyLog(tenantId, {})
  assert.ok(verdict.ok, verdict.ok ? '' : verdict.reason)
  assert.deepEqual([verdict.size, verdict.checked.erased], [4, 1])
  assert.equal((await ledger.list(tenantId, {})).entries.at(-1)?.body.type, 'erasure.executed')
})

test('a register that lost lines which the guard knows of covers nothing in a restore, and every verdict names it', async () => {
  const yard = await openErased(true)
  const { tenantId, register, guard, ports } = yard
  const watched = watchRegister({ digest: ports.digest, guard, register, log: SILENT })
  await watched.settle()
  register.lines.pop()
  const ledger = makeLedger({ ...ports, findRegisterGap: () => watched.findGap() })
  const verdict = await ledger.verifyLog(tenantId, {})
  assert.ok(verdict.ok)
  assert.match(verdict.scope, /^consistent-with-checkpoint .*, erasure register not whole$/)
  await yard.putBack()
  const wish = { tenantId, reason: 'the disk is lost' }
  const { statement } = await openHouse(yard, register).restore().preview(wish)
  assert.equal(statement.erasures.isCovered, false)
})

test('a key that got the number of a destroyed one after the older database was put back is not destroyed', async () => {
  const yard = await openErased(false)
  const { tenantId, sql, register } = yard
  const { ledger, erasing } = openHouse(yard, register)
  await ledger.append(tenantId, [aFact({ subject: 'late' })])
  const wish = { ...WISH, subject: 'late' }
  await sql.transaction({ tenantId }, (tx) => executeErasure(erasing, tx, tenantId, wish, ['p-1']))
  await yard.putBack()
  const house = openHouse(yard, register)
  await house.replay()
  const [entry] = await house.ledger.append(tenantId, [aFact({ subject: 'new' })])
  assert.deepEqual([register.erasures[1]!.keys[0]!.dekId, entry!.seq], [4, 3])
  assert.equal(await openHouse(yard, register).replay(), 0)
  assert.ok(await openHouse(yard).ledger.payloadOf(tenantId, entry!.seq))
})

test('a register is read up to a line that was cut off, and refused where anything else is no line of it', () => {
  const head = '{"kind":"seaworthy-erasure-register/1","since":"2026-11-21T10:00:00.000Z"}\n'
  const later = head.replace('T10', 'T11')
  const hash = 'ab'.repeat(32)
  const line = `${JSON.stringify({
    tenant: 't',
    request: 'r',
    attestedBy: { origin: 'o', seq: 1, leafHash: hash },
    keys: [{ dekId: 1, wrappedHash: hash }],
  })}\n`
  const { since, erasures } = parseRegister(`${head}${line}${later}${line}{"tena`, 'it')
  assert.deepEqual([since, erasures.length], ['2026-11-21T11:00:00.000Z', 2])
  for (const bad of ['', line, `${head}\n`, `${head}x`, `${head}{"tena\n${line}`, `${head}{}\n`])
    assert.throws(() => parseRegister(bad, 'it'), { code: 'LEDGER_REGISTER_UNREADABLE' }, bad)
})
