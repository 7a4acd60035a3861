// Reads the parameters of a check: texts, numbers within bounds, headers, and which statuses count as success.
import type { CheckParameter } from '../kernel/index.ts'
import { probeFault } from './errors.ts'
import type { ProbeValues } from './model.ts'

const HEADER_LIMIT_COUNT = 32
const HEADER_NAME = /^[!#$%&'*+.^_`|~0-9A-Za-z-]{1,100}$/
/** Printable bytes of HTTP; anything else could begin another header. */
const HEADER_VALUE = /^[\t\u0020-\u007e\u0080-\u00ff]{0,8192}$/

export const TARGET = {
  url: { type: 'text', isRequired: true, summary: 'address that is asked; may hold `$NAME`' },
  headers: {
    type: 'text',
    isRequired: false,
    summary: 'request headers, one `name: value` a line; may hold `$NAME`',
  },
} as const satisfies Readonly<Record<string, CheckParameter>>

/** An http or https address without user name, password and fragment. @throws PROBE_PARAMETER_REFUSED */
export function urlValue(values: ProbeValues, name = 'url'): string {
  const text = textValue(values, name) ?? ''
  const url = URL.canParse(text) ? new URL(text) : undefined
  const isPlain = url?.username === '' && url.password === '' && url.hash === ''
  if (url === undefined || !/^https?:$/.test(url.protocol) || !isPlain)
    throw refuse(name, 'an http or https address without user name and fragment', text)
  return url.href
}

export function textValue(values: ProbeValues, name: string): string | undefined {
  const value = Object.hasOwn(values, name) ? values[name] : undefined
  return value === undefined ? undefined : String(value)
}

export interface NumberBounds {
  readonly least: number
  readonly most: number
  readonly fallback: number
  readonly isWhole?: boolean
}

/** @throws PROBE_PARAMETER_REFUSED */
export function numberValue(values: ProbeValues, name: string, bounds: NumberBounds): number {
  const value = Object.hasOwn(values, name) ? values[name] : bounds.fallback
  const { least, most, isWhole } = bounds
  if (typeof value === 'number' && value >= least && value <= most)
    if (isWhole !== true || Number.isSafeInteger(value)) return value
  throw refuse(
    name,
    `a ${isWhole === true ? 'whole ' : ''}number from ${least} to ${most}`,
    String(value),
  )
}

/** @throws PROBE_PARAMETER_REFUSED */
export function headersValue(values: ProbeValues, name = 'headers'): Record<string, string> {
  const lines = (textValue(values, name) ?? '').split('\n').filter((line) => line.trim() !== '')
  if (lines.length > HEADER_LIMIT_COUNT)
    throw refuse(name, `at most ${HEADER_LIMIT_COUNT} headers`, `${lines.length}`)
  return Object.fromEntries(
    lines.map((line) => {
      const at = line.indexOf(':')
      const [key, value] = [line.slice(0, Math.max(0, at)).trim(), line.slice(at + 1).trim()]
      // The line itself is not shown: it may hold a token.
      if (!HEADER_NAME.test(key) || !HEADER_VALUE.test(value))
        throw refuse(name, 'lines of `name: value`', 'another line')
      return [key.toLowerCase(), value]
    }),
  )
}

/** `2xx`, `200`, or several of them with commas between. @throws PROBE_PARAMETER_REFUSED */
export function statusTest(
  values: ProbeValues,
  name: string,
  fallback: string,
): (status: number) => boolean {
  const text = textValue(values, name) ?? fallback
  const words = text.split(',').map((word) => word.trim())
  if (!words.every((word) => /^[1-5](?:\d\d|xx)$/.test(word)))
    throw refuse(name, 'statuses such as 2xx or 200, 204', text)
  return (status) => words.some((word) => word === `${status}` || word === `${status}`[0] + 'xx')
}

export function refuse(name: string, expected: string, got: string): Error {
  return probeFault(
    'PROBE_PARAMETER_REFUSED',
    `${name}: expected ${expected}, got ${JSON.stringify(got.slice(0, 200).toWellFormed())}`,
  )
}
