// Describes mounted routes as an OpenAPI 3.1 document; what a schema of a route says, the document says.
import type { AnswerForm, Route, Schema } from '../kernel/index.ts'
import { takesKey } from './idempotency-key.ts'
import { VIEW_KEY_PARAMETER } from './input.ts'
import { JsonSchemas } from './json-schemas.ts'
import type { JsonSchema } from './json-schemas.ts'
import type { MountedRoute, ReferenceTerms } from './mounted-route.ts'

export interface ApiDocument {
  readonly openapi: '3.1.0'
  readonly info: {
    readonly title: string
    readonly version: string
    readonly description: string
    readonly license: { readonly name: string; readonly identifier: string }
  }
  readonly tags: readonly { readonly name: string }[]
  readonly paths: Readonly<Record<string, Readonly<Record<string, ApiOperation>>>>
  readonly components: {
    readonly schemas: Readonly<Record<string, JsonSchema>>
    readonly responses: Readonly<Record<string, ApiResponse>>
    readonly securitySchemes: Readonly<Record<string, object>>
  }
  /** Every code of an error with its status, for readers; extension member. */
  readonly 'x-error-codes': Readonly<Record<string, ApiErrorCode>>
}

export interface ApiErrorCode {
  readonly status: number
  readonly title: string
  readonly hint: string
  readonly retryable: boolean
}

export interface ApiOperation {
  readonly operationId: string
  readonly summary: string
  readonly tags: readonly string[]
  readonly 'x-access': MountedRoute['access']
  readonly security: readonly Readonly<Record<string, readonly string[]>>[]
  readonly parameters?: readonly ApiParameter[]
  readonly requestBody?: { readonly required: boolean; readonly content: ApiContent }
  readonly responses: Readonly<Record<string, ApiResponse | { readonly $ref: string }>>
}

export interface ApiParameter {
  readonly name: string
  readonly in: 'path' | 'query' | 'header'
  readonly required: boolean
  readonly schema: JsonSchema
  readonly description?: string
}

type ApiContent = Readonly<Record<string, { readonly schema: JsonSchema }>>

export interface ApiResponse {
  readonly description: string
  readonly content?: ApiContent
}

const DESCRIPTION = `Answers are \`{"data": …}\`, refusals problem documents (RFC 9457) with a stable \`code\`. Every answer bears \`x-request-id\`.
Bodies are strict JSON in UTF-8; members and query parameters that a route does not know are refused.`

/** What a `*` at the end of a path is called. */
const REST_NAME = 'rest'

/** The problem document, as problem.ts writes it. */
const PROBLEM: JsonSchema = {
  type: 'object',
  required: ['type', 'title', 'status', 'detail', 'code', 'hint', 'exit', 'retryable', 'requestId'],
  properties: {
    type: { type: 'string', format: 'uri' },
    title: { type: 'string' },
    status: { type: 'integer', minimum: 400, maximum: 599 },
    detail: { type: 'string', description: 'What was expected, what came.' },
    code: { $ref: '#/components/schemas/ErrorCode' },
    hint: { type: 'string', description: 'What the reader can do about it.' },
    exit: { type: 'integer', description: 'Exit code of the command line for this error.' },
    retryable: { type: 'boolean' },
    details: { type: 'object', additionalProperties: true },
    requestId: { type: 'string' },
  },
}

const KEY_PARAMETER: ApiParameter = {
  name: 'Idempotency-Key',
  in: 'header',
  required: false,
  schema: { type: 'string', minLength: 1, maxLength: 257 },
  description:
    'Under one key the request is carried out once; sent again within 24 hours it is answered the same, with `idempotency-replayed: true`.',
}

