// Findings as SARIF 2.1.0, so that code hosts show them beside the document's lines.
import type { Finding } from './block.ts'
import { LINT_RULES } from './rules.ts'
import type { LintRule } from './rules.ts'

export interface SarifOptions {
  /** Path of the document relative to the repository's root, with forward slashes. */
  readonly documentName: string
  /** Version of Seaworthy. */
  readonly toolVersion: string
  /** The rules of the findings; default: those of the lint. */
  readonly rules?: readonly LintRule[]
}

/** A finding and the places that it holds against its own. */
export interface SarifFinding extends Finding {
  readonly related?: readonly {
    readonly line: number
    readonly text: string
    /** When it is not the document itself. */
    readonly document?: string
  }[]
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
  readonly locations: readonly [{ readonly physicalLocation: SarifPlace }]
  readonly relatedLocations?: readonly {
    readonly physicalLocation: SarifPlace
    readonly message: { readonly text: string }
  }[]
}

export interface SarifPlace {
  readonly artifactLocation: { readonly uri: string }
  readonly region: { readonly startLine: number; readonly startColumn: number }
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
 * One SARIF run. Every rule is described, found or not; findings of other origin (the importer's) carry
 * their rule id without a description. Source: OASIS SARIF 2.1.0.
 */
export function toSarif(findings: readonly SarifFinding[], options: SarifOptions): SarifLog {
  const uri = uriOf(options.documentName)
  const rules = options.rules ?? LINT_RULES
  return {
    $schema: 'https://json.schemastore.org/sarif-2.1.0.json',
    version: '2.1.0',
    runs: [
      {
        tool: {
          driver: {
            name: 'Seaworthy',
            version: options.toolVersion,
            rules: rules.map(describeRule),
          },
        },
        columnKind: 'utf16CodeUnits',
        artifacts: [{ location: { uri } }],
        results: findings.map((finding) => describeResult(finding, uri, rules)),
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

function uriOf(path: string): string {
  return path.toWellFormed().split('/').map(encodeURIComponent).join('/')
}

function describeResult(
  finding: SarifFinding,
  uri: string,
  rules: readonly LintRule[],
): SarifResult {
  const ruleIndex = rules.findIndex(({ id }) => id === finding.rule)
  const text = finding.gate === undefined ? finding.message : `${finding.gate}: ${finding.message}`
  return {
    ruleId: finding.rule,
    ...(ruleIndex === -1 ? {} : { ruleIndex }),
    level: finding.level,
    message: { text: `${text}. ${finding.fix}` },
    locations: [{ physicalLocation: placeOf(uri, finding.line, finding.column) }],
    ...(finding.related === undefined
      ? {}
      : {
          relatedLocations: finding.related.map(({ line, text: said, document }) => ({
            physicalLocation: placeOf(document === undefined ? uri : uriOf(document), line, 1),
            message: { text: said },
          })),
        }),
  }
}

function placeOf(uri: string, startLine: number, startColumn: number): SarifPlace {
  return { artifactLocation: { uri }, region: { startLine, startColumn } }
}
