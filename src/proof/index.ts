// Front door of proof.
export * from './checkpoint.ts'
export * from './commitment.ts'
export * from './cosignature.ts'
export * from './dsse.ts'
export * from './entry.ts'
export { countedLeafLimit, encodeCountedLeaf, encodeUncountedBody } from './entry-text.ts'
export type { EntryBody, UncountedBody } from './entry-text.ts'
export * from './keyid.ts'
export * from './leaf.ts'
export * from './merkle.ts'
export * from './note.ts'
export * from './p256-signature.ts'
export * from './signer-id.ts'
export { accepted, refused } from './parsed.ts'
export type { Parsed } from './parsed.ts'
export type {
  ApprovalPredicate,
  DecisionPredicate,
  GateRunPredicate,
  SignOffPredicate,
  StatementEvidence,
} from './predicate.ts'
export type { ChangeApproval, WaiverPredicate } from './register-predicate.ts'
export * from './statement.ts'
export * from './open-timestamps.ts'
export * from './tlog-proof.ts'
export * from './tree.ts'
export * from './witness-policy.ts'
export * from './bundle-readme.ts'
export * from './bundle.ts'
export * from './bundle-ledger.ts'
export * from './tar.ts'
export * from './trust.ts'
export * from './trusted-root.ts'
