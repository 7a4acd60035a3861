// Turns the bytes of a checklist into gates, spots, holes and findings; nothing in the document is ever run.
import { contentDigest, hexOf } from '../kernel/index.ts'
import type { Digest } from '../kernel/index.ts'
import type { GateSource } from '../verdict/index.ts'
import { findHoles, readDocumentBytes, signOffSpotsOf, singleLine } from '../document/index.ts'
import type { MarkdownDocument, SignOffSpot } from '../document/index.ts'
import { bindBlocks } from './binding.ts'
import type { Binding } from './binding.ts'
import type { Finding } from '../soundness/index.ts'
import type { Phase } from '../verdict/index.ts'
import type { Candidate } from './candidate.ts'
import { candidatesOf, readGateDocument } from './gate-sources.ts'
import { gateHoles } from './gate-holes.ts'
import { makeSpotNames, nameGates, sectionHeadings } from './gate-id.ts'
import { namedSpots, outsideSpots } from './gate-spots.ts'
import { headOf } from './head-lines.ts'
import { phasesOf, severityOf } from './heading-rules.ts'
import { documentFindings, gateFindings, versionFindings } from './import-findings.ts'
import type { ImportedChecklist, ImportedGate, ImportedHole } from './imported.ts'
import { ownBytesOf } from './source-bytes.ts'

/**
 * Reads a checklist. Gates are GFM task items outside comments and fences, items that begin with a box glyph, and rows
 * of tables with an id or status column; a role / name / status / time table holds sign-offs.
 * @param also what else is taken for a gate: numbered items without boxes, headings above text
 * @throws GATES_CHECKLIST_GATELESS, GATES_CHECKLIST_GATES_EXCEEDED and the DOCUMENT_ codes of reading
 */
export function importChecklist(
  bytes: Uint8Array,
  name: string,
  digest: Digest,
  also: readonly GateSource[] = [],
): ImportedChecklist {
  const document = readGateDocument(readDocumentBytes(bytes), also)
  const found = candidatesOf(document, also)
  const { candidates } = found
  const { sections, hashes, ids } = identifyCandidates(document, candidates, digest)
  const phases = phasesOf(
    candidates.map((candidate, index) => ({ headings: sections[index]!, title: candidate.title })),
  )
  const findings: Finding[] = []
  const bindings = new Map<string, Binding>()
  const gates = candidates.map((candidate, index) => {
    const facts = {
      id: ids[index]!,
      ids,
      headings: sections[index]!,
      phase: phases[index],
      sha256: contentDigest(hashes[index]!),
      bindings,
    }
    const gate = makeGate(document, candidate, facts)
    findings.push(...gateFindings(document, gate.gate, candidate, gate.binding))
    return gate
  })
  const signOffs = signOffSpotsOf(document)
  const outside = outsideSpots(document, signOffs)
  const holes = [
    ...gates.flatMap(({ gate, holes }) => holes.map((hole) => ({ ...hole, gate: gate.id }))),
    ...findHoles(document.reading.text, document.outside.spans).map((hole) => ({
      text: singleLine(hole.text),
      ...document.positionOf(hole.start),
    })),
  ]
  const imported = gates.map(({ gate }) => gate)
  const naming = {
    title: titleOf(document, name),
    frontMatter: cleanEntries(document.frontMatter?.entries ?? {}),
    head: headOf(document, candidates[0]!.start),
  }
  findings.push(...documentFindings(document, found, holes), ...versionFindings(naming, holes))
  return {
    source: {
      name: singleLine(name),
      sha256: contentDigest(digest.sha256(bytes)),
      ...(also.length === 0 ? {} : { gates: [...new Set(also)].toSorted() }),
    },
    ...naming,
    gates: imported,
    outside,
    counts: countsOf(imported, outside, signOffs),
    signOffs: signOffs.map(({ role, line }) => ({ role, line })),
    holes,
    findings: eachOnce(findings).toSorted((a, b) => a.line - b.line || a.column - b.column),
  }
}

interface Identities {
  /** Headings above each candidate, without the document's title. */
  readonly sections: readonly Candidate['headings'][]
  readonly hashes: readonly Uint8Array[]
  readonly ids: readonly string[]
}

function identifyCandidates(
  document: MarkdownDocument,
  candidates: readonly Candidate[],
  digest: Digest,
): Identities {
  const titleStart = titleHeading(document)?.start
  const sections = candidates.map((candidate) => sectionHeadings(candidate.headings, titleStart))
  const hashes = ownBytesOf(document, candidates).map((bytes) => digest.sha256(bytes))
  const ids = nameGates(
    candidates.map((candidate, index) => ({
      ...candidate,
      headings: sections[index]!,
      hash: hexOf(hashes[index]!),
    })),
  )
  return { sections, hashes, ids }
}

