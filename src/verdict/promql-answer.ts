// Reads an answer of the Prometheus HTTP API, version 1, and says what of it is broken, missing or only partial.
import { parseStrictJson, SeaworthyError, utf8TextLossy } from '../kernel/index.ts'
import type { Json } from '../kernel/index.ts'
import type { PromqlCapture } from './capture-model.ts'
import type { PromqlCheck } from './plan-model.ts'

/** A sample that is older than this at the instant asked for answers another question: Prometheus' own lookback. */
export const SAMPLE_AGE_LIMIT_MS = 5 * 60_000
/** A sample may be dated this much after the instant asked for. */
const SAMPLE_AHEAD_LIMIT_MS = 1_000
/** What a warning of the query language itself begins with; any other tells that data may be missing. */
const LANGUAGE_WARNING = /^PromQL (?:warning|info):/
const WARNING_LIMIT = 100

export interface Sample {
  readonly atMs: number
  /** NaN and the infinities are values here; what they mean is for the assertion to say. */
  readonly value: number
}

/** The samples of one series, in order of time. */
export type Series = readonly Sample[]

export interface PromqlAnswer {
  readonly series: readonly Series[]
  /** The server says that it may not have seen all data, such as a store that did not answer. */
  readonly partial: readonly string[]
  /** Warnings about the query, such as a counter function on a gauge. */
  readonly warnings: readonly string[]
}

export type PromqlReading =
  | { readonly ok: true; readonly answer: PromqlAnswer }
  | { readonly ok: false; readonly why: string }

class Broken extends Error {}

/** The answer in the body, held against what was asked. */
export function readPromqlAnswer(
  check: PromqlCheck,
  capture: PromqlCapture,
  body: Uint8Array,
): PromqlReading {
  try {
    return { ok: true, answer: answerOf(check, capture, body) }
  } catch (thrown) {
    if (thrown instanceof Broken) return { ok: false, why: thrown.message }
    throw thrown
  }
}

function answerOf(check: PromqlCheck, capture: PromqlCapture, body: Uint8Array): PromqlAnswer {
  assertAsked(check, capture)
  const root = recordOf(jsonOf(body, capture.status), 'the answer')
  if (root['status'] !== 'success') {
    const text = [root['errorType'], root['error']].filter((each) => typeof each === 'string')
    throw new Broken(
      text.length === 0
        ? 'the server did not answer with success'
        : `the server says ${text.join(': ')}`,
    )
  }
  if (capture.status !== 200) throw new Broken(`expected HTTP status 200, got ${capture.status}`)
  const data = recordOf(root['data'], 'data')
  const series = seriesOf(data, check.range !== undefined)
  for (const each of series) assertTimes(each, capture)
  const warnings = listOf(root['warnings'] ?? [], 'warnings')
    .slice(0, WARNING_LIMIT)
    .map((each) => (typeof each === 'string' ? each.toWellFormed() : 'a warning without words'))
  return {
    series,
    partial: warnings.filter((text) => !LANGUAGE_WARNING.test(text)),
    warnings: warnings.filter((text) => LANGUAGE_WARNING.test(text)),
  }
}

/** A capture that asked for less than the gate says cannot answer the gate. */
function assertAsked(check: PromqlCheck, capture: PromqlCapture): void {
  const { range } = capture
  if (check.range === undefined && range === undefined) return
  const { durationMs, stepMs } = check.range ?? {}
  const isSame =
    range !== undefined &&
    range.endMs - range.startMs === durationMs &&
    range.stepMs === stepMs &&
    range.endMs === capture.queriedAtMs
  if (!isSame) throw new Broken('another range was asked for than the gate states')
}

function jsonOf(body: Uint8Array, status: number | null): Json {
  try {
    return parseStrictJson(utf8TextLossy(body))
  } catch (thrown) {
    if (thrown instanceof SeaworthyError && thrown.code === 'JSON_TEXT_REFUSED')
      throw new Broken(`expected JSON, got something else with HTTP status ${status}`)
    throw thrown
  }
}

function seriesOf(data: Readonly<Record<string, Json>>, isRange: boolean): readonly Series[] {
  const type = data['resultType']
  const wanted = isRange ? ['matrix'] : ['vector', 'scalar']
  if (typeof type !== 'string' || !wanted.includes(type)) {
    const got = typeof type === 'string' ? type.slice(0, 40) : 'nothing'
    throw new Broken(`expected a result of type ${wanted.join(' or ')}, got ${got}`)
  }
  if (type === 'scalar') return [[sampleOf(data['result'])]]
  return listOf(data['result'], 'result').map((each) => {
    const entry = recordOf(each, 'a series')
    if (Object.hasOwn(entry, 'histogram') || Object.hasOwn(entry, 'histograms'))
      throw new Broken(
        'a histogram has no single value: take histogram_quantile or histogram_count',
      )
    return type === 'vector'
      ? [sampleOf(entry['value'])]
      : listOf(entry['values'], 'values').map(sampleOf)
  })
}

/** `[seconds since the epoch, "value"]`. */
function sampleOf(value: Json | undefined): Sample {
  const [at, text] = listOf(value, 'a sample')
  if (typeof at !== 'number' || typeof text !== 'string')
    throw new Broken('expected a sample to be a time and a value')
  return { atMs: Math.round(at * 1_000), value: numberOf(text) }
}

function numberOf(text: string): number {
  if (text === '+Inf') return Infinity
  if (text === '-Inf') return -Infinity
  if (text === 'NaN') return NaN
  const value = /^[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?$/.test(text)
    ? Number(text)
    : undefined
  if (value === undefined || !Number.isFinite(value))
    throw new Broken('expected the value of a sample to be a number')
  return value
}

/** Samples of another time than the one asked for, from a cache or a stopped clock, say nothing about now. */
function assertTimes(series: Series, capture: PromqlCapture): void {
  const fromMs = capture.range?.startMs ?? capture.queriedAtMs - SAMPLE_AGE_LIMIT_MS
  let before = -Infinity
  for (const { atMs } of series) {
    if (atMs > capture.queriedAtMs + SAMPLE_AHEAD_LIMIT_MS)
      throw new Broken(
        `a sample is dated ${atMs - capture.queriedAtMs} ms after the instant asked for`,
      )
    if (atMs < fromMs - SAMPLE_AHEAD_LIMIT_MS)
      throw new Broken(`a sample is dated ${fromMs - atMs} ms before what was asked for`)
    if (atMs <= before) throw new Broken('samples of a series are not in order of time')
    before = atMs
  }
}

function recordOf(value: Json | undefined, what: string): Readonly<Record<string, Json>> {
  if (typeof value === 'object' && value !== null && !Array.isArray(value))
    return value as Readonly<Record<string, Json>>
  throw new Broken(`expected ${what} to be an object`)
}

function listOf(value: Json | undefined, what: string): readonly Json[] {
  if (Array.isArray(value)) return value as readonly Json[]
  throw new Broken(`expected ${what} to be a list`)
}
