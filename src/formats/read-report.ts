// Recognises a report by its content, never by its name, and reads it; whatever cannot be read gives a reason.
import { harmlessLine, parseStrictJson, SeaworthyError, utf8Text } from '../kernel/index.ts'
import type { Json } from '../kernel/index.ts'
import { readCtrf } from './ctrf.ts'
import { cycloneDxMembers } from './cyclonedx-xml.ts'
import { readCycloneDx } from './cyclonedx.ts'
import { jsonMember, membersOf } from './json-members.ts'
import type { JsonMembers } from './json-members.ts'
import { readJunit } from './junit.ts'
import { looksLikeK6, readK6 } from './k6.ts'
import { readOpenVex } from './openvex.ts'
import { readPrometheus } from './prometheus.ts'
import { REPORT_LIMIT_BYTES, ReportMismatch } from './report.ts'
import type { Report, ReportFormat } from './report.ts'
import { readSarif } from './sarif.ts'
import { looksLikeSpdxTags, readSpdx, readSpdx3, readSpdxTags } from './spdx.ts'
import { looksLikeTap, readTap } from './tap.ts'
import { declaredEncoding } from './xml.ts'

export type ReportReading =
  | { readonly ok: true; readonly report: Report }
  /** `format` is what it looks like, when it looks like one. */
  | { readonly ok: false; readonly format?: ReportFormat; readonly reason: string }

/** A format with the way to read it. */
interface Recognised {
  readonly format: ReportFormat
  read(): Report
}

/** Encodings whose ASCII part is UTF-8 as well; a report in one of them is read when it has no other part. */
const ASCII_ENCODINGS = /^(?:utf-?8|us-ascii|ascii|iso-8859-\d{1,2}|windows-125\d)$/

/**
 * Reads JUnit XML, CTRF, TAP, SARIF, CycloneDX (JSON, XML), SPDX (JSON, tag-value, JSON-LD), OpenVEX, k6 summaries and
 * answers of Prometheus. Never throws for any bytes; time is linear in their number.
 */
export function readReport(bytes: Uint8Array): ReportReading {
  if (bytes.length > REPORT_LIMIT_BYTES)
    return {
      ok: false,
      reason: `expected a report of at most ${REPORT_LIMIT_BYTES} bytes, got ${bytes.length}`,
    }
  let recognised: Recognised | undefined
  try {
    recognised = recognise(decode(bytes))
    return { ok: true, report: recognised.read() }
  } catch (thrown) {
    const isRefusal =
      thrown instanceof ReportMismatch ||
      (thrown instanceof SeaworthyError && thrown.code === 'JSON_TEXT_REFUSED')
    if (!isRefusal) throw thrown
    return {
      ok: false,
      ...(recognised === undefined ? {} : { format: recognised.format }),
      reason: harmlessLine(thrown.message),
    }
  }
}

/** Strictly UTF-8: guessing an encoding could change a name, and a changed name could change a count. */
function decode(bytes: Uint8Array): string {
  const [first, second] = bytes
  if ((first === 0xff && second === 0xfe) || (first === 0xfe && second === 0xff))
    throw new ReportMismatch('expected UTF-8, got UTF-16')
  let text: string
  try {
    text = utf8Text(bytes)
  } catch {
    throw new ReportMismatch('expected UTF-8, got other bytes')
  }
  return text.startsWith('\uFEFF') ? text.slice(1) : text
}

function recognise(text: string): Recognised {
  const start = text.trimStart()
  if (start === '') throw new ReportMismatch('expected a report, got nothing')
  if (start.startsWith('<')) return recogniseXml(start)
  if (start.startsWith('{') || start.startsWith('[')) return recogniseJson(parseStrictJson(text))
  if (looksLikeTap(text)) return { format: 'tap', read: () => readTap(text) }
  if (looksLikeSpdxTags(text)) return { format: 'spdx', read: () => readSpdxTags(text) }
  throw new ReportMismatch('the text is no report of a known format')
}

const ROOT_ELEMENT = /<(?![?!])(?:[\w.-]{1,40}:)?([\w.-]{1,40})/

function recogniseXml(text: string): Recognised {
  const encoding = declaredEncoding(text)
  if (encoding !== undefined && !ASCII_ENCODINGS.test(encoding))
    throw new ReportMismatch(`expected XML in UTF-8, got the encoding ${encoding}`)
  const name = ROOT_ELEMENT.exec(text.slice(0, 10_000))?.[1]
  if (name === 'testsuites' || name === 'testsuite')
    return { format: 'junit', read: () => readJunit(text) }
  if (name === 'bom')
    return { format: 'cyclonedx', read: () => readCycloneDx(cycloneDxMembers(text)) }
  const got =
    name?.toLowerCase() === 'html' || /^<!doctype html/i.test(text) ? 'a web page' : 'other XML'
  throw new ReportMismatch(`the text is no report of a known format, but ${got}`)
}

function recogniseJson(value: Json): Recognised {
  const root = membersOf(value)
  if (root === undefined)
    throw new ReportMismatch('the JSON is no report of a known format: a list')
  const has = (key: string): boolean => jsonMember(root, key) !== undefined
  if (has('runs') && has('version')) return { format: 'sarif', read: () => readSarif(root) }
  if (jsonMember(root, 'bomFormat') === 'CycloneDX')
    return { format: 'cyclonedx', read: () => readCycloneDx(root) }
  if (has('spdxVersion')) return { format: 'spdx', read: () => readSpdx(root) }
  const context = JSON.stringify(jsonMember(root, '@context') ?? '').slice(0, 1000)
  if (/openvex\.dev\/ns/.test(context)) return { format: 'openvex', read: () => readOpenVex(root) }
  if (/spdx\.org\/rdf\/3\./.test(context)) return { format: 'spdx', read: () => readSpdx3(root) }
  if (isCtrf(root)) return { format: 'ctrf', read: () => readCtrf(root) }
  if (isPrometheus(root)) return { format: 'prometheus', read: () => readPrometheus(root) }
  if (looksLikeK6(root)) return { format: 'k6', read: () => readK6(root) }
  const keys = Object.keys(root).slice(0, 5).join(', ').slice(0, 120)
  throw new ReportMismatch(
    `the JSON is no report of a known format; its first keys are ${keys || 'none'}`,
  )
}

function isCtrf(root: JsonMembers): boolean {
  if (jsonMember(root, 'reportFormat') === 'CTRF') return true
  const results = membersOf(jsonMember(root, 'results'))
  return (
    results !== undefined &&
    ['tool', 'summary', 'tests'].every((key) => jsonMember(results, key) !== undefined)
  )
}

function isPrometheus(root: JsonMembers): boolean {
  const status = jsonMember(root, 'status')
  if (status === 'error') return jsonMember(root, 'errorType') !== undefined
  const answer = status === 'success' ? membersOf(jsonMember(root, 'data')) : undefined
  return answer !== undefined && jsonMember(answer, 'resultType') !== undefined
}
