// SARIF 2.1.0 (OASIS): results that are not suppressed, by level and by severity, and whether the scanner finished.
import {
  flagMember,
  listMember,
  jsonMember,
  membersOf,
  objectMember,
  objectsMember,
  requireMember,
  textMember,
} from './json-members.ts'
import type { JsonMembers } from './json-members.ts'
import { ReportMismatch } from './report.ts'
import type { FindingLevel, FindingSeverity, Report, ReportFinding } from './report.ts'

const LEVELS: readonly FindingLevel[] = ['error', 'warning', 'note', 'none']

interface Rule {
  readonly id: string
  readonly level: FindingLevel
  readonly severity: FindingSeverity
}

/** @throws ReportMismatch for another version, and for runs without results: nothing was scanned then (section 3.14.23) */
export function readSarif(root: JsonMembers): Report {
  const version = requireMember(textMember(root, 'version'), 'version')
  if (version !== '2.1.0')
    throw new ReportMismatch(`expected SARIF 2.1.0, got ${version.slice(0, 20)}`)
  const runs = requireMember(objectsMember(root, 'runs'), 'runs')
  if (runs.length === 0) throw new ReportMismatch('expected a run of a scanner, got none')
  const open: ReportFinding[] = []
  let suppressedCount = 0
  const tools = new Set<string>()
  for (const run of runs) {
    const driver = driverOf(run)
    const name = driver === undefined ? undefined : textMember(driver, 'name')
    if (name !== undefined) tools.add(name)
    const results = objectsMember(run, 'results')
    if (results === undefined)
      throw new ReportMismatch(
        'expected results of the scan, got a run without any: it did not scan',
      )
    const rules = rulesOf(run)
    for (const result of results) {
      if (!isPresent(result)) continue
      if (isSuppressed(result)) suppressedCount++
      else open.push(findingOf(result, rules))
    }
  }
  return {
    format: 'sarif',
    version,
    ...(tools.size === 0 ? {} : { tool: [...tools].join(', ') }),
    doubts: runs.flatMap(doubtsOf),
    findings: { open, suppressedCount },
  }
}

function driverOf(run: JsonMembers): JsonMembers | undefined {
  const tool = objectMember(run, 'tool')
  return tool === undefined ? undefined : objectMember(tool, 'driver')
}

interface Rules {
  readonly byId: ReadonlyMap<string, Rule>
  readonly inOrder: readonly Rule[]
}

function rulesOf(run: JsonMembers): Rules {
  const tool = objectMember(run, 'tool')
  const driver = tool === undefined ? undefined : objectMember(tool, 'driver')
  const extensions = tool === undefined ? undefined : objectsMember(tool, 'extensions')
  const own = (driver === undefined ? undefined : objectsMember(driver, 'rules'))?.map(ruleOf) ?? []
  const further = (extensions ?? [])
    .flatMap((each) => objectsMember(each, 'rules') ?? [])
    .map(ruleOf)
  return { byId: new Map([...further, ...own].map((rule) => [rule.id, rule])), inOrder: own }
}

function ruleOf(rule: JsonMembers): Rule {
  const configuration = objectMember(rule, 'defaultConfiguration')
  return {
    id: textMember(rule, 'id') ?? '',
    level: levelOf(configuration) ?? 'warning',
    severity: severityOf(rule) ?? 'unknown',
  }
}

function levelOf(record: JsonMembers | undefined): FindingLevel | undefined {
  const level = record === undefined ? undefined : textMember(record, 'level')
  if (level === undefined) return undefined
  return (
    LEVELS.find((each) => each === level) ??
    refuse(`expected a level of ${LEVELS.join(', ')}, got ${level.slice(0, 20)}`)
  )
}

