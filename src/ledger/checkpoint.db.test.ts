// Checkpoints: what is signed, what may never be signed, and proofs between them; the routes on top.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { nodeDigest, nodeVerifier } from '../../test/crypto.ts'
import { aFact, factsOf, memoryGuard, openTestLedger } from '../../test/ledger.ts'
import { bytesOfBase64 } from '../kernel/index.ts'
import type { RouteAnswer, SqlTx } from '../kernel/index.ts'
import {
  openCheckpoint,
  parseNoteKey,
  parseTlogProof,
  verifyConsistency,
  verifyInclusion,
} from '../proof/index.ts'
import type { NoteKey } from '../proof/index.ts'
import { makeLedger, makeLedgerRoutes } from './index.ts'
import type { Ledger } from './index.ts'
import { callRoute } from '../../test/routes.ts'
import type { CalledWith } from '../../test/routes.ts'

async function noteKeyOfLog(ledger: Ledger, tenantId: string): Promise<NoteKey> {
  const key = parseNoteKey(nodeDigest, (await ledger.identify(tenantId))!.noteKey)
  assert.ok(key.ok)
  return key.value
}

test('a checkpoint is a signed note over the root of all entries, and signing again gives the same', async () => {
  const { ledger, tenantId, guard } = await openTestLedger()
  await ledger.append(tenantId, factsOf(3))
  const first = await ledger.checkpoint(tenantId)
  assert.deepEqual(await ledger.checkpoint(tenantId), first)
  const opened = await openCheckpoint(
    nodeVerifier,
    first.note,
    await noteKeyOfLog(ledger, tenantId),
  )
  assert.ok(opened.ok)
  assert.deepEqual(opened.value, { origin: first.origin, size: 3, root: bytesOfBase64(first.root) })
  assert.deepEqual(await guard.read(first.origin), { size: 3, root: bytesOfBase64(first.root) })
  assert.deepEqual(await ledger.latestCheckpoint(tenantId), first)
})

test('a later checkpoint is consistent with every earlier one', async () => {
  const { ledger, tenantId } = await openTestLedger()
  const signed: { readonly size: number; readonly root: string }[] = []
  for (const count of [1, 6, 250, 3, 40]) {
    await ledger.append(tenantId, factsOf(count))
    signed.push(await ledger.checkpoint(tenantId))
  }
  const last = signed.at(-1)!
  for (const { size, root } of signed) {
    const { proof, root1, root2 } = await ledger.proveConsistency(tenantId, size, last.size)
    assert.ok(
      verifyConsistency(nodeDigest, {
        size1: size,
        root1: bytesOfBase64(root),
        size2: last.size,
        root2: bytesOfBase64(last.root),
        proof,
      }),
    )
    assert.deepEqual([root1, root2], [bytesOfBase64(root), bytesOfBase64(last.root)])
  }
  const verdict = await ledger.verifyLog(tenantId, {})
  assert.ok(verdict.ok)
  // Five in the database, the guard's, and the head's frontier.
  assert.equal(verdict.checked.roots, 7)
  assert.equal(verdict.scope, `consistent-with-checkpoint 300,${last.root}`)
})

test('an empty log is not signed', async () => {
  const { ledger, tenantId } = await openTestLedger()
  await assert.rejects(ledger.checkpoint(tenantId), { code: 'LEDGER_LOG_EMPTY' })
  assert.equal(await ledger.latestCheckpoint(tenantId), undefined)
})

test('a database older than the guard is noticed before anything is signed', async () => {
  const { ledger, tenantId, guard } = await openTestLedger()
  await ledger.append(tenantId, factsOf(3))
  const { origin, root } = await ledger.checkpoint(tenantId)
  await guard.write(origin, { size: 9, root: bytesOfBase64(root) })
  await assert.rejects(ledger.checkpoint(tenantId), { code: 'LEDGER_LOG_ROLLED_BACK' })
  const verdict = await ledger.verifyLog(tenantId, {})
  assert.ok(!verdict.ok)
  assert.match(verdict.reason, /expected the 9 entries of a checkpoint, got 3/)
  const last = await ledger.verifyLog(tenantId, { limit: 1 })
  assert.ok(!last.ok)
})

