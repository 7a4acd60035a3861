// Front door of claims.
export { auditReport } from './audit.ts'
export { runClaims } from './cli.ts'
export { auditMarkdown } from './markdown.ts'
export { renderClaimRulesPage } from './rules-page.ts'
export type { AuditReport, Claim, ClaimFinding, ClaimType, ClaimVerdict, RuleId } from './model.ts'
