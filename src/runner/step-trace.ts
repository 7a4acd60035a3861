// Reads the strict shell's trace lines back into steps: line and exit code of each command that counted.

/** Steps kept in a capture; the raw trace is evidence of its own. */
export const STEP_LIMIT = 1_000

/** How many of the kept steps are the run's last ones, where failures are. */
const STEP_TAIL = 200

export interface Step {
  /** Line within the block, from 1. */
  readonly line: number
  readonly exitCode: number
}

export interface StepTrace {
  readonly steps: readonly Step[]
  /** True when there were more than `STEP_LIMIT`; the middle is left out. */
  readonly truncated: boolean
}

interface TraceEvent {
  readonly kind: 'begin' | 'repeat' | 'boundary' | 'error' | 'exit'
  readonly line: number
  readonly depth: number
  /** `$?` at the event: the outcome of what ran before it (begin, boundary), or of what ended (error, exit). */
  readonly status: number
  /** Exit codes of the last pipeline at the event. */
  readonly pipe: readonly number[]
  readonly at: number
}

interface PlacedStep extends Step {
  readonly at: number
}

/**
 * The steps behind a trace. A failure is a step only when the shell acted on it (an `error` event, or the exit);
 * success is a step only when it is certain: outcomes that conditions, `!` and the inner parts of failed pipelines
 * swallow are left out, never guessed. A command started with `&` counts as started.
 * @param exitCode of the whole process: the outcome of a last command that ended the shell (`exec`, own EXIT trap)
 */
export function readStepTrace(trace: string, exitCode: number | null): StepTrace {
  const processes = groupEvents(trace)
  const steps: PlacedStep[] = []
  let isMain = true
  for (const events of processes.values()) {
    steps.push(...stepsOfProcess(withoutTrapEvents(events), isMain ? exitCode : null))
    isMain = false
  }
  steps.sort((a, b) => a.at - b.at)
  const truncated = steps.length > STEP_LIMIT
  const kept = truncated
    ? [...steps.slice(0, STEP_LIMIT - STEP_TAIL), ...steps.slice(-STEP_TAIL)]
    : steps
  return { steps: kept.map(({ line, exitCode: code }) => ({ line, exitCode: code })), truncated }
}

/** Events by process id, in order of first appearance: the shell itself comes first. */
function groupEvents(trace: string): Map<string, TraceEvent[]> {
  const processes = new Map<string, TraceEvent[]>()
  let at = 0
  for (const text of trace.split('\n')) {
    const [kind = '', pid = '', ...numbers] = text.split(' ')
    const event = /^[bderx] \d+( \d+)+$/.test(text)
      ? eventOf(kind, numbers.map(Number), at++)
      : undefined
    // Whatever else a block wrote to the trace descriptor is no event; the raw trace keeps it.
    if (event === undefined) continue
    const known = processes.get(pid)
    if (known === undefined) processes.set(pid, [event])
    else known.push(event)
  }
  return processes
}

function eventOf(kind: string, numbers: readonly number[], at: number): TraceEvent | undefined {
  const [first, second, third, ...rest] = numbers
  if (first === undefined) return undefined
  if (kind === 'x') return { kind: 'exit', line: 0, depth: 0, status: first, pipe: [], at }
  if (second === undefined) return undefined
  if (kind === 'e') {
    return {
      kind: 'error',
      line: first,
      depth: 0,
      status: second,
      pipe: third === undefined ? [] : [third, ...rest],
      at,
    }
  }
  if (third === undefined) return undefined
  const kinds = { b: 'boundary', r: 'repeat' } as const
  const known = kind === 'b' || kind === 'r' ? kinds[kind] : 'begin'
  return { kind: known, line: first, depth: second, status: third, pipe: rest, at }
}

/**
 * The shell announces a trap's own first command as if it were the block's: once right before each error, and before
 * the exit when an expansion failed (`set -u`), then under the name of the command that failed.
 */
function withoutTrapEvents(events: readonly TraceEvent[]): TraceEvent[] {
  return events.filter((event, i) => {
    if (event.kind === 'error' || event.kind === 'exit') return true
    const next = events[i + 1]?.kind
    return next !== 'error' && !(next === 'exit' && event.kind === 'repeat')
  })
}

function stepsOfProcess(events: readonly TraceEvent[], exitCode: number | null): PlacedStep[] {
  const steps: PlacedStep[] = []
  for (const [i, event] of events.entries()) {
    const next = events[i + 1]
    if (event.kind === 'error') {
      retract(steps, event.pipe)
      steps.push({ line: event.line, exitCode: event.status, at: event.at })
    } else if (!isCommand(event)) {
      continue
    } else if (next !== undefined) {
      // A deeper command after this one means that this was a call or a function's entry: its body stands for it.
      const isCall = next.kind !== 'exit' && next.kind !== 'error' && next.depth > event.depth
      const before = events[i - 1]
      const isEntry = before !== undefined && isCommand(before) && before.depth < event.depth
      if (isCall || isEntry) continue
      const outcome = outcomeBefore(next, steps)
      if (outcome !== undefined) steps.push({ line: event.line, exitCode: outcome, at: event.at })
    } else if (exitCode !== null) {
      steps.push({ line: event.line, exitCode, at: event.at })
    }
  }
  return steps
}

function isCommand(event: TraceEvent): boolean {
  return event.kind === 'begin' || event.kind === 'repeat'
}

/** What the event after a command says about that command; undefined when it is not certain or did not count. */
function outcomeBefore(next: TraceEvent, steps: PlacedStep[]): number | undefined {
  if (next.kind === 'exit') return next.status
  if (next.kind === 'error') return undefined
  const isClean = next.status === 0 && next.pipe.every((code) => code === 0)
  if (!isClean) retract(steps, next.pipe)
  return isClean ? 0 : undefined
}

/** Takes back the successes assumed for the inner parts of a pipeline that turns out to have failed. */
function retract(steps: PlacedStep[], pipe: readonly number[]): void {
  for (let left = pipe.length - 1; left > 0 && steps.at(-1)?.exitCode === 0; left--) steps.pop()
}
