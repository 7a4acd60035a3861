// Reads what a request brings by the schemas of its route, once for all handlers: path, query, body.
import type { FastifyRequest } from 'fastify'
import type { Caller, Route, RouteInput, Schema } from '../kernel/index.ts'
import { readJsonBody } from './body.ts'
import { webFault } from './errors.ts'

type TextRecord = Readonly<Record<string, string>>

/** Of a page that a browser opens; it says who asks, and is nothing that a route reads. */
export const VIEW_KEY_PARAMETER = 'key'

/** @throws WEB_PATH_INVALID, WEB_QUERY_INVALID, WEB_BODY_INVALID naming every field that does not fit */
export function readInput(route: Route, caller: Caller, request: FastifyRequest): RouteInput {
  const params = request.params as TextRecord
  const lastEventId = request.headers['last-event-id']
  return {
    principal: caller,
    params:
      route.params === undefined
        ? params
        : (readBy(route.params, params, 'WEB_PATH_INVALID') as TextRecord),
    query: readQuery(route, request.query as TextRecord),
    body: readBody(route, request),
    ...(typeof lastEventId === 'string' ? { lastEventId } : {}),
  }
}

function readQuery(route: Route, given: TextRecord): unknown {
  const { [VIEW_KEY_PARAMETER]: _viewKey, ...query } = given
  const read = route.access === 'read' ? query : given
  if (route.query !== undefined) return readBy(route.query, read, 'WEB_QUERY_INVALID')
  const names = Object.keys(read)
  if (names.length === 0) return {}
  const shown = names.map((name) => JSON.stringify(name.slice(0, 100))).join(', ')
  throw webFault('WEB_QUERY_INVALID', `expected no query, got ${shown.slice(0, 500)}`)
}

function readBody(route: Route, request: FastifyRequest): unknown {
  const raw = request.body instanceof Uint8Array ? request.body : new Uint8Array(0)
  if (route.accepts === 'bytes') return raw
  const body = raw.length === 0 ? undefined : readJsonBody(raw)
  if (route.body !== undefined) return readBy(route.body, body, 'WEB_BODY_INVALID')
  if (body === undefined || isEmptyObject(body)) return undefined
  throw webFault('WEB_BODY_INVALID', 'expected no body, or an empty object')
}

function readBy(
  schema: Schema,
  value: unknown,
  code: 'WEB_PATH_INVALID' | 'WEB_QUERY_INVALID' | 'WEB_BODY_INVALID',
): unknown {
  const read = schema.safeParse(value)
  if (read.success) return read.data
  const whole = { WEB_PATH_INVALID: 'path', WEB_QUERY_INVALID: 'query', WEB_BODY_INVALID: 'body' }
  const fields = read.error.issues.map(
    (issue) => `${issue.path.map(String).join('.') || whole[code]}: ${issue.message}`,
  )
  throw webFault(code, fields.join('; '), { details: { fields } })
}

function isEmptyObject(value: unknown): boolean {
  return (
    typeof value === 'object' &&
    value !== null &&
    !Array.isArray(value) &&
    Object.keys(value).length === 0
  )
}
