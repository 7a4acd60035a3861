// The sink of a run that a command executes: over the API, patient, and with what an earlier execution could not submit.
import type { CommandContext } from '../client/index.ts'
import type { RunHolder, StartedRun } from '../gates/index.ts'
import { harmlessText } from '../kernel/index.ts'
import type { StoredStatus } from '../verdict/index.ts'
import { apiSink, recallRecord } from './api-sink.ts'
import type { RunSink } from './gate-run.ts'
import { folderOutbox } from './outbox.ts'
import { patientSink, submitKept } from './patient-sink.ts'
import type { PatienceTerms } from './patient-sink.ts'
import type { Resumption } from './service.ts'

/** A sink with patience, after what an earlier execution could not submit has been. */
export async function openSink(
  context: CommandContext,
  runId: string,
  holder: RunHolder,
): Promise<{ readonly sink: RunSink; readonly submitted: ReadonlyMap<string, StoredStatus> }> {
  const { client, files, ports, signal } = context
  const outbox = folderOutbox(files.resolve(files.outputFolder, 'outbox', runId))
  const plain = apiSink(client, runId, holder.id)
  const recall: PatienceTerms['recall'] = (record) =>
    recallRecord(client, ports.digest, runId, record)
  const submitted = await submitKept(plain, outbox, recall)
  const onWait = (reason: string): void => {
    if (!context.isJson)
      context.notify(harmlessText(`  note     ${reason}; trying again, results are kept here\n`))
  }
  const terms = { sink: plain, outbox, clock: ports.clock, signal, recall, onWait }
  return { sink: patientSink(terms), submitted }
}

/** What is known of the run, what was submitted just now included. */
export function resumptionOf(
  started: StartedRun,
  submitted: ReadonlyMap<string, StoredStatus>,
): Resumption {
  return {
    ...started,
    results: { ...started.finished, ...Object.fromEntries(submitted) },
    unfinished: started.unfinished.filter((gate) => !submitted.has(gate)),
  }
}
