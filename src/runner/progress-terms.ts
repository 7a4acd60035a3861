// What a view of a run's progress is given, and what it can do.
import type { CiSystem } from '../client/index.ts'
import type { Clock } from '../kernel/index.ts'
import type { LogPlace } from './ci-log.ts'
import type { RunEvent } from './events.ts'
import type { TreeGate } from './run-tree.ts'

export type ProgressMode = 'lines' | 'live' | 'ndjson'

/** A gate as screens show it. */
export interface ShownGate extends TreeGate {
  readonly severity: 'required' | 'advisory' | 'informational'
  /** Where people wrote it. */
  readonly place: LogPlace
}

export interface ProgressTerms {
  readonly mode: ProgressMode
  readonly write: (text: string) => void
  readonly clock: Clock
  readonly gates: readonly ShownGate[]
  readonly isColoured: boolean
  /** The CI system that keeps the lines. */
  readonly ci?: CiSystem
  /** Size of the terminal at this moment, in characters. */
  readonly size: () => { readonly columns: number; readonly rows: number }
}

export interface ProgressView {
  readonly show: (event: RunEvent) => void
  /** Ends redrawing and leaves the finished tree. */
  close(): Promise<void>
}
