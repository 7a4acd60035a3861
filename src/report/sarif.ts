// What stands against a release as SARIF 2.1.0, each reason at the checklist line of its gate.
import type { Reason } from '../verdict/index.ts'
import type { ReportFacts } from './model.ts'

const SCHEMA =
  'https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json'

/** @returns the log as JSON text */
export function renderSarif(facts: ReportFacts): string {
  const { verdict, plan, release } = facts
  const rules = [...new Set(verdict.reasons.map(({ rule }) => rule))]
  const log = {
    $schema: SCHEMA,
    version: '2.1.0',
    runs: [
      {
        tool: {
          driver: {
            name: 'Seaworthy',
            informationUri: 'https://seaworthy.dev/',
            rules: rules.map((id) => ({
              id,
              shortDescription: { text: `Rule ${id} of the release decision` },
            })),
          },
        },
        automationDetails: { id: `${release}/` },
        artifacts: [
          {
            location: { uri: uriOf(plan.source.name) },
            hashes: { 'sha-256': plan.source.sha256.slice('sha256:'.length) },
          },
        ],
        properties: { verdict: verdict.value, decisionHash: verdict.decisionHash },
        results: verdict.reasons.map((reason) => resultOf(facts, reason, rules)),
      },
    ],
  }
  return `${JSON.stringify(log, null, 2)}\n`
}

function resultOf(
  { plan, verdict }: ReportFacts,
  reason: Reason,
  rules: readonly string[],
): Readonly<Record<string, unknown>> {
  const gate = plan.gates.find(({ id }) => id === reason.gate)
  const title = gate === undefined ? '' : `${gate.title}: `
  const line = gate?.source.line ?? 1
  const region = { startLine: Math.max(1, line) }
  return {
    ruleId: reason.rule,
    ruleIndex: rules.indexOf(reason.rule),
    level: ['NO_GO', 'INVALID', 'NOT_READY'].includes(verdict.value) ? 'error' : 'warning',
    message: { text: `${title}${reason.text} To flip it: ${reason.flip}`.toWellFormed() },
    locations: [
      {
        physicalLocation: {
          artifactLocation: { uri: uriOf(plan.source.name), index: 0 },
          ...(gate === undefined ? {} : { region }),
        },
      },
    ],
    partialFingerprints: { 'seaworthyReason/v1': `${reason.rule} ${reason.gate ?? 'release'}` },
  }
}

/** A path as a relative reference: in `encodeURI` a name with `#` or `?` would point at another file. */
function uriOf(path: string): string {
  return path.toWellFormed().split('/').map(encodeURIComponent).join('/')
}
