// What clients send, and how what is refused is told to them.
import { z } from 'zod'
import type { WatchedRelease } from '../client/index.ts'
import { SeaworthyError } from '../kernel/index.ts'
import type { ErrorRow } from '../kernel/index.ts'
import { parsePlace } from '../ledger/index.ts'
import type { LogPlace } from '../ledger/index.ts'
import { realtimeErrors, realtimeFault } from './errors.ts'
import { TOKEN_LIMIT_CHARACTERS } from './model.ts'
import type { EventAnswer, EventRefusal } from './model.ts'

const name = z.string().min(1).max(200)
const release = z.strictObject({ service: name, version: name }).nullable().default(null)
export const cursorText = z.string().transform((text, context) => {
  const place = parsePlace(text)
  if (place === undefined) context.addIssue({ code: 'custom', message: 'expected a cursor' })
  return place ?? z.NEVER
})
/** A number alone is what older versions gave out. */
const cursor = z.union([
  z
    .int()
    .min(0)
    .transform((seq): LogPlace => ({ seq, mark: undefined })),
  cursorText,
])

const handshakeSchema = z.strictObject({
  token: z.string().min(1).max(TOKEN_LIMIT_CHARACTERS).optional(),
  tenant: z.string().min(1).max(100).optional(),
})

const schemas = {
  watch: z.strictObject({ release, since: cursor.optional() }),
  unwatch: z.strictObject({ release }),
  acknowledge: z.strictObject({ release, cursor }),
} as const

export type ClientEvent =
  | {
      readonly name: 'watch'
      readonly release: WatchedRelease | null
      readonly since: LogPlace | undefined
    }
  | { readonly name: 'unwatch'; readonly release: WatchedRelease | null }
  | {
      readonly name: 'acknowledge'
      readonly release: WatchedRelease | null
      readonly cursor: LogPlace
    }

/** Counted by these names; what else comes is counted as `unknown`. */
export const EVENT_NAMES = Object.keys(schemas)

/** @throws REALTIME_HANDSHAKE_REFUSED */
export function readHandshake(auth: unknown): z.infer<typeof handshakeSchema> {
  const read = handshakeSchema.safeParse(auth)
  if (read.success) return read.data
  throw realtimeFault('REALTIME_HANDSHAKE_REFUSED', `expected \`auth\`: ${tell(read.error)}`)
}

/** @throws REALTIME_EVENT_UNKNOWN, REALTIME_EVENT_INVALID */
export function readEvent(named: unknown, words: readonly unknown[]): ClientEvent {
  if (named !== 'watch' && named !== 'unwatch' && named !== 'acknowledge')
    throw realtimeFault(
      'REALTIME_EVENT_UNKNOWN',
      `expected one of ${EVENT_NAMES.join(', ')}, got another`,
    )
  if (words.length > 1)
    throw realtimeFault('REALTIME_EVENT_INVALID', `expected one object, got ${words.length} values`)
  const read = schemas[named].safeParse(words[0] ?? {})
  if (read.success) return { name: named, ...read.data } as ClientEvent
  throw realtimeFault('REALTIME_EVENT_INVALID', tell(read.error))
}

/** What was expected, and never what was got: it may hold a secret in the wrong place. */
function tell({ issues }: z.ZodError): string {
  return issues
    .slice(0, 3)
    .map(({ path, message }) => (path.length === 0 ? message : `${path.join('.')}: ${message}`))
    .join('; ')
    .slice(0, 500)
}

export function refusalOf(error: unknown): EventRefusal {
  const fault = error instanceof SeaworthyError ? error : undefined
  const row: ErrorRow = fault?.row ?? realtimeErrors.REALTIME_FAULT
  const isOpen = fault !== undefined && row.isInternal !== true
  const retryAfterMs = isOpen ? fault.details['retryAfterMs'] : undefined
  return {
    code: fault?.code ?? 'REALTIME_FAULT',
    title: row.title,
    detail: isOpen ? fault.message : row.title,
    hint: row.hint,
    retryable: row.retryable === true,
    ...(typeof retryAfterMs === 'number' ? { retryAfterMs } : {}),
  }
}

export function refuseEvent(error: unknown): EventAnswer {
  return { ok: false, error: refusalOf(error) }
}
