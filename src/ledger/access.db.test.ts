// Reading and the walls around a log: search, proofs, row security, the checks in the database itself.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { nodeDigest } from '../../test/crypto.ts'
import { freshTenant } from '../../test/database.ts'
import { aFact, factsOf, openTestLedger } from '../../test/ledger.ts'
import { bytesOfHex, hexOf } from '../kernel/index.ts'
import type { SqlTx, SqlValue } from '../kernel/index.ts'
import { verifyInclusion } from '../proof/index.ts'
import type { EntryQuery } from './model.ts'

test('an unknown tenant gets no log', async () => {
  const { ledger } = await openTestLedger()
  await assert.rejects(ledger.append('nobody', [aFact()]), { code: 'LEDGER_TENANT_UNKNOWN' })
  await assert.rejects(ledger.verifyLog('nobody', {}), { code: 'LEDGER_TENANT_UNKNOWN' })
  await assert.rejects(ledger.list('nobody', {}), { code: 'LEDGER_TENANT_UNKNOWN' })
})

test('entries are found by type and subject, page by page', async () => {
  const { ledger, tenantId } = await openTestLedger()
  // The decoy has the wanted text in another member, where a search for bytes would find it too.
  const decoy = aFact({ subject: 'x', actor: '"subject":"harbour@2.1.0"' })
  await ledger.append(tenantId, [
    aFact(),
    decoy,
    aFact({ type: 'note.changed' }),
    aFact(),
    aFact({ subject: 'other@1.0.0' }),
  ])
  const bySubject = await ledger.list(tenantId, { subject: 'harbour@2.1.0' })
  assert.deepEqual(
    bySubject.entries.map((entry) => entry.seq),
    [0, 2, 3],
  )
  const byBoth = await ledger.list(tenantId, { subject: 'harbour@2.1.0', type: 'note.appended' })
  assert.deepEqual(
    byBoth.entries.map((entry) => entry.seq),
    [0, 3],
  )
  const seen: number[] = []
  let fromSeq: number | undefined = 0
  for (let page = 0; fromSeq !== undefined && page < 10; page++) {
    const next = await ledger.list(tenantId, { fromSeq, limit: 2 })
    seen.push(...next.entries.map((entry) => entry.seq))
    fromSeq = next.nextSeq
  }
  assert.deepEqual(seen, [0, 1, 2, 3, 4])
  await assert.rejects(ledger.list(tenantId, { limit: 0 }), { code: 'LEDGER_ENTRY_REFUSED' })
})

test('the newest entries come first where that is asked for, narrowed or not, and each once', async () => {
  const { ledger, tenantId } = await openTestLedger()
  const facts = [0, 1, 2, 3, 4].map((at) => aFact(at % 2 === 0 ? {} : { type: 'note.changed' }))
  await ledger.append(tenantId, facts)
  const walk = async (query: EntryQuery): Promise<readonly number[][]> => {
    const pages: number[][] = []
    let beforeSeq: number | undefined
    do {
      const more = beforeSeq === undefined ? {} : { beforeSeq }
      const page = await ledger.list(tenantId, { isNewestFirst: true, ...query, ...more })
      pages.push(page.entries.map(({ seq }) => seq))
      beforeSeq = page.nextSeq
      // What is added meanwhile moves nothing.
      await ledger.append(tenantId, [aFact({ subject: 'later@1.0.0' })])
    } while (beforeSeq !== undefined && pages.length < 10)
    return pages
  }
  const subject = 'harbour@2.1.0'
  assert.deepEqual(await walk({ limit: 2 }), [[4, 3], [2, 1], [0]])
  assert.deepEqual(await walk({ limit: 2, subject, type: 'note.appended' }), [[4, 2], [0]])
  assert.deepEqual(await walk({ limit: 1, subject, type: 'note.changed' }), [[3], [1], []])
  const between = { fromSeq: 1, beforeSeq: 4, limit: 2 }
  const down = await ledger.list(tenantId, { ...between, isNewestFirst: true })
  const up = await ledger.list(tenantId, between)
  assert.deepEqual([down.entries.map(({ seq }) => seq), down.nextSeq], [[3, 2], 2])
  assert.deepEqual([up.entries.map(({ seq }) => seq), up.nextSeq], [[1, 2], 3])
  const whole = await ledger.list(tenantId, { fromSeq: 1, beforeSeq: 3, limit: 2 })
  assert.equal(whole.nextSeq, undefined)
  await assert.rejects(ledger.list(tenantId, { beforeSeq: -1 }), { code: 'LEDGER_ENTRY_REFUSED' })
})

