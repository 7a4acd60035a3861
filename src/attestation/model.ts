// What is asked of attestations and what is said of each: who signed, of what, when it was logged, and why it is not proven.
import type { Json } from '../kernel/index.ts'

/** Whose signature counts: one certificate identity of one issuer, letter by letter, or one key. */
export type DemandedSigner =
  | {
      readonly kind: 'identity'
      readonly issuer: string
      readonly identity: string
      /** The repository that the certificate says the workflow ran for. Reusable workflows sign for everybody who calls them. */
      readonly source?: string
    }
  | {
      readonly kind: 'key'
      /** SubjectPublicKeyInfo, DER. */
      readonly publicKey: Uint8Array
    }

export interface AttestationDemand {
  readonly signer: DemandedSigner
  /** The predicate that the statement has to carry. Absent = any. */
  readonly predicateType?: string
}

/** Digests by algorithm, lower-case hexadecimal; `bytes` where the artefact itself is at hand. */
export interface AttestedArtefact {
  readonly digests: Readonly<Record<string, string>>
  readonly bytes?: Uint8Array
}

/** Whom the signature, the log and the clock are believed from. */
export interface TrustedRoots {
  readonly source: 'carried' | 'given'
  /** What it is, or the name of the file. */
  readonly name: string
  /** Day on which the carried one was the newest; null for one that was given. */
  readonly asOf: string | null
  readonly roots: readonly Json[]
}

export type AttestationSigner =
  | {
      readonly kind: 'identity'
      readonly issuer: string
      readonly identity: string
      readonly source: string | null
    }
  | { readonly kind: 'key'; readonly hint: string }

export interface ProvenTime {
  readonly by: 'transparency log' | 'timestamp authority'
  readonly at: string
}

/** What a signature, a log and a clock show of one bundle, before anybody asked for somebody in particular. */
export interface ProvenSignature {
  readonly signer: AttestationSigner
  /** The DSSE payload; null for the signature of a file. */
  readonly statement: Uint8Array | null
  /** What the bundle and the log call the digest of the file, in hexadecimal; null for a statement. */
  readonly messageDigest: string | null
  readonly times: readonly ProvenTime[]
  /** `proof`: leads to a root that the log signed; `promise`: the log signed that it would enter it (bundles v0.1). */
  readonly inclusion: 'proof' | 'promise'
}

/** What one attestation shows, and what it does not. */
export interface AttestationResult {
  /** Place in the file, from 1. */
  readonly position: number
  readonly isProven: boolean
  /** Every reason why it is not proven; empty when it is. */
  readonly reasons: readonly string[]
  /** Null where the signature does not hold: then nothing in the file says who it was. */
  readonly signer: AttestationSigner | null
  readonly times: readonly ProvenTime[]
  readonly inclusion: 'proof' | 'promise' | null
  readonly predicateType: string | null
  /** Who the predicate says built it, for SLSA provenance. */
  readonly builder: string | null
  /** Name of the subject that is the artefact. */
  readonly subject: string | null
}

export interface AttestationReport {
  /** True when at least one attestation shows everything that was demanded. */
  readonly isProven: boolean
  readonly attestations: readonly AttestationResult[]
  readonly digests: Readonly<Record<string, string>>
  readonly trustedRoot: Omit<TrustedRoots, 'roots'>
  /** What even a proven attestation does not show. */
  readonly limits: readonly string[]
}
