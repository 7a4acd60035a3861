// Use cases of background work: ask for it, look at it, retry, cancel, schedule.
import { UUID_CHANCE_BYTES, uuidV7 } from '../kernel/index.ts'
import type {
  Clock,
  JobKind,
  Jobs,
  JobWish,
  Principal,
  PubSub,
  Random,
  Sql,
  SqlTx,
  Tracing,
} from '../kernel/index.ts'
import type { Ledger } from '../ledger/index.ts'
import { nextTimeMs, parseCron } from './cron.ts'
import { jobFault } from './errors.ts'
import { JOB_CHANNEL } from './model.ts'
import type { JOB_EVENTS, JobState, StoredJob, StoredSchedule } from './model.ts'
import { deleteSchedule, selectSchedules, upsertSchedule } from './schedule-store.ts'
import {
  insertJobs,
  isKeyOpen,
  selectJob,
  selectJobs,
  updateToCancel,
  updateToRetry,
} from './store.ts'
import type { JobFilter } from './store.ts'
import type { RowPage } from '../web/index.ts'

export interface JobPorts {
  readonly sql: Sql
  readonly clock: Clock
  readonly random: Random
  readonly pubSub: PubSub
  readonly ledger: Ledger
}

const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/

export function makeJobs(
  ports: Pick<JobPorts, 'clock' | 'random' | 'pubSub'> & { readonly tracing?: Tracing },
): Jobs {
  const { clock, random, pubSub, tracing } = ports
  return {
    async enqueue(tx, wishes) {
      if (wishes.length === 0) return []
      const nowMs = clock.nowMs()
      const trace = tracing?.current()
      const asked = oneOfEachKey(wishes).map((wish) =>
        trace === undefined ? wish : { trace, ...wish },
      )
      // In order, so that what is asked for first is done first.
      const ids = asked.map(() => uuidV7(nowMs, random.bytes(UUID_CHANCE_BYTES))).toSorted()
      const known = await insertJobs(
        tx,
        asked.map((wish, at) => ({ ...wish, id: ids[at]! })),
        nowMs,
      )
      const due = wishes.filter(({ dueMs }) => dueMs === undefined || dueMs <= nowMs)
      for (const kind of new Set(due.map((wish) => wish.kind)))
        await pubSub.publish(tx, JOB_CHANNEL, kind)
      return known
    },
  }
}

/** One statement must not touch a row twice. */
function oneOfEachKey(wishes: readonly JobWish[]): readonly JobWish[] {
  const kept = new Map<string | JobWish, JobWish>()
  for (const wish of wishes) {
    const name =
      wish.key === undefined ? wish : JSON.stringify([wish.tenantId, wish.kind, wish.key])
    const before = kept.get(name)
    if (before === undefined || (wish.dueMs ?? 0) < (before.dueMs ?? 0)) kept.set(name, wish)
  }
  return [...kept.values()]
}

/** What people do with jobs. */
export interface JobDesk {
  readonly kinds: readonly JobKind[]
  list(tenantId: string, filter: JobFilter, limit?: number): Promise<readonly StoredJob[]>
  /** @throws JOB_UNKNOWN */
  read(tenantId: string, id: string): Promise<StoredJob>
  /** @throws JOB_UNKNOWN, JOB_STATE_UNFIT */
  retry(principal: Principal, id: string): Promise<StoredJob>
  /** @throws JOB_UNKNOWN, JOB_STATE_UNFIT, JOB_CANCEL_REFUSED for a kind that nobody may ask for: what it carries would be lost */
  cancel(principal: Principal, id: string): Promise<StoredJob>
  /** Asks now for what could be scheduled. @throws JOB_KIND_UNKNOWN */
  ask(principal: Principal, kind: string): Promise<StoredJob>
  /** By name; every schedule, or one page. */
  schedules(tenantId: string, page?: RowPage): Promise<readonly StoredSchedule[]>
  /** @throws JOB_KIND_UNKNOWN, JOB_SCHEDULE_REFUSED */
  schedule(
    principal: Principal,
    wish: Pick<StoredSchedule, 'name' | 'kind' | 'cron'>,
  ): Promise<StoredSchedule>
  /** @throws JOB_UNKNOWN */
  unschedule(principal: Principal, name: string): Promise<void>
}

