// Reads one value out of a capture and its evidence; facts only, no judgement.
import { parseStrictJson, SeaworthyError, utf8TextLossy } from '../kernel/index.ts'
import type { Json } from '../kernel/index.ts'
import { closedReason } from './closed-stream.ts'
import { explainEmpty } from './empty-value.ts'
import type { Found, Observer } from './found.ts'
import { percentileOf, readHistogram } from './histogram.ts'
import { valueAtPath } from './json-path.ts'
import type { Capture, EvidenceBytes } from './model.ts'
import type { Check, PlanGate, Reading, SampleChoice } from './plan-model.ts'
import { readPromqlAnswer } from './promql-answer.ts'
import { chooseSamples } from './samples.ts'
import { gateReports } from './report-readings.ts'
import { labelledValuesOfJson, labelledValuesOfLines, valueForLabel } from './slot-values.ts'
import type { LabelledValues } from './slot-values.ts'
import { readRows, tableOfRows, tableOfText } from './table.ts'
import type { NoTable, Table, TableReading } from './table.ts'

/** A check that is not run here may be read in any way: one that runs will take its place. */
const READINGS_OF_CHECK: Readonly<
  Record<Exclude<Check['type'], 'unsupported'> | 'soak', readonly Reading['from'][]>
> = {
  command: ['exitCode', 'stdout', 'stderr', 'json', 'report', 'durationMs', 'slot'],
  http: ['status', 'header', 'body', 'json', 'report', 'durationMs', 'slot'],
  // Its samples are read, each for itself.
  soak: [],
  sql: ['rowCount', 'cell', 'column', 'matchingRows', 'duplicates', 'durationMs', 'slot'],
  builtin: ['json', 'percentile', 'durationMs', 'slot'],
  promql: ['samples', 'json', 'report', 'status', 'durationMs', 'slot'],
  document: [
    'text',
    'json',
    'report',
    'cell',
    'column',
    'matchingRows',
    'duplicates',
    'durationMs',
    'slot',
  ],
  manual: ['answer', 'slot'],
}

/** Whether a check of this type can offer the reading at all. */
export function offersReading(type: Check['type'] | 'soak', from: Reading['from']): boolean {
  return type === 'unsupported' || READINGS_OF_CHECK[type].includes(from)
}

/** An observer of one capture. Streams are decoded and parsed once, when first asked for. */
export function observeCapture(
  gate: PlanGate,
  capture: Capture,
  evidence: EvidenceBytes,
): Observer {
  const streams = new Map<string, Stream>()
  const stream = (name: string): Stream => {
    const known = streams.get(name)
    if (known !== undefined) return known
    const opened = openStream(name, capture, evidence)
    streams.set(name, opened)
    return opened
  }
  const reports = gateReports(gate, capture, evidence, mainStreamOf(capture))
  return (reading) => {
    if (!offersReading(capture.kind, reading.from)) {
      return {
        state: 'unreadable',
        why: `a ${capture.kind} check has no ${reading.from}`,
        tainted: false,
      }
    }
    switch (reading.from) {
      case 'stdout':
      case 'stderr':
      case 'body':
      case 'text':
        return stream(reading.from).text()
      case 'json':
        return explainEmpty(capture, stream(mainStreamOf(capture)), reading.path)
      case 'percentile':
        return readPercentile(
          explainEmpty(capture, stream(mainStreamOf(capture)), reading.path),
          reading,
        )
      case 'report':
        return reports.read(reading)
      case 'cell':
      case 'column':
      case 'matchingRows':
      case 'duplicates':
        return stream(mainStreamOf(capture)).table(reading)
      case 'samples':
        return readSamples(gate, capture, reading.take, stream)
      case 'slot':
        return readSlot(gate, capture, reading.slot, stream)
      default:
        return readFact(capture, reading)
    }
  }
}

function readFact(capture: Capture, reading: Reading): Found {
  switch (reading.from) {
    case 'exitCode':
      return ofNullable(
        capture.kind === 'command' ? capture.exitCode : null,
        'there is no exit code',
      )
    case 'status':
      return ofNullable(
        capture.kind === 'http' || capture.kind === 'promql' ? capture.status : null,
        'there is no HTTP status',
      )
    case 'rowCount':
      return ofNullable(capture.kind === 'sql' ? capture.rowCount : null, 'there is no row count')
    case 'durationMs':
      return ofNullable(
        capture.kind === 'manual' ? null : capture.durationMs,
        'there is no duration',
      )
    case 'answer':
      return ofNullable(capture.kind === 'manual' ? capture.answer : null, 'there is no answer')
    case 'header':
      return readHeader(capture, reading.name)
    default:
      return {
        state: 'unreadable',
        why: `a ${capture.kind} check has no ${reading.from}`,
        tainted: false,
      }
  }
}

function readPercentile(
  found: Found,
  { path, percent }: Extract<Reading, { from: 'percentile' }>,
): Found {
  if (found.state !== 'value' || found.value === null) return found
  const histogram = readHistogram(found.value)
  if (histogram === undefined)
    return { state: 'unreadable', why: `${path} is no histogram`, tainted: false }
  const ms = percentileOf(histogram, percent)
  return ms === undefined
    ? { state: 'absent', why: `${histogram.count} values do not tell percentile ${percent}` }
    : { state: 'value', value: `${ms} ms` }
}

function ofNullable(value: number | boolean | null, why: string): Found {
  return value === null ? { state: 'absent', why } : { state: 'value', value }
}

