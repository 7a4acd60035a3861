// The malformed body check: a corpus that a service must refuse with 4xx, never accept and never break on.
import type { CheckDescription } from '../kernel/index.ts'
import { ask, fieldOf, isAccepted, isRefusal, isServerError } from './asking.ts'
import type { Answered } from './asking.ts'
import { probeFault } from './errors.ts'
import { malformedBodies, otherSpellings } from './malformed-bodies.ts'
import type { ProbeCheck, ProbePorts, ProbeQuestion, ProbeRecord } from './model.ts'
import { headersValue, refuse, TARGET, textValue, urlValue } from './values.ts'

const TIMEOUT_MS = 10_000
const SECOND_MS = 1_000
/** How often a body is sent again that was answered with 429, and the longest wait before it, in seconds. */
const LIMITED_TRIES = 10
const LIMITED_WAIT_S = 5

const MALFORMED = {
  name: 'probe-malformed',
  outward: 'acts',
  summary:
    'Bodies that are no JSON, or have no one exact meaning: each has to be refused with 4xx; 429 says nothing of a body, which is sent again then',
  parameters: {
    ...TARGET,
    method: { type: 'text', isRequired: false, summary: 'HTTP method; default POST' },
    valid: {
      type: 'text',
      isRequired: true,
      summary: 'a body that the service accepts: a JSON object with at least one key',
    },
    alsoValid: {
      type: 'text',
      isRequired: false,
      summary:
        'another that it accepts, with other values or members: without it a service that knows the first by its content is not found out',
    },
  },
  fields: {
    caseCount: 'bodies that were sent',
    broken:
      'of those that are no JSON: caseCount, acceptedCount (2xx and 3xx), serverErrorCount (5xx or no answer), refusedCount (4xx)',
    ambiguous:
      'the same of those that are JSON and mean different things to different readers, or break what is behind: doubled names, `__proto__`, lone surrogates …',
    serverErrorCount: 'bodies of either kind answered with 5xx or not at all',
    validRefusedCount:
      'valid bodies that were not accepted at the end: the first in four other spellings (space, order, escapes), and `alsoValid`',
    isAliveAfterwards: 'whether all valid bodies were accepted at the end',
    rows: 'each body: name, group, status (null without an answer), failure',
  },
} satisfies CheckDescription

export const malformedCheck: ProbeCheck = { ...MALFORMED, collect: collectMalformed }

async function collectMalformed(
  { clock, wire }: ProbePorts,
  { values, signal }: ProbeQuestion,
): Promise<ProbeRecord> {
  const valid = validBody(textValue(values, 'valid') ?? '')
  const also = textValue(values, 'alsoValid')
  const validAgain: readonly (string | Uint8Array)[] = [
    valid,
    ...otherSpellings(valid),
    ...(also === undefined ? [] : [validBody(also, 'alsoValid')]),
  ]
  const pool = wire.openPool(2)
  const sendOnce = (body: string | Uint8Array): Promise<Answered> =>
    ask(
      pool,
      {
        method: textValue(values, 'method') ?? 'POST',
        url: urlValue(values),
        headers: { 'content-type': 'application/json', ...headersValue(values) },
        body,
        timeoutMs: TIMEOUT_MS,
      },
      signal,
    )
  const send = async (body: string | Uint8Array): Promise<Answered> => {
    for (let tries = 0; tries < LIMITED_TRIES; tries++) {
      const answer = await sendOnce(body)
      if (answer.status !== 429) return answer
      await clock.sleep(waitOf(answer) * SECOND_MS, signal)
    }
    throw probeFault(
      'PROBE_TARGET_SILENT',
      `expected an answer to each body, got 429 ${LIMITED_TRIES} times: its limit is too low for this check`,
    )
  }
  try {
    const before = await send(valid)
    // Whoever refuses everything proves nothing.
    if (!isAccepted(before))
      throw probeFault(
        'PROBE_TARGET_SILENT',
        `expected 2xx for the valid body, got ${before.status ?? before.failure}`,
      )
    const rows: { name: string; group: string; answer: Answered }[] = []
    for (const { name, group, bytes } of malformedBodies(valid))
      rows.push({ name, group, answer: await send(bytes) })
    const after: Answered[] = []
    for (const body of validAgain) after.push(await send(body))
    const validRefusedCount = after.filter((answer) => !isAccepted(answer)).length
    const countsOf = (group: string): ProbeRecord => {
      const answers = rows.filter((row) => row.group === group).map(({ answer }) => answer)
      return {
        caseCount: answers.length,
        acceptedCount: answers.filter(isTaken).length,
        serverErrorCount: answers.filter(isServerError).length,
        refusedCount: answers.filter(isRefusal).length,
      }
    }
    return {
      caseCount: rows.length,
      broken: countsOf('broken'),
      ambiguous: countsOf('ambiguous'),
      serverErrorCount: rows.filter(({ answer }) => isServerError(answer)).length,
      validRefusedCount,
      isAliveAfterwards: validRefusedCount === 0,
      rows: rows.map(({ name, group, answer: { status, failure } }) => ({
        name,
        group,
        status,
        failure,
      })),
    }
  } finally {
    pool.close()
  }
}

/** Sent elsewhere is not refused. */
function isTaken(answer: Answered): boolean {
  return !isServerError(answer) && !isRefusal(answer)
}

/** Seconds to the next try. */
function waitOf(answer: Answered): number {
  const text = fieldOf(answer, 'retry-after') ?? ''
  return /^\d{1,9}$/.test(text) ? Math.min(Number(text), LIMITED_WAIT_S) : 1
}

/** @throws PROBE_PARAMETER_REFUSED for anything but a JSON object with a key */
function validBody(text: string, name = 'valid'): string {
  try {
    const value: unknown = JSON.parse(text)
    if (typeof value === 'object' && value !== null && !Array.isArray(value))
      if (Object.keys(value).length > 0) return text.trim()
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error
  }
  throw refuse(name, 'a JSON object with at least one key', text)
}
