// What a checklist holds before anybody decided anything: gates as found, spots, holes and findings.
import type { Check, Effect, PlanSlot, PlanSource, PlanToggle, Severity } from '../verdict/index.ts'
import type { ContentDigest } from '../kernel/index.ts'
import type { CodeBlock, DocumentPosition, Finding } from '../soundness/index.ts'

/** A block as it is bound to a gate. */
export interface GateBlock extends CodeBlock {
  /** What the fence says after its language. */
  readonly meta: string
  /** True when the block follows a list and serves all its gates. */
  readonly isShared: boolean
  /** Lines of a transcript that have no prompt and so are taken as output, not as commands. */
  readonly outputLineCount: number
}

/** A slot with its place; line and column are what `fillDocument` takes. */
export interface ImportedSlot extends PlanSlot, DocumentPosition {}

export interface ImportedToggle extends PlanToggle, DocumentPosition {}

export interface ImportedGate extends DocumentPosition {
  readonly id: string
  readonly title: string
  /** Headings above it joined by ` › `, without the document's title. */
  readonly section: string
  readonly phase?: string
  /** Who the gate's own words, or its table, say is to see to it. */
  readonly owner?: string
  readonly severity: Severity
  readonly check: Check['type']
  /** Blocks bound to the gate in document order, samples included. */
  readonly blocks: readonly GateBlock[]
  readonly slots: readonly ImportedSlot[]
  readonly toggles: readonly ImportedToggle[]
  readonly children?: readonly string[]
  /** Whether the box was ticked when the document came in; it never counts. */
  readonly checked: boolean
  /** Whether a run has a mark to write over; never for steps, headings and the own check of a roll-up. */
  readonly hasBox: boolean
  /** Holes in title, blocks or slots, as they stand there. */
  readonly holes: readonly string[]
  /** Names that the check takes from outside. */
  readonly parameters: readonly string[]
  readonly effect: Effect
  readonly provenRead: boolean
  readonly selfChecking: boolean
  /** Why the effect was classified so. */
  readonly effectReason: string
  /** Rules that found an error in the check. */
  readonly unsound: readonly string[]
  /** Digest of the raw bytes of the item or row, without those of the gates below it. */
  readonly sourceSha256: ContentDigest
}

export interface ImportedHole extends DocumentPosition {
  readonly text: string
  readonly gate?: string
}

export interface ImportedSignOff {
  readonly role: string
  readonly line: number
}

export interface ImportedChecklist {
  readonly source: PlanSource
  /** First heading, else the front matter's title or name, else the file's name. */
  readonly title: string
  readonly frontMatter: Readonly<Record<string, string>>
  /** What lines before the first gate state, such as "**Environment:** Production", as it stands there. */
  readonly head: { readonly environment?: string; readonly version?: string }
  readonly gates: readonly ImportedGate[]
  /** Spots that belong to no gate: metrics lists, sign-off rows. */
  readonly outside: {
    readonly slots: readonly ImportedSlot[]
    readonly toggles: readonly ImportedToggle[]
  }
  readonly counts: {
    readonly gates: number
    /** Runnable blocks bound to gates, each once. */
    readonly blocks: number
    /** Inside and outside gates. */
    readonly slots: number
    readonly toggles: number
    readonly signoffs: number
  }
  readonly signOffs: readonly ImportedSignOff[]
  readonly holes: readonly ImportedHole[]
  readonly findings: readonly Finding[]
}
