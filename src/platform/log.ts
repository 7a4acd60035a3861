// Log lines on standard error, as JSON or for people, so that standard output stays free for results.
import { harmlessLine, messageOf, type Clock, type Log } from '../kernel/index.ts'

export type LogLevel = 'info' | 'warn' | 'error' | 'silent'

/** `json` = one document a line; `text` = the same for whoever reads along. */
export type LogForm = 'json' | 'text'

const RANK: Readonly<Record<LogLevel, number>> = { info: 0, warn: 1, error: 2, silent: 3 }

export interface LogOptions {
  /** The least grave kind of line that is written. */
  readonly level: LogLevel
  readonly clock: Pick<Clock, 'nowMs'>
  /** Default `json`. */
  readonly form?: LogForm
  /** Takes one line with its newline; standard error unless told. */
  readonly write?: (line: string) => void
}

/** Callers' fields never replace `at`, `level` or `message`. */
export function openLog(options: LogOptions): Log {
  const write = options.write ?? ((line: string) => process.stderr.write(line))
  const formed = options.form === 'text' ? textOf : lineOf
  const at =
    (level: Exclude<LogLevel, 'silent'>): Log['info'] =>
    (message, fields = {}) => {
      if (RANK[level] < RANK[options.level]) return
      const stamp = new Date(options.clock.nowMs()).toISOString()
      write(`${formed({ ...fields, at: stamp, level, message })}\n`)
    }
  return { info: at('info'), warn: at('warn'), error: at('error') }
}

function lineOf(fields: Readonly<Record<string, unknown>>): string {
  try {
    return JSON.stringify(fields, (_key, value: unknown) => plainValue(value))
  } catch (error) {
    const { at, level, message } = fields
    return JSON.stringify({ at, level, message, fieldsLost: messageOf(error) })
  }
}

/** One harmless line: nothing in a value can end it, begin another, or steer a terminal. */
function textOf(fields: Readonly<Record<string, unknown>>): string {
  const { at, level, message, ...rest }: Record<string, unknown> = JSON.parse(lineOf(fields))
  const told = Object.entries(rest).map(([name, value]) => `${name}=${JSON.stringify(value)}`)
  return harmlessLine([at, level, message, ...told].join(' '))
}

function plainValue(value: unknown): unknown {
  if (typeof value === 'bigint') return String(value)
  if (value instanceof Uint8Array) return `${value.length} bytes`
  if (!(value instanceof Error)) return value
  return 'code' in value ? { code: value.code, message: value.message } : { message: value.message }
}
