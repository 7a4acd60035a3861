// The shape of a plan file for people: unknown keys are refused where they stand, meaning is checked by `verdict`.
import { z } from 'zod'
import type { YamlPlace } from '../document/index.ts'

const text = z.string()
const name = z.string().min(1)
const scalar = z.union([z.string(), z.number(), z.boolean()])
const operator = z.enum([
  'eq',
  'ne',
  'lt',
  'le',
  'gt',
  'ge',
  'between',
  'contains',
  'matches',
  'exists',
])
const quantifier = z.enum(['every', 'any', 'none'])
const milliseconds = z.int().min(1)
const digest = z
  .string()
  .regex(/^sha256:[0-9a-f]{64}$/, 'expected sha256: and 64 hexadecimal digits')

const check = z.discriminatedUnion('type', [
  z.strictObject({
    type: z.literal('command'),
    language: z.enum(['bash', 'sh']),
    script: text,
    reports: z.array(name).min(1).exactOptional(),
  }),
  z.strictObject({
    type: z.literal('http'),
    method: name,
    url: name,
    headers: z.record(name, text).exactOptional(),
    body: text.exactOptional(),
  }),
  z.strictObject({ type: z.literal('sql'), connection: name, text: name }),
  z.strictObject({
    type: z.literal('promql'),
    connection: name,
    query: name,
    headers: z.record(name, text).exactOptional(),
    range: z.strictObject({ durationMs: milliseconds, stepMs: milliseconds }).exactOptional(),
  }),
  z.strictObject({
    type: z.literal('builtin'),
    name,
    on: z.literal('runner').exactOptional(),
    with: z.record(name, scalar).exactOptional(),
  }),
  z.strictObject({ type: z.literal('document'), path: name }),
  z.strictObject({ type: z.literal('manual'), question: text }),
  z.strictObject({ type: z.literal('unsupported'), language: text, reason: name }),
])

const rowTest = z.strictObject({
  column: name,
  op: operator,
  value: scalar.exactOptional(),
  unit: name.exactOptional(),
})

const sampleChoice = z.enum([
  'only',
  ...quantifier.options,
  'min',
  'max',
  'avg',
  'sum',
  'seriesCount',
  'sampleCount',
])

const reading = z.discriminatedUnion('from', [
  z.strictObject({
    from: z.enum([
      'exitCode',
      'stdout',
      'stderr',
      'body',
      'status',
      'durationMs',
      'rowCount',
      'text',
      'answer',
    ]),
  }),
  z.strictObject({ from: z.literal('json'), path: name }),
  z.strictObject({ from: z.literal('percentile'), path: name, percent: z.number() }),
  z.strictObject({
    from: z.literal('report'),
    of: name,
    in: name.exactOptional(),
    product: name.exactOptional(),
  }),
  z.strictObject({ from: z.literal('header'), name }),
  z.strictObject({ from: z.literal('cell'), column: name, row: z.int().min(0).exactOptional() }),
  z.strictObject({ from: z.literal('column'), column: name, rows: quantifier }),
  z.strictObject({ from: z.literal('matchingRows'), where: z.array(rowTest).min(1) }),
  z.strictObject({ from: z.literal('duplicates'), column: name }),
  z.strictObject({ from: z.literal('samples'), take: sampleChoice }),
  z.strictObject({ from: z.literal('slot'), slot: name }),
])

const assertion = z.strictObject({
  read: reading,
  op: operator,
  value: scalar.exactOptional(),
  upper: z.number().exactOptional(),
  unit: name.exactOptional(),
  tolerance: z.number().min(0).exactOptional(),
  tolerancePercent: z.number().min(0).exactOptional(),
  sampleSize: z.strictObject({ read: reading, minimum: z.number() }).exactOptional(),
  windowMs: milliseconds.exactOptional(),
  maxGapMs: milliseconds.exactOptional(),
  severity: z.enum(['required', 'advisory']).exactOptional(),
  onNoData: z.enum(['inconclusive', 'pass', 'fail']).exactOptional(),
  fills: z.array(name).exactOptional(),
})

const slot = z.strictObject({
  id: name,
  label: text,
  unit: name.exactOptional(),
  bound: z.strictObject({ op: operator, value: z.number() }).exactOptional(),
})

const toggle = z.strictObject({ id: name, label: text })
const gateSource = z.strictObject({ line: z.int().min(0), sha256: digest })

const soak = z.strictObject({
  forMs: milliseconds,
  everyMs: milliseconds,
  maxGapMs: milliseconds.exactOptional(),
  allowedFailureShare: z.number().min(0).max(1).exactOptional(),
})

