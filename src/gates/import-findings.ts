// What the importer noticed about a document and its gates, beside what the soundness lint says of their code.
import type { MarkdownDocument, Span } from '../document/index.ts'
import type { Binding } from './binding.ts'
import type { Finding } from '../soundness/index.ts'
import { unboundFences } from './candidate.ts'
import type { Candidate, Candidates } from './candidate.ts'
import { severityOf } from './heading-rules.ts'
import type { ImportedGate, ImportedHole } from './imported.ts'
import { versionNamed } from './naming.ts'
import { isVersionHole } from './template-values.ts'
import { loweringWord } from './title-marks.ts'

/** Findings of one gate: its code's, and a tick that nobody earned. */
export function gateFindings(
  document: MarkdownDocument,
  gate: ImportedGate,
  candidate: Candidate,
  binding: Binding,
): Finding[] {
  const place = { gate: gate.id, line: gate.line, column: gate.column }
  const findings: Finding[] = [...binding.findings]
  if (candidate.isChecked) {
    findings.push({
      rule: 'box-pre-ticked',
      ...place,
      level: 'warning',
      message: 'This gate was marked as done before anything ran; the mark does not count.',
      fix: 'Clear the mark; the run sets it.',
    })
  }
  const idle = idleCommand(document, gate, candidate)
  if (idle !== undefined) {
    findings.push({
      rule: 'inline-not-run',
      ...place,
      ...document.positionOf(idle.start),
      level: 'note',
      message:
        'This command is part of a sentence and is not run; a person answers. Only an item that consists of the command, or begins with Run or a like verb, is run.',
      fix: 'Write the item as Run `COMMAND`, or put the command into a bash block below it.',
    })
  }
  return [...findings, ...codeFindings(gate)]
}

/** Which of a gate's code runs otherwise than it looks, or not at all. */
function codeFindings(gate: ImportedGate): Finding[] {
  const place = { gate: gate.id, line: gate.line, column: gate.column }
  const findings: Finding[] = []
  const shared = gate.blocks.find((block) => block.isShared)
  if (shared !== undefined) {
    findings.push({
      rule: 'block-shared',
      ...place,
      line: shared.line,
      column: shared.column,
      level: 'note',
      message:
        'This block follows a list and is taken as the check of each of its gates that has no code of its own.',
      fix: 'Move the block into the one item that it checks.',
    })
  }
  for (const block of gate.blocks.filter((candidate) => candidate.outputLineCount > 0)) {
    findings.push({
      rule: 'transcript-output',
      ...place,
      line: block.line,
      column: block.column,
      level: 'warning',
      message: `${block.outputLineCount} ${block.outputLineCount === 1 ? 'line' : 'lines'} of this block have no $ prompt and are taken as output: they are not run.`,
      fix: 'Put a prompt before each command, or none before any.',
    })
  }
  if (gate.check === 'unsupported') {
    findings.push({
      rule: 'check-unsupported',
      ...place,
      level: 'warning',
      message: `The gate's code cannot be run here: ${gate.effectReason}.`,
      fix: 'Write the check as bash, http or sql, or remove the code so that a person answers.',
    })
  }
  return findings
}

/** A lower-case word or a path, then more words: what people type into a shell. */
const COMMAND_LIKE = /^(?:[a-z][\w.-]*|\.{0,2}\/[\w./-]+|\$\{?\w+\}?)\s+\S/

/** Inline code of a gate that a person answers, when it looks like a command. */
function idleCommand(
  document: MarkdownDocument,
  gate: ImportedGate,
  candidate: Candidate,
): Span | undefined {
  if (gate.check !== 'manual' || gate.children !== undefined) return undefined
  return candidate.spans.find((span) => {
    const code = document.reading.text.slice(span.start, span.end).trim()
    return span.kind === 'code' && COMMAND_LIKE.test(code) && !code.includes('____')
  })
}

/** Findings of the document as a whole. */
export function documentFindings(
  document: MarkdownDocument,
  { candidates, struck }: Candidates,
  holes: readonly ImportedHole[],
): Finding[] {
  return [
    ...readingFindings(document),
    ...boxFindings(document),
    ...tableFindings(document),
    ...loweredFindings(candidates),
    ...struck.map((item): Finding => ({
      rule: 'item-struck',
      line: item.line,
      column: item.column,
      level: 'note',
      message: `"${item.title}" is struck out, so it is no gate; what stands below it still is.`,
      fix: 'Remove the ~~ marks if it must hold.',
    })),
    ...unboundFences(document, candidates).map((fence): Finding => ({
      rule: 'block-unbound',
      line: fence.line,
      column: fence.column,
      level: 'note',
      message: `This ${fence.language} block belongs to no gate and is never run.`,
      fix: 'Move it into the item that it checks, if it is a check.',
    })),
    ...eachHoleOnce(holes).map((hole): Finding => ({
      rule: 'hole-open',
      ...(hole.gate === undefined ? {} : { gate: hole.gate }),
      line: hole.line,
      column: hole.column,
      level: hole.gate === undefined ? 'note' : 'warning',
      message:
        hole.gate === undefined
          ? `${hole.text} was never filled in.`
          : `${hole.text} needs a value; the gate is blocked until it has one.`,
      fix: hole.text.startsWith('$')
        ? 'Give the parameter a value when the plan runs.'
        : 'Fill it in, or name the value when the plan is made.',
    })),
  ]
}