test('a tenant sees, appends to and opens no log but its own', async () => {
  const { ledger, sql, tenantId } = await openTestLedger()
  const neighbour = await freshTenant(sql)
  await ledger.append(tenantId, [aFact()])
  const asNeighbour = <T>(work: (tx: SqlTx) => Promise<T>): Promise<T> =>
    sql.transaction({ tenantId: neighbour }, work)
  for (const table of [
    'log',
    'head',
    'entry',
    'idem',
    'tile',
    'checkpoint',
    'payload',
    'subject',
  ]) {
    assert.deepEqual(
      await asNeighbour((tx) => tx.query(`select * from ledger_${table}`)),
      [],
      table,
    )
  }
  await assert.rejects(
    asNeighbour((tx) => ledger.appendInTx(tx, tenantId, [aFact()])),
    { details: { sqlstate: '42501' } },
  )
  await assert.rejects(
    asNeighbour((tx) =>
      tx.query('select ledger_open($1, $2, $3)', [tenantId, 'x', new Uint8Array(32)]),
    ),
    /current tenant/,
  )
  await assert.rejects(
    asNeighbour((tx) => tx.query('select validate_hash_chain($1)', [tenantId])),
    /known tenant/,
  )
})

test('the application role can change entries by no statement', async () => {
  const { ledger, sql, tenantId } = await openTestLedger()
  await ledger.append(tenantId, factsOf(2))
  const statements = [
    'update ledger_entry set leaf_hash = leaf_hash',
    'delete from ledger_entry',
    'truncate ledger_entry',
    'insert into ledger_entry (log_id, seq, leaf, leaf_hash) select log_id, 2, leaf, leaf_hash from ledger_entry',
    'update ledger_head set size = 0',
    'delete from ledger_checkpoint',
    'delete from ledger_payload',
    'update ledger_dek set wrapped = null',
    'delete from ledger_dek',
    'update ledger_subject set entries = entries + 1',
    'delete from ledger_subject',
    "update ledger_log set state = 'sealed'",
  ]
  for (const statement of statements) {
    await assert.rejects(
      sql.transaction({ tenantId }, (tx) => tx.query(statement)),
      /permission denied/,
      statement,
    )
  }
  const frozen = [
    'update ledger_entry set leaf_hash = leaf_hash',
    'delete from ledger_entry',
    'truncate ledger_entry',
    'delete from ledger_log',
    'delete from ledger_subject',
    'truncate ledger_subject',
  ]
  for (const statement of frozen) {
    await assert.rejects(
      sql.transaction('system', (tx) => tx.query(statement)),
      { details: { sqlstate: 'SWL01' } },
      statement,
    )
  }
})

test('the database refuses leaves that do not continue the log, whoever sends them', async () => {
  const { ledger, sql, tenantId } = await openTestLedger()
  await ledger.append(tenantId, factsOf(1))
  const { entries } = await ledger.list(tenantId, {})
  const good = hexOf(entries[0]!.leaf)
  const send = (size: number, leaf: string, frontierBytes = 32, key = 1): Promise<unknown> =>
    sql.transaction({ tenantId }, (tx) =>
      tx.query(
        'select ledger_append((select log_id from ledger_log), $1, $2, $3, $4, $5, $6, $7, $8, $9)',
        [
          size,
          new Uint8Array(frontierBytes),
          bytesOfHex(leaf),
          [leaf.length / 2],
          new Uint8Array(32),
          [32],
          [key],
          [''],
          new Uint8Array(32),
        ],
      ),
    )
  const second = `535702000000000000000001${good.slice(24, 40)}${hexOf(entries[0]!.leafHash)}7b7d`
  await assert.rejects(send(0, good), { details: { sqlstate: '40001' } })
  await assert.rejects(send(1, good), { details: { sqlstate: 'SWL04' } })
  await assert.rejects(send(1, second.replace('53570200', '53570300')), {
    details: { sqlstate: 'SWL04' },
  })
  await assert.rejects(send(1, second.replace(good.slice(24, 40), '0000000000000000')), {
    details: { sqlstate: 'SWL04' },
  })
  await assert.rejects(send(1, second, 64), { details: { sqlstate: 'SWL04' } })
  await assert.rejects(send(1, second, 32, 2), { details: { sqlstate: '40001' } })
  await send(1, second)
})

