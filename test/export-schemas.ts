// Judges exports by the schemas of their formats, with validators that nobody here wrote.
import { readFileSync } from 'node:fs'
import { Ajv } from 'ajv'
import type { ValidateFunction } from 'ajv'
import sarifSchema from '@microsoft/jest-sarif/lib/schemas/sarif-2.1.0-rtm.5.json' with { type: 'json' }
import { validateXML } from 'xmllint-wasm'

const JUNIT_SCHEMA = readFileSync(new URL('./schemas/junit-10.xsd', import.meta.url), 'utf8')

/** RFC 3986, section 2 and appendix A: what may stand in a reference at all, with `%` only before two hexadecimal digits. */
const URI_REFERENCE = /^(?:[\w.~:/?#[\]@!$&'()*+,;=-]|%[\da-f]{2})*$/i
const URI = /^[a-z][a-z\d+.-]*:/i
const DATE_TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)$/i

const validateSarif = sarifValidator()

function sarifValidator(): ValidateFunction {
  // The schema is of draft 4 and says so; of what changed since then it uses only `id` instead of `$id`. Some of its patterns
  // are no patterns with the `u` flag.
  const { $schema: _draft, id: _id, ...schema } = sarifSchema
  const ajv = new Ajv({ strict: false, allErrors: true, unicodeRegExp: false })
  ajv.addFormat('uri-reference', URI_REFERENCE)
  ajv.addFormat('uri', (text) => URI.test(text) && URI_REFERENCE.test(text))
  ajv.addFormat('date-time', (text) => DATE_TIME.test(text) && !Number.isNaN(Date.parse(text)))
  return ajv.compile(schema)
}

/** @returns what the schema of SARIF 2.1.0 says against the log; nothing for a valid one */
export function faultsOfSarif(log: unknown): readonly string[] {
  if (validateSarif(log)) return []
  return (validateSarif.errors ?? []).map(
    ({ instancePath, message, params }) => `${instancePath} ${message} ${JSON.stringify(params)}`,
  )
}

/** @returns what libxml2 says against the documents by the schema of Jenkins; nothing when all are valid */
export async function faultsOfJunit(documents: readonly Uint8Array[]): Promise<readonly string[]> {
  const { valid, errors, rawOutput } = await validateXML({
    xml: documents.map((contents, at) => ({ fileName: `export-${at}.xml`, contents })),
    schema: { fileName: 'junit-10.xsd', contents: JUNIT_SCHEMA },
  })
  if (valid) return []
  return errors.length > 0 ? errors.map(({ rawMessage }) => rawMessage) : [rawOutput]
}