function readHeader(capture: Capture, name: string): Found {
  if (capture.kind === 'http') {
    const wanted = name.toLowerCase()
    for (const [key, value] of Object.entries(capture.headers)) {
      if (key.toLowerCase() === wanted) return { state: 'value', value }
    }
  }
  return { state: 'absent', why: `there is no header ${name}` }
}

const MAIN_STREAM: Readonly<Record<Capture['kind'], string>> = {
  command: 'stdout',
  http: 'body',
  promql: 'body',
  sql: 'rows',
  builtin: 'record',
  soak: 'samples',
  document: 'text',
  manual: 'note',
}

function mainStreamOf(capture: Capture): string {
  return MAIN_STREAM[capture.kind]
}

function readSlot(
  gate: PlanGate,
  capture: Capture,
  slotId: string,
  stream: (name: string) => Stream,
): Found {
  if (capture.kind === 'manual') {
    const given = Object.hasOwn(capture.slots, slotId) ? capture.slots[slotId]?.trim() : undefined
    if (given === undefined || given === '')
      return { state: 'absent', why: `nobody gave a value for the slot ${slotId}` }
    return { state: 'value', value: given }
  }
  const slot = gate.slots.find((each) => each.id === slotId)
  if (slot === undefined)
    return { state: 'unreadable', why: `the gate has no slot ${slotId}`, tainted: false }
  if (capture.kind === 'promql') return readSamples(gate, capture, 'only', stream)
  return stream(mainStreamOf(capture)).labelled(slot.label)
}

function readSamples(
  gate: PlanGate,
  capture: Capture,
  take: SampleChoice,
  stream: (name: string) => Stream,
): Found {
  if (capture.kind !== 'promql' || gate.check.type !== 'promql')
    return { state: 'unreadable', why: 'there is no answer to a query', tainted: false }
  const body = stream('body').bytes()
  if (!(body instanceof Uint8Array)) return body
  const reading = readPromqlAnswer(gate.check, capture, body)
  return reading.ok
    ? chooseSamples(reading.answer, take)
    : { state: 'unreadable', why: reading.why, tainted: false }
}

/** One captured stream, decoded and parsed at most once. */
interface Stream {
  text(): Found
  at(path: string): Found
  table(reading: TableReading): Found
  /** As captured, or why they must not be read. */
  bytes(): Uint8Array | Found
  labelled(label: string): Found
}

function openStream(name: string, capture: Capture, evidence: EvidenceBytes): Stream {
  const bytes = (Object.hasOwn(evidence, name) ? evidence[name] : undefined) ?? new Uint8Array()
  const closed = closedReason(name, capture, bytes)
  if (closed !== undefined)
    return {
      text: () => closed,
      at: () => closed,
      table: () => closed,
      bytes: () => closed,
      labelled: () => closed,
    }
  const text = withoutFinalNewlines(utf8TextLossy(bytes))
  let parsed: { readonly value: Json | undefined } | undefined
  const json = (): Json | undefined => (parsed ??= { value: jsonOf(text) }).value
  let values: LabelledValues | undefined
  const labels = (): LabelledValues => {
    const whole = json()
    if (name === 'rows') return (values ??= firstRowOf(whole))
    const isTree = typeof whole === 'object' && whole !== null
    return (values ??= isTree ? labelledValuesOfJson(whole) : labelledValuesOfLines(text, jsonOf))
  }
  const notJson: Found = {
    state: 'unreadable',
    why: `${name} is not JSON with one exact meaning`,
    tainted: false,
  }
  return {
    text: () => ({ state: 'value', value: text }),
    at: (path) => {
      const root = json()
      if (root === undefined)
        return text === ''
          ? { state: 'unreadable', why: `${name} is empty`, tainted: false }
          : notJson
      const value = valueAtPath(root, path)
      return value === undefined
        ? { state: 'absent', why: `${name} has nothing at ${path}` }
        : { state: 'value', value }
    },
    table: (reading) =>
      readRows(reading, (columns): Table | NoTable =>
        name === 'rows' ? tableOfRows(json()) : tableOfText(text, columns),
      ),
    bytes: () => bytes,
    labelled: (label) => {
      const value = valueForLabel(labels(), label)
      if (value === undefined)
        return { state: 'absent', why: `${name} names no value for "${label}"` }
      return { state: 'value', value: value.toWellFormed() }
    },
  }
}

// A loop: a pattern for "newlines at the end" takes quadratic time on a text of newlines.
function withoutFinalNewlines(text: string): string {
  let end = text.length
  while (end > 0 && (text[end - 1] === '\n' || text[end - 1] === '\r')) end--
  return text.slice(0, end)
}

/** Undefined for text that is not JSON; that is an answer here, since tools print what they like. */
function jsonOf(text: string): Json | undefined {
  try {
    return parseStrictJson(text.startsWith('\uFEFF') ? text.slice(1) : text)
  } catch (thrown) {
    if (thrown instanceof SeaworthyError && thrown.code === 'JSON_TEXT_REFUSED') return undefined
    throw thrown
  }
}

function firstRowOf(root: Json | undefined): LabelledValues {
  const table = tableOfRows(root)
  const cells = 'why' in table ? undefined : table.rows[0]
  if ('why' in table || cells === undefined) return new Map()
  const pairs = table.columns.map(
    (column, index) => [typeof column === 'string' ? column : '', cells[index] ?? null] as const,
  )
  return labelledValuesOfJson(Object.fromEntries(pairs))
}
