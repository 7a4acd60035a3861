// The decision as OSCAL assessment results 1.0.4 (NIST): what was observed per gate, a finding per mapped control, the risks.
import { hexOf, utf8Bytes } from '../kernel/index.ts'
import type { Digest } from '../kernel/index.ts'
import type { MappedControl } from '../register/index.ts'
import type { GateStanding, Risk, Standings } from '../verdict/index.ts'
import { controlWordOf, isRiskHeld } from './controls.ts'
import type { ReportFacts } from './model.ts'
import { countOf } from './words.ts'

const OSCAL_VERSION = '1.0.4'
const NAMESPACE = 'urn:seaworthy:oscal'
/** What OSCAL calls a token; ids of controls, gates and risks need not be one. */
const TOKEN = /^[\p{L}_][\p{L}\p{N}._-]*$/u

interface Writing {
  readonly facts: ReportFacts
  readonly standings: Standings
  /** The same thing of the same decision has the same id in every export. */
  uuidOf(kind: string, ...names: readonly string[]): string
}

/** @returns the document as JSON text; a control counts as satisfied only where the controls report says EVIDENCED */
export function renderOscal(digest: Digest, facts: ReportFacts, standings: Standings): string {
  const { plan, inputs, release, verdict } = facts
  const writing: Writing = { facts, standings, uuidOf: uuidsOf(digest, verdict.decisionHash) }
  const asOf = instantOf(inputs.asOfMs)
  const document = {
    'assessment-results': {
      uuid: writing.uuidOf('document'),
      metadata: {
        title: `Release assessment of ${release} for ${plan.environment}`.toWellFormed(),
        'last-modified': asOf,
        version: inputs.subject.version,
        'oscal-version': OSCAL_VERSION,
      },
      'import-ap': { href: `urn:seaworthy:plan:${inputs.plan}` },
      results: [resultOf(writing)],
    },
  }
  return `${JSON.stringify(document, null, 2)}\n`
}

function resultOf(writing: Writing): Readonly<Record<string, unknown>> {
  const { facts, standings, uuidOf } = writing
  const { inputs, verdict, release } = facts
  const observed = [...standings.values()].filter(isObserved)
  const startedAtMs = observed.map(({ result }) => result?.finishedAtMs ?? inputs.asOfMs)
  return {
    uuid: uuidOf('result'),
    title: `Gates of ${release}`.toWellFormed(),
    description: `${countOf(observed.length, 'gate')} observed; verdict ${verdict.value}.`,
    start: instantOf(Math.min(inputs.asOfMs, ...startedAtMs)),
    end: instantOf(inputs.asOfMs),
    props: [propertyOf('verdict', verdict.value)],
    'reviewed-controls': { 'control-selections': selectionsOf(facts.controls ?? []) },
    ...listed(
      'observations',
      observed.map((each) => observationOf(writing, each)),
    ),
    ...listed(
      'risks',
      inputs.risks.map((risk) => riskOf(writing, risk)),
    ),
    ...listed(
      'findings',
      (facts.controls ?? []).map((control) => findingOf(writing, control)),
    ),
  }
}

/** OSCAL has no empty lists: what is not there is left out. */
function listed(name: string, items: readonly unknown[]): Readonly<Record<string, unknown>> {
  return items.length === 0 ? {} : { [name]: items }
}

/** Nothing is said of a gate that nobody ran. */
function isObserved({ gate, result }: GateStanding): boolean {
  return gate.children === undefined && result?.finishedAtMs !== undefined
}

function selectionsOf(controls: readonly MappedControl[]): readonly unknown[] {
  const frameworks = Map.groupBy(controls, ({ framework }) => framework)
  if (frameworks.size === 0) return [{ description: 'No control is mapped to a gate or a risk.' }]
  return [...frameworks].map(([framework, members]) => ({
    description: framework.toWellFormed(),
    'include-controls': [...new Set(members.map(({ id }) => tokenOf(id)))].map((id) => ({
      'control-id': id,
    })),
  }))
}

