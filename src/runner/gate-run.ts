// One attempt at one gate: intent, collection, sealed statement, submission.
import { canonicalBytes, contentDigest } from '../kernel/index.ts'
import type { ContentDigest, Digest, Signer } from '../kernel/index.ts'
import { buildStatement, sealStatement, subjectsOf } from '../proof/index.ts'
import { definitionHashOf } from '../verdict/index.ts'
import type { Capture, EvidenceRef, PlanGate, StoredStatus, Subject } from '../verdict/index.ts'
import type { Collected, CollectedStream } from './checks/collected.ts'

/** Evidence bytes under their digest; the statement names them. */
export interface EvidenceBlob {
  readonly digest: ContentDigest
  readonly bytes: Uint8Array
}

/** What the control plane computed from the submitted evidence. */
export interface RecordedOutcome {
  readonly status: StoredStatus
  readonly reason: string
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
  /** Says that this runner still executes the run. Rejects when another one does by now. */
  renew?(): Promise<void>
}

/** What every statement of a run is bound to. */
export interface RunBinding {
  readonly runId: string
  readonly planHash: ContentDigest
  readonly subject: Subject
  /** Enrolled runner, or the person who answers a manual gate. */
  readonly runner: { readonly id: string; readonly version: string }
  readonly signer: Signer
  readonly digest: Digest
}

export interface SealedGateRun {
  /** Stored bytes of the DSSE envelope. */
  readonly statement: Uint8Array
  /** Content address of `statement`. */
  readonly statementId: ContentDigest
  /** Each distinct content once. */
  readonly blobs: readonly EvidenceBlob[]
}

export interface GateRunFacts {
  readonly gate: PlanGate
  /** From 1. */
  readonly attempt: number
  readonly startedAtMs: number
  readonly finishedAtMs: number
  readonly capture: Capture
  readonly streams: readonly CollectedStream[]
}

/** Seals what was seen as an in-toto gate-run statement. It claims no status. */
export async function sealGateRun(
  binding: RunBinding,
  facts: GateRunFacts,
): Promise<SealedGateRun> {
  const { digest, subject } = binding
  const capture = {
    name: 'capture',
    bytes: canonicalBytes(facts.capture),
    mediaType: 'application/json',
  }
  const blobs = new Map<ContentDigest, EvidenceBlob>()
  const evidence: EvidenceRef[] = [capture, ...facts.streams].map(({ name, bytes, mediaType }) => {
    const address = contentDigest(digest.sha256(bytes))
    blobs.set(address, { digest: address, bytes })
    return { name, digest: address, mediaType, sizeBytes: bytes.length }
  })
  const statement = buildStatement('gate-run', subjectsOf(subject), {
    run: binding.runId,
    gate: facts.gate.id,
    attempt: facts.attempt,
    definition: definitionHashOf(digest, facts.gate),
    plan: binding.planHash,
    environment: subject.environment,
    runner: binding.runner,
    startedAt: new Date(facts.startedAtMs).toISOString(),
    finishedAt: new Date(facts.finishedAtMs).toISOString(),
    evidence,
  })
  const sealed = await sealStatement(digest, binding.signer, statement)
  return { statement: sealed.bytes, statementId: sealed.id, blobs: [...blobs.values()] }
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
): Promise<AttemptOutcome | undefined> {
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
  })
  const { status, reason } = await sink.record(gate.id, attempt, sealed.statement, sealed.blobs)
  return { status, reason, attempt, statement: sealed.statementId, notes: collected.notes }
}