const dataEdge = z.strictObject({ gate: name, slot: name })

const gate = z.strictObject({
  id: name,
  title: text,
  section: text,
  phase: name.exactOptional(),
  owner: name.exactOptional(),
  severity: z.enum(['required', 'advisory', 'informational']),
  effect: z.enum(['read', 'write-staging', 'write-prod', 'unknown']),
  provenRead: z.boolean(),
  check,
  assertions: z.array(assertion),
  parameters: z.array(name),
  consumes: z.record(name, dataEdge).exactOptional(),
  needs: z.array(name),
  holes: z.array(text),
  slots: z.array(slot),
  toggles: z.array(toggle),
  children: z.array(name).min(1).exactOptional(),
  timeoutMs: z.int().min(1),
  maxAgeMs: z.int().min(1).exactOptional(),
  retries: z.int().min(0),
  exclusive: name.exactOptional(),
  regenerate: z.boolean().exactOptional(),
  soak: soak.exactOptional(),
  unsound: z.array(text),
  source: gateSource,
})

const planSource = z.strictObject({
  name: text,
  sha256: digest,
  gates: z
    .array(z.enum(['ordered-steps', 'headings']))
    .min(1)
    .exactOptional(),
})
const signOff = z.strictObject({
  role: name,
  minimum: z.int().min(1),
  anyOf: z.array(name).min(1).exactOptional(),
})

/** Keys stand in the order in which a plan file shows them. */
export const planFileSchema = z.strictObject({
  format: z.literal('seaworthy-plan/1'),
  service: name,
  version: name,
  environment: name,
  source: planSource,
  signOffs: z.array(signOff),
  gates: z.array(gate).min(1),
})

const CHECK_KINDS = new Map(
  check.options.map((option) => [option.shape.type.value, Object.keys(option.shape)]),
)

const READING_KINDS = new Map(
  reading.options.flatMap(({ shape }) => {
    const kinds: readonly string[] =
      'options' in shape.from ? shape.from.options : [shape.from.value]
    return kinds.map((from) => [from, Object.keys(shape)] as const)
  }),
)

const PLACES: readonly (readonly [string, YamlPlace])[] = [
  ['', { keys: Object.keys(planFileSchema.shape) }],
  ['source', { keys: Object.keys(planSource.shape) }],
  ['signOffs.#', { keys: Object.keys(signOff.shape) }],
  ['gates.#', { keys: Object.keys(gate.shape) }],
  ['gates.#.check', { keys: keysOf(CHECK_KINDS), kinds: { by: 'type', keys: CHECK_KINDS } }],
  ['gates.#.assertions.#', { keys: Object.keys(assertion.shape) }],
  [
    'gates.#.assertions.#.read',
    { keys: keysOf(READING_KINDS), kinds: { by: 'from', keys: READING_KINDS } },
  ],
  ['gates.#.check.range', { keys: ['durationMs', 'stepMs'] }],
  ['gates.#.assertions.#.read.where.#', { keys: Object.keys(rowTest.shape) }],
  ['gates.#.assertions.#.sampleSize', { keys: ['read', 'minimum'] }],
  [
    'gates.#.assertions.#.sampleSize.read',
    { keys: keysOf(READING_KINDS), kinds: { by: 'from', keys: READING_KINDS } },
  ],
  ['gates.#.assertions.#.sampleSize.read.where.#', { keys: Object.keys(rowTest.shape) }],
  ['gates.#.slots.#', { keys: Object.keys(slot.shape) }],
  ['gates.#.slots.#.bound', { keys: ['op', 'value'] }],
  ['gates.#.toggles.#', { keys: Object.keys(toggle.shape) }],
  ['gates.#.consumes.*', { keys: Object.keys(dataEdge.shape) }],
  ['gates.#.soak', { keys: Object.keys(soak.shape) }],
  ['gates.#.source', { keys: Object.keys(gateSource.shape) }],
]

function keysOf(kinds: ReadonlyMap<string, readonly string[]>): readonly string[] {
  return [...new Set([...kinds.values()].flat())]
}

const PLACE_BY_PATH: ReadonlyMap<string, YamlPlace> = new Map(PLACES)

/** What may stand at a path; undefined where the keys are free, as those of headers are, or nothing has keys. */
export function planPlace(path: readonly PropertyKey[]): YamlPlace | undefined {
  return PLACE_BY_PATH.get(
    path
      .map((step, at) =>
        typeof step === 'number' ? '#' : path[at - 1] === 'consumes' ? '*' : String(step),
      )
      .join('.'),
  )
}
