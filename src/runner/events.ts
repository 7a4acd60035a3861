// What a run tells while it goes on; plain records, for screens and machines alike.
import { jsonLine } from '../kernel/index.ts'
import type { StoredStatus } from '../verdict/index.ts'

/** Of the lines that machines read. It goes up when a field changes its meaning or goes away; new kinds and fields do not count. */
export const RUN_EVENT_SCHEMA_VERSION = 1

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
  /** A soak took a sample: RUNNING, and for how much longer unless it is interrupted. */
  | {
      readonly kind: 'gate-soaking'
      readonly gate: string
      readonly coveredMs: number
      readonly forMs: number
      readonly sampleCount: number
      readonly failedCount: number
    }
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

type EventOf<K extends RunEvent['kind']> = Extract<RunEvent, { readonly kind: K }>

/** What each kind says and each of its fields holds; docs/run-events.md is written from it. */
export const RUN_EVENT_WORDS: {
  readonly [K in RunEvent['kind']]: {
    readonly summary: string
    readonly fields: Readonly<Record<Exclude<keyof EventOf<K>, 'kind'>, string>>
  }
} = {
  'run-started': {
    summary: 'Always the first line.',
    fields: {
      run: 'id of the run',
      gateCount: 'gates chosen for it',
      keptCount: 'of these, gates that finished before the run was resumed',
    },
  },
  'run-user': {
    summary: 'Whom commands run as, when there is something to say about it.',
    fields: {
      isSeparate: 'true when commands run as another user than the runner',
      text: 'one sentence for people',
    },
  },
  'gate-started': {
    summary: 'An attempt begins; its intent is recorded.',
    fields: {
      gate: 'id of the gate',
      title: 'its title',
      attempt: 'number of the attempt, from 1',
    },
  },
  'gate-output': {
    summary: 'A running command has written. For screens only; not among the lines.',
    fields: { gate: 'id of the gate', totalBytes: 'standard output and error so far, in bytes' },
  },
  'gate-soaking': {
    summary: 'A soak took a sample: the gate is RUNNING.',
    fields: {
      gate: 'id of the gate',
      coveredMs: 'covered without interruption so far, in milliseconds; 0 after an interruption',
      forMs: 'length of the window, in milliseconds',
      sampleCount: 'samples taken so far',
      failedCount: 'of these, samples that did not hold',
    },
  },
  'gate-finished': {
    summary: 'The attempt that counts was recorded.',
    fields: {
      gate: 'id of the gate',
      attempt: 'number of the attempt',
      status: 'computed by the control plane from the evidence',
      reason: 'why',
      durationMs: 'all attempts together, by a clock that never goes back',
    },
  },
  'gate-retried': {
    summary: 'The attempt was an ERROR, and another one follows.',
    fields: { gate: 'id of the gate', attempt: 'the attempt that failed', reason: 'why it failed' },
  },
  'gate-held': {
    summary: 'The gate did not run.',
    fields: { gate: 'id of the gate', status: 'where it stands instead', reason: 'what holds it' },
  },
  'gate-unknown': {
    summary:
      'An earlier attempt was cut off and may have changed something: a person has to look, then `--repeat`.',
    fields: {
      gate: 'id of the gate',
      attempt: 'the attempt that was cut off',
      reason: 'why it is asked',
    },
  },
  'gate-kept': {
    summary: 'Finished before the run was resumed; its evidence stands.',
    fields: { gate: 'id of the gate', status: 'recorded then' },
  },
  'gate-interrupted': {
    summary: 'Called off while it ran; nothing of this attempt is recorded.',
    fields: { gate: 'id of the gate', attempt: 'number of the attempt' },
  },
  note: {
    summary: 'Something around a check that touches nothing of what it saw.',
    fields: { gate: 'id of the gate', text: 'one sentence for people' },
  },
  'run-finished': {
    summary: 'Always the last line, unless the runner was killed.',
    fields: {
      run: 'id of the run',
      interrupted: 'true when it was called off; the same command resumes it',
      counts: 'gates by status',
      durationMs: 'of this execution, by a clock that never goes back',
    },
  },
}

/** One line for machines. */
export function runEventLine(event: RunEvent, nowMs: number): string {
  const at = new Date(nowMs).toISOString()
  return jsonLine({ schemaVersion: RUN_EVENT_SCHEMA_VERSION, at, ...event })
}
