// Captures of checks that answer with data over time or from the house itself: PromQL, built-in, soak. Pure types.
/** State of one captured stream: cut or masked content makes assertions that read it INCONCLUSIVE. */
export interface StreamState {
  readonly truncated: boolean
  readonly maskedCount: number
}

export interface PromqlCapture {
  readonly kind: 'promql'
  /** HTTP status of the server's answer; null when none came. The answer itself is the evidence `body`, as it came. */
  readonly status: number | null
  /** Set when no answer came: refused, timeout, TLS …, or when the query could not be sent. */
  readonly error?: string
  /** The instant that was asked for, ms since the epoch; for a range its end. */
  readonly queriedAtMs: number
  /** What was asked for, when the check has a range. */
  readonly range?: { readonly startMs: number; readonly endMs: number; readonly stepMs: number }
  readonly durationMs: number
  readonly streams: Readonly<Record<string, StreamState>>
}

export interface BuiltinCapture {
  readonly kind: 'builtin'
  /** Name of the check that collected. The record itself is the JSON evidence `record`. */
  readonly name: string
  readonly collectedAtMs: number
  /** Set when nothing could be collected. */
  readonly error?: string
  readonly durationMs: number
  readonly streams: Readonly<Record<string, StreamState>>
}

export interface SoakCapture {
  readonly kind: 'soak'
  /** Lines of the evidence `samples`, one for each sample with its own capture and streams. */
  readonly sampleCount: number
  readonly durationMs: number
  readonly streams: Readonly<Record<string, StreamState>>
}
