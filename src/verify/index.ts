// Front door of verify.
export { isEntryProof, verifyEntryProof } from './entry-proof.ts'
export type { EntryProofOptions, EntryProofReport, ProvenEntry } from './entry-proof.ts'
export { FINDING_TITLES } from './findings.ts'
export type { Finding, FindingCode } from './findings.ts'
export type {
  BundleVerdict,
  CheckedCounts,
  ProvenRegeneration,
  ProvenRelease,
  TrustInput,
  VerifyPorts,
  VerifyReport,
} from './model.ts'
export { headlineOfReport, renderEntryProof, renderVerifyReport } from './rendering.ts'
export { exitCodeOfReport, refuseBundle, verifyBundle } from './service.ts'
export type { VerifyOptions } from './service.ts'
export { fieldsToldOtherwise } from './told-entry.ts'
export type { ToldEntry } from './told-entry.ts'
export { parseLogTrustText, parseTrustText } from './trust-text.ts'
