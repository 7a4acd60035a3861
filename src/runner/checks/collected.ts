// What every check is handed and gives back: facts and streams, never an opinion.
import type { CollectedStream } from '../../gates/index.ts'
import type {
  Clock,
  DialSql,
  Digest,
  Fetch,
  Random,
  SignatureVerifier,
  Spawn,
  SpawnUser,
  Wire,
} from '../../kernel/index.ts'
import type { Capture, PlanGate, RunTerms, StreamState } from '../../verdict/index.ts'
import type { SecretMask } from '../masking.ts'

/** Bytes kept per stream of output, per body and per document. What a longer stream holds beyond it is dropped. */
export const STREAM_LIMIT_BYTES = 4 * 1024 * 1024
/** Rows kept of an sql answer. */
export const ROW_LIMIT = 10_000

/** A longer time limit of a plan is cut to this: timers take no more. */
const TIMEOUT_LIMIT_MS = 2 ** 31 - 1

export function timeoutOf(gate: PlanGate): number {
  return Math.min(gate.timeoutMs, TIMEOUT_LIMIT_MS)
}

/** The outside world a check may touch. */
export interface CheckPorts {
  readonly spawn: Spawn
  readonly fetch: Fetch
  readonly dialSql: DialSql
  readonly clock: Clock
  readonly wire: Wire
  readonly random: Random
  readonly digest: Digest
  readonly verifier: SignatureVerifier
}

/** How far a soak has come. */
export interface SoakProgress {
  /** Covered without interruption so far. */
  readonly coveredMs: number
  readonly forMs: number
  readonly sampleCount: number
  readonly failedCount: number
}

/** Where and with what a gate's check runs. */
export interface CheckSite {
  readonly ports: CheckPorts
  /** Values by parameter name, the secret ones included. */
  readonly parameters: Readonly<Record<string, string>>
  readonly mask: SecretMask
  /** Absolute path of the folder that commands start in and documents are read from, or `none`. */
  readonly workspace: string
  /** PATH of commands. */
  readonly searchPath: string
  /** Existing folder in which a scratch folder is made for each command. */
  readonly scratchRoot: string
  /** The user of the next command; undefined = the runner's own. */
  readonly nextUser?: () => Promise<SpawnUser | undefined>
  readonly signal: AbortSignal
  /** Told how much output a running command has written so far. */
  readonly onOutput?: (gate: string, totalBytes: number) => void
  /** Told after each sample of a soak. */
  readonly onSoak?: (gate: string, progress: SoakProgress) => void
  /** Digests of the artefacts that the run is about, `sha256:HEX`. */
  readonly releaseDigests: readonly string[]
  /** Terms of the run, as the control plane has them. */
  readonly terms: RunTerms
}

export interface Collected {
  readonly capture: Capture
  /** Masked already; empty streams are left out. */
  readonly streams: readonly CollectedStream[]
  /** True when the run was called off meanwhile: then the capture says nothing about the gate. */
  readonly aborted: boolean
  /** For people: what went wrong around the check without touching what it saw. */
  readonly notes: readonly string[]
}

export type CheckOf<K extends PlanGate['check']['type']> = Extract<
  PlanGate['check'],
  { readonly type: K }
>

/** Why a port gave no answer, as one masked line. */
export function maskedReason(mask: SecretMask, thrown: unknown): string {
  const cause =
    thrown instanceof Error && thrown.cause instanceof Error ? `: ${thrown.cause.message}` : ''
  const message = thrown instanceof Error ? thrown.message + cause : String(thrown)
  return mask.maskText(message.toWellFormed().split('\n', 1)[0] ?? '').text
}

/** Streams with their states, built up one by one. */
export class StreamTally {
  readonly streams: CollectedStream[] = []
  readonly states: Record<string, StreamState> = {}
  readonly #mask: SecretMask

  constructor(mask: SecretMask) {
    this.#mask = mask
  }

  add(name: string, mediaType: string, bytes: Uint8Array, truncated: boolean): void {
    const masked = this.#mask.maskBytes(bytes, truncated)
    this.states[name] = { truncated, maskedCount: masked.count }
    if (masked.bytes.length > 0) this.streams.push({ name, bytes: masked.bytes, mediaType })
  }
}

/** Waits for `work`, but no longer than until the signal; undefined when it came first. */
export async function untilAborted<T>(
  work: Promise<T>,
  signal: AbortSignal,
): Promise<T | undefined> {
  const { promise, resolve } = Promise.withResolvers<undefined>()
  const stop = (): void => resolve(undefined)
  signal.addEventListener('abort', stop, { once: true })
  if (signal.aborted) stop()
  try {
    return await Promise.race([work, promise])
  } finally {
    signal.removeEventListener('abort', stop)
  }
}
