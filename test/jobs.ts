// Workers over the test database, with the real clock and kinds that each test makes for itself.
import { randomUUID } from 'node:crypto'
import type { TestContext } from 'node:test'
import { jobSlice, makeJobDesk, makeJobs, makeJobWorker } from '../src/job/index.ts'
import type { JobWorker } from '../src/job/index.ts'
import type { JobKind, Jobs, JobWish, Log, Principal, PubSub, Sql } from '../src/kernel/index.ts'
import type { Ledger } from '../src/ledger/index.ts'
import { openLocalPubSub, systemClock } from '../src/platform/index.ts'
import { nodeRandom } from './crypto.ts'
import { freshTenant, openTestSql } from './database.ts'
import { openTestLedger } from './ledger.ts'

const ignore = (): undefined => undefined
export const SILENT_LOG: Log = { info: ignore, warn: ignore, error: ignore }
const WAIT_LIMIT_MS = 180_000
const LOOK_MS = 5

export interface Yard {
  readonly sql: Sql
  readonly ledger: Ledger
  readonly pubSub: PubSub
  readonly jobs: Jobs
  readonly tenantId: string
  readonly principal: Principal
  desk(kinds: readonly JobKind[]): ReturnType<typeof makeJobDesk>
  /** Started, and stopped with the test. @param over the database as this worker has it */
  work(t: TestContext, kinds: readonly JobKind[], over?: Sql): Promise<JobWorker>
  enqueue(
    wishes: readonly Omit<JobWish, 'tenantId'>[],
    tenantId?: string,
  ): Promise<readonly string[]>
  anotherTenant(): Promise<string>
}

/** A fresh tenant, and words that are passed on in this process only: what a test must not need to be told, it is not. */
export async function openYard(): Promise<Yard> {
  const { ledger, tenantId } = await openTestLedger()
  const migrations = jobSlice.migrations
  if (migrations === undefined) throw new Error('expected background work to have migrations')
  const sql = await openTestSql([{ name: 'job', migrations }])
  const pubSub = openLocalPubSub()
  const ports = { sql, clock: systemClock, random: nodeRandom, pubSub, ledger, log: SILENT_LOG }
  const jobs = makeJobs(ports)
  return {
    sql,
    ledger,
    pubSub,
    jobs,
    tenantId,
    principal: { id: 'operator', tenantId },
    desk: (kinds) => makeJobDesk(ports, jobs, kinds),
    async work(t, kinds, over = sql) {
      const worker = makeJobWorker({ ...ports, sql: over, jobs }, kinds)
      await worker.start()
      t.after(() => worker.stop())
      return worker
    },
    enqueue: (wishes, of = tenantId) =>
      sql.transaction({ tenantId: of }, (tx) =>
        jobs.enqueue(
          tx,
          wishes.map((wish) => ({ ...wish, tenantId: of })),
        ),
      ),
    anotherTenant: () => freshTenant(sql),
  }
}

/** A kind that nobody else has. */
export function aKind(changed: Partial<JobKind> & Pick<JobKind, 'run'>): JobKind {
  return {
    name: `test.${randomUUID()}`,
    summary: 'Of a test',
    workerLimit: 50,
    attemptLimit: 3,
    timeLimitMs: 60_000,
    keptDoneMs: 600_000,
    ...changed,
  }
}

/** Resolves once it holds. */
export async function until(
  holds: () => boolean | Promise<boolean>,
  what = 'what the test waits for',
): Promise<void> {
  const limit = systemClock.monotonicMs() + WAIT_LIMIT_MS
  while (!(await holds())) {
    if (systemClock.monotonicMs() > limit) throw new Error(`${what} did not come`)
    await systemClock.sleep(LOOK_MS)
  }
}
