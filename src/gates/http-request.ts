// Reads the request that an `http` fence holds, as REST clients write it: request line, headers, blank line, body.
import type { Check } from '../verdict/index.ts'

export type HttpCheck = Extract<Check, { type: 'http' }>

/** Headers that one request may state. */
const HEADER_LIMIT = 50

const METHODS = 'GET|HEAD|POST|PUT|PATCH|DELETE|OPTIONS'
const REQUEST_LINE = new RegExp(`^(?:(${METHODS})[ \\t]+)?(\\S+)(?:[ \\t]+HTTP/[\\d.]+)?$`, 'i')
const HEADER_LINE = /^([!#$%&'*+.^_`|~0-9A-Za-z-]+):[ \t]*(.*)$/

/** The request, or why the text is none. Comment lines before it are passed over; a `###` line ends it. */
export function readHttpRequest(source: string): HttpCheck | { readonly problem: string } {
  const lines = source.split('\n').map((line) => line.trimEnd())
  let at = 0
  while (at < lines.length && /^(?:\s*$|\s*#|\s*\/\/)/.test(lines[at]!)) at++
  const request = REQUEST_LINE.exec(lines[at]?.trim() ?? '')
  const url = request?.[2] ?? ''
  if (request === null || !/^(?:https?:\/\/|\$)/i.test(url)) {
    return { problem: 'expected a request line such as `GET https://host/path`, found none' }
  }
  const headers: Record<string, string> = Object.create(null)
  for (at++; at < lines.length && lines[at] !== '' && !lines[at]!.startsWith('###'); at++) {
    const header = HEADER_LINE.exec(lines[at]!.trim())
    if (header === null)
      return { problem: `expected a header or a blank line in line ${at + 1} of the block` }
    headers[header[1]!] = header[2]!
    if (Object.keys(headers).length > HEADER_LIMIT)
      return { problem: `expected at most ${HEADER_LIMIT} headers` }
  }
  const end = lines.findIndex((line, index) => index >= at && line.startsWith('###'))
  const body = lines
    .slice(at + 1, end < 0 ? undefined : end)
    .join('\n')
    .trim()
  return {
    type: 'http',
    method: (request[1] ?? 'GET').toUpperCase(),
    url,
    ...(Object.keys(headers).length === 0 ? {} : { headers: { ...headers } }),
    ...(body === '' ? {} : { body }),
  }
}

const PARAMETER = /\$(?:\{([A-Za-z_][A-Za-z0-9_]*)\}|([A-Za-z_][A-Za-z0-9_]*))/g

/** Names of the parameters in a text, in order, each once. */
export function parametersIn(text: string): string[] {
  return [...new Set([...text.matchAll(PARAMETER)].map((match) => match[1] ?? match[2] ?? ''))]
}

/**
 * Whether sending the request before anybody read the plan is harmless: it asks and does not change, and it sends no
 * parameter but the base of its own URL, because the rest could carry a secret to a host of the author's choice.
 */
export function isHarmlessRequest(check: HttpCheck): boolean {
  if (check.method !== 'GET' && check.method !== 'HEAD') return false
  const sent = [...Object.values(check.headers ?? {}), check.body ?? ''].join('\n')
  const base = /^\$(?:\{[A-Za-z_]\w*\}|[A-Za-z_]\w*)/.exec(check.url)?.[0] ?? ''
  return parametersIn(sent).length === 0 && parametersIn(check.url.slice(base.length)).length === 0
}