function observationOf(
  { facts, uuidOf }: Writing,
  { gate, status, reason, result, expiresAtMs }: GateStanding,
): Readonly<Record<string, unknown>> {
  const statement = result?.statement
  return {
    uuid: uuidOf('gate', gate.id),
    title: gate.title.toWellFormed(),
    description: `${status}: ${reason}`.toWellFormed(),
    props: [propertyOf('status', status), propertyOf('gate', gate.id)],
    methods: [gate.check.type === 'manual' ? 'EXAMINE' : 'TEST'],
    ...listed(
      'relevant-evidence',
      statement === undefined
        ? []
        : [{ href: `urn:seaworthy:statement:${statement}`, description: 'Signed gate-run.' }],
    ),
    collected: instantOf(result?.finishedAtMs ?? facts.inputs.asOfMs),
    ...(expiresAtMs === undefined ? {} : { expires: instantOf(expiresAtMs) }),
  }
}

function riskOf({ facts, uuidOf }: Writing, risk: Risk): Readonly<Record<string, unknown>> {
  const { id, level, title, state, mitigation, dueAtMs } = risk
  // An acceptance that has ended holds nothing any more.
  const accepted = isRiskHeld(facts, risk) ? 'deviation-approved' : 'open'
  return {
    uuid: uuidOf('risk', id),
    title: `${level} ${title}`.toWellFormed(),
    description: title.toWellFormed(),
    statement: (mitigation ?? 'No mitigation is recorded.').toWellFormed(),
    props: [propertyOf('level', level), propertyOf('risk', id)],
    status: state === 'CLOSED' ? 'closed' : accepted,
    ...(dueAtMs === undefined ? {} : { deadline: instantOf(dueAtMs) }),
  }
}

function findingOf(
  { facts, standings, uuidOf }: Writing,
  control: MappedControl,
): Readonly<Record<string, unknown>> {
  const { framework, id, title } = control
  const word = controlWordOf(facts, standings, control)
  const leaves = control.gates.flatMap((gate) => leavesOf(standings, gate)).filter(isObserved)
  const gates = [...new Set(leaves.map(({ gate }) => gate.id))]
  const known = new Set(facts.inputs.risks.map((risk) => risk.id))
  return {
    uuid: uuidOf('control', framework, id),
    title: `${framework} ${id}: ${title}`.toWellFormed(),
    description: `${word} by ${countOf(gates.length, 'observed gate')} and ${countOf(control.risks.length, 'risk')} mapped to it.`,
    target: {
      type: 'objective-id',
      'target-id': tokenOf(id),
      status: {
        state: word === 'EVIDENCED' ? 'satisfied' : 'not-satisfied',
        reason: word === 'EVIDENCED' ? 'pass' : 'fail',
        remarks: word,
      },
    },
    ...listed(
      'related-observations',
      gates.map((gate) => ({ 'observation-uuid': uuidOf('gate', gate) })),
    ),
    ...listed(
      'related-risks',
      control.risks
        .filter((risk) => known.has(risk))
        .map((risk) => ({ 'risk-uuid': uuidOf('risk', risk) })),
    ),
  }
}

function leavesOf(standings: Standings, id: string): readonly GateStanding[] {
  const standing = standings.get(id)
  if (standing === undefined) return []
  return standing.gate.children?.flatMap((child) => leavesOf(standings, child)) ?? [standing]
}

function propertyOf(name: string, value: string): Readonly<Record<string, string>> {
  // A value is one line without blanks around it.
  return { name, ns: NAMESPACE, value: value.toWellFormed().replace(/\s+/gu, ' ').trim() }
}

function tokenOf(id: string): string {
  if (TOKEN.test(id)) return id
  return `_${id.toWellFormed().replace(/[^\p{L}\p{N}._-]/gu, '_')}`
}

function instantOf(ms: number): string {
  return new Date(ms).toISOString()
}

/** UUIDs made from names, marked as version 5: OSCAL takes no other but random ones. The digest is SHA-256 in place of SHA-1. */
function uuidsOf(digest: Digest, decisionHash: string): Writing['uuidOf'] {
  return (...names) => {
    const bytes = digest.sha256(utf8Bytes(JSON.stringify([decisionHash, ...names])))
    bytes[6] = (bytes[6]! & 0x0f) | 0x50
    bytes[8] = (bytes[8]! & 0x3f) | 0x80
    const hex = hexOf(bytes.subarray(0, 16))
    return [8, 12, 16, 20, 32].map((end, at, ends) => hex.slice(ends[at - 1] ?? 0, end)).join('-')
  }
}
