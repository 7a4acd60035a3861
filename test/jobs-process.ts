// A worker as a process of its own, for tests that kill it: each job writes its row, and some take their time.
import { jobSlice, makeJobs, makeJobWorker } from '../src/job/index.ts'
import {
  openPostgres,
  openPostgresPubSub,
  systemClock,
  systemRandom,
} from '../src/platform/index.ts'
import { aKind, SILENT_LOG } from './jobs.ts'

const [url = '', name = jobSlice.name] = process.argv.slice(2)
const sql = await openPostgres({ url, poolSize: 4 })
const pubSub = openPostgresPubSub(url)
const ports = { sql, clock: systemClock, random: systemRandom, pubSub, log: SILENT_LOG }
const kind = aKind({
  name,
  workerLimit: 4,
  tenantLimit: 6,
  attemptLimit: 5,
  async run({ id, tenantId }) {
    await systemClock.sleep(20)
    await sql.transaction('system', (tx) =>
      tx.query('insert into job_test_effect (job_id, tenant_id, pid) values ($1::uuid, $2, $3)', [
        id,
        tenantId,
        process.pid,
      ]),
    )
    return undefined
  },
})
const worker = makeJobWorker({ ...ports, jobs: makeJobs(ports) }, [kind])
await worker.start()
process.stdout.write('working\n')
process.once('SIGTERM', () => {
  worker
    .stop()
    .then(() => pubSub.close())
    .then(() => sql.close())
    .catch((error: unknown) => {
      process.stderr.write(`${String(error)}\n`)
      process.exitCode = 1
    })
})