export function describeApi(
  mounted: readonly MountedRoute[],
  { version, errors }: Pick<ReferenceTerms, 'version' | 'errors'>,
): ApiDocument {
  const schemas = new JsonSchemas()
  const paths: Record<string, Record<string, ApiOperation>> = {}
  for (const route of mounted) {
    const operations = (paths[templateOf(route.path)] ??= {})
    operations[route.method.toLowerCase()] = describeRoute(route, schemas)
  }
  const codes = Object.entries(errors).map(([code, { status, title, hint, retryable }]) => {
    return [code, { status, title, hint, retryable: retryable ?? false }] as const
  })
  const tags = [...new Set(mounted.map(({ path }) => tagOf(path)))].map((name) => ({ name }))
  return {
    openapi: '3.1.0',
    info: {
      title: 'Seaworthy',
      version,
      description: DESCRIPTION,
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    tags,
    paths,
    components: {
      schemas: {
        Problem: PROBLEM,
        ErrorCode: { type: 'string', enum: Object.keys(errors).sort() },
        ...schemas.shared,
      },
      responses: {
        Problem: {
          description: 'Refused or failed; `code` says why.',
          content: {
            'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } },
          },
        },
      },
      securitySchemes: {
        key: { type: 'http', scheme: 'bearer', description: 'An API key.' },
        viewKey: {
          type: 'apiKey',
          in: 'query',
          name: VIEW_KEY_PARAMETER,
          description: 'Key of the pages; it reads one tenant.',
        },
      },
    },
    'x-error-codes': Object.fromEntries(codes),
  }
}

function describeRoute(route: MountedRoute, schemas: JsonSchemas): ApiOperation {
  const parameters = [
    ...pathParameters(route, schemas),
    ...queryParameters(route, schemas),
    ...(takesKey(route) ? [KEY_PARAMETER] : []),
  ]
  const requestBody = describeBody(route, schemas)
  return {
    operationId: operationIdOf(route),
    summary: route.summary,
    tags: [tagOf(route.path)],
    'x-access': route.access,
    security: securityOf(route),
    ...(parameters.length === 0 ? {} : { parameters }),
    ...(requestBody === undefined ? {} : { requestBody }),
    responses: {
      ...describeAnswers(route.answer, schemas),
      default: { $ref: '#/components/responses/Problem' },
    },
  }
}

function securityOf({ access }: MountedRoute): ApiOperation['security'] {
  if (access === 'open') return []
  return access === 'read' ? [{ key: [] }, { viewKey: [] }] : [{ key: [] }]
}

function describeBody(
  { method, accepts, body }: MountedRoute,
  schemas: JsonSchemas,
): ApiOperation['requestBody'] {
  if (method === 'GET') return undefined
  if (accepts === 'bytes')
    return { required: true, content: { 'application/octet-stream': { schema: {} } } }
  if (body === undefined) return undefined
  const required = !body.safeParse(undefined).success
  return { required, content: { 'application/json': { schema: schemas.describe(body, 'input') } } }
}

function describeAnswers(answer: AnswerForm, schemas: JsonSchemas): Record<string, ApiResponse> {
  const content: ApiContent =
    answer.data === undefined
      ? { [answer.mediaType ?? 'application/octet-stream']: { schema: {} } }
      : {
          'application/json': {
            schema: envelopeOf(schemas.describe(answer.data, 'output'), answer.isPaged === true),
          },
        }
  const statuses = answer.statuses ?? [200]
  return Object.fromEntries(
    statuses.map((status) => [String(status), { description: describeStatus(status), content }]),
  )
}

function envelopeOf(data: JsonSchema, isPaged: boolean): JsonSchema {
  const next = { type: ['string', 'null'] }
  return {
    type: 'object',
    required: isPaged ? ['data', 'next'] : ['data'],
    additionalProperties: false,
    properties: isPaged ? { data, next } : { data },
  }
}

function describeStatus(status: number): string {
  const words: Readonly<Record<number, string>> = { 201: 'Made', 202: 'Taken on', 503: 'Not ready' }
  return words[status] ?? 'As asked'
}

function pathParameters(route: MountedRoute, schemas: JsonSchemas): readonly ApiParameter[] {
  const described = membersOf(route.params, schemas)
  return [...templateOf(route.path).matchAll(/\{(\w+)\}/g)].map(([, name = '']) => ({
    name,
    in: 'path',
    required: true,
    schema: described.get(name)?.schema ?? { type: 'string', minLength: 1 },
    ...(name === REST_NAME ? { description: 'All the rest of the path, slashes too.' } : {}),
  }))
}

function queryParameters(route: MountedRoute, schemas: JsonSchemas): readonly ApiParameter[] {
  return [...membersOf(route.query, schemas)].map(([name, { schema, required }]) => ({
    name,
    in: 'query',
    required,
    schema,
  }))
}

function membersOf(
  schema: Schema | undefined,
  schemas: JsonSchemas,
): ReadonlyMap<string, { readonly schema: JsonSchema; readonly required: boolean }> {
  if (schema === undefined) return new Map()
  const { properties = {}, required = [] } = schemas.describe(schema, 'input') as {
    readonly properties?: Readonly<Record<string, JsonSchema>>
    readonly required?: readonly string[]
  }
  return new Map(
    Object.entries(properties).map(([name, member]) => [
      name,
      { schema: member, required: required.includes(name) },
    ]),
  )
}

function templateOf(path: Route['path']): string {
  return path.replace(/:(\w+)/g, '{$1}').replace(/\*$/, `{${REST_NAME}}`)
}

/** `/v1/runs/:runId/results` belongs to `runs`. */
function tagOf(path: string): string {
  const [first = '', second = ''] = path.split('/').filter((part) => part !== '')
  if (/^v[0-9]+$/.test(first)) return second
  return ['ofrep', 'ledger'].includes(first) ? first : 'server'
}

function operationIdOf({ method, path }: MountedRoute): string {
  const words = path.split(/[^A-Za-z0-9]+/).filter((word) => word !== '')
  const capitals = words.map((word) => word.charAt(0).toUpperCase() + word.slice(1))
  return `${method.toLowerCase()}${capitals.join('') || 'Root'}`
}
