// Workers killed with kill -9 in the middle of their jobs: nothing is lost, and no tenant gets more at once than its limit.
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { randomUUID } from 'node:crypto'
import { test } from 'node:test'
import type { TestContext } from 'node:test'
import { fileURLToPath } from 'node:url'
import pg from 'pg'
import { jobSlice, makeJobs } from '../../src/job/index.ts'
import {
  migrateUp,
  openPostgres,
  openPostgresPubSub,
  systemClock,
  systemRandom,
} from '../../src/platform/index.ts'
import { freshTenant } from '../database.ts'
import { until } from '../jobs.ts'
import { openWorkplace } from '../e2e/command-line.ts'

const PROGRAM = fileURLToPath(new URL('../jobs-process.ts', import.meta.url))
const JOB_COUNT = 600

async function openStand(t: TestContext, admin: string) {
  const name = `seaworthy_faults_${randomUUID().slice(0, 8)}`
  const client = new pg.Client({ connectionString: admin })
  await client.connect()
  await client.query(`create database ${name}`)
  const url = new URL(admin)
  url.pathname = `/${name}`
  const sql = await openPostgres({ url: url.href, poolSize: 4 })
  const pubSub = openPostgresPubSub(url.href)
  const { migrations } = jobSlice
  assert.ok(migrations)
  await migrateUp(sql, [{ name: 'job', migrations }])
  await sql.transaction('system', (tx) =>
    tx.query('create table job_test_effect (job_id uuid, tenant_id text, pid int)'),
  )
  t.after(async () => {
    await pubSub.close()
    await sql.close()
    await client.query(`drop database ${name} with (force)`)
    await client.end()
  })
  const jobs = makeJobs({ clock: systemClock, random: systemRandom, pubSub })
  return { sql, jobs, url: url.href, tenantId: await freshTenant(sql) }
}

async function startWorker(t: TestContext, url: string, kind: string): Promise<ChildProcess> {
  const child = spawn(process.execPath, [PROGRAM, url, kind], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  t.after(() => child.kill('SIGKILL'))
  await once(child.stdout, 'data')
  return child
}

test('two workers, one killed in the middle: the other ends every job, and the limit of a tenant holds', async (t) => {
  const admin = process.env['SEAWORTHY_TEST_PG_URL']
  if (admin === undefined) {
    t.skip('SEAWORTHY_TEST_PG_URL is not set')
    return
  }
  const { sql, jobs, url, tenantId } = await openStand(t, admin)
  const kind = 'test.effect'
  const doomed = await startWorker(t, url, kind)
  const survivor = await startWorker(t, url, kind)
  const wishes = Array.from({ length: JOB_COUNT }, () => ({ tenantId, kind }))
  const ids = await sql.transaction({ tenantId }, (tx) => jobs.enqueue(tx, wishes))
  const count = async (text: string): Promise<number> => {
    const [row] = await sql.transaction('system', (tx) => tx.query<{ count: number }>(text))
    return row!.count
  }
  let most = 0
  const watch = async (): Promise<void> => {
    const active = `select count(*) as count from job_item where state = 'active'`
    most = Math.max(most, await count(active))
  }
  const doneBy = `select count(distinct pid) as count from job_test_effect`
  await until(async () => {
    await watch()
    return (await count(doneBy)) === 2
  }, 'work by both')
  doomed.kill('SIGKILL')
  await once(doomed, 'exit')
  const left = `select count(*) as count from job_item where state <> 'done'`
  assert.ok((await count(left)) > 0, 'it was killed in the middle')
  await until(async () => {
    await watch()
    return (await count(left)) === 0
  }, 'the end of every job')
  const effects = await sql.transaction('system', (tx) =>
    tx.query<{ job_id: string }>('select distinct job_id from job_test_effect'),
  )
  assert.deepEqual(effects.map(({ job_id }) => job_id).toSorted(), [...ids].toSorted())
  assert.ok(most > 0 && most <= 6, `${most} at once`)
  // Killed between two batches it held nothing, and is missed by nobody until it has been silent for long.
  const workers = 'select count(*) as count from job_worker'
  await until(async () => (await count(workers)) === 1, 'the end of the one that was killed')
  survivor.kill('SIGTERM')
  const [code] = (await once(survivor, 'exit')) as [number | null]
  assert.equal(code, 0)
  assert.equal(await count(workers), 0)
})

test('an embedded server killed before it carried out a job does so after its next start', async (t) => {
  const place = openWorkplace()
  t.after(() => place.remove())
  await place.ask(['ledger', 'append', 'in port'])
  const asked = await place.ask<{ id: string; state: string }>(['jobs', 'run', 'ledger.checkpoint'])
  assert.deepEqual([asked.exit, asked.data.state], [0, 'ready'])
  const { child, ended } = place.start(['serve', '--port', '0'])
  await once(child.stderr!, 'data')
  child.kill('SIGKILL')
  await ended
  const served = await place.serve()
  t.after(() => served.stop())
  await until(async () => {
    const { data } = await place.ask<{ state: string; result: { size: number } }>([
      'jobs',
      'show',
      asked.data.id,
    ])
    return data.state === 'done' && data.result.size >= 1
  })
})
