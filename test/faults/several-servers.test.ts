// Two servers and two workers on one PostgreSQL and one Redis, one worker killed: everything acknowledged by either server is delivered.
import assert from 'node:assert/strict'
import test from 'node:test'
import { clusterMissing, startCluster } from '../cluster.ts'
import { askServer, openDeployment, readIds, writeNotes } from '../deployment.ts'
import { until } from '../jobs.ts'
import { redisMissing, startRedis } from '../redis.ts'
import { openReceiver } from '../webhooks.ts'

test(
  'two servers and two workers share one deployment: what either acknowledges is in one log and is delivered, also when a worker is killed',
  { skip: clusterMissing ?? redisMissing ?? false },
  async (t) => {
    const cluster = await startCluster()
    t.after(() => cluster.remove())
    const redis = await startRedis()
    t.after(() => redis.kill())
    const { url: receiverUrl, received } = await openReceiver(t)
    const deployment = await openDeployment(t, {
      SEAWORTHY_DATABASE_URL: cluster.url,
      SEAWORTHY_REDIS_URL: `redis://127.0.0.1:${redis.port}/0`,
      SEAWORTHY_WEBHOOK_LOOPBACK: 'yes',
    })
    const { key, place, first } = deployment
    const [second] = [await deployment.serve(), deployment.work(), deployment.work()]
    const doomed = deployment.work()
    await place.ask(['webhook', 'create', receiverUrl, '--kind', 'note.*'])
    const urls = [first.url, second.url]
    const load = writeNotes(urls, key, 4)
    await until(() => load.acknowledged.length >= 60, 'writes')
    doomed.child.kill('SIGKILL')
    const atKill = load.acknowledged.length
    await until(() => load.acknowledged.length >= atKill + 60, 'writes after the kill')
    await load.end()
    assert.deepEqual(load.refused, [])
    const [here, there] = [await readIds(urls[0]!, key), await readIds(urls[1]!, key)]
    assert.deepEqual([...here], [...there])
    assert.deepEqual(
      load.acknowledged.filter((id) => !here.has(id)),
      [],
    )
    const wanted = new Set(load.acknowledged.map((id) => `evt_${id.replaceAll('-', '')}`))
    await until(() => {
      for (const { headers } of received) wanted.delete(headers['webhook-id']!)
      return wanted.size === 0
    }, `deliveries of all ${load.acknowledged.length} notes`)
    for (const url of urls) {
      const verified = await askServer(url, key, '/v1/ledger/verify', {})
      assert.match(verified.body, /"ok":true/)
    }
    t.diagnostic(`${load.acknowledged.length} notes, ${received.length} deliveries`)
  },
)
