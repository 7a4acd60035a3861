// Turns schemas of routes into JSON Schema for one document: what they share or repeat stands once among its components.
import { z } from 'zod'
import type { Schema } from '../kernel/index.ts'

export type JsonSchema = Readonly<Record<string, unknown>>

export class JsonSchemas {
  /** Components by name. */
  readonly shared: Record<string, JsonSchema> = {}
  readonly #names = new Map<string, string>()

  /** @throws TypeError for what is no schema of zod */
  describe(schema: Schema, io: 'input' | 'output'): JsonSchema {
    if (!(schema instanceof z.ZodType)) throw new TypeError('expected a schema of zod')
    // As a member, so that one which contains itself is a definition too.
    const { $defs, properties } = z.toJSONSchema(z.object({ schema }), {
      io,
      unrepresentable: 'any',
    })
    const definitions = Object.entries($defs ?? {})
    const renamed = new Map<string, string>()
    for (const [name, definition] of definitions) renamed.set(name, this.#nameOf(name, definition))
    for (const [name, definition] of definitions)
      this.shared[renamed.get(name) ?? name] = redirect(definition, renamed) as JsonSchema
    return redirect(properties?.['schema'] ?? {}, renamed) as JsonSchema
  }

  // Definitions that read the same are the same: any JSON value, for one, is in many bodies.
  #nameOf(name: string, definition: JsonSchema): string {
    const { id: _id, ...rest } = definition
    const text = JSON.stringify(rest).replaceAll(`#/$defs/${name}`, '#')
    const known = this.#names.get(text)
    if (known !== undefined) return known
    const made = name.startsWith('__') ? `Value${this.#names.size + 1}` : name
    this.#names.set(text, made)
    return made
  }
}

/** References into `$defs` of their own become references to components; ids are not needed there. */
function redirect(value: unknown, renamed: ReadonlyMap<string, string>): unknown {
  if (Array.isArray(value)) return value.map((each) => redirect(each, renamed))
  if (typeof value !== 'object' || value === null) return value
  const entries = Object.entries(value).flatMap(([key, member]): [string, unknown][] => {
    if (key !== '$ref') return [[key, redirect(member, renamed)]]
    const name = /^#\/\$defs\/(.+)$/.exec(String(member))?.[1]
    if (name === undefined)
      throw new TypeError(`expected a reference to a definition, got ${String(member)}`)
    return [[key, `#/components/schemas/${renamed.get(name) ?? name}`]]
  })
  return Object.fromEntries(entries)
}
