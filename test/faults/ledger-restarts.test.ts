// PostgreSQL is restarted again and again under appends: each fact that was acknowledged is there once, at its place, and no fork is.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setTimeout as pause } from 'node:timers/promises'
import { hexOf, SeaworthyError, uuidV7 } from '../../src/kernel/index.ts'
import { ledgerSlice, makeLedger } from '../../src/ledger/index.ts'
import { migrateUp, openPostgres, systemClock } from '../../src/platform/index.ts'
import { clusterMissing, startCluster } from '../cluster.ts'
import { nodeDigest, nodeRandom, nodeVerifier, testSigner } from '../crypto.ts'
import { freshTenant } from '../database.ts'
import { until } from '../jobs.ts'
import { aFact, memoryGuard } from '../ledger.ts'
import { testPayloadKeys } from '../payload-keys.ts'

const RESTARTS = Number(process.env['SEAWORTHY_TEST_RESTARTS'] ?? '3')
const WRITERS = 16
/** Appends between two restarts. */
const BETWEEN = 100
const RETRY_PAUSE_MS = 20

test(
  'restarts under append load lose nothing acknowledged, fork nothing, and a repeated id stays one entry',
  { skip: clusterMissing ?? false },
  async (t) => {
    const cluster = await startCluster()
    t.after(() => cluster.remove())
    const sql = await openPostgres({ url: cluster.url, poolSize: 4 })
    t.after(() => sql.close())
    await migrateUp(sql, [{ name: 'ledger', migrations: ledgerSlice.migrations! }])
    const tenantId = await freshTenant(sql)
    const ledger = makeLedger({
      sql,
      clock: systemClock,
      random: nodeRandom,
      digest: nodeDigest,
      verifier: nodeVerifier,
      signer: testSigner('ed25519'),
      guard: memoryGuard(),
      payloadKeys: testPayloadKeys(),
      originPrefix: 'faults.example',
      producer: { producer: 'seaworthy-test', version: '0.0.0' },
    })
    const acknowledged = new Map<string, { readonly seq: number; readonly leafHash: string }>()
    const over = new AbortController()
    let failures = 0
    const write = async (writer: number): Promise<void> => {
      for (let n = 0; !over.signal.aborted; n++) {
        const id = uuidV7(systemClock.nowMs(), nodeRandom.bytes(10))
        const fact = aFact({ id, subject: `writer ${writer}`, payload: { n } })
        // Nobody knows how a try ended that lost its connection, so the same fact is sent until somebody says where it is.
        for (;;) {
          try {
            const [entry] = await ledger.append(tenantId, [fact])
            acknowledged.set(id, { seq: entry!.seq, leafHash: hexOf(entry!.leafHash) })
            break
          } catch (error) {
            if (!(error instanceof SeaworthyError)) throw error
            failures++
            await pause(RETRY_PAUSE_MS)
          }
        }
      }
    }
    const writing = Promise.all(Array.from({ length: WRITERS }, (_, writer) => write(writer)))
    writing.catch(() => undefined)
    const grow = (): Promise<unknown> => {
      const before = acknowledged.size
      return until(() => acknowledged.size >= before + BETWEEN, 'appends between two restarts')
    }
    await grow()
    for (let restart = 0; restart < RESTARTS; restart++) {
      await cluster.restart(restart % 2 === 0 ? 'immediate' : 'fast')
      await grow()
      // What is signed now must still be there after the next restart.
      await ledger.checkpoint(tenantId)
    }
    over.abort()
    await writing
    const verdict = await ledger.verifyLog(tenantId, {})
    assert.ok(verdict.ok, verdict.ok ? '' : verdict.reason)
    assert.equal(verdict.checked.entries, verdict.size)
    const stored = new Map<string, { readonly seq: number; readonly leafHash: string }[]>()
    for (let fromSeq = 0; fromSeq < verdict.size; fromSeq += 1_000)
      for (const entry of (await ledger.list(tenantId, { fromSeq, limit: 1_000 })).entries) {
        const { seq, leafHash, body } = entry
        stored.set(body.id, [...(stored.get(body.id) ?? []), { seq, leafHash: hexOf(leafHash) }])
      }
    const wrong = [...acknowledged].filter(
      ([id, place]) => JSON.stringify(stored.get(id)) !== JSON.stringify([place]),
    )
    assert.deepEqual(wrong, [])
    assert.equal(stored.size, verdict.size)
    assert.equal(acknowledged.size, verdict.size)
    // The ledger tries again by itself, so a restart may reach no writer; but it ends every connection that there is.
    const { lostConnections = 0 } = await sql.stats()
    assert.ok(lostConnections >= RESTARTS, `expected restarts to be felt, got ${lostConnections}`)
    t.diagnostic(
      `${RESTARTS} restarts, ${acknowledged.size} acknowledged of ${verdict.size} entries, ${failures} tries failed, ${lostConnections} connections lost`,
    )
  },
)
