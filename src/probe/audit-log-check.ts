// The audit check: asks a Seaworthy for one change and one refusal, and looks both up in its audit log and in the ledger behind it.
import type { CheckDescription, Json } from '../kernel/index.ts'
import { hexOf, parseStrictJson } from '../kernel/index.ts'
import { ask } from './asking.ts'
import type { Answered } from './asking.ts'
import { findChainFaults, readMark } from './audit-chain.ts'
import type { AskApi, Mark, Shown } from './audit-chain.ts'
import { probeFault } from './errors.ts'
import type { ProbeCheck, ProbePorts, ProbeQuestion, ProbeRecord, ProbeValues } from './model.ts'
import { headersValue, TARGET, textValue, urlValue } from './values.ts'

const TIMEOUT_MS = 30_000
const CANARY_BYTES = 18
const ACTION = 'POST /v1/ledger/entries'
const PAGE = '/v1/audit?limit=100&action=POST%20%2Fv1%2Fledger%2Fentries'
/** Nothing was found: words that an assertion compares with. */
const NOTHING = 'none'

const AUDIT = {
  name: 'audit-log',
  outward: 'acts',
  summary:
    'The audit log of a Seaworthy: one change and one refusal are asked for, and have to be in it, without secrets, in a chain that verifies',
  parameters: {
    url: { ...TARGET.url, summary: 'address of the server, without a path; may hold `$NAME`' },
    headers: {
      ...TARGET.headers,
      isRequired: true,
      summary: 'headers of one who may append a note; may hold `$NAME`',
    },
    refusedHeaders: {
      type: 'text',
      isRequired: true,
      summary: 'headers of one whose key fits and who may not, a viewer; may hold `$NAME`',
    },
    auditHeaders: {
      type: 'text',
      isRequired: false,
      summary: 'headers of an admin, who reads the audit log; default: those under `headers`',
    },
    logKey: {
      type: 'text',
      isRequired: false,
      summary: 'key that the log’s notes verify with; default: the one that the server names',
    },
  },
  fields: {
    checkedCount: 'entries that were found and looked at: 2 when nothing is missing',
    provenCount:
      'of those, how many a signed checkpoint proves to be in the ledger, as they are shown',
    finding: 'the first thing that is wrong, in words; `none` when nothing is',
    findings: 'all of them',
    secretCount: 'secrets that were looked for in the entries: two of this moment, and the keys',
    leakedCount: 'how many of them an entry shows',
    done: 'entry of the change: seq, actor, action, result, status, code; null when there is none',
    refused: 'the same of the refusal',
    size: 'entries under the last checkpoint',
  },
} satisfies CheckDescription

export const auditLogCheck: ProbeCheck = { ...AUDIT, collect: collectAudit }

/** One request as it was made, and what its entry has to say. */
interface Made {
  readonly what: 'change' | 'refusal'
  readonly requestId: string
  readonly result: 'done' | 'refused'
}

async function collectAudit(ports: ProbePorts, question: ProbeQuestion): Promise<ProbeRecord> {
  const { values, signal } = question
  const terms = readTerms(values)
  const pool = ports.wire.openPool(1)
  const api: AskApi = (method, path, headers, body, more = {}) =>
    ask(
      pool,
      {
        method,
        url: new URL(path, terms.url).href,
        headers: { ...headers, ...more, ...(body === undefined ? {} : JSON_BODY) },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
        timeoutMs: TIMEOUT_MS,
      },
      signal,
    )
  try {
    const before = await readMark(ports, api, terms)
    const canaries = [chance(ports), chance(ports)] as const
    const made = await makeBoth(api, terms, canaries, chance(ports))
    const page = await readPage(api, terms)
    const secrets = [...canaries, ...secretsOf(terms)]
    return await judge(ports, { api, terms, before, made, page, secrets })
  } finally {
    pool.close()
  }
}

const JSON_BODY = { 'content-type': 'application/json' }

interface AuditTerms {
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  readonly refusedHeaders: Readonly<Record<string, string>>
  readonly auditHeaders: Readonly<Record<string, string>>
  readonly logKey: string | undefined
}

function readTerms(values: ProbeValues): AuditTerms {
  const headers = headersValue(values)
  const asAdmin = headersValue(values, 'auditHeaders')
  return {
    url: urlValue(values),
    headers,
    refusedHeaders: headersValue(values, 'refusedHeaders'),
    auditHeaders: Object.keys(asAdmin).length === 0 ? headers : asAdmin,
    logKey: textValue(values, 'logKey'),
  }
}

function chance({ random }: ProbePorts): string {
  return hexOf(random.bytes(CANARY_BYTES))
}

/** What nobody may find in an audit log: the keys, without the word before them. */
function secretsOf({ headers, refusedHeaders, auditHeaders }: AuditTerms): readonly string[] {
  const keys = [headers, refusedHeaders, auditHeaders].flatMap(({ authorization = '' }) =>
    authorization.split(' ').slice(-1),
  )
  return [...new Set(keys)].filter((key) => key !== '')
}

