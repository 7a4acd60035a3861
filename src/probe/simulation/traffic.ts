// Reads recorded traffic line by line: access logs in the common or combined format, or one JSON object a line.
import { addressKey } from '../../guard/index.ts'

/** Longest line that is read, in bytes; what is longer is no request. */
const LINE_LIMIT_BYTES = 64 * 1024

export interface TrafficRequest {
  /** Milliseconds since the epoch. */
  readonly atMs: number
  readonly method: string
  /** Without the query. */
  readonly path: string
  /** As an address key: IPv6 by its /64. */
  readonly address: string
  readonly tenant?: string
  readonly principal?: string
  /** Units; default 1. */
  readonly cost: number
}

/** Lines of a text that comes in pieces. A line over the limit comes as undefined. */
export async function* linesOf(
  chunks: AsyncIterable<Uint8Array>,
): AsyncGenerator<string | undefined> {
  const decoder = new TextDecoder()
  let rest = ''
  let isOverlong = false
  for await (const chunk of chunks) {
    const lines = (rest + decoder.decode(chunk, { stream: true })).split('\n')
    rest = lines.pop() ?? ''
    for (const line of lines) {
      yield isOverlong || line.length > LINE_LIMIT_BYTES ? undefined : line
      isOverlong = false
    }
    if (rest.length > LINE_LIMIT_BYTES) {
      isOverlong = true
      rest = ''
    }
  }
  if (isOverlong) yield undefined
  else if (rest + decoder.decode() !== '') yield rest
}

/** Undefined for a line that tells of no request. */
export function parseTrafficLine(line: string): TrafficRequest | undefined {
  return line.startsWith('{') ? parseJsonLine(line) : parseLogLine(line)
}

/** `host ident user [day/Mon/year:hour:minute:second zone] "METHOD target HTTP/x" status size …` */
const LOG_LINE =
  /^(\S{1,100}) \S{1,200} (\S{1,200}) \[(\d{2})\/([A-Z][a-z]{2})\/(\d{4}):(\d{2}:\d{2}:\d{2}) ([+-]\d{2})(\d{2})\] "([A-Z]{1,20}) (\S{1,8192})/
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']

function parseLogLine(line: string): TrafficRequest | undefined {
  const found = LOG_LINE.exec(line)
  if (found === null) return undefined
  const [
    ,
    host = '',
    user = '-',
    day,
    month = '',
    year,
    time,
    hours,
    minutes,
    method = '',
    target = '',
  ] = found
  const monthNumber = String(MONTHS.indexOf(month) + 1).padStart(2, '0')
  const atMs = Date.parse(`${year}-${monthNumber}-${day}T${time}${hours}:${minutes}`)
  if (!Number.isFinite(atMs)) return undefined
  const address = addressKey(host) ?? host
  return {
    atMs,
    method,
    path: pathOf(target),
    address,
    cost: 1,
    ...(user === '-' ? {} : { principal: user }),
  }
}

function pathOf(target: string): string {
  const path = target.replace(/^https?:\/\/[^/]*/i, '')
  return path.split(/[?#]/, 1)[0] || '/'
}

/** Keys of one JSON line, as loggers name them; the first that is there counts. */
const NAMES = {
  at: ['at', 'time', 'timestamp', 'ts', '@timestamp'],
  method: ['method', 'requestMethod'],
  path: ['path', 'url', 'target', 'requestUrl'],
  address: ['address', 'ip', 'remoteAddress', 'remote_addr', 'remoteIp'],
  tenant: ['tenant', 'tenantId', 'workspace'],
  principal: ['principal', 'user', 'userId', 'sub'],
  cost: ['cost'],
} as const

function parseJsonLine(line: string): TrafficRequest | undefined {
  let record: Readonly<Record<string, unknown>>
  try {
    record = JSON.parse(line) as Readonly<Record<string, unknown>>
  } catch (error) {
    if (error instanceof SyntaxError) return undefined
    throw error
  }
  const read = (what: keyof typeof NAMES): unknown => {
    const name = NAMES[what].find((each) => Object.hasOwn(record, each))
    return name === undefined ? undefined : record[name]
  }
  const atMs = instantOf(read('at'))
  const path = textOf(read('path'))
  const cost = read('cost') ?? 1
  if (atMs === undefined || path === undefined) return undefined
  if (typeof cost !== 'number' || !(cost >= 0 && cost <= 1e9)) return undefined
  const tenant = textOf(read('tenant'))
  const principal = textOf(read('principal'))
  const host = textOf(read('address')) ?? 'unknown'
  return {
    atMs,
    method: textOf(read('method')) ?? 'GET',
    path: pathOf(path),
    address: addressKey(host) ?? host,
    cost,
    ...(tenant === undefined ? {} : { tenant }),
    ...(principal === undefined ? {} : { principal }),
  }
}

/** RFC 3339 text, or a number of seconds or milliseconds since the epoch. */
function instantOf(value: unknown): number | undefined {
  const ms =
    typeof value === 'string' ? Date.parse(value) : typeof value === 'number' ? value : Number.NaN
  // No date stands further away.
  if (!(ms >= 0 && ms <= 8.64e15)) return undefined
  // Seconds stay below this until the year 5138, milliseconds are above it since March 1973.
  return typeof value === 'number' && ms < 1e11 ? ms * 1_000 : ms
}

function textOf(value: unknown): string | undefined {
  if (typeof value === 'number') return String(value)
  return typeof value === 'string' && value !== '' ? value.slice(0, 8_192) : undefined
}
