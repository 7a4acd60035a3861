// Front door of verify.
export { FINDING_TITLES } from './findings.ts'
export type { Finding, FindingCode } from './findings.ts'
export type {
  BundleVerdict,
  CheckedCounts,
  ProvenRelease,
  TrustInput,
  VerifyPorts,
  VerifyReport,
} from './model.ts'
export { renderVerifyReport } from './rendering.ts'
export { exitCodeOfReport, refuseBundle, verifyBundle } from './service.ts'
export type { VerifyOptions } from './service.ts'
export { parseTrustText } from './trust-text.ts'