test('another root for a size signed before is never signed, nor a log that left its own past', async () => {
  const guard = memoryGuard()
  const { ledger, ports, tenantId } = await openTestLedger({ guard })
  await ledger.append(tenantId, factsOf(3))
  const { origin } = (await ledger.identify(tenantId))!
  await guard.write(origin, { size: 2, root: new Uint8Array(32) })
  await assert.rejects(ledger.checkpoint(tenantId), { code: 'LEDGER_CHECKPOINT_FORKED' })
  await guard.write(origin, { size: 3, root: new Uint8Array(32).fill(1) })
  await assert.rejects(ledger.checkpoint(tenantId), { code: 'LEDGER_CHECKPOINT_FORKED' })
  const unguarded = makeLedger({ ...ports, guard: memoryGuard() })
  assert.equal((await unguarded.checkpoint(tenantId)).size, 3)
})

test('the database takes no checkpoint of a size that is not larger, or not there', async () => {
  const { ledger, sql, tenantId } = await openTestLedger()
  await ledger.append(tenantId, factsOf(3))
  const { note } = await ledger.checkpoint(tenantId)
  const record =
    (size: number) =>
    (tx: SqlTx): Promise<unknown> =>
      tx.query('select ledger_record_checkpoint((select log_id from ledger_log), $1, $2, $3, $4)', [
        size,
        new Uint8Array(32),
        note,
        '2026-11-21T00:00:00.000Z',
      ])
  for (const size of [1, 3, 4]) {
    await assert.rejects(
      sql.transaction({ tenantId }, record(size)),
      { details: { sqlstate: 'SWL05' } },
      String(size),
    )
  }
})

test('callers at the same moment get one checkpoint per size', async () => {
  const { ledger, ports, tenantId } = await openTestLedger()
  const other = makeLedger(ports)
  await ledger.append(tenantId, factsOf(2))
  const signed = await Promise.all([
    ...Array.from({ length: 8 }, (_, at) => (at % 2 === 0 ? ledger : other).checkpoint(tenantId)),
    ledger.append(tenantId, factsOf(1)).then(() => other.checkpoint(tenantId)),
  ])
  const rootsBySize = new Map<number, Set<string>>()
  for (const { size, root } of signed)
    rootsBySize.set(size, (rootsBySize.get(size) ?? new Set()).add(root))
  assert.ok([...rootsBySize.values()].every((roots) => roots.size === 1))
  assert.equal(Math.max(...rootsBySize.keys()), 3)
  assert.ok((await ledger.verifyLog(tenantId, {})).ok)
})

test('a checkpoint note given to verification must be this log’s own, and is held against it', async () => {
  const { ledger, tenantId } = await openTestLedger()
  const stranger = await openTestLedger()
  await ledger.append(tenantId, factsOf(5))
  await stranger.ledger.append(stranger.tenantId, factsOf(5))
  const mine = await ledger.checkpoint(tenantId)
  await ledger.append(tenantId, factsOf(5))
  const verdict = await ledger.verifyLog(tenantId, { checkpoint: mine.note, limit: 1 })
  assert.ok(verdict.ok)
  assert.equal(verdict.checked.entries, 10)
  const theirs = await stranger.ledger.checkpoint(stranger.tenantId)
  await assert.rejects(ledger.verifyLog(tenantId, { checkpoint: theirs.note }), {
    code: 'LEDGER_ENTRY_REFUSED',
  })
  await assert.rejects(ledger.verifyLog(tenantId, { checkpoint: 'no note' }), {
    code: 'LEDGER_ENTRY_REFUSED',
  })
})

function dataOf<T>(answer: RouteAnswer): T {
  assert.ok('data' in answer)
  return answer.data as T
}