test('proofs of every entry and size hold across the first full tiles', async () => {
  const { ledger, tenantId } = await openTestLedger()
  await ledger.append(tenantId, factsOf(600))
  let provenCount = 0
  for (const size of [1, 2, 255, 256, 257, 511, 512, 513, 600]) {
    for (const seq of [0, 1, 254, 255, 256, 300, 511, 512, 599].filter((each) => each < size)) {
      const { leafHash, root, proof } = await ledger.proveInclusion(tenantId, seq, size)
      assert.ok(
        verifyInclusion(nodeDigest, { leafHash, seq, size, root, proof }),
        `${seq} in ${size}`,
      )
      provenCount++
    }
  }
  assert.ok(provenCount > 40)
  const verdict = await ledger.verifyLog(tenantId, {})
  assert.ok(verdict.ok)
  assert.equal(verdict.checked.tiles, 2)
  assert.deepEqual(
    Buffer.from((await ledger.proveInclusion(tenantId, 0, 600)).root).toString('base64'),
    verdict.root,
  )
  await assert.rejects(ledger.proveInclusion(tenantId, 600, 600), { code: 'LEDGER_ENTRY_UNKNOWN' })
  await assert.rejects(ledger.proveInclusion(tenantId, 0, 601), { code: 'LEDGER_ENTRY_UNKNOWN' })
  await assert.rejects(ledger.proveConsistency(tenantId, 0, 5), { code: 'LEDGER_ENTRY_UNKNOWN' })
})

test('the deployment itself may append to any tenant’s log', async () => {
  const { ledger, sql, tenantId } = await openTestLedger()
  const [entry] = await sql.transaction('system', (tx) =>
    ledger.appendInTx(tx, tenantId, [aFact()]),
  )
  assert.equal(entry!.seq, 0)
  const { entries } = await ledger.list(tenantId, {})
  assert.deepEqual(entries[0]!.leafHash, entry!.leafHash)
})

test('knowing the number of another tenant’s log opens none of the functions that write', async () => {
  const { ledger, sql, tenantId } = await openTestLedger()
  const neighbour = await freshTenant(sql)
  await ledger.append(tenantId, [aFact()])
  const [log] = await sql.transaction({ tenantId }, (tx) =>
    tx.query<{ log_id: number }>('select log_id from ledger_log'),
  )
  const none = new Uint8Array(32)
  const at = '2026-11-21T00:00:00.000Z'
  const asNeighbour = (text: string, values: readonly SqlValue[]): Promise<unknown> =>
    sql.transaction({ tenantId: neighbour }, (tx) => tx.query(text, values))
  const calls: readonly (readonly [string, readonly SqlValue[]])[] = [
    ['select * from ledger_lock($1)', [tenantId]],
    [
      'select ledger_append($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)',
      [log!.log_id, 1, none, none, [32], none, [32], [1], [''], none],
    ],
    ['select ledger_add_keys($1, $2, $3, $4, $5)', [tenantId, [9], ['tenant'], ['00'], ['00']]],
    ['select ledger_record_checkpoint($1, $2, $3, $4, $5)', [log!.log_id, 1, none, 'note', at]],
  ]
  for (const [text, values] of calls) {
    await assert.rejects(asNeighbour(text, values), { details: { sqlstate: '42501' } }, text)
  }
})
