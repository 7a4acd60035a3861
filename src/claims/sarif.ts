// The findings of an audit as SARIF, so that a code host shows them beside the report's lines.
import { toSarif } from '../soundness/index.ts'
import type { SarifLog } from '../soundness/index.ts'
import type { AuditReport } from './model.ts'
import { CLAIM_RULES } from './rules.ts'

export function auditSarif(
  report: AuditReport,
  documentName: string,
  toolVersion: string,
): SarifLog {
  const rules = CLAIM_RULES.map(({ id, title, why, fix }) => ({
    id,
    level: 'error' as const,
    title,
    why,
    fix,
  }))
  const findings = report.findings.map(({ rule, level, claim, against, also, message }) => ({
    rule,
    level,
    line: claim.line,
    column: 1,
    message,
    fix: rules.find(({ id }) => id === rule)?.fix ?? '',
    related: [against, ...also],
  }))
  return toSarif(findings, { documentName, toolVersion, rules })
}
