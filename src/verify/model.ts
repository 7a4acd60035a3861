// What a verifier is given and what it answers.
import type { Digest, Inflate, SignatureVerifier } from '../kernel/index.ts'
import type { Trust } from '../proof/index.ts'
import type { GateDiff, Reason, VerdictValue } from '../verdict/index.ts'
import type { Finding } from './findings.ts'

/** Whom the reader believes; without it a bundle proves that it is whole, not whose it is. */
export type TrustInput =
  /** A trust file: it alone says which keys may sign what; the bundle's own keys do not count. */
  | { readonly kind: 'file'; readonly trust: Trust }
  /** Only the control plane's key, by keyId; the other keys come from the bundle, which that key signed. */
  | { readonly kind: 'key'; readonly keyId: string }

export interface VerifyPorts {
  readonly digest: Digest
  readonly verifier: SignatureVerifier
  readonly inflate: Inflate
}

/** How many things were looked at; a zero where something must be makes the bundle INVALID. */
export interface CheckedCounts {
  files: number
  bytes: number
  statements: number
  signatures: number
  entries: number
  inclusionProofs: number
  /** Disclosed payloads that are what their entries commit to. */
  commitments: number
  /** Payloads that are gone, and an entry attests that they were erased. */
  erased: number
  /** Payloads that are neither disclosed nor attested to be erased. */
  undisclosed: number
  /** Gates of the plan whose status was decided again. */
  gates: number
  /** How many of those from recorded evidence; the rest never ran. */
  gateRuns: number
  assertions: number
  signOffs: number
  /** Words of people whose key counts as the person that the ledger recorded with them. */
  persons: number
  /** Signed changes of the register that were made again. */
  changes: number
  decisions: number
}

export type BundleVerdict = 'INTACT' | 'INTACT_SIGNER_UNKNOWN' | 'INVALID'

/** The release as recomputed from the bundle, never as it claims. */
export interface ProvenRelease {
  readonly service: string
  readonly version: string
  readonly environment: string
  readonly verdict: VerdictValue
  /** The verdict had no waiver been granted. */
  readonly raw: VerdictValue
  /** RFC 3339 UTC with milliseconds. */
  readonly decidedAt: string
  /** When a GO is void; absent for other verdicts. */
  readonly expiresAt?: string
  readonly reasons: readonly Reason[]
  readonly gates: readonly {
    readonly gate: string
    readonly title: string
    readonly status: string
  }[]
}

/** Evidence that was made again after the deploy, decided again, against what was decided on. */
export interface ProvenRegeneration {
  readonly run: string
  readonly environment: string
  /** One row per gate that was to be tried again, or was. */
  readonly gates: readonly (GateDiff & {
    readonly title: string
    /** A required gate that is worse or missing: roll back, or open an incident. */
    readonly isAlarming: boolean
  })[]
}

export interface VerifyReport {
  readonly verdict: BundleVerdict
  /** The release's verdict as decided again; INVALID with the bundle: then nothing is shown as green. */
  readonly release: VerdictValue
  /** What was decided again, in full; null when the bundle is INVALID. */
  readonly decision: ProvenRelease | null
  /** The second set, when the bundle holds one; null without, and when the bundle is INVALID. */
  readonly regenerated: ProvenRegeneration | null
  /** keyId behind the manifest, when the manifest could be read. */
  readonly signer: string | null
  /** What the verdict speaks of, in one line; `nothing` when the bundle is INVALID. */
  readonly scope: string
  /** What was proven, as plain sentences. */
  readonly proven: readonly string[]
  /** What this bundle cannot show, as plain sentences. */
  readonly notProven: readonly string[]
  readonly checked: Readonly<CheckedCounts>
  readonly findings: readonly Finding[]
}
