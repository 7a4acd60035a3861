// The allow-list: every value of a request that the audit log may show, with the form it must have; the rest is only hashed.
import { looksLikeSecret } from '../kernel/index.ts'
import { PREFIX_LIMIT_BYTES } from './model.ts'

const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/
const DIGEST = /^sha256:[0-9a-f]{64}$/
const DAY = /^\d{4}-\d{2}-\d{2}$/
/** Names that people give to services, environments and the like; none of them may look like a secret. */
const NAME = /^[\p{L}\p{N}][\p{L}\p{M}\p{N} ._@/:-]{0,299}$/u
const COUNT = /^\d{1,15}$/
const WORD = /^[a-zA-Z][a-zA-Z.-]{0,63}$/

type Forms = Readonly<Record<string, RegExp>>

const PATH: Forms = {
  day: DAY,
  digest: DIGEST,
  jobId: UUID,
  keyId: /^[0-9A-Za-z]{12}$/,
  name: NAME,
  planHash: DIGEST,
  principalId: /^(?:[a-z]{1,20}-)?(?:[0-9a-f]{16,64}|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})$/,
  requestId: UUID,
  runId: UUID,
  seatId: UUID,
  seq: COUNT,
  service: NAME,
  version: NAME,
  webhookId: UUID,
}
const QUERY: Forms = { environment: NAME, kind: WORD, service: NAME, version: NAME }
const BODY: Forms = {
  action: WORD,
  attempt: COUNT,
  environment: NAME,
  gate: NAME,
  kind: WORD,
  planHash: DIGEST,
  role: WORD,
  service: NAME,
  version: NAME,
}
/** Their forms leave no room for a secret of whoever asks. */
const FIXED: ReadonlySet<RegExp> = new Set([
  UUID,
  DIGEST,
  DAY,
  COUNT,
  PATH['keyId']!,
  PATH['principalId']!,
])

export interface Told {
  readonly params: Readonly<Record<string, unknown>>
  readonly query: Readonly<Record<string, unknown>>
  readonly body: unknown
}

/** The beginnings of the harmless values, each under `path.NAME`, `query.NAME` or `body.NAME`. */
export function harmlessFields({ params, query, body }: Told): Record<string, string> {
  const inBody = typeof body === 'object' && body !== null ? (body as Record<string, unknown>) : {}
  return Object.fromEntries([
    ...fieldsOf('path', PATH, params),
    ...fieldsOf('query', QUERY, query),
    ...fieldsOf('body', BODY, inBody),
  ])
}

/** The template of a route with what may be told of the path. */
export function harmlessResource(route: string, params: Told['params']): string {
  return route.replace(
    /:(\w+)/g,
    (whole, name: string) => harmlessValue(PATH, name, params) ?? whole,
  )
}

function fieldsOf(place: string, forms: Forms, given: Told['params']): [string, string][] {
  return Object.keys(forms).flatMap((name): [string, string][] => {
    const value = harmlessValue(forms, name, given)
    return value === undefined ? [] : [[`${place}.${name}`, value]]
  })
}

function harmlessValue(forms: Forms, name: string, given: Told['params']): string | undefined {
  const form = Object.hasOwn(forms, name) ? forms[name] : undefined
  const value = Object.hasOwn(given, name) ? given[name] : undefined
  const text = typeof value === 'number' ? String(value) : value
  if (form === undefined || typeof text !== 'string' || !form.test(text)) return undefined
  if (!FIXED.has(form) && looksLikeSecret(text)) return undefined
  return beginningOf(text)
}

/** Whole characters, at most PREFIX_LIMIT_BYTES of them; longer values end in an ellipsis. */
function beginningOf(text: string): string {
  let kept = ''
  let sizeBytes = 0
  for (const character of text) {
    sizeBytes += Buffer.byteLength(character)
    if (sizeBytes > PREFIX_LIMIT_BYTES) return `${kept}…`
    kept += character
  }
  return kept
}
