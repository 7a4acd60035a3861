// Schemas that would hurt whoever compiles or asks them are refused before that, and ordinary ones are not.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Ajv2020 } from 'ajv/dist/2020.js'
import { judgeSchema, SCHEMA_LIMITS } from './schema-check.ts'

const body = { sizeBytes: 1_048_576, depth: 32 }

function said(schema: unknown): string {
  const judged = judgeSchema(schema, body)
  return judged.ok ? 'ok' : `${judged.reason} ${judged.at}`.trim()
}

function nested(depth: number): unknown {
  let schema: unknown = {}
  for (let level = 0; level < depth; level++) schema = { items: schema }
  return schema
}

/** Each level asks the next one twice about the same value. */
function laughs(levels: number): Record<string, unknown> {
  const $defs: Record<string, unknown> = { [`d${levels}`]: { type: 'string' } }
  for (let level = 0; level < levels; level++)
    $defs[`d${level}`] = {
      allOf: [{ $ref: `#/$defs/d${level + 1}` }, { $ref: `#/$defs/d${level + 1}` }],
    }
  return { $ref: '#/$defs/d0', $defs }
}

test('a schema that reaches out, explodes or means something else is refused, and where is said', () => {
  const ring: Record<string, unknown> = {}
  ring['not'] = ring
  const table: readonly (readonly [unknown, string])[] = [
    [true, 'not-a-schema'],
    [[], 'not-a-schema'],
    [nested(70), 'too-deep'],
    [nested(100_000), 'too-deep'],
    [ring, 'too-deep'],
    [{ description: 'x'.repeat(300_000) }, 'too-large'],
    [{ allOf: Array.from({ length: 5_001 }, () => ({})) }, 'too-many-schemas /allOf/'],
    [{ $schema: 'http://json-schema.org/draft-07/schema#' }, 'dialect'],
    [{ items: { $ref: 'https://example.com/x' } }, 'remote-reference /items'],
    [{ $ref: 'file:///etc/passwd' }, 'remote-reference'],
    [{ $ref: 'other.json#/x' }, 'remote-reference'],
    [{ $ref: 7 }, 'remote-reference'],
    [{ $ref: '#/$defs/none' }, 'missing-reference'],
    [{ $ref: '#/%zz' }, 'missing-reference'],
    [{ $ref: '#/const', const: { type: 'string' } }, 'missing-reference'],
    [{ $dynamicRef: '#x' }, 'unsupported-keyword'],
    [{ $async: true }, 'unsupported-keyword'],
    [{ $defs: { a: { $id: 'x' } } }, 'unsupported-keyword /$defs/a'],
    [{ properties: { 'a/b~': { pattern: '(a+)+$' } } }, 'pattern-exponential /properties/a~1b~0'],
    [{ patternProperties: { '(a+)+$': {} } }, 'pattern-exponential'],
    [{ pattern: String.raw`\s+$` }, 'pattern-polynomial'],
    [{ pattern: '(' }, 'pattern-invalid'],
    [{ pattern: 1 }, 'not-a-schema'],
    [{ allOf: Array.from({ length: 201 }, () => ({ pattern: 'a' })) }, 'too-many-patterns /allOf/'],
    [{ uniqueItems: true }, 'unbounded-unique-items'],
    [{ uniqueItems: true, items: { type: 'object' }, maxItems: 5_000 }, 'unbounded-unique-items'],
    [{ $ref: '#' }, 'endless-recursion'],
    [{ anyOf: [{ type: 'string' }, { not: { $ref: '#' } }] }, 'endless-recursion'],
    [laughs(20), 'too-costly'],
    [
      { anyOf: [{ properties: { a: { $ref: '#' } } }, { properties: { a: { $ref: '#' } } }] },
      'exponential-recursion',
    ],
    [{ items: { $ref: '#' }, contains: { $ref: '#' } }, 'exponential-recursion'],
    [
      { properties: { a: { $ref: '#' } }, patternProperties: { '^a': { $ref: '#' } } },
      'exponential-recursion',
    ],
  ]
  for (const [schema, expected] of table) {
    const got = said(schema)
    assert.ok(got.startsWith(expected), `${expected} expected, got ${got}`)
  }
})

test('contracts that people write are taken: trees, unions by type, references, unique names', () => {
  const table: readonly object[] = [
    {},
    {
      $schema: 'https://json-schema.org/draft/2020-12/schema',
      $id: 'https://harbour.example/a',
      type: 'object',
    },
    {
      $id: 'https://h.example/a',
      $ref: 'https://h.example/a#/$defs/n',
      $defs: { n: { type: 'integer' } },
    },
    { $ref: '#name', $defs: { n: { $anchor: 'name', type: 'integer' } } },
    { $ref: '#/$defs/a~1b', $defs: { 'a/b': { type: 'integer' } } },
    { properties: { left: { $ref: '#' }, right: { $ref: '#' } } },
    {
      anyOf: [
        { type: ['string', 'number', 'boolean', 'null'] },
        { type: 'array', items: { $ref: '#' } },
        { type: 'object', additionalProperties: { $ref: '#' } },
      ],
    },
    { items: { type: 'string' }, uniqueItems: true },
    { items: { type: 'object' }, uniqueItems: true, maxItems: 100 },
    { patternProperties: { '^x-': { $ref: '#' } }, additionalProperties: { $ref: '#' } },
    { propertyNames: { maxLength: 20 }, patternProperties: { [String.raw`\s$`]: {} } },
    laughs(5),
    {
      oneOf: Array.from({ length: 100 }, (_, kind) => ({ properties: { kind: { const: kind } } })),
    },
  ]
  for (const schema of table) {
    assert.equal(said(schema), 'ok', JSON.stringify(schema))
    new Ajv2020({ strict: false }).compile(schema)
  }
})

test('recursion that is refused as exponential is, and recursion that is taken is not', () => {
  const twice = {
    anyOf: [
      { properties: { a: { $ref: '#' } }, required: ['b'] },
      { properties: { a: { $ref: '#' } }, required: ['b'] },
    ],
  }
  const once = { properties: { a: { $ref: '#' } }, required: ['b'] }
  // Counts how often the contract looks for `b`: what it costs, whatever else the machine does.
  const looksOf = (schema: object, depth: number): number => {
    const contract = new Ajv2020({ strict: false }).compile(schema)
    let lookCount = 0
    const countLook = (): number => ++lookCount
    let value: object = {}
    for (let level = 0; level < depth; level++)
      value = Object.defineProperty({ a: value }, 'b', { get: countLook, enumerable: true })
    contract(value)
    return lookCount
  }
  assert.ok(said(twice).startsWith('exponential-recursion'))
  assert.equal(said(once), 'ok')
  // Twelve levels double up to twelve times; the other looks once at each.
  assert.ok(looksOf(twice, 12) > 1_000, `got ${looksOf(twice, 12)}`)
  assert.equal(looksOf(once, 12), 12)
})

test('a schema may be as large as its limits say and no larger', () => {
  const limits = { ...SCHEMA_LIMITS, schemaCount: 3 }
  assert.equal(judgeSchema({ allOf: [{}, {}] }, body, limits).ok, true)
  assert.equal(judgeSchema({ allOf: [{}, {}, {}] }, body, limits).ok, false)
})
