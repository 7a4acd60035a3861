// How many jobs stand in which state, for whoever watches the queue.
import type { Sql } from '../kernel/index.ts'
import type { JobState } from './model.ts'

export interface JobCount {
  readonly kind: string
  readonly state: JobState
  readonly count: number
}

/** Jobs of every tenant that are not done or that have died; each state is counted on its own, over its own index. */
export async function countOpenJobs(sql: Sql): Promise<readonly JobCount[]> {
  return sql.transaction('system', (tx) =>
    tx.query<JobCount>(
      `select kind, state, count(*) as count from job_item where state = 'waiting' group by kind, state
       union all select kind, state, count(*) from job_item where state = 'ready' group by kind, state
       union all select kind, state, count(*) from job_item where state = 'active' group by kind, state
       union all select kind, state, count(*) from job_item where state = 'dead' group by kind, state`,
      [],
    ),
  )
}