test('the routes append a note, list it, verify, sign and prove it to somebody without the server', async () => {
  const { ledger, tenantId } = await openTestLedger()
  const routes = makeLedgerRoutes(ledger)
  const call = async (
    method: string,
    path: string,
    input: CalledWith = {},
  ): Promise<RouteAnswer> => {
    const route = routes.find((each) => each.method === method && each.path === path)
    assert.ok(route, `${method} ${path}`)
    return callRoute(route, { id: 'p-1', tenantId }, input)
  }
  const appended = await call('POST', '/v1/ledger/entries', {
    body: { subject: 'harbour@2.1.0', payload: { text: 'hello' } },
  })
  assert.equal(appended.status, 201)
  await ledger.append(tenantId, [aFact({ subject: 'other@1.0.0' })])
  const listed = dataOf<{
    entries: { seq: number; body: { type: string; actor: string } }[]
    nextSeq: null
  }>(
    await call('GET', '/v1/ledger/entries', {
      query: { from: '0', limit: '10', subject: 'harbour@2.1.0' },
    }),
  )
  assert.deepEqual(
    listed.entries.map((entry) => [entry.seq, entry.body.type, entry.body.actor]),
    [[0, 'note.appended', 'p-1']],
  )
  const newest = await call('GET', '/v1/ledger/entries', { query: { order: 'newest', limit: '1' } })
  const { entries, nextSeq } = dataOf<{ entries: { seq: number }[]; nextSeq: number }>(newest)
  assert.deepEqual([entries.map(({ seq }) => seq), nextSeq], [[1], 1])
  await assert.rejects(call('GET', '/v1/ledger/proofs/:seq', { params: { seq: '0' } }), {
    code: 'LEDGER_ENTRY_UNKNOWN',
  })
  await assert.rejects(call('GET', '/v1/ledger/checkpoint'), { code: 'LEDGER_ENTRY_UNKNOWN' })
  assert.equal((await call('POST', '/v1/ledger/checkpoints')).status, 201)
  const { noteKey } = dataOf<{ noteKey: string }>(await call('GET', '/v1/ledger/checkpoint'))
  const { tlogProof, leaf } = dataOf<{ tlogProof: string; leaf: string }>(
    await call('GET', '/v1/ledger/proofs/:seq', { params: { seq: '0' } }),
  )
  const verdict = dataOf<{ ok: boolean; scope: string }>(
    await call('POST', '/v1/ledger/verify', {}),
  )
  assert.ok(verdict.ok && verdict.scope.startsWith('consistent-with-checkpoint 2,'))
  // From here on nothing of the server is used.
  const key = parseNoteKey(nodeDigest, noteKey)
  const proof = parseTlogProof(tlogProof)
  assert.ok(key.ok && proof.ok)
  const checkpoint = await openCheckpoint(nodeVerifier, proof.value.checkpoint, key.value)
  assert.ok(checkpoint.ok)
  const leafHash = nodeDigest.sha256(new Uint8Array([0, ...bytesOfBase64(leaf)]))
  const { size, root } = checkpoint.value
  assert.ok(
    verifyInclusion(nodeDigest, {
      leafHash,
      seq: proof.value.index,
      size,
      root,
      proof: proof.value.hashes,
    }),
  )
})

test('the routes refuse what is no note, and say which field', async () => {
  const { ledger, tenantId } = await openTestLedger()
  const [append, list, verify, prove] = makeLedgerRoutes(ledger)
  const principal = { id: 'p-1', tenantId }
  const bodies: readonly (readonly [unknown, RegExp])[] = [
    [{ type: 'release.decided', subject: 'x', payload: 1 }, /"type"/],
    [{ type: 'tenant.created', subject: 'x', payload: 1 }, /"type"/],
    [{ subject: 'x' }, /"payload"/],
    [{ subject: '', payload: 1 }, /"subject"/],
    [{ subject: 'a\nb', payload: 1 }, /"subject"/],
    [{ subject: 'x', payload: 1, actor: 'p-2' }, /actor/],
    [{ subject: 'x', payload: 1, id: 'not-a-uuid' }, /id/],
    [undefined, /expected object/],
  ]
  for (const [body, message] of bodies) {
    await assert.rejects(callRoute(append!, principal, { body }), { message }, JSON.stringify(body))
  }
  await assert.rejects(callRoute(list!, principal, { query: { limit: '0' } }), /limit/)
  await assert.rejects(callRoute(list!, principal, { query: { from: '-1' } }), /from/)
  await assert.rejects(callRoute(verify!, principal, { body: { limit: 0 } }), /limit/)
  await assert.rejects(callRoute(prove!, principal, { params: { seq: '1e3' } }), /seq/)
  assert.equal((await ledger.verifyLog(tenantId, {})).size, 0)
})
