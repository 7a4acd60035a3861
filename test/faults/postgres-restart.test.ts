// PostgreSQL restarted under load, orderly and as in a crash: refusals are problem documents, nothing acknowledged is lost, nobody restarts the server.
import assert from 'node:assert/strict'
import test from 'node:test'
import { clusterMissing, startCluster } from '../cluster.ts'
import { askServer, assertUnavailable, openDeployment, readIds, writeNotes } from '../deployment.ts'
import { until } from '../jobs.ts'

test(
  'PostgreSQL is restarted twice under load: what was acknowledged is there, what was refused says so, and the server goes on',
  { skip: clusterMissing ?? false },
  async (t) => {
    const cluster = await startCluster()
    t.after(() => cluster.remove())
    const { first, key } = await openDeployment(t, { SEAWORTHY_DATABASE_URL: cluster.url })
    const load = writeNotes([first.url], key, 6)
    for (const mode of ['fast', 'immediate'] as const) {
      const before = load.acknowledged.length
      await until(() => load.acknowledged.length >= before + 20, 'writes before the restart')
      await cluster.restart(mode)
      const atRestart = load.acknowledged.length
      await until(() => load.acknowledged.length >= atRestart + 20, 'writes after the restart')
    }
    await cluster.stop()
    const refusedBefore = load.refused.length
    await until(() => load.refused.length > refusedBefore, 'a refusal while nothing answers')
    await until(
      async () => (await askServer(first.url, key, '/health/ready')).status === 503,
      'a server that says that it is not ready',
    )
    await cluster.start()
    const atStart = load.acknowledged.length
    await until(() => load.acknowledged.length > atStart, 'writes after the start')
    await load.end()
    for (const answer of load.refused) assertUnavailable(answer)
    const ids = await readIds(first.url, key)
    assert.deepEqual(
      load.acknowledged.filter((id) => !ids.has(id)),
      [],
    )
    const verified = await askServer(first.url, key, '/v1/ledger/verify', {})
    assert.match(verified.body, /"ok":true/)
    t.diagnostic(`${load.acknowledged.length} acknowledged, ${load.refused.length} refused`)
    const ended = await first.stop()
    assert.equal(ended.exit, 0, ended.stderr)
  },
)
