// What the API answers about checklists and plans before they run, as far as the board reads it.
import type { Plan, PlanGate } from './answers.ts'

/** What a script calls, changes and writes, as far as its words show. */
export interface ScriptReach {
  readonly programs: readonly string[]
  readonly network: readonly string[]
  readonly changes: readonly string[]
  readonly files: readonly string[]
  /** Why nothing is said. */
  readonly unread?: string
}

export interface PlanAnswer {
  readonly plan: Plan
  readonly planHash: `sha256:${string}`
  readonly reviewers: readonly string[]
  /** By gate. */
  readonly reach?: Readonly<Record<string, ScriptReach>>
}

export interface Finding {
  readonly rule: string
  readonly level: 'error' | 'warning' | 'note'
  readonly message: string
  readonly fix: string
  readonly line: number
  readonly column: number
  readonly gate?: string
}

/** A gate as the document has it. */
export interface ImportedGate {
  readonly id: string
  readonly title: string
  readonly section: string
  readonly line: number
  readonly check: string
  readonly severity: PlanGate['severity']
  readonly effect: PlanGate['effect']
  readonly provenRead: boolean
  /** Why the effect was classified so. */
  readonly effectReason: string
  readonly owner?: string
  readonly checked: boolean
  readonly holes: readonly string[]
  readonly blocks: readonly { readonly line: number; readonly language: string }[]
}

export interface ImportedDocument {
  readonly title: string
  readonly source: { readonly sha256: string }
  readonly counts: Readonly<Record<'gates' | 'blocks' | 'slots' | 'toggles' | 'signoffs', number>>
  readonly gates: readonly ImportedGate[]
  readonly signOffs: readonly { readonly role: string; readonly line: number }[]
  readonly findings: readonly Finding[]
}
