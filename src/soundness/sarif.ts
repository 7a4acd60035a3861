// Findings as SARIF 2.1.0, so that code hosts show them beside the checklist's lines.
import type { Finding } from './block.ts'
import { LINT_RULES } from './rules.ts'
import type { LintRule } from './rules.ts'

export interface SarifOptions {
  /** Path of the checklist relative to the repository's root, with forward slashes. */
  readonly documentName: string
  /** Version of Seaworthy. */
  readonly toolVersion: string
}

export interface SarifRule {
  readonly id: string
  readonly shortDescription: { readonly text: string }
  readonly fullDescription: { readonly text: string }
  readonly help: { readonly text: string }
  readonly defaultConfiguration: { readonly level: LintRule['level'] }
}

export interface SarifResult {
  readonly ruleId: string
  readonly ruleIndex?: number
  readonly level: Finding['level']
  readonly message: { readonly text: string }
  readonly locations: readonly [
    {
      readonly physicalLocation: {
        readonly artifactLocation: { readonly uri: string }
        readonly region: { readonly startLine: number; readonly startColumn: number }
      }
    },
  ]
}

export interface SarifLog {
  readonly $schema: string
  readonly version: '2.1.0'
  readonly runs: readonly [
    {
      readonly tool: {
        readonly driver: {
          readonly name: string
          readonly version: string
          readonly rules: readonly SarifRule[]
        }
      }
      readonly columnKind: 'utf16CodeUnits'
      readonly artifacts: readonly [{ readonly location: { readonly uri: string } }]
      readonly results: readonly SarifResult[]
    },
  ]
}

/**
 * One SARIF run. Every lint rule is described, found or not; findings of other origin (the importer's) carry
 * their rule id without a description. Source: OASIS SARIF 2.1.0.
 */
export function toSarif(findings: readonly Finding[], options: SarifOptions): SarifLog {
  const uri = options.documentName.split('/').map(encodeURIComponent).join('/')
  return {
    $schema: 'https://json.schemastore.org/sarif-2.1.0.json',
    version: '2.1.0',
    runs: [
      {
        tool: {
          driver: {
            name: 'Seaworthy',
            version: options.toolVersion,
            rules: LINT_RULES.map(describeRule),
          },
        },
        columnKind: 'utf16CodeUnits',
        artifacts: [{ location: { uri } }],
        results: findings.map((finding) => describeResult(finding, uri)),
      },
    ],
  }
}

function describeRule(rule: LintRule): SarifRule {
  return {
    id: rule.id,
    shortDescription: { text: rule.title },
    fullDescription: { text: rule.why },
    help: { text: rule.fix },
    defaultConfiguration: { level: rule.level },
  }
}

function describeResult(finding: Finding, uri: string): SarifResult {
  const ruleIndex = LINT_RULES.findIndex(({ id }) => id === finding.rule)
  const text = finding.gate === undefined ? finding.message : `${finding.gate}: ${finding.message}`
  return {
    ruleId: finding.rule,
    ...(ruleIndex === -1 ? {} : { ruleIndex }),
    level: finding.level,
    message: { text: `${text}. ${finding.fix}` },
    locations: [
      {
        physicalLocation: {
          artifactLocation: { uri },
          region: { startLine: finding.line, startColumn: finding.column },
        },
      },
    ],
  }
}
