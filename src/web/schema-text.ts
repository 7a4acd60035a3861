// JSON Schema as a person reads it: members with their types, optional ones with a question mark.
import type { JsonSchema } from './json-schemas.ts'

const LINE_LIMIT_CHARACTERS = 72
const DEPTH_LIMIT = 8

export function printSchema(schema: JsonSchema): string {
  return print(schema, '', 0)
}

function print(schema: JsonSchema, indent: string, depth: number): string {
  if (depth > DEPTH_LIMIT) return '…'
  if (typeof schema['$ref'] === 'string') return schema['$ref'].split('/').at(-1) ?? 'any'
  if ('const' in schema) return JSON.stringify(schema['const'])
  if (Array.isArray(schema['enum']))
    return schema['enum'].map((each) => JSON.stringify(each)).join(' | ')
  const choices = schema['anyOf'] ?? schema['oneOf']
  if (Array.isArray(choices))
    return (choices as JsonSchema[]).map((each) => print(each, indent, depth + 1)).join(' | ')
  if (Array.isArray(schema['type']))
    return (schema['type'] as string[])
      .map((type) => print({ ...schema, type }, indent, depth))
      .join(' | ')
  return printTyped(schema, indent, depth)
}

function printTyped(schema: JsonSchema, indent: string, depth: number): string {
  switch (schema['type']) {
    case 'object':
      return printObject(schema, indent, depth)
    case 'array': {
      const items = print((schema['items'] ?? {}) as JsonSchema, indent, depth + 1)
      return items.includes(' | ') && !items.startsWith('{') ? `(${items})[]` : `${items}[]`
    }
    case 'string':
      return `text${printNotes([textOf(schema['pattern'] ?? schema['format'])])}`
    case 'integer':
    case 'number': {
      const { type, minimum, maximum } = schema
      const from = isTold(minimum) ? `from ${String(minimum)}` : undefined
      const to = isTold(maximum) ? `to ${String(maximum)}` : undefined
      return `${type}${printNotes([from, to])}`
    }
    case 'boolean':
    case 'null':
      return schema['type']
    default:
      return 'any'
  }
}

function printObject(schema: JsonSchema, indent: string, depth: number): string {
  const inner = `${indent}  `
  const required = (schema['required'] ?? []) as readonly string[]
  const members = Object.entries((schema['properties'] ?? {}) as Record<string, JsonSchema>).map(
    ([name, member]) =>
      `${name}${required.includes(name) ? '' : '?'}: ${print(member, inner, depth + 1)}`,
  )
  const rest = schema['additionalProperties']
  if (typeof rest === 'object' && rest !== null) {
    const isAny = Object.keys(rest).length === 0
    members.push(isAny ? '…' : `[name]: ${print(rest as JsonSchema, inner, depth + 1)}`)
  }
  if (members.length === 0) return '{}'
  const line = `{ ${members.join(', ')} }`
  if (line.length <= LINE_LIMIT_CHARACTERS && !line.includes('\n')) return line
  return `{\n${members.map((member) => `${inner}${member}`).join('\n')}\n${indent}}`
}

function printNotes(notes: readonly (string | undefined)[]): string {
  const told = notes.filter((note) => note !== undefined)
  return told.length === 0 ? '' : ` (${told.join(' ')})`
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined
}

/** Limits of the number format itself tell nothing. */
function isTold(limit: unknown): boolean {
  return typeof limit === 'number' && Math.abs(limit) < Number.MAX_SAFE_INTEGER
}
