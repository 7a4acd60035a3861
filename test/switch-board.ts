// Switches over sources that a test sets and clocks that it moves, the wall clock and the other one apart.
import type { GuardClock, GuardEvent } from '../src/guard/index.ts'
import { makeSwitches } from '../src/guard/index.ts'
import type { Switches, SwitchSource, SwitchTerms } from '../src/guard/index.ts'

export const boardDefinitions = {
  'billing-writes': { kind: 'kill-switch', boot: 'on' },
  search: { kind: 'kill-switch', boot: 'off' },
  checkout: { kind: 'flag', boot: 'off', variants: { on: 'new', off: 'old', beta: 'beta' } },
} as const
export type BoardName = keyof typeof boardDefinitions

export interface MovedClock extends GuardClock {
  epoch: number
  us: number
}

function movedClock(): MovedClock {
  return {
    epoch: Date.parse('2026-11-25T10:00:00Z'),
    us: 1,
    monotonicUs() {
      return this.us
    },
    epochMs() {
      return this.epoch
    },
    // Nothing here waits for time to pass.
    wait: () => new Promise<void>(() => undefined),
  }
}

/** A source whose document a test sets: a value, raw text, nothing, or a fault. */
export interface SetSource extends SwitchSource {
  set(switches: object): void
  raw: Uint8Array | undefined | Error
}

function setSource(name: string): SetSource {
  return {
    name,
    raw: undefined,
    set(switches) {
      this.raw = bytesOf(JSON.stringify({ format: 'seaworthy-switches/1', switches }))
    },
    read() {
      return this.raw instanceof Error ? Promise.reject(this.raw) : Promise.resolve(this.raw)
    },
  }
}

export function bytesOf(text: string): Uint8Array {
  return new TextEncoder().encode(text)
}

export interface Board {
  readonly rows: SetSource
  readonly file: SetSource
  readonly clock: MovedClock
  readonly events: GuardEvent[]
  readonly switches: Switches<BoardName>
}

export function aBoard(changed: Partial<SwitchTerms<BoardName>> = {}): Board {
  const [rows, file, clock] = [setSource('rows'), setSource('file'), movedClock()]
  const events: GuardEvent[] = []
  const terms = {
    definitions: boardDefinitions,
    sources: [rows, file],
    clock,
    sink: (event: GuardEvent) => void events.push(event),
  }
  return { rows, file, clock, events, switches: makeSwitches<BoardName>({ ...terms, ...changed }) }
}

export function typesOf(events: readonly GuardEvent[]): string[] {
  return events.map(({ type }) => type)
}