/** Without a version no hole that stands for one is filled. */
export function versionFindings(
  naming: Parameters<typeof versionNamed>[0],
  holes: readonly ImportedHole[],
): Finding[] {
  if (versionNamed(naming) !== undefined) return []
  const waiting = holes.find((hole) => hole.gate !== undefined && isVersionHole(hole.text))
  return [
    {
      rule: 'version-unnamed',
      ...(waiting?.gate === undefined ? {} : { gate: waiting.gate }),
      line: waiting?.line ?? 1,
      column: waiting?.column ?? 1,
      level: waiting === undefined ? 'note' : 'warning',
      message:
        waiting === undefined
          ? 'The checklist names no version: give --release-version.'
          : `The checklist names no version: give --release-version, or ${waiting.text} keeps its gate blocked.`,
      fix: 'Give --release-version, or name the version in the title or the front matter.',
    },
  ]
}

/** A hole that a gate repeats needs one value, so it is one finding. */
function eachHoleOnce(holes: readonly ImportedHole[]): ImportedHole[] {
  const seen = new Set<string>()
  return holes.filter((hole) => {
    const key = `${hole.gate ?? ''} ${hole.text}`
    const isNew = !seen.has(key)
    seen.add(key)
    return isNew
  })
}

function readingFindings(document: MarkdownDocument): Finding[] {
  const findings: Finding[] = []
  const { repairCount } = document.reading
  if (repairCount > 0) {
    findings.push({
      rule: 'encoding-damaged',
      line: 1,
      column: 1,
      level: 'note',
      message: `${repairCount} damaged glyphs were repaired for reading; the file itself stays as it is.`,
      fix: 'Save the file as UTF-8 in the editor that shows the glyphs right.',
    })
  }
  if (document.frontMatter?.problem !== undefined) {
    findings.push({
      rule: 'front-matter-unreadable',
      line: 1,
      column: 1,
      level: 'warning',
      message: `The front matter is not read: ${document.frontMatter.problem}.`,
      fix: 'Correct the YAML between the two --- lines.',
    })
  }
  return findings
}

/** Items that somebody may take for gates and that are none. */
function boxFindings(document: MarkdownDocument): Finding[] {
  const findings: Finding[] = []
  const [malformed] = document.malformedBoxes
  if (malformed !== undefined) {
    findings.push({
      rule: 'box-malformed',
      ...document.positionOf(malformed),
      level: 'warning',
      message: `${countItems(document.malformedBoxes, 'begins', 'begin')} with brackets that are no box, so ${document.malformedBoxes.length === 1 ? 'it is no gate' : 'they are no gates'}; this is the first.`,
      fix: 'Write "- [ ] " with exactly one blank between the brackets.',
    })
  }
  const [status] = document.statusItems
  if (status !== undefined) {
    findings.push({
      rule: 'glyph-not-gate',
      ...document.positionOf(status),
      level: 'note',
      message: `${countItems(document.statusItems, 'begins', 'begin')} with a status glyph in a list that keeps nothing open, beside real boxes, and ${document.statusItems.length === 1 ? 'is no gate' : 'are no gates'}; this is the first.`,
      fix: 'Write it as - [ ] … if it must hold.',
    })
  }
  return findings
}

function countItems(items: readonly unknown[], one: string, many: string): string {
  return items.length === 1 ? `1 item ${one}` : `${items.length} items ${many}`
}

/** Tables that somebody may take for gates or sign-offs and that are neither. */
function tableFindings(document: MarkdownDocument): Finding[] {
  const findings = document.tables
    .filter((table) => table.resemblesGates)
    .map(({ line, rows }): Finding => ({
      rule: 'table-not-gates',
      line,
      column: 1,
      level: 'warning',
      message: `This table has commands but neither ids nor a status, so its ${rows.length} ${rows.length === 1 ? 'row is no gate' : 'rows are no gates'} and nothing of it is run.`,
      fix: 'Add a column headed ID or Status to the table, or write each row as an item: - [ ] ….',
    }))
  if (!document.tables.some((table) => table.signOff !== undefined)) {
    findings.push({
      rule: 'no-sign-offs',
      line: 1,
      column: 1,
      level: 'note',
      message: 'No sign-off table was found, so the plan asks nobody to sign.',
      fix: 'Add a table such as | Role | Name | Status | Date | with one row for each role, or name the roles in the plan file.',
    })
  }
  return findings
}

/** A heading that lowers the severity of gates is shown, so that nobody lowers it unseen. */
function loweredFindings(candidates: readonly Candidate[]): Finding[] {
  const lowered = new Map<number, { title: string; severity: string; count: number }>()
  const findings: Finding[] = []
  for (const candidate of candidates) {
    const { heading, severity, word } = severityOf(candidate)
    if (word !== undefined) {
      findings.push({
        rule: 'severity-lowered',
        line: candidate.line,
        column: candidate.column,
        level: 'note',
        message: `The word "${word}" behind ${loweringWord(candidate.title) === undefined ? 'an item around it' : 'its title'} makes the gate "${candidate.title}" ${severity}.`,
        fix: 'Remove the word if this gate must hold.',
      })
    }
    if (heading === undefined) continue
    const known = lowered.get(heading.line)
    lowered.set(heading.line, { title: heading.title, severity, count: (known?.count ?? 0) + 1 })
  }
  const byHeading = [...lowered].map(([line, { title, severity, count }]): Finding => ({
    rule: 'severity-lowered',
    line,
    column: 1,
    level: 'note',
    message: `The heading "${title}" makes ${count} ${count === 1 ? 'gate' : 'gates'} ${severity}.`,
    fix: 'Rename the heading if these gates must hold.',
  }))
  return [...byHeading, ...findings]
}
