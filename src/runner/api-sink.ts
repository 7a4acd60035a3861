// Submits intents, evidence and signed gate runs to the control plane over the API.
import type { Client } from '../client/index.ts'
import type { RunView } from '../gates/index.ts'
import { contentDigest } from '../kernel/index.ts'
import type { Digest } from '../kernel/index.ts'
import type { Judgement } from '../verdict/index.ts'
import type { PerformedCheck, RecordedOutcome, RunSink } from './gate-run.ts'
import type { KeptRecord } from './outbox.ts'

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
    async results() {
      const view = await client.call<RunView>('GET', path)
      return view.results
    },
    async renew() {
      await client.call('POST', `${path}/lease`, { holder })
    },
  }
}

/** What the control plane has of exactly this statement; undefined when it has it not. */
export async function recallRecord(
  client: Client,
  digest: Digest,
  runId: string,
  { gate, statement }: KeptRecord,
): Promise<RecordedOutcome | undefined> {
  const id = contentDigest(digest.sha256(statement))
  const view = await client.call<RunView>('GET', `/v1/runs/${runId}`)
  return view.results.find((result) => result.gate === gate && result.statement === id)
}