export function makeJobDesk(ports: JobPorts, jobs: Jobs, kinds: readonly JobKind[]): JobDesk {
  const { sql, clock, ledger } = ports
  const inTenant = <T>(tenantId: string, work: (tx: SqlTx) => Promise<T>): Promise<T> =>
    sql.transaction({ tenantId }, work)
  const change = (
    { id: actor, tenantId }: Principal,
    id: string,
    rule: JobChange,
  ): Promise<StoredJob> =>
    inTenant(tenantId, async (tx) => {
      const job = await selectKnown(tx, tenantId, id)
      if (!rule.from.includes(job.state))
        throw jobFault(
          'JOB_STATE_UNFIT',
          `expected a job in ${rule.from.join(' or ')}, got ${job.state}`,
        )
      if (rule === CANCEL && !isAskedFor(kinds, job.kind))
        throw jobFault(
          'JOB_CANCEL_REFUSED',
          `expected a job of a kind that people may ask for, got ${job.kind}`,
        )
      if (rule === RETRY && job.key !== null && (await isKeyOpen(tx, tenantId, job.kind, job.key)))
        throw jobFault('JOB_STATE_UNFIT', `expected no other open job with the key ${job.key}`)
      await rule.update(tx, tenantId, id, new Date(clock.nowMs()).toISOString())
      const changed = await selectKnown(tx, tenantId, id)
      const payload = { id, kind: job.kind, from: job.state }
      await ports.pubSub.publish(tx, JOB_CHANNEL, job.kind)
      await ledger.appendInTx(tx, tenantId, [
        { type: rule.event, actor, subject: `job/${id}`, payload, refs: [] },
      ])
      return changed
    })
  return {
    kinds,
    list: (tenantId, filter, limit) =>
      inTenant(tenantId, (tx) => selectJobs(tx, tenantId, filter, limit)),
    read: (tenantId, id) => inTenant(tenantId, (tx) => selectKnown(tx, tenantId, id)),
    retry: (principal, id) => change(principal, id, RETRY),
    cancel: (principal, id) => change(principal, id, CANCEL),
    ask: ({ id: actor, tenantId }, kind) =>
      inTenant(tenantId, async (tx) => {
        assertSchedulable(kinds, kind)
        const [id = ''] = await jobs.enqueue(tx, [{ tenantId, kind }])
        const job = await selectKnown(tx, tenantId, id)
        const fact = { type: 'job.asked', actor, subject: `job/${id}`, refs: [] }
        await ledger.appendInTx(tx, tenantId, [{ ...fact, payload: { id, kind } }])
        return job
      }),
    schedules: (tenantId, page) => inTenant(tenantId, (tx) => selectSchedules(tx, tenantId, page)),
    ...makeScheduling(ports, kinds),
  }
}

interface JobChange {
  readonly from: readonly JobState[]
  readonly event: (typeof JOB_EVENTS)[number]
  update(tx: SqlTx, tenantId: string, id: string, nowAt: string): Promise<void>
}

const RETRY: JobChange = {
  from: ['dead', 'cancelled'],
  event: 'job.retried',
  update: updateToRetry,
}
const CANCEL: JobChange = {
  from: ['waiting', 'ready', 'active'],
  event: 'job.cancelled',
  update: updateToCancel,
}

async function selectKnown(tx: SqlTx, tenantId: string, id: string): Promise<StoredJob> {
  const found = UUID.test(id) ? await selectJob(tx, tenantId, id) : undefined
  if (found !== undefined) return found
  throw jobFault(
    'JOB_UNKNOWN',
    `expected a job of this tenant, got ${JSON.stringify(id.slice(0, 60))}`,
  )
}

function isAskedFor(kinds: readonly JobKind[], kind: string): boolean {
  return kinds.some(({ name, isSchedulable }) => name === kind && isSchedulable === true)
}

function assertSchedulable(kinds: readonly JobKind[], kind: string): void {
  if (isAskedFor(kinds, kind)) return
  throw jobFault(
    'JOB_KIND_UNKNOWN',
    `expected a kind that people may ask for, got ${JSON.stringify(kind.slice(0, 100))}`,
  )
}

function makeScheduling(
  { sql, clock, ledger }: JobPorts,
  kinds: readonly JobKind[],
): Pick<JobDesk, 'schedule' | 'unschedule'> {
  return {
    async schedule({ id: actor, tenantId }, { name, kind, cron }) {
      assertSchedulable(kinds, kind)
      const nextMs = nextTimeMs(parseCron(cron), clock.nowMs())
      const set = { name, kind, cron, nextAt: new Date(nextMs).toISOString(), createdBy: actor }
      await sql.transaction({ tenantId }, async (tx) => {
        await upsertSchedule(tx, tenantId, set)
        const fact = { type: 'job.schedule-set', actor, subject: `schedule/${name}`, refs: [] }
        await ledger.appendInTx(tx, tenantId, [{ ...fact, payload: { name, kind, cron } }])
      })
      return set
    },
    async unschedule({ id: actor, tenantId }, name) {
      await sql.transaction({ tenantId }, async (tx) => {
        if (!(await deleteSchedule(tx, tenantId, name)))
          throw jobFault(
            'JOB_UNKNOWN',
            `expected a schedule of this tenant, got ${JSON.stringify(name.slice(0, 100))}`,
          )
        const fact = { type: 'job.schedule-removed', actor, subject: `schedule/${name}`, refs: [] }
        await ledger.appendInTx(tx, tenantId, [{ ...fact, payload: { name } }])
      })
    },
  }
}
