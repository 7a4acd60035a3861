// One request followed through everything it leads to: spans, and the W3C context that travels with rows and requests.

/** What a span tells: names and numbers that the house chose, never a value, path, key or body that somebody sent. */
export type SpanFacts = Readonly<Record<string, string | number | boolean>>

export interface SpanTerms {
  readonly name: string
  /** `server` and `client` of a request, `consumer` of what was left for later. */
  readonly kind: 'server' | 'client' | 'consumer' | 'internal'
  readonly facts?: SpanFacts
  /** W3C `traceparent` of what it belongs to; what runs now when absent, nothing when null. */
  readonly parent?: string | null
  /** Of what it has to do with besides. */
  readonly link?: string | undefined
}

export interface SpanEnd {
  readonly facts?: SpanFacts
  /** Code or class of what went wrong; never its message, which may quote a value. */
  readonly failure?: string
}

export interface Span {
  /** W3C `traceparent` for what it leads to; undefined where nothing is traced and nothing came in. */
  readonly traceparent: string | undefined
  /** What runs in there, and everything it starts, belongs to this span. */
  run<T>(work: () => T): T
  /** Only the first end counts. */
  end(end?: SpanEnd): void
}

export interface Tracing {
  /** `traceparent` of what runs now. */
  current(): string | undefined
  begin(terms: SpanTerms): Span
}

const NO_SPAN: Span = {
  traceparent: undefined,
  run: (work) => work(),
  end: () => undefined,
}

/** Where nobody follows anything. */
export const UNTRACED: Tracing = { current: () => undefined, begin: () => NO_SPAN }

export interface TraceContext {
  readonly traceId: string
  readonly spanId: string
  readonly isSampled: boolean
}

const TRACEPARENT = /^(?!ff)([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(-.{0,200})?$/
const ZEROS = /^0+$/
const SAMPLED_BIT = 1

/** Undefined for what is none (W3C Trace Context, 3.2): whoever sent it is then not followed any further. */
export function parseTraceparent(text: string | undefined): TraceContext | undefined {
  const [, version, traceId = '', spanId = '', flags = '', rest] =
    TRACEPARENT.exec(text ?? '') ?? []
  if (version === undefined || ZEROS.test(traceId) || ZEROS.test(spanId)) return undefined
  if (version === '00' && rest !== undefined) return undefined
  return { traceId, spanId, isSampled: (Number.parseInt(flags, 16) & SAMPLED_BIT) === SAMPLED_BIT }
}

/** As it goes out: of this version and nothing else, whatever version came in. */
export function traceparentOf({ traceId, spanId, isSampled }: TraceContext): string {
  return `00-${traceId}-${spanId}-0${isSampled ? '1' : '0'}`
}

/** Does work as one span, which fails when the work does. */
export async function inSpan<T>(
  tracing: Tracing,
  terms: SpanTerms,
  work: (span: Span) => Promise<T>,
): Promise<T> {
  const span = tracing.begin(terms)
  try {
    const result = await span.run(() => work(span))
    span.end()
    return result
  } catch (error) {
    span.end({ failure: failureName(error) })
    throw error
  }
}

/** The code of a fault, else the class of what was thrown. */
export function failureName(error: unknown): string {
  if (!(error instanceof Error)) return 'unknown'
  return 'code' in error && typeof error.code === 'string' ? error.code : error.name
}
