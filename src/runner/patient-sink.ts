// A sink that outlasts a control plane which does not answer for a while: asks again, and keeps what was signed meanwhile.
import { SeaworthyError } from '../kernel/index.ts'
import type { Clock } from '../kernel/index.ts'
import type { StoredStatus } from '../verdict/index.ts'
import type { RecordedOutcome, RunSink } from './gate-run.ts'
import type { KeptRecord, Outbox } from './outbox.ts'

/** Pauses between tries, a minute and a half in all: a server that is restarted or moved is back by then. */
const PAUSES_MS = [500, 1_000, 2_000, 4_000, 8_000, 15_000, 15_000, 15_000, 15_000, 15_000]

export interface PatienceTerms {
  readonly sink: RunSink
  readonly outbox: Outbox
  readonly clock: Clock
  /** Ends the waiting. */
  readonly signal: AbortSignal
  /** What the control plane has of exactly this statement; undefined when it has it not. */
  readonly recall: (record: KeptRecord) => Promise<RecordedOutcome | undefined>
  /** Told once per wait. */
  readonly onWait: (reason: string) => void
}

/**
 * An answer that never came may have been given: then the second try is refused as taken, which is the proof that the first one
 * arrived. A signed record is on this machine's disk before the first pause, and goes away when the control plane has it.
 */
export function patientSink(terms: PatienceTerms): RunSink {
  const { sink, outbox } = terms
  const renew = sink.renew?.bind(sink)
  return {
    ...sink,
    intend: (gate, attempt) =>
      untilAnswered(
        terms,
        () => sink.intend(gate, attempt),
        // This run is held by us alone, so whoever announced this very attempt was we.
        () => Promise.resolve({ answer: undefined }),
      ),
    async record(gate, attempt, statement, blobs) {
      const record = { gate, attempt, statement, blobs }
      let isKept = false
      const outcome = await untilAnswered(
        terms,
        () => sink.record(gate, attempt, statement, blobs),
        async () => {
          const answer = await terms.recall(record)
          return answer && { answer }
        },
        async () => {
          await outbox.keep(record)
          isKept = true
        },
      )
      if (isKept) await outbox.drop(record)
      return outcome
    },
    results: () =>
      untilAnswered(
        terms,
        () => sink.results(),
        () => Promise.resolve(undefined),
      ),
    ...(renew === undefined
      ? {}
      : { renew: () => untilAnswered(terms, renew, () => Promise.resolve(undefined)) }),
  }
}

/** Submits what an earlier execution kept. @returns status by gate of what the control plane has by now */
export async function submitKept(
  sink: RunSink,
  outbox: Outbox,
  recall: PatienceTerms['recall'],
): Promise<ReadonlyMap<string, StoredStatus>> {
  const statuses = new Map<string, StoredStatus>()
  for (const record of await outbox.list()) {
    const { gate, attempt, statement, blobs } = record
    const outcome = (await recall(record)) ?? (await sink.record(gate, attempt, statement, blobs))
    await outbox.drop(record)
    statuses.set(gate, outcome.status)
  }
  return statuses
}

/** @param recognise what the refusal of a second try as taken means; undefined when it is a refusal indeed */
async function untilAnswered<T>(
  terms: PatienceTerms,
  ask: () => Promise<T>,
  recognise: () => Promise<{ readonly answer: T } | undefined>,
  beforeWaiting: () => Promise<void> = () => Promise.resolve(),
): Promise<T> {
  for (let tries = 0; ; tries++) {
    try {
      return await ask()
    } catch (thrown) {
      const isTaken = thrown instanceof SeaworthyError && thrown.code === 'GATES_ATTEMPT_TAKEN'
      const recognised = tries > 0 && isTaken ? await recognise() : undefined
      if (recognised !== undefined) return recognised.answer
      const pauseMs = PAUSES_MS[tries]
      if (pauseMs === undefined || !isPassing(thrown) || terms.signal.aborted) throw thrown
      if (tries === 0) {
        await beforeWaiting()
        terms.onWait(thrown.message)
      }
      await terms.clock.sleep(pauseMs, terms.signal)
    }
  }
}

/** The control plane did not answer, or says itself that it cannot now. */
function isPassing(thrown: unknown): thrown is SeaworthyError {
  return thrown instanceof SeaworthyError && thrown.row.status === 503
}
