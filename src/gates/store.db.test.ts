// Attempts are announced and recorded once, in open runs; one statement answers all of it.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { freshTenant, openTestSql } from '../../test/database.ts'
import type { ContentDigest, SqlTx } from '../kernel/index.ts'
import { insertRun, updateRunFinished } from './run-store.ts'
import { insertIntent, insertResult } from './store.ts'
import type { StoredResult } from './store.ts'

const AT = '2026-11-21T10:00:00.000Z'
const LATER = '2026-11-21T11:00:00.000Z'
const DIGEST: ContentDigest = `sha256:${'a'.repeat(64)}`
const RUN = 'run-1'

const sql = await openTestSql([
  { name: 'gates', migrations: new URL('./migrations/', import.meta.url) },
])

/** A tenant with one open run; `work` gets a transaction of it. */
async function openRun(): Promise<
  <T>(work: (tx: SqlTx, tenantId: string) => Promise<T>) => Promise<T>
> {
  const tenantId = await freshTenant(sql)
  await sql.transaction({ tenantId }, (tx) =>
    insertRun(tx, tenantId, {
      runId: RUN,
      planHash: DIGEST,
      service: 'harbour',
      version: '1.0.0',
      terms: { parameters: {}, confirmed: [] },
      subject: { service: 'harbour', version: '1.0.0', environment: 'test', digests: {} },
      startedAt: AT,
      finishedAt: null,
      isWaiting: false,
    }),
  )
  return (work) => sql.transaction({ tenantId }, (tx) => work(tx, tenantId))
}

function resultOf(attempt: number): StoredResult {
  return {
    gate: 'a/b',
    attempt,
    judgement: { status: 'PASS', reason: 'it held', assertions: [], slots: {}, toggles: {} },
    evidence: [],
    statement: DIGEST,
    finishedAtMs: Date.parse(AT),
  }
}

const intent = { runId: RUN, gate: 'a/b', attempt: 1 }
const added = { isAdded: true, isIntended: true, finishedAt: null }

test('an attempt is announced once and recorded once', async () => {
  const inRun = await openRun()
  const announce = (): Promise<unknown> =>
    inRun((tx, tenantId) => insertIntent(tx, tenantId, intent, AT, false))
  const record = (): Promise<unknown> =>
    inRun((tx, tenantId) => insertResult(tx, tenantId, RUN, resultOf(1), AT, false))
  const isHeld = true
  assert.deepEqual(await announce(), { ...added, isHeld })
  assert.deepEqual(await announce(), { ...added, isAdded: false, isIntended: false, isHeld })
  assert.deepEqual(await record(), added)
  assert.deepEqual(await record(), { isAdded: false, isIntended: true, finishedAt: null })
})

test('a result whose attempt was not announced is not recorded, however large its number', async () => {
  const inRun = await openRun()
  for (const attempt of [1, 2 ** 31, Number.MAX_SAFE_INTEGER]) {
    const outcome = await inRun((tx, tenantId) =>
      insertResult(tx, tenantId, RUN, resultOf(attempt), AT, false),
    )
    assert.deepEqual(outcome, { isAdded: false, isIntended: false, finishedAt: null })
  }
})

test('a finished run takes no attempt and no result but what is allowed late', async () => {
  const inRun = await openRun()
  await inRun((tx, tenantId) => insertIntent(tx, tenantId, intent, AT, false))
  assert.equal(await inRun((tx, tenantId) => updateRunFinished(tx, tenantId, RUN, LATER)), true)
  const second = { ...intent, attempt: 2 }
  const outcomes = await inRun(async (tx, tenantId) => [
    await insertResult(tx, tenantId, RUN, resultOf(1), AT, false),
    await insertIntent(tx, tenantId, second, AT, false),
    await insertIntent(tx, tenantId, second, AT, true),
    await insertResult(tx, tenantId, RUN, resultOf(2), AT, true),
  ])
  assert.deepEqual(outcomes, [
    { isAdded: false, isIntended: true, finishedAt: LATER },
    { isAdded: false, isIntended: false, isHeld: true, finishedAt: LATER },
    { isAdded: true, isIntended: true, isHeld: true, finishedAt: LATER },
    { isAdded: true, isIntended: true, finishedAt: LATER },
  ])
})

test('another tenant can neither announce nor record in a run that is not its own', async () => {
  const inRun = await openRun()
  await inRun((tx, tenantId) => insertIntent(tx, tenantId, intent, AT, false))
  const stranger = await freshTenant(sql)
  const outcomes = await sql.transaction({ tenantId: stranger }, async (tx) => [
    await insertIntent(tx, stranger, { ...intent, attempt: 2 }, AT, true),
    await insertResult(tx, stranger, RUN, resultOf(1), AT, true),
  ])
  assert.deepEqual(
    outcomes.map(({ isAdded, isIntended, finishedAt }) => ({ isAdded, isIntended, finishedAt })),
    outcomes.map(() => ({ isAdded: false, isIntended: false, finishedAt: null })),
  )
})
