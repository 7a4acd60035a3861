// One attempt at one gate: intent, collection, sealed statement, submission.
import { sealGateRun } from '../gates/index.ts'
import type { EvidenceBlob, RunBinding } from '../gates/index.ts'
import type { ContentDigest } from '../kernel/index.ts'
import type { Consumed, GateResult, PlanGate, StoredStatus } from '../verdict/index.ts'
import type { Collected } from './checks/collected.ts'

/** What the control plane computed from the submitted evidence. */
export interface RecordedOutcome {
  readonly status: StoredStatus
  readonly reason: string
}

/** A built-in check that the control plane ran and recorded itself. */
export interface PerformedCheck extends RecordedOutcome {
  /** Digest of the statement that the control plane signed. */
  readonly statement: ContentDigest
}

/** Where intents and signed gate runs go: the control plane, reached in process or over HTTP. */
export interface RunSink {
  /** Durable when it resolves: after a crash, a gate with an intent and no record was cut off. */
  intend(gate: string, attempt: number): Promise<void>
  /** Durable when it resolves; the answer is the status recomputed from the evidence. */
  record(
    gate: string,
    attempt: number,
    statement: Uint8Array,
    blobs: readonly EvidenceBlob[],
  ): Promise<RecordedOutcome>
  /** Has the control plane run a built-in check: intent, record and signature are its own. */
  perform(gate: string, attempt: number): Promise<PerformedCheck>
  /** Where every gate of the run stands, for the values that others take from it. */
  results(): Promise<readonly GateResult[]>
  /** Says that this runner still executes the run. Rejects when another one does by now. */
  renew?(): Promise<void>
}

export interface AttemptOutcome extends RecordedOutcome {
  readonly attempt: number
  readonly statement: ContentDigest
  readonly notes: readonly string[]
}

/**
 * Runs one attempt to its end. Undefined when the run was called off meanwhile: then the intent stands alone, which
 * is how a resumed run knows that the attempt was cut off.
 */
export async function runAttempt(
  binding: RunBinding,
  sink: RunSink,
  gate: PlanGate,
  attempt: number,
  nowMs: () => number,
  collect: () => Promise<Collected>,
  consumed?: Consumed,
): Promise<AttemptOutcome | undefined> {
  if (gate.check.type === 'builtin' && gate.check.on === undefined)
    return { ...(await sink.perform(gate.id, attempt)), attempt, notes: [] }
  await sink.intend(gate.id, attempt)
  const startedAtMs = nowMs()
  const collected = await collect()
  if (collected.aborted) return undefined
  // A clock that was set back meanwhile must not make the statement end before it began.
  const finishedAtMs = Math.max(startedAtMs, nowMs())
  const sealed = await sealGateRun(binding, {
    gate,
    attempt,
    startedAtMs,
    finishedAtMs,
    capture: collected.capture,
    streams: collected.streams,
    ...(consumed === undefined ? {} : { consumed }),
  })
  const { status, reason } = await sink.record(gate.id, attempt, sealed.statement, sealed.blobs)
  return { status, reason, attempt, statement: sealed.statementId, notes: collected.notes }
}
