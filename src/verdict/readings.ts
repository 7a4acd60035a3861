// Reads one value out of a capture and its evidence; facts only, no judgement.
import { parseStrictJson, SeaworthyError, utf8TextLossy } from '../kernel/index.ts'
import type { Json } from '../kernel/index.ts'
import { valueAtPath } from './json-path.ts'
import type { Capture, EvidenceBytes } from './model.ts'
import type { Check, PlanGate, Reading } from './plan-model.ts'
import { labelledValuesOfJson, labelledValuesOfLines, valueForLabel } from './slot-values.ts'
import type { LabelledValues } from './slot-values.ts'

/** Evidence beyond this is not read: the outcome is "no data". */
export const READING_SIZE_LIMIT_BYTES = 16 * 1024 * 1024

export type Found =
  | { readonly state: 'value'; readonly value: Json }
  /** It was looked for and is not there. */
  | { readonly state: 'absent'; readonly why: string }
  /** It could not be looked for; `tainted` when the stream was cut or masked, which nothing may override. */
  | { readonly state: 'unreadable'; readonly why: string; readonly tainted: boolean }

export type Observer = (reading: Reading) => Found

const READINGS_OF_CHECK: Readonly<Record<Check['type'], readonly Reading['from'][]>> = {
  command: ['exitCode', 'stdout', 'stderr', 'json', 'durationMs', 'slot'],
  http: ['status', 'header', 'body', 'json', 'durationMs', 'slot'],
  sql: ['rowCount', 'cell', 'durationMs', 'slot'],
  document: ['text', 'json', 'durationMs', 'slot'],
  manual: ['answer', 'slot'],
  unsupported: [
    'exitCode',
    'stdout',
    'stderr',
    'body',
    'json',
    'status',
    'header',
    'durationMs',
    'rowCount',
    'cell',
    'text',
    'answer',
    'slot',
  ],
}

/** Whether a check of this type can offer the reading at all. */
export function offersReading(type: Check['type'], from: Reading['from']): boolean {
  return READINGS_OF_CHECK[type].includes(from)
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
        return stream(mainStreamOf(capture)).at(reading.path)
      case 'cell':
        return stream('rows').cell(reading.column, reading.row ?? 0)
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
      return ofNullable(capture.kind === 'http' ? capture.status : null, 'there is no HTTP status')
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

function mainStreamOf(capture: Capture): string {
  return capture.kind === 'http'
    ? 'body'
    : capture.kind === 'document'
      ? 'text'
      : capture.kind === 'sql'
        ? 'rows'
        : 'stdout'
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
  return stream(mainStreamOf(capture)).labelled(slot.label)
}

/** One captured stream, decoded and parsed at most once. */
interface Stream {
  text(): Found
  at(path: string): Found
  cell(column: string, row: number): Found
  labelled(label: string): Found
}

function openStream(name: string, capture: Capture, evidence: EvidenceBytes): Stream {
  const bytes = (Object.hasOwn(evidence, name) ? evidence[name] : undefined) ?? new Uint8Array()
  const closed = closedReason(name, capture, bytes)
  if (closed !== undefined)
    return { text: () => closed, at: () => closed, cell: () => closed, labelled: () => closed }
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
    cell: (column, row) => cellOf(json(), column, row),
    labelled: (label) => {
      const value = valueForLabel(labels(), label)
      if (value === undefined)
        return { state: 'absent', why: `${name} names no value for "${label}"` }
      return { state: 'value', value: value.toWellFormed() }
    },
  }
}

function closedReason(name: string, capture: Capture, bytes: Uint8Array): Found | undefined {
  const state =
    capture.kind !== 'manual' && Object.hasOwn(capture.streams, name)
      ? capture.streams[name]
      : undefined
  if (state?.truncated === true)
    return { state: 'unreadable', why: `${name} was cut at its size limit`, tainted: true }
  if (state !== undefined && state.maskedCount > 0) {
    return {
      state: 'unreadable',
      why: `${name} was masked in ${state.maskedCount} places`,
      tainted: true,
    }
  }
  if (bytes.length > READING_SIZE_LIMIT_BYTES) {
    return {
      state: 'unreadable',
      why: `${name} is larger than ${READING_SIZE_LIMIT_BYTES} bytes`,
      tainted: true,
    }
  }
  return undefined
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

interface Table {
  readonly columns: readonly Json[]
  readonly rows: readonly Json[]
}

function tableOf(root: Json | undefined): Table | undefined {
  if (typeof root !== 'object' || root === null || Array.isArray(root)) return undefined
  const record = root as { readonly [key: string]: Json }
  const columns = Object.hasOwn(record, 'columns') ? record['columns'] : undefined
  const rows = Object.hasOwn(record, 'rows') ? record['rows'] : undefined
  return Array.isArray(columns) && Array.isArray(rows) ? { columns, rows } : undefined
}

function cellOf(root: Json | undefined, column: string, row: number): Found {
  const table = tableOf(root)
  if (table === undefined)
    return { state: 'unreadable', why: 'there is no table of rows', tainted: false }
  const index = table.columns.indexOf(column)
  if (index < 0) return { state: 'absent', why: `the answer has no column ${column}` }
  const cells = table.rows[row]
  const value = Array.isArray(cells) ? (cells as readonly Json[])[index] : undefined
  if (value === undefined) return { state: 'absent', why: `the answer has no row ${row}` }
  return { state: 'value', value }
}

function firstRowOf(root: Json | undefined): LabelledValues {
  const table = tableOf(root)
  const cells = table?.rows[0]
  if (table === undefined || !Array.isArray(cells)) return new Map()
  const pairs = table.columns.map(
    (column, index) =>
      [
        typeof column === 'string' ? column : '',
        (cells as readonly Json[])[index] ?? null,
      ] as const,
  )
  return labelledValuesOfJson(Object.fromEntries(pairs))
}
