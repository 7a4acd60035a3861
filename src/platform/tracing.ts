// Follows requests: keeps the context of what runs, and exports spans by OTLP where somebody named a collector.
import { AsyncLocalStorage } from 'node:async_hooks'
import type { SpanKind as ApiSpanKind } from '@opentelemetry/api'
import { parseTraceparent, traceparentOf } from '../kernel/index.ts'
import type { Log, Span, SpanTerms, TraceContext, Tracing } from '../kernel/index.ts'

export interface OpenTracing extends Tracing {
  /** Sends what waits, for a while; what a silent collector did not take by then is lost. */
  close(): Promise<void>
}

export interface ExportTerms {
  /** `service.name` unless OTEL_SERVICE_NAME or OTEL_RESOURCE_ATTRIBUTES say otherwise. */
  readonly service: string
  readonly version: string
  readonly log: Log
}

/** A server that ends must not hang on a collector that does. */
const CLOSE_LIMIT_MS = 3_000

/** Makes no spans of its own: the context that comes in goes along with rows and requests, and into the log. */
export function openPropagation(): OpenTracing {
  const running = new AsyncLocalStorage<TraceContext | undefined>()
  const textOf = (context: TraceContext | undefined): string | undefined =>
    context && traceparentOf(context)
  return {
    current: () => textOf(running.getStore()),
    begin({ parent }) {
      const context = contextOf(parent, running.getStore())
      return {
        traceparent: textOf(context),
        run: (work) => running.run(context, work),
        end: () => undefined,
      }
    },
    close: () => Promise.resolve(),
  }
}

/**
 * The OpenTelemetry SDK reads its own variables (OTEL_EXPORTER_OTLP_*, OTEL_BSP_*, OTEL_RESOURCE_ATTRIBUTES). It is loaded here and
 * not before: it takes a tenth of a second that no command should pay.
 */
export async function openExport({ service, version, log }: ExportTerms): Promise<OpenTracing> {
  const [api, { BatchSpanProcessor, TracerProvider }, { OTLPTraceExporter }, resources] =
    await Promise.all([
      import('@opentelemetry/api'),
      import('@opentelemetry/sdk-trace'),
      import('@opentelemetry/exporter-trace-otlp-http'),
      import('@opentelemetry/resources'),
    ])
  const own = resources.resourceFromAttributes({
    'service.name': service,
    'service.version': version,
  })
  // What the environment says goes above what we say.
  const detected = resources.detectResources({ detectors: [resources.envDetector] })
  const exporter = new OTLPTraceExporter()
  const provider = new TracerProvider({
    resource: own.merge(detected),
    spanProcessors: [
      new BatchSpanProcessor({
        exporter: {
          export: (spans, done) =>
            exporter.export(spans, (result) => {
              if (result.error !== undefined)
                log.warn('spans were not exported', {
                  count: spans.length,
                  detail: result.error.message,
                })
              done(result)
            }),
          forceFlush: () => exporter.forceFlush(),
          shutdown: () => exporter.shutdown(),
        },
      }),
    ],
  })
  const tracer = provider.getTracer(service, version)
  const running = new AsyncLocalStorage<TraceContext | undefined>()
  const remote = (context: TraceContext): Parameters<typeof api.trace.setSpanContext>[1] => ({
    traceId: context.traceId,
    spanId: context.spanId,
    traceFlags: context.isSampled ? api.TraceFlags.SAMPLED : api.TraceFlags.NONE,
    isRemote: true,
  })
  const begin = (terms: SpanTerms): Span => {
    const parent = contextOf(terms.parent, running.getStore())
    const link = parseTraceparent(terms.link)
    const { trace, ROOT_CONTEXT } = api
    const span = tracer.startSpan(
      terms.name,
      {
        kind: KIND_NUMBERS[terms.kind],
        ...(terms.facts === undefined ? {} : { attributes: terms.facts }),
        ...(link === undefined ? {} : { links: [{ context: remote(link) }] }),
      },
      parent === undefined ? ROOT_CONTEXT : trace.setSpanContext(ROOT_CONTEXT, remote(parent)),
    )
    const { traceId, spanId, traceFlags } = span.spanContext()
    const isSampled = (traceFlags & api.TraceFlags.SAMPLED) !== 0
    const context = { traceId, spanId, isSampled }
    return {
      traceparent: traceparentOf(context),
      run: (work) => running.run(context, work),
      end({ facts, failure } = {}) {
        if (!span.isRecording()) return
        if (facts !== undefined) span.setAttributes(facts)
        if (failure !== undefined)
          span.setAttribute('error.type', failure).setStatus({ code: api.SpanStatusCode.ERROR })
        span.end()
      },
    }
  }
  return {
    current() {
      const context = running.getStore()
      return context && traceparentOf(context)
    },
    begin,
    close: () => withinLimit(provider.shutdown(), log),
  }
}

/** As the API numbers them; its own table would have to be loaded. */
const KIND_NUMBERS: Readonly<Record<SpanTerms['kind'], ApiSpanKind>> = {
  internal: 0,
  server: 1,
  client: 2,
  consumer: 4,
}

function contextOf(
  parent: SpanTerms['parent'],
  running: TraceContext | undefined,
): TraceContext | undefined {
  if (parent === null) return undefined
  return parent === undefined ? running : parseTraceparent(parent)
}

async function withinLimit(closing: Promise<void>, log: Log): Promise<void> {
  const limit = Promise.withResolvers<void>()
  const timer = setTimeout(limit.resolve, CLOSE_LIMIT_MS)
  const settled = closing.catch((error: unknown) => {
    log.warn('the last spans were not exported', {
      detail: error instanceof Error ? error.message : String(error),
    })
  })
  await Promise.race([settled, limit.promise])
  clearTimeout(timer)
}
