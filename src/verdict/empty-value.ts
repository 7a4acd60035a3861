// Why a value of a built-in check's record is null, in the check's own words where the record holds them.
import type { Json } from '../kernel/index.ts'
import type { Capture } from './model.ts'
import type { Found } from './found.ts'
import { parseJsonPath } from './json-path.ts'
import { shownText } from './shown-text.ts'

/**
 * What stands at the path; null together with the record's reason, `$.whyEmpty.<field>`. Records of before have no such
 * member, so that they are judged in the words they were judged in then.
 */
export function explainEmpty(
  capture: Capture,
  record: { at(path: string): Found },
  path: string,
): Found {
  const found = record.at(path)
  if (capture.kind !== 'builtin' || found.state !== 'value' || found.value !== null) return found
  const field = parseJsonPath(path)[0]
  const reasons = record.at('$.whyEmpty')
  if (typeof field !== 'string' || reasons.state !== 'value') return found
  const why = memberOf(reasons.value, field)
  return typeof why === 'string' && why.trim() !== ''
    ? { ...found, whyEmpty: `no value: ${shownText(why)}` }
    : found
}

function memberOf(record: Json, name: string): Json | undefined {
  if (typeof record !== 'object' || record === null || !Object.hasOwn(record, name))
    return undefined
  return (record as { readonly [key: string]: Json })[name]
}
