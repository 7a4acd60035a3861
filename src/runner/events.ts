// What a run tells while it goes on; plain records, for screens and machines alike.
import type { StoredStatus } from '../verdict/index.ts'

export type RunEvent =
  | {
      readonly kind: 'run-started'
      readonly run: string
      readonly gateCount: number
      readonly keptCount: number
    }
  /** Whom commands run as, when there is something to say about it. */
  | { readonly kind: 'run-user'; readonly isSeparate: boolean; readonly text: string }
  | {
      readonly kind: 'gate-started'
      readonly gate: string
      readonly title: string
      readonly attempt: number
    }
  /** Output of a running command so far, stdout and stderr together. */
  | { readonly kind: 'gate-output'; readonly gate: string; readonly totalBytes: number }
  /** The status is the control plane's. */
  | {
      readonly kind: 'gate-finished'
      readonly gate: string
      readonly attempt: number
      readonly status: StoredStatus
      readonly reason: string
      readonly durationMs: number
    }
  | {
      readonly kind: 'gate-retried'
      readonly gate: string
      readonly attempt: number
      readonly reason: string
    }
  /** Did not run, and why. */
  | {
      readonly kind: 'gate-held'
      readonly gate: string
      readonly status: StoredStatus
      readonly reason: string
    }
  /** Cut off earlier, and running it again may change something twice. */
  | {
      readonly kind: 'gate-unknown'
      readonly gate: string
      readonly attempt: number
      readonly reason: string
    }
  /** Finished before this run was resumed; its evidence stands. */
  | { readonly kind: 'gate-kept'; readonly gate: string; readonly status: StoredStatus }
  /** Called off while it ran; nothing was recorded. */
  | { readonly kind: 'gate-interrupted'; readonly gate: string; readonly attempt: number }
  | { readonly kind: 'note'; readonly gate: string; readonly text: string }
  | {
      readonly kind: 'run-finished'
      readonly run: string
      readonly interrupted: boolean
      /** How many gates stand where. */
      readonly counts: Readonly<Partial<Record<StoredStatus, number>>>
      readonly durationMs: number
    }
