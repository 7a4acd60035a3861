// The rate limit check: how many requests pass at once, whether the limit can be escaped, and whether its answers are honest.
import type { CheckDescription, ConnectionPool, Json } from '../kernel/index.ts'
import { ask, fieldOf, isAccepted, isServerError } from './asking.ts'
import type { Answered } from './asking.ts'
import { rounded } from './load.ts'
import type { ProbeCheck, ProbePorts, ProbeQuestion, ProbeRecord } from './model.ts'
import { parseRateFields } from './rate-fields.ts'
import { headersValue, numberValue, TARGET, textValue, urlValue } from './values.ts'

/** Requests beyond the burst. */
const EXTRA_COUNT = 5
const SPOOF_COUNT = 5
/** How often a refusal is asked for after the burst, to hear how long to wait. */
const REFUSAL_TRIES = 5
const SPELLING_COUNT = 2
const BURST_LIMIT_COUNT = 5_000
const CONNECTION_COUNT = 16
const TIMEOUT_MS = 10_000
/** Longest `Retry-After` that is waited for, in seconds. */
const WAIT_LIMIT_S = 60
const SECOND_MS = 1_000
/** A day: nothing comes back during a check. */
const NO_REFILL_MS = 86_400_000

const RATE_LIMIT = {
  name: 'probe-rate-limit',
  outward: 'acts',
  summary:
    'A rate limit from outside: a burst from a full bucket, forged addresses, another caller, and the wait that it asks for',
  parameters: {
    ...TARGET,
    burst: { type: 'number', isRequired: true, summary: 'requests that should pass at once' },
    refillMs: {
      type: 'number',
      isRequired: false,
      summary:
        'time in which one more may pass, in milliseconds: 300 for 200 a minute; default: none during the check, as in a fixed window',
    },
    otherHeaders: {
      type: 'text',
      isRequired: false,
      summary: 'headers of another tenant or token, whose limit must be its own',
    },
  },
  fields: {
    admittedCount: 'requests of the burst that passed',
    belowCount: 'how many fewer than `burst`',
    aboveCount: 'how many more than `burst` and what came back meanwhile',
    refusedCount: 'requests answered with 429',
    otherAnswerCount: 'requests with any other answer than success or 429, or none',
    spoofedAboveCount:
      'requests beyond the limit that passed with forged addresses in `X-Forwarded-For` and its kin, with `Via`, or with the address spelled otherwise (a query that nobody reads, an escaped letter)',
    otherAdmitted:
      'true when the other caller passes while this one is refused; null without otherHeaders',
    retryAfter:
      'seconds asked for, and `isHonest`: a request after exactly that time passed. Null without a refusal, without a whole number, and for more than a minute',
    againAboveCount:
      'requests of a second burst, after that time, that passed beyond what had come back by then; in a window beyond `burst`',
    fields:
      '`isPolicyReadable` and `isStateReadable`: RateLimit-Policy and RateLimit are structured fields; quota, windowSeconds, remaining, resetSeconds from them',
    elapsedMs: 'time the burst took',
  },
} satisfies CheckDescription

export const rateLimitCheck: ProbeCheck = { ...RATE_LIMIT, collect: collectRateLimit }

/** What is asked with, and what passed so far. */
class BucketLook {
  readonly #pool: ConnectionPool
  readonly #ports: ProbePorts
  readonly #signal: AbortSignal
  readonly #url: string
  readonly #burst: number
  readonly #refillMs: number
  readonly #startedMs: number
  admittedCount = 0