/** The secrets lie in a body, a query and a header. @throws PROBE_TARGET_SILENT when the server answers otherwise than it must */
async function makeBoth(
  api: AskApi,
  { headers, refusedHeaders }: AuditTerms,
  [first, second]: readonly [string, string],
  nonce: string,
): Promise<readonly Made[]> {
  const note = (canary: string): Json => ({ subject: 'certify', payload: { password: canary } })
  const idOf = (what: string): Record<string, string> => ({
    'x-request-id': `certify-${what}-${nonce}`,
  })
  const path = '/v1/ledger/entries'
  const done = await api('POST', path, headers, note(first), {
    ...idOf('change'),
    'x-certify': first,
  })
  if (done.status !== 201) throw unexpected('an appended note (201)', done)
  const refused = await api('POST', `${path}?token=${second}`, refusedHeaders, note(second), {
    ...idOf('refusal'),
    'x-certify': second,
  })
  if (refused.status !== 403) throw unexpected('a refusal of whoever may not (403)', refused)
  return [
    { what: 'change', requestId: `certify-change-${nonce}`, result: 'done' },
    { what: 'refusal', requestId: `certify-refusal-${nonce}`, result: 'refused' },
  ]
}

function unexpected(expected: string, { status, failure }: Answered): Error {
  return probeFault('PROBE_TARGET_SILENT', `expected ${expected}, got ${status ?? failure ?? ''}`)
}

/** Both are among the newest; more of that action within the moment would be somebody else's load. */
async function readPage(api: AskApi, { auditHeaders }: AuditTerms): Promise<readonly Shown[]> {
  const answer = await api('GET', PAGE, auditHeaders)
  if (answer.status !== 200) throw unexpected('a page of the audit log (200)', answer)
  const { data } = objectOf(parseStrictJson(answer.text))
  return Array.isArray(data) ? data.map(objectOf) : []
}

function objectOf(value: Json | undefined): Shown {
  const isObject = typeof value === 'object' && value !== null && !Array.isArray(value)
  return isObject ? (value as Shown) : {}
}

interface Evidence {
  readonly api: AskApi
  readonly terms: AuditTerms
  readonly before: Mark
  readonly made: readonly Made[]
  readonly page: readonly Shown[]
  readonly secrets: readonly string[]
}

async function judge(
  ports: ProbePorts,
  { api, terms, before, made, page, secrets }: Evidence,
): Promise<ProbeRecord> {
  const findings: string[] = []
  const found = made.flatMap((each) => {
    const entry = page.find(({ requestId }) => requestId === each.requestId)
    findings.push(...findEntryFaults(each, entry))
    return entry === undefined ? [] : [{ ...each, entry }]
  })
  const leaked = secrets.filter((secret) =>
    found.some(({ entry }) => JSON.stringify(entry).includes(secret)),
  )
  if (leaked.length > 0)
    findings.push(`an entry shows ${leaked.length} of ${secrets.length} secrets`)
  const chain = await findChainFaults(ports, api, terms, before, found)
  findings.push(...chain.faults)
  const shown = (what: Made['what']): Json => {
    const entry = found.find((each) => each.what === what)?.entry
    return entry === undefined ? null : shortOf(entry)
  }
  return {
    checkedCount: found.length,
    provenCount: chain.provenCount,
    finding: findings[0] ?? NOTHING,
    findings,
    secretCount: secrets.length,
    leakedCount: leaked.length,
    done: shown('change'),
    refused: shown('refusal'),
    size: chain.size,
  }
}

function findEntryFaults({ what, result }: Made, entry: Shown | undefined): readonly string[] {
  if (entry === undefined) return [`the audit log has no entry of the ${what}`]
  const { actor, action, result: told } = entry
  const isNamed = typeof actor === 'string' && actor !== '' && actor !== 'stranger'
  return [
    ...(isNamed ? [] : [`the entry of the ${what} names no actor`]),
    ...(action === ACTION ? [] : [`the entry of the ${what} has another action than ${ACTION}`]),
    ...(told === result ? [] : [`the entry of the ${what} has another result than ${result}`]),
  ]
}

const SHOWN_LIMIT_CHARACTERS = 200

/** Nothing else is kept: an entry that shows secrets must not bring them into the evidence. */
function shortOf(entry: Shown): Json {
  const names = ['seq', 'actor', 'action', 'result', 'status', 'code'] as const
  return Object.fromEntries(
    names.map((name) => {
      const value = entry[name]
      const isShort = typeof value === 'string' || typeof value === 'number'
      return [name, isShort ? shortened(value) : null]
    }),
  )
}

function shortened(value: string | number): string | number {
  return typeof value === 'number' ? value : value.slice(0, SHOWN_LIMIT_CHARACTERS).toWellFormed()
}
