// Submits intents, evidence and signed gate runs to the control plane over the API.
import type { Client } from '../client/index.ts'
import type { Judgement } from '../verdict/index.ts'
import type { PerformedCheck, RunSink } from './gate-run.ts'

/**
 * Evidence is stored before the statement that names it; the answer is the control plane's own status.
 * @param holder id under which this runner holds the run; a person's answer needs none
 */
export function apiSink(client: Client, runId: string, holder?: string): RunSink {
  const path = `/v1/runs/${runId}`
  return {
    async intend(gate, attempt) {
      await client.call('POST', `${path}/intents`, { gate, attempt, holder })
    },
    async record(_gate, _attempt, statement, blobs) {
      await Promise.all(
        blobs.map(({ digest, bytes }) => client.upload('PUT', `/v1/evidence/${digest}`, bytes)),
      )
      const { status, reason } = await client.upload<Judgement>(
        'POST',
        `${path}/results`,
        statement,
      )
      return { status, reason }
    },
    perform: (gate, attempt) =>
      client.call<PerformedCheck>('POST', `${path}/built-in`, { gate, attempt, holder }),
    async renew() {
      await client.call('POST', `${path}/lease`, { holder })
    },
  }
}
