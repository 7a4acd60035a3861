// How the board words what an import found, and how it shows text of strangers: nothing hidden, nothing reordered.
import type { Finding, ImportedDocument, ImportedGate } from './plan-answers.ts'

/** Rules of the importer itself: what it left out, repaired or is unsure of. All others are the lint's, about code. */
export const NOTE_RULES: ReadonlySet<string> = new Set([
  'block-left-out',
  'block-shared',
  'block-unbound',
  'box-malformed',
  'box-pre-ticked',
  'check-unsupported',
  'encoding-damaged',
  'front-matter-unreadable',
  'glyph-not-gate',
  'hole-open',
  'inline-not-run',
  'item-struck',
  'no-sign-offs',
  'severity-lowered',
  'table-not-gates',
  'transcript-output',
  'version-unnamed',
])

export type ReadingView = 'gates' | 'notes' | 'lint' | 'lines'

/** What the importer and the lint say of one line of a document. */
export interface LineFacts {
  readonly gates: readonly ImportedGate[]
  readonly notes: readonly Finding[]
  readonly lint: readonly Finding[]
}

const NOTHING: LineFacts = { gates: [], notes: [], lint: [] }

export function factsByLine({ gates, findings }: ImportedDocument): ReadonlyMap<number, LineFacts> {
  const facts = new Map<number, LineFacts>()
  const at = (line: number): LineFacts => facts.get(line) ?? NOTHING
  for (const gate of gates) {
    const known = at(gate.line)
    facts.set(gate.line, { ...known, gates: [...known.gates, gate] })
  }
  for (const finding of findings) {
    const known = at(finding.line)
    const kind = NOTE_RULES.has(finding.rule) ? 'notes' : 'lint'
    facts.set(finding.line, { ...known, [kind]: [...known[kind], finding] })
  }
  return facts
}

/** The lines of a document as its bytes have them, without a byte order mark. */
export function linesOf(bytes: Uint8Array): readonly string[] {
  return new TextDecoder().decode(bytes).split(/\r\n|\r|\n/)
}

/** Letters that are not seen, or that turn the order of others around, shown as what they are; joiners of emoji stay. */
const UNSEEN = /[\p{Cc}\p{Cf}\u2028\u2029]/gu
const KEPT = new Set(['\n', '\t', '\u200d'])

export function seenText(text: string): string {
  return text.replace(UNSEEN, (letter) =>
    KEPT.has(letter)
      ? letter
      : `⟨U+${(letter.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}⟩`,
  )
}

/** The beginning of a text without an end; how much is left out is said. */
export function beginningOf(text: string, limit: number): string {
  const rest = text.length - limit
  return rest > 0 ? `${text.slice(0, limit)} … and ${rest} letters more` : text
}

/** What becomes of an item, in a few words. */
export function fateOf({ check, blocks }: Pick<ImportedGate, 'check' | 'blocks'>): string {
  switch (check) {
    case 'manual':
      return 'a person answers'
    case 'unsupported':
      return 'cannot be run'
    case 'command':
      return `runs ${blocks[0]?.language === '' || blocks[0] === undefined ? 'a command' : blocks[0].language}`
    case 'http':
      return 'sends a request'
    case 'sql':
      return 'asks a database'
    case 'promql':
      return 'asks Prometheus'
    default:
      return check
  }
}
