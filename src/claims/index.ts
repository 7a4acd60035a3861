// Front door of claims.
export { auditReport } from './audit.ts'
export type { AuditReport, Claim, ClaimFinding, ClaimType, ClaimVerdict, RuleId } from './model.ts'
