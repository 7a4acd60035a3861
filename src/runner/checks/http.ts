// Sends one HTTP request and keeps status, headers and body.
import type { FetchAnswer } from '../../kernel/index.ts'
import { utf8Bytes } from '../../kernel/index.ts'
import { substituteParameters } from '../../verdict/index.ts'
import type { PlanGate } from '../../verdict/index.ts'
import {
  maskedReason,
  STREAM_LIMIT_BYTES,
  StreamTally,
  untilAborted,
  timeoutOf,
} from './collected.ts'
import type { CheckOf, CheckSite, Collected } from './collected.ts'

/** Response headers that carry credentials whoever the other side is; only their presence is kept. */
const SECRET_HEADERS = new Set(['set-cookie', 'authorization', 'proxy-authorization'])

/** Any answer is a fact, also 500; no answer is a fact too and goes to `error`. Redirects are not followed. */
export async function collectHttp(
  gate: PlanGate,
  check: CheckOf<'http'>,
  site: CheckSite,
): Promise<Collected> {
  const { clock, fetch } = site.ports
  const fill = (text: string): string => substituteParameters(text, site.parameters)
  const startedMs = clock.monotonicMs()
  try {
    const sent = fetch.send({
      method: check.method,
      url: fill(check.url),
      headers: Object.fromEntries(
        Object.entries(check.headers ?? {}).map(([name, value]) => [name, fill(value)]),
      ),
      ...(check.body === undefined ? {} : { body: utf8Bytes(fill(check.body)) }),
      timeoutMs: timeoutOf(gate),
      bodyLimitBytes: STREAM_LIMIT_BYTES,
      signal: site.signal,
    })
    const answer = await untilAborted(sent, site.signal)
    return answer === undefined
      ? withoutAnswer('the run was called off', 0, true)
      : captureAnswer(answer, site)
  } catch (thrown) {
    const durationMs = Math.round(clock.monotonicMs() - startedMs)
    return withoutAnswer(maskedReason(site.mask, thrown), durationMs, site.signal.aborted)
  }
}

function captureAnswer(answer: FetchAnswer, site: CheckSite): Collected {
  const tally = new StreamTally(site.mask)
  const headers: Record<string, string> = {}
  let maskedHeaderCount = 0
  for (const [name, value] of Object.entries(answer.headers)) {
    const key = name.toLowerCase()
    const masked = SECRET_HEADERS.has(key)
      ? { text: '[masked]', count: 1 }
      : site.mask.maskText(value.toWellFormed())
    headers[key] = masked.text
    maskedHeaderCount += masked.count
  }
  tally.add(
    'body',
    headers['content-type'] ?? 'application/octet-stream',
    answer.body,
    answer.truncated,
  )
  if (maskedHeaderCount > 0)
    tally.states['headers'] = { truncated: false, maskedCount: maskedHeaderCount }
  return {
    capture: {
      kind: 'http',
      status: answer.status,
      headers,
      durationMs: Math.round(answer.durationMs),
      streams: tally.states,
    },
    streams: tally.streams,
    aborted: false,
    notes: [],
  }
}

function withoutAnswer(error: string, durationMs: number, aborted: boolean): Collected {
  return {
    capture: { kind: 'http', status: null, headers: {}, error, durationMs, streams: {} },
    streams: [],
    aborted,
    notes: [],
  }
}
