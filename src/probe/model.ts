// What a check of another service is: its description, what it may use, and what it is asked.
import type {
  CheckDescription,
  Clock,
  Digest,
  Json,
  Random,
  SignatureVerifier,
  Wire,
} from '../kernel/index.ts'

export interface ProbePorts {
  readonly clock: Clock
  readonly wire: Wire
  readonly random: Random
  readonly digest: Digest
  readonly verifier: SignatureVerifier
}

export type ProbeValues = Readonly<Record<string, string | number | boolean>>

export interface ProbeQuestion {
  /** Values of the parameters as the plan has them, with the run's own values filled in. */
  readonly values: ProbeValues
  /** Ends everything that the check has under way. */
  readonly signal: AbortSignal
}

export type ProbeRecord = Readonly<Record<string, Json>>

/** Collects facts about another service and decides nothing: assertions of the plan judge the record, now and offline. */
export interface ProbeCheck extends CheckDescription {
  readonly outward: 'asks' | 'acts'
  /** Rejects when it could not collect: then the gate is an ERROR. */
  collect(ports: ProbePorts, question: ProbeQuestion): Promise<ProbeRecord>
}
