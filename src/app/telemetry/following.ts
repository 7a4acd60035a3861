// Whether and where a serving process tells what it follows, and the trace id in whatever it logs meanwhile.
import { parseTraceparent, UNTRACED } from '../../kernel/index.ts'
import type { Log, Tracing } from '../../kernel/index.ts'
import { openExport, openPropagation } from '../../platform/index.ts'
import type { OpenTracing } from '../../platform/index.ts'
import type { AppConfig } from '../config.ts'

const SERVICE_NAME = 'seaworthy'

/** Commands follow nothing; a server without a collector still hands on what comes in. */
export async function openTracing(
  { isServer, traceCollector }: Pick<AppConfig, 'isServer' | 'traceCollector'>,
  version: string,
  log: Log,
): Promise<OpenTracing> {
  if (!isServer) return { ...UNTRACED, close: () => Promise.resolve() }
  if (traceCollector === undefined) return openPropagation()
  return openExport({ service: SERVICE_NAME, version, log })
}

export function withTraceIds(log: Log, tracing: Pick<Tracing, 'current'>): Log {
  const at =
    (level: keyof Log): Log['info'] =>
    (message, fields) => {
      const traceId = parseTraceparent(tracing.current())?.traceId
      log[level](message, traceId === undefined ? fields : { traceId, ...fields })
    }
  return { info: at('info'), warn: at('warn'), error: at('error') }
}
