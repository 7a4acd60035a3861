// CycloneDX 1.2 to 1.7 in JSON: components, and vulnerabilities with the analysis that the document itself carries.
import { jsonMember, objectMember, objectsMember, textMember } from './json-members.ts'
import type { JsonMembers } from './json-members.ts'
import type { FindingSeverity, Report, ReportFinding } from './report.ts'

const SEVERITY_ORDER: readonly FindingSeverity[] = ['critical', 'high', 'medium', 'low', 'none']
const SEVERITY_WORDS: ReadonlyMap<string, FindingSeverity> = new Map([
  ...SEVERITY_ORDER.map((each) => [each, each] as const),
  ['info', 'none'],
])

/** An SBOM that has no list of vulnerabilities says nothing about them: then there are no findings to read. @throws ReportMismatch */
export function readCycloneDx(root: JsonMembers): Report {
  const version = textMember(root, 'specVersion')
  const components = allComponents(root)
  const vulnerabilities = objectsMember(root, 'vulnerabilities')
  return {
    format: 'cyclonedx',
    ...(version === undefined ? {} : { version }),
    doubts: [],
    ...(objectsMember(root, 'components') === undefined
      ? {}
      : {
          components: {
            total: components.length,
            withoutLicense: components.filter((each) => !hasLicense(each)).length,
            withoutVersion: components.filter((each) => isBlank(textMember(each, 'version')))
              .length,
          },
        }),
    ...(vulnerabilities === undefined
      ? {}
      : {
          findings: {
            open: findingsOf(vulnerabilities, urlsByReference(root, components)),
            suppressedCount: 0,
          },
        }),
  }
}

/** The parser's own limit of 64 levels bounds the nesting. */
function allComponents(root: JsonMembers): readonly JsonMembers[] {
  const out: JsonMembers[] = []
  const open = [...(objectsMember(root, 'components') ?? [])]
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    out.push(next)
    for (const child of objectsMember(next, 'components') ?? []) open.push(child)
  }
  return out
}

function hasLicense(component: JsonMembers): boolean {
  return (objectsMember(component, 'licenses') ?? []).some((each) => {
    const license = objectMember(each, 'license')
    return (
      !isBlank(textMember(each, 'expression')) ||
      (license !== undefined &&
        !(isBlank(textMember(license, 'id')) && isBlank(textMember(license, 'name'))))
    )
  })
}

function isBlank(text: string | undefined): boolean {
  return text === undefined || text.trim() === ''
}

function urlsByReference(
  root: JsonMembers,
  components: readonly JsonMembers[],
): ReadonlyMap<string, string> {
  const metadata = objectMember(root, 'metadata')
  const subject = metadata === undefined ? undefined : objectMember(metadata, 'component')
  const out = new Map<string, string>()
  for (const component of subject === undefined ? components : [...components, subject]) {
    const reference = textMember(component, 'bom-ref')
    const url = textMember(component, 'purl')
    if (reference !== undefined && url !== undefined) out.set(reference, url)
  }
  return out
}

function findingsOf(
  vulnerabilities: readonly JsonMembers[],
  urls: ReadonlyMap<string, string>,
): readonly ReportFinding[] {
  return vulnerabilities.map((each) => {
    const ids = [
      textMember(each, 'id'),
      ...(objectsMember(each, 'references') ?? []).map((reference) => textMember(reference, 'id')),
    ].filter((id) => id !== undefined)
    const references = (objectsMember(each, 'affects') ?? []).flatMap(
      (affected) => textMember(affected, 'ref') ?? [],
    )
    const cleared = clearedBy(objectMember(each, 'analysis'))
    return {
      ids: [...new Set(ids)],
      severity: worstSeverity(objectsMember(each, 'ratings') ?? []),
      products: references.map((reference) => urls.get(reference) ?? reference),
      ...(cleared === undefined ? {} : { cleared }),
    }
  })
}

function worstSeverity(ratings: readonly JsonMembers[]): FindingSeverity {
  const words = ratings.map((each) => SEVERITY_WORDS.get(textMember(each, 'severity') ?? ''))
  return SEVERITY_ORDER.find((each) => words.includes(each)) ?? 'unknown'
}

/** "Not affected" without a word why clears nothing. */
function clearedBy(analysis: JsonMembers | undefined): ReportFinding['cleared'] {
  if (analysis === undefined) return undefined
  const state = textMember(analysis, 'state')
  if (state === 'resolved' || state === 'resolved_with_pedigree') return 'fixed'
  if (state !== 'not_affected' && state !== 'false_positive') return undefined
  const hasReason =
    jsonMember(analysis, 'justification') !== undefined || !isBlank(textMember(analysis, 'detail'))
  return hasReason ? 'not_affected' : undefined
}
