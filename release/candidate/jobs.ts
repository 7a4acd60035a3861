// Asks the candidate for a job that succeeds and for one that fails: the first is done, the second lies where dead ones lie.
import { must, tell, until } from './asking.ts'

interface Job {
  readonly id: string
  readonly state: string
  readonly attempt: number
  readonly error: string | null
}

const asked = await must<Job>('POST', '/v1/jobs', { kind: 'ledger.checkpoint' })
const drill = await must<Job>('POST', '/v1/jobs', { kind: 'job.drill' })
await until('the job that was asked for', async () => {
  const job = await must<Job>('GET', `/v1/jobs/${asked.id}`)
  return job.state === 'done' ? job : undefined
})
const dead = await until('the job that fails among the dead', async () => {
  const { jobs } = await must<{ jobs: readonly Job[] }>('GET', '/v1/jobs?state=dead&kind=job.drill')
  return jobs.find(({ id, error }) => id === drill.id && error !== null)
})
tell({ 'Carried out': 1, 'Attempts before it was dead': dead.attempt, 'Shown among the dead': 1 })
