// Asks a Prometheus server one question over its HTTP API and keeps the answer as it came.
import { utf8Bytes } from '../../kernel/index.ts'
import type { FetchAnswer, FetchRequest } from '../../kernel/index.ts'
import { substituteParameters } from '../../verdict/index.ts'
import type { PlanGate, PromqlCapture } from '../../verdict/index.ts'
import {
  maskedReason,
  STREAM_LIMIT_BYTES,
  StreamTally,
  timeoutOf,
  untilAborted,
} from './collected.ts'
import type { CheckOf, CheckSite, Collected } from './collected.ts'

/** Longer queries are posted: servers and proxies bound the length of an address. */
const GET_LIMIT_CHARACTERS = 2_000

/** A value that cannot end a string, open a selector or add an operator: one word, a number or a duration. */
const PLAIN_WORD = /^[A-Za-z0-9_.:/@-]{1,200}$/

type Asked = Pick<PromqlCapture, 'queriedAtMs' | 'range'>

/** Any answer is a fact, an error of the server too; no answer is a fact and goes to `error`. */
export async function collectPromql(
  gate: PlanGate,
  check: CheckOf<'promql'>,
  site: CheckSite,
): Promise<Collected> {
  const { clock, fetch } = site.ports
  const queriedAtMs = clock.nowMs()
  const { range } = check
  const asked: Asked = {
    queriedAtMs,
    ...(range === undefined
      ? {}
      : {
          range: {
            startMs: queriedAtMs - range.durationMs,
            endMs: queriedAtMs,
            stepMs: range.stepMs,
          },
        }),
  }
  const startedMs = clock.monotonicMs()
  try {
    const request = requestOf(gate, check, asked, site)
    if (typeof request === 'string') return withoutAnswer(asked, request, 0, false)
    const answer = await untilAborted(fetch.send(request), site.signal)
    return answer === undefined
      ? withoutAnswer(asked, 'the run was called off', 0, true)
      : captureAnswer(asked, answer, site)
  } catch (thrown) {
    const durationMs = Math.round(clock.monotonicMs() - startedMs)
    return withoutAnswer(asked, maskedReason(site.mask, thrown), durationMs, site.signal.aborted)
  }
}

/** The request, or why it cannot be made. */
function requestOf(
  gate: PlanGate,
  check: CheckOf<'promql'>,
  asked: Asked,
  site: CheckSite,
): FetchRequest | string {
  const base = Object.hasOwn(site.parameters, check.connection)
    ? site.parameters[check.connection]
    : undefined
  if (base === undefined)
    return `the parameter ${check.connection} with the server's URL is missing`
  if (!URL.canParse(base)) return `the parameter ${check.connection} is no URL`
  // Parts of a query are not quoted for anybody: a value that could change what is asked is refused.
  const odd = gate.parameters.find(
    (name) => isSpliced(check.query, name) && !PLAIN_WORD.test(site.parameters[name] ?? ''),
  )
  if (odd !== undefined)
    return `the value of ${odd} is not one plain word, so it cannot stand in a query`
  const query = substituteParameters(check.query, site.parameters)
  const headers: Record<string, string> = { accept: 'application/json' }
  for (const [name, value] of Object.entries(check.headers ?? {}))
    headers[name.toLowerCase()] = substituteParameters(value, site.parameters)
  const url = new URL(base)
  if (url.username !== '' || url.password !== '') {
    const pair = `${decodeURIComponent(url.username)}:${decodeURIComponent(url.password)}`
    headers['authorization'] ??= `Basic ${Buffer.from(pair).toString('base64')}`
    url.username = ''
    url.password = ''
  }
  url.pathname = `${url.pathname.replace(/\/+$/, '')}/api/v1/${asked.range === undefined ? 'query' : 'query_range'}`
  const form = formOf(query, asked)
  const limits = {
    timeoutMs: timeoutOf(gate),
    bodyLimitBytes: STREAM_LIMIT_BYTES,
    signal: site.signal,
  }
  if (form.length > GET_LIMIT_CHARACTERS) {
    headers['content-type'] = 'application/x-www-form-urlencoded'
    return { method: 'POST', url: url.href, headers, body: utf8Bytes(form), ...limits }
  }
  // A query string that the address already has, such as a tenant, stays.
  url.search = url.search === '' ? form : `${url.search.slice(1)}&${form}`
  return { method: 'GET', url: url.href, headers, ...limits }
}

function isSpliced(query: string, name: string): boolean {
  return substituteParameters(query, { [name]: '\0' }).includes('\0')
}

/** Instants are stated, so that the answer can be held against what was asked. */
function formOf(query: string, asked: Asked): string {
  const seconds = (ms: number): string => (ms / 1_000).toFixed(3)
  const { range } = asked
  const when: Record<string, string> =
    range === undefined
      ? { time: seconds(asked.queriedAtMs) }
      : {
          start: seconds(range.startMs),
          end: seconds(range.endMs),
          step: seconds(range.stepMs),
        }
  return new URLSearchParams({ query, ...when }).toString()
}

function captureAnswer(asked: Asked, answer: FetchAnswer, site: CheckSite): Collected {
  const tally = new StreamTally(site.mask)
  tally.add(
    'body',
    answer.headers['content-type'] ?? 'application/octet-stream',
    answer.body,
    answer.truncated,
  )
  return {
    capture: {
      kind: 'promql',
      status: answer.status,
      ...asked,
      durationMs: Math.round(answer.durationMs),
      streams: tally.states,
    },
    streams: tally.streams,
    aborted: false,
    notes: [],
  }
}

function withoutAnswer(
  asked: Asked,
  error: string,
  durationMs: number,
  aborted: boolean,
): Collected {
  return {
    capture: { kind: 'promql', status: null, error, ...asked, durationMs, streams: {} },
    streams: [],
    aborted,
    notes: [],
  }
}
