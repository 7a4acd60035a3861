// What the owner of a database can write, and nobody outside of it was told of: epochs of their own, and whole logs taken away.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { testSigner } from '../../../test/crypto.ts'
import { aFact, factsOf, memoryGuard, openTestLedger } from '../../../test/ledger.ts'
import type { TestLedger } from '../../../test/ledger.ts'
import { copyLedger, deleteLogs, openRolledBack, restoreOf } from '../../../test/rolled-back.ts'
import { base64Of, bytesOfBase64, canonicalBytes } from '../../kernel/index.ts'
import { frontierRoot, genesisLink } from '../../proof/index.ts'
import { makeLedger } from '../index.ts'
import type { CheckpointGuard, RestorePorts } from '../index.ts'
import { lockHead } from '../store.ts'
import { insertEpoch, sealLog } from './store.ts'

const REASON = 'the disk is lost, this is the backup of the night'
const by = { name: 'ana', signer: testSigner('ecdsa-p256-sha256') }

/** Seals the open log and begins another with a statement under any key; no guard hears of it. */
async function forgeEpoch(
  { sql, tenantId, ports }: TestLedger,
  id: string,
  epoch = 2,
): Promise<void> {
  const { guard: _guard, ...own } = ports
  const evil = testSigner('ecdsa-p256-sha256')
  await sql.transaction('system', async (tx) => {
    const head = (await lockHead(tx, tenantId))!
    const next = { origin: `ships.example/ledger/${id}`, epoch }
    const root = base64Of(frontierRoot(ports.digest, head.frontier))
    const statement = {
      kind: 'seaworthy-ledger-restore/3',
      tenant: tenantId,
      reason: 'routine',
      old: {
        origin: head.origin,
        epoch: epoch - 1,
        stands: { size: head.size, root },
        signed: null,
      },
      lost: null,
      others: [],
      erasures: { registerSince: '2020-01-01T00:00:00.000Z', isCovered: true, payloads: 0 },
      next,
    }
    await sealLog(tx, tenantId, head.origin)
    await insertEpoch(tx, tenantId, next, genesisLink(ports.digest, next.origin, epoch))
    const signature = base64Of(await evil.sign(canonicalBytes(statement)))
    const signedBy = {
      name: 'ana',
      algorithm: evil.algorithm,
      publicKey: base64Of(evil.publicKey),
      signature,
    }
    const fact = aFact({ type: 'ledger.restored', payload: { statement, signedBy } })
    await makeLedger(own).appendInTx(tx, tenantId, [fact])
  })
}

async function assertTakesNothing({ ports, tenantId }: TestLedger, code: string): Promise<void> {
  const ledger = makeLedger(ports)
  await assert.rejects(ledger.append(tenantId, [aFact()]), { code })
  await assert.rejects(ledger.checkpoint(tenantId), { code })
}

/** As versions kept it that did not say whose a log is, nor what began it. */
function olderGuard(guard: CheckpointGuard): CheckpointGuard {
  return {
    ...guard,
    logsOf: () => Promise.resolve([]),
    announce: () => Promise.resolve(),
    write: (origin, next) => guard.write(origin, next),
  }
}

test('a rollback behind an epoch that the guard was never told of is found, and nothing is appended or signed', async () => {
  const opened = await openRolledBack()
  await forgeEpoch(opened, '00000000000000aa')
  const verdict = await makeLedger(opened.ports).verifyLog(opened.tenantId, {})
  assert.ok(!verdict.ok)
  assert.match(
    verdict.reason,
    /expected the|at least the 10 entries of the last checkpoint outside/,
  )
  await assertTakesNothing(opened, 'LEDGER_LOG_ROLLED_BACK')
})

test('an epoch out of nowhere that lost nothing signed is not taken over either, and a restore goes on from it', async () => {
  const opened = await openTestLedger()
  const { ledger, tenantId, ports } = opened
  await ledger.append(tenantId, factsOf(3))
  await ledger.checkpoint(tenantId)
  await forgeEpoch(opened, '00000000000000bb')
  const verdict = await makeLedger(ports).verifyLog(tenantId, {})
  assert.ok(!verdict.ok)
  assert.match(verdict.reason, /out of nowhere/)
  await assertTakesNothing(opened, 'LEDGER_CHECKPOINT_FORKED')
  const restore = restoreOf(opened)
  const wish = { tenantId, reason: REASON }
  const { statement, token } = await restore.preview(wish)
  assert.deepEqual([statement.old.epoch, statement.old.signed, statement.others], [2, null, []])
  await restore.carryOut(wish, token, by)
  await makeLedger(ports).append(tenantId, [aFact()])
  const after = await makeLedger(ports).verifyLog(tenantId, {})
  assert.ok(after.ok, after.ok ? '' : after.reason)
  assert.match(after.scope, /, the end of epoch 1 not known to this guard$/)
})