/** Code scanners put a CVSS score into this property; the bands are CVSS's own (section 5 of CVSS 3.1). */
function severityOf(record: JsonMembers): FindingSeverity | undefined {
  const properties = membersOf(jsonMember(record, 'properties'))
  const score = properties === undefined ? undefined : jsonMember(properties, 'security-severity')
  if (score === undefined) return undefined
  const value = typeof score === 'string' && score.trim() !== '' ? Number(score) : score
  if (typeof value !== 'number' || !(value >= 0 && value <= 10)) return 'unknown'
  if (value >= 9) return 'critical'
  if (value >= 7) return 'high'
  if (value >= 4) return 'medium'
  return value > 0 ? 'low' : 'none'
}

/** A result that says that something holds, or that a baseline finding is gone, is no finding. */
function isPresent(result: JsonMembers): boolean {
  const kind = textMember(result, 'kind') ?? 'fail'
  return (
    !['pass', 'notApplicable', 'informational'].includes(kind) &&
    textMember(result, 'baselineState') !== 'absent'
  )
}

/** Suppressed only when every suppression stands (section 3.27.23). */
function isSuppressed(result: JsonMembers): boolean {
  const suppressions = objectsMember(result, 'suppressions') ?? []
  return (
    suppressions.length > 0 &&
    suppressions.every((each) => (textMember(each, 'status') ?? 'accepted') === 'accepted')
  )
}

function findingOf(result: JsonMembers, rules: Rules): ReportFinding {
  const reference = objectMember(result, 'rule')
  const id = textMember(result, 'ruleId') ?? (reference && textMember(reference, 'id'))
  const index = jsonMember(result, 'ruleIndex')
  const rule =
    (id === undefined ? undefined : rules.byId.get(id)) ??
    (typeof index === 'number' ? rules.inOrder[index] : undefined)
  const ids = [...new Set([id, rule?.id].filter((each) => each !== undefined && each !== ''))]
  return {
    ids: ids as string[],
    level: levelOf(result) ?? rule?.level ?? 'warning',
    severity: severityOf(result) ?? rule?.severity ?? 'unknown',
    products: productsOf(result),
  }
}

/** Package URLs that the result carries: in its properties or as a location. */
function productsOf(result: JsonMembers): readonly string[] {
  const found = new Set<string>()
  const keep = (value: unknown): void => {
    if (typeof value === 'string' && value.startsWith('pkg:')) found.add(value)
  }
  const properties = membersOf(jsonMember(result, 'properties'))
  if (properties !== undefined) {
    keep(jsonMember(properties, 'purl'))
    for (const each of listMember(properties, 'purls') ?? []) keep(each)
  }
  for (const location of objectsMember(result, 'locations') ?? []) {
    for (const logical of objectsMember(location, 'logicalLocations') ?? [])
      keep(jsonMember(logical, 'fullyQualifiedName'))
    const physical = objectMember(location, 'physicalLocation')
    const artifact = physical === undefined ? undefined : objectMember(physical, 'artifactLocation')
    if (artifact !== undefined) keep(jsonMember(artifact, 'uri'))
  }
  return [...found]
}

/** What the scanner itself says went wrong: without its data it has found nothing, which is not the same as nothing there. */
function doubtsOf(run: JsonMembers): readonly string[] {
  return (objectsMember(run, 'invocations') ?? []).flatMap((invocation) => {
    const notifications = [
      ...(objectsMember(invocation, 'toolExecutionNotifications') ?? []),
      ...(objectsMember(invocation, 'toolConfigurationNotifications') ?? []),
    ]
    const error = notifications.find((each) => textMember(each, 'level') === 'error')
    if (error !== undefined) {
      const message = objectMember(error, 'message')
      const text = (message && textMember(message, 'text')) ?? 'an error without a message'
      return [`the scanner reports: ${text.slice(0, 120)}`]
    }
    return flagMember(invocation, 'executionSuccessful') === false
      ? ['the scanner says that it did not finish']
      : []
  })
}

function refuse(reason: string): never {
  throw new ReportMismatch(reason)
}