  constructor(pool: ConnectionPool, ports: ProbePorts, { values, signal }: ProbeQuestion) {
    this.#pool = pool
    this.#ports = ports
    this.#signal = signal
    this.#url = urlValue(values)
    this.#burst = burstOf(values)
    this.#refillMs = numberValue(values, 'refillMs', {
      least: 1,
      most: NO_REFILL_MS,
      fallback: NO_REFILL_MS,
    })
    this.#startedMs = ports.clock.monotonicMs()
  }

  get refillMs(): number {
    return this.#refillMs
  }

  get elapsedMs(): number {
    return this.#ports.clock.monotonicMs() - this.#startedMs
  }

  /** How many passed beyond the burst and what came back since the beginning. */
  get aboveCount(): number {
    const right = this.#burst + Math.floor(this.elapsedMs / this.#refillMs)
    return Math.max(0, this.admittedCount - right)
  }

  async send(
    headers: Readonly<Record<string, string>>,
    { isCounted = true, url = this.#url } = {},
  ): Promise<Answered> {
    const asked = { url, headers, timeoutMs: TIMEOUT_MS }
    const answer = await ask(this.#pool, asked, this.#signal)
    if (isCounted && isAccepted(answer)) this.admittedCount++
    return answer
  }
}

function burstOf(values: ProbeQuestion['values']): number {
  const bounds = { least: 1, most: BURST_LIMIT_COUNT, fallback: 0, isWhole: true }
  return numberValue(values, 'burst', bounds)
}

async function collectRateLimit(ports: ProbePorts, question: ProbeQuestion): Promise<ProbeRecord> {
  const { values, signal } = question
  const headers = headersValue(values)
  const pool = ports.wire.openPool(CONNECTION_COUNT)
  try {
    const burst = burstOf(values)
    const look = new BucketLook(pool, ports, question)
    const answers = await Promise.all(
      Array.from({ length: burst + EXTRA_COUNT }, () => look.send(headers)),
    )
    const { elapsedMs, aboveCount, admittedCount } = look
    const refused = answers.filter(({ status }) => status === 429)
    // At once, so that a slow service has no time to give them back by right.
    await Promise.all([
      ...Array.from({ length: SPOOF_COUNT }, (_, index) =>
        look.send({ ...headers, ...forgedAddress(index) }),
      ),
      ...otherSpellings(urlValue(values)).map((url) => look.send(headers, { url })),
    ])
    const spoofedAboveCount = Math.max(0, look.aboveCount - aboveCount)
    const other =
      textValue(values, 'otherHeaders') === undefined
        ? undefined
        : await look.send(headersValue(values, 'otherHeaders'), { isCounted: false })
    const { refusal, lastMs } = await askUntilRefused(look, headers)
    return {
      admittedCount,
      belowCount: Math.max(0, burst - admittedCount),
      aboveCount,
      refusedCount: refused.length,
      otherAnswerCount: answers.filter((answer) => isOdd(answer)).length,
      spoofedAboveCount,
      otherAdmitted: other === undefined ? null : isAccepted(other),
      ...(await lookAgain(ports, look, { refusal, lastMs, burst, headers, signal })),
      fields: fieldsRecord(refused.at(-1)),
      elapsedMs: rounded(elapsedMs),
    }
  } finally {
    pool.close()
  }
}

/** One request, and should it pass because some came back meanwhile, several at once, so that a slow service has its say, too. */
async function askUntilRefused(
  look: BucketLook,
  headers: Readonly<Record<string, string>>,
): Promise<Pick<SecondLook, 'refusal' | 'lastMs'>> {
  let lastMs = look.elapsedMs
  for (let tried = 0; tried < REFUSAL_TRIES; tried++) {
    lastMs = look.elapsedMs
    const count = tried === 0 ? 1 : EXTRA_COUNT
    const answers = await Promise.all(Array.from({ length: count }, () => look.send(headers)))
    const refusal = answers.find(({ status }) => status === 429)
    if (refusal !== undefined) return { refusal, lastMs }
  }
  return { refusal: undefined, lastMs }
}

function isOdd(answer: Answered): boolean {
  return isServerError(answer) || (!isAccepted(answer) && answer.status !== 429)
}

/** What a client writes that wants to be somebody else each time. Addresses are of documentation (RFC 5737). */
function forgedAddress(index: number): Readonly<Record<string, string>> {
  const address = `198.51.100.${index + 1}`
  return {
    'x-forwarded-for': address,
    'x-real-ip': address,
    'true-client-ip': address,
    'cf-connecting-ip': address,
    'fastly-client-ip': address,
    'x-client-ip': address,
    'x-cluster-client-ip': address,
    'x-originating-ip': address,
    via: '1.1 proxy.example',
    forwarded: `for=${address}`,
  }
}

/** The same address in other words (RFC 3986): with a query that nobody reads, with a letter of its path escaped. */
function otherSpellings(url: string): readonly string[] {
  const withQuery = Array.from({ length: SPELLING_COUNT }, (_, index) => {
    const other = new URL(url)
    other.searchParams.append('unread', `${index}`)
    return other.href
  })
  const { origin, pathname, search } = new URL(url)
  const escaped = pathname.replace(
    /[A-Za-z](?=[^A-Za-z]*$)/,
    (letter) => `%${letter.charCodeAt(0).toString(16)}`,
  )
  return escaped === pathname ? withQuery : [...withQuery, `${origin}${escaped}${search}`]
}

interface SecondLook {
  readonly refusal: Answered | undefined
  /** When the last request of the first burst left. */
  readonly lastMs: number
  readonly burst: number
  readonly headers: Readonly<Record<string, string>>
  readonly signal: AbortSignal
}

/** Waits as long as the refusal asks for and tries once, then as often as at the beginning: a limit holds for more than one burst. */
async function lookAgain(
  { clock }: ProbePorts,
  look: BucketLook,
  { refusal, lastMs, burst, headers, signal }: SecondLook,
): Promise<ProbeRecord> {
  const text = refusal === undefined ? null : fieldOf(refusal, 'retry-after')
  const seconds = text !== null && /^\d{1,9}$/.test(text) ? Number(text) : null
  const isWaited = seconds !== null && seconds <= WAIT_LIMIT_S
  if (isWaited) await clock.sleep(seconds * SECOND_MS, signal)
  const fromMs = look.elapsedMs
  const first = await look.send(headers)
  const answers = [
    first,
    ...(await Promise.all(Array.from({ length: burst + EXTRA_COUNT }, () => look.send(headers)))),
  ]
  // Refused, so less than one was left; a window may have begun anew.
  const isWindow = look.refillMs === NO_REFILL_MS
  const left = isWindow ? burst : Math.min(burst, 1 + (fromMs - lastMs) / look.refillMs)
  const right = Math.floor(left + (look.elapsedMs - fromMs) / look.refillMs)
  return {
    retryAfter: isWaited ? { seconds, isHonest: isAccepted(first) } : null,
    againAboveCount: Math.max(0, answers.filter(isAccepted).length - right),
  }
}

function fieldsRecord(refusal: Answered | undefined): Json {
  if (refusal === undefined) return null
  const policy = parseRateFields(fieldOf(refusal, 'ratelimit-policy'))
  const state = parseRateFields(fieldOf(refusal, 'ratelimit'))
  return {
    isPolicyReadable: policy !== undefined,
    isStateReadable: state !== undefined,
    quota: policy?.['q'] ?? null,
    windowSeconds: policy?.['w'] ?? null,
    remaining: state?.['r'] ?? null,
    resetSeconds: state?.['t'] ?? null,
  }
}
