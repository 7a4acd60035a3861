// Seals what a check saw as a signed gate-run statement: for the runner, for a person's answer, for a built-in check.
import { canonicalBytes, contentDigest } from '../kernel/index.ts'
import type { ContentDigest, Digest, Signer } from '../kernel/index.ts'
import { buildStatement, sealStatement, subjectsOf } from '../proof/index.ts'
import { definitionHashOf } from '../verdict/index.ts'
import type { Capture, Consumed, EvidenceRef, PlanGate, Subject } from '../verdict/index.ts'

/** Evidence bytes under their digest; the statement names them. */
export interface EvidenceBlob {
  readonly digest: ContentDigest
  readonly bytes: Uint8Array
}

/** Bytes kept beside a capture. */
export interface CollectedStream {
  readonly name: string
  readonly bytes: Uint8Array
  readonly mediaType: string
}

/** What every statement of a run is bound to. */
export interface RunBinding {
  readonly runId: string
  readonly planHash: ContentDigest
  readonly subject: Subject
  /** Enrolled runner, person who answers a manual gate, or control plane that ran a built-in check. */
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
  /** What the check was given from other gates. */
  readonly consumed?: Consumed
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
    ...(facts.consumed === undefined ? {} : { consumed: facts.consumed }),
  })
  const sealed = await sealStatement(digest, binding.signer, statement)
  return { statement: sealed.bytes, statementId: sealed.id, blobs: [...blobs.values()] }
}