test('a guard begun anew learns the newest log first, and takes nothing amiss that came before it', async () => {
  const opened = await openTestLedger()
  const { ledger, tenantId, ports } = opened
  await ledger.append(tenantId, factsOf(3))
  await forgeEpoch(opened, '00000000000000c2')
  await forgeEpoch(opened, '00000000000000c3', 3)
  const anew = { ...ports, guard: memoryGuard() }
  for (let turn = 0; turn < 2; turn++) {
    await makeLedger(anew).append(tenantId, [aFact()])
    await makeLedger(anew).checkpoint(tenantId)
  }
  const verdict = await makeLedger(anew).verifyLog(tenantId, {})
  assert.ok(verdict.ok, verdict.ok ? '' : verdict.reason)
  assert.match(verdict.scope, /not known to this guard/)
  // From here on it knows: what is put behind the log that it signed is found.
  await forgeEpoch(opened, '00000000000000c4', 4)
  await assertTakesNothing({ ...opened, ports: anew }, 'LEDGER_CHECKPOINT_FORKED')
})

test('a restore that another statement takes the place of, under another key, is found', async () => {
  const opened = await openRolledBack()
  const { tenantId, guard, ports } = opened
  const wish = { tenantId, reason: REASON }
  const told: CheckpointGuard = {
    ...guard,
    announce: (origin, whose, restored) =>
      guard.announce(origin, whose, { ...restored, statement: '00'.repeat(32) }),
  }
  const restore = restoreOf(opened, { guard: told } satisfies Partial<RestorePorts>)
  await restore.carryOut(wish, (await restore.preview(wish)).token, by)
  const verdict = await makeLedger(ports).verifyLog(tenantId, {})
  assert.ok(!verdict.ok)
  assert.match(verdict.reason, /another than the guard was told of/)
})

test('a restore by a version that told its guard nothing works on, and every verdict says so', async () => {
  const back = await openRolledBack()
  const { tenantId } = back
  const wish = { tenantId, reason: REASON }
  const guard = olderGuard(back.guard)
  // What did not ask the guard about other logs.
  const { guard: _guard, ...careless } = back.ports
  const restore = restoreOf({ ...back, guard, ports: careless })
  await restore.carryOut(wish, (await restore.preview(wish)).token, by)
  const { origin, size, root } = (await makeLedger(careless).latestCheckpoint(tenantId))!
  await guard.write(origin, { size, root: bytesOfBase64(root) })
  const ledger = makeLedger(back.ports)
  await ledger.append(tenantId, [aFact()])
  await ledger.checkpoint(tenantId)
  const verdict = await ledger.verifyLog(tenantId, {})
  assert.ok(verdict.ok, verdict.ok ? '' : verdict.reason)
  assert.match(verdict.scope, /, the end of epoch 1 not known to this guard$/)
  assert.deepEqual(
    verdict.earlier?.map(({ isKnown }) => isKnown),
    [false],
  )
  // A guard that was begun anew knows of no log, and so of no end.
  const fresh = await makeLedger({ ...back.ports, guard: memoryGuard() }).verifyLog(tenantId, {})
  assert.ok(fresh.ok)
  assert.match(fresh.scope, /not known to this guard/)
})

test('a tenant whose logs are all gone is not empty: nothing begins anew until a restore says what is lost', async () => {
  const opened = await openTestLedger()
  const { ledger, tenantId, ports } = opened
  await ledger.append(tenantId, factsOf(10))
  const { origin } = await ledger.checkpoint(tenantId)
  await deleteLogs(opened)
  const empty = await makeLedger(ports).verifyLog(tenantId, {})
  assert.ok(!empty.ok)
  assert.match(empty.reason, /expected the 10 entries of a checkpoint, got none/)
  await assertTakesNothing(opened, 'LEDGER_LOG_ROLLED_BACK')
  const { guard: _guard, ...careless } = ports
  await makeLedger(careless).append(tenantId, [aFact()])
  const begun = await makeLedger(ports).verifyLog(tenantId, {})
  assert.ok(!begun.ok)
  assert.match(begun.reason, /of which 10 entries were signed, got no such log/)
  await assertTakesNothing(opened, 'LEDGER_LOG_ROLLED_BACK')
  await deleteLogs(opened)
  const restore = restoreOf(opened)
  const wish = { tenantId, reason: REASON }
  const { statement, token } = await restore.preview(wish)
  assert.deepEqual([statement.old.origin, statement.old.epoch], [origin, 0])
  assert.deepEqual(statement.lost, { from: 0, until: 10 })
  await restore.carryOut(wish, token, by)
  await makeLedger(ports).append(tenantId, [aFact()])
  const after = await makeLedger(ports).verifyLog(tenantId, {})
  assert.ok(after.ok, after.ok ? '' : after.reason)
  assert.deepEqual(
    after.earlier?.map((each) => [each.epoch, each.origin, each.lost, each.isKnown]),
    [[0, origin, { from: 0, until: 10 }, true]],
  )
})

test('a database from before a restore, put back after it, lacks a log, and the next restore names it', async () => {
  const opened = await openRolledBack()
  const { tenantId, ports } = opened
  const putBack = await copyLedger(opened)
  const wish = { tenantId, reason: REASON }
  const first = restoreOf(opened)
  const done = await first.carryOut(wish, (await first.preview(wish)).token, by)
  await putBack()
  const again = restoreOf(opened)
  const { statement, token } = await again.preview(wish)
  assert.deepEqual(
    statement.others.map(({ origin, signed, stands }) => [origin, signed?.size, stands]),
    [[done.checkpoint.origin, 1, null]],
  )
  await again.carryOut(wish, token, by)
  const verdict = await makeLedger(ports).verifyLog(tenantId, {})
  assert.ok(verdict.ok, verdict.ok ? '' : verdict.reason)
})