/** What is wrong with a block that several gates share is said once, for the first of them. */
function eachOnce(findings: readonly Finding[]): Finding[] {
  const seen = new Set<string>()
  return findings.filter((finding) => {
    const key = `${finding.rule}:${finding.line}:${finding.column}:${finding.message}`
    const isNew = !seen.has(key)
    seen.add(key)
    return isNew
  })
}

/** The first heading is the document's title when it is the only one of the first level or opens the document. */
function titleHeading(
  document: MarkdownDocument,
): MarkdownDocument['headings'][number] | undefined {
  const first = document.headings[0]
  if (first?.level === 1) return first
  const ones = document.headings.filter((heading) => heading.level === 1)
  return ones.length === 1 ? ones[0] : undefined
}

function titleOf(document: MarkdownDocument, name: string): string {
  const entries = document.frontMatter?.entries ?? {}
  const named = Object.hasOwn(entries, 'title')
    ? entries['title']
    : Object.hasOwn(entries, 'name')
      ? entries['name']
      : undefined
  return singleLine(titleHeading(document)?.title ?? named ?? name)
}

function cleanEntries(entries: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(entries).map(([key, value]) => [singleLine(key), singleLine(value)]),
  )
}

interface GateFacts {
  readonly id: string
  /** Ids of all candidates. */
  readonly ids: readonly string[]
  readonly headings: Candidate['headings']
  readonly phase: Phase | undefined
  readonly sha256: ImportedGate['sourceSha256']
  /** Bindings of shared code, by its place. */
  readonly bindings: Map<string, Binding>
}

interface MadeGate {
  readonly gate: ImportedGate
  readonly binding: Binding
  readonly holes: readonly ImportedHole[]
}

function makeGate(document: MarkdownDocument, candidate: Candidate, facts: GateFacts): MadeGate {
  const { id, ids, headings, phase, sha256 } = facts
  const blocks = candidate.blocks.map((block, index) => ({ ...block, id: `${id}#${index + 1}` }))
  const binding = bindOnce(candidate.children.length > 0 ? [] : blocks, id, facts.bindings)
  const holes = gateHoles(document, candidate, blocks, binding)
  const own = holes.filter((hole) => hole.kind !== 'parameter').map((hole) => hole.text)
  const named = holes
    .filter((hole) => hole.kind === 'parameter')
    .map((hole) => hole.text.replace(/[${}]/g, ''))
  const gate: ImportedGate = {
    id,
    title: candidate.title,
    section: headings.map((heading) => heading.title).join(' › '),
    ...(phase === undefined ? {} : { phase }),
    ...(candidate.owner === undefined ? {} : { owner: candidate.owner }),
    severity: severityOf({ ...candidate, headings }).severity,
    check: binding.check?.type ?? 'manual',
    line: candidate.line,
    column: candidate.column,
    blocks,
    ...namedSpots(document, candidate.spans, makeSpotNames()),
    ...(candidate.children.length === 0
      ? {}
      : { children: candidate.children.map((child) => ids[child]!) }),
    checked: candidate.isChecked,
    hasBox: candidate.hasBox,
    holes: [...new Set(own)],
    parameters: [...new Set([...binding.parameters, ...named])],
    effect: binding.effect,
    provenRead: binding.provenRead,
    selfChecking: binding.selfChecking,
    effectReason: binding.effectReason,
    unsound: [
      ...new Set(
        binding.findings
          .filter((finding) => finding.level === 'error')
          .map((finding) => finding.rule),
      ),
    ],
    sourceSha256: sha256,
  }
  return { gate, binding, holes: holes.map(({ text, line, column }) => ({ text, line, column })) }
}

/** Code that serves a whole list is looked at once, not once per gate. */
function bindOnce(
  blocks: ImportedGate['blocks'],
  id: string,
  bindings: Map<string, Binding>,
): Binding {
  if (!blocks.some((block) => block.isShared)) return bindBlocks(blocks, id)
  const key = blocks.map((block) => `${block.line}:${block.column}`).join(' ')
  const binding = bindings.get(key) ?? bindBlocks(blocks, id)
  bindings.set(key, binding)
  return binding
}

function countsOf(
  gates: readonly ImportedGate[],
  outside: ImportedChecklist['outside'],
  signOffs: readonly SignOffSpot[],
): ImportedChecklist['counts'] {
  const blocks = gates.flatMap((gate) => gate.blocks).filter((block) => block.kind === 'runnable')
  const sum = (of: (gate: ImportedGate) => number): number =>
    gates.reduce((total, gate) => total + of(gate), 0)
  return {
    gates: gates.length,
    blocks: new Set(blocks.map((block) => `${block.line}:${block.column}`)).size,
    slots: sum((gate) => gate.slots.length) + outside.slots.length,
    toggles: sum((gate) => gate.toggles.length) + outside.toggles.length,
    signoffs: signOffs.length,
  }
}
