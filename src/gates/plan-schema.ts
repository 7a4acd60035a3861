// The shape of a plan file for people: unknown keys are refused where they stand, meaning is checked by `verdict`.
import { z } from 'zod'

const text = z.string()
const name = z.string().min(1)
const scalar = z.union([z.string(), z.number(), z.boolean()])
const operator = z.enum(['eq', 'ne', 'lt', 'le', 'gt', 'ge', 'contains', 'matches', 'exists'])
const digest = z
  .string()
  .regex(/^sha256:[0-9a-f]{64}$/, 'expected sha256: and 64 hexadecimal digits')

const check = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('command'), language: z.enum(['bash', 'sh']), script: text }),
  z.strictObject({
    type: z.literal('http'),
    method: name,
    url: name,
    headers: z.record(name, text).exactOptional(),
    body: text.exactOptional(),
  }),
  z.strictObject({ type: z.literal('sql'), connection: name, text: name }),
  z.strictObject({ type: z.literal('document'), path: name }),
  z.strictObject({ type: z.literal('manual'), question: text }),
  z.strictObject({ type: z.literal('unsupported'), language: text, reason: name }),
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
  z.strictObject({ from: z.literal('header'), name }),
  z.strictObject({ from: z.literal('cell'), column: name, row: z.int().min(0).exactOptional() }),
  z.strictObject({ from: z.literal('slot'), slot: name }),
])

const assertion = z.strictObject({
  read: reading,
  op: operator,
  value: scalar.exactOptional(),
  unit: name.exactOptional(),
  tolerance: z.number().min(0).exactOptional(),
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

const gate = z.strictObject({
  id: name,
  title: text,
  section: text,
  phase: name.exactOptional(),
  severity: z.enum(['required', 'advisory', 'informational']),
  needs: z.array(name),
  check,
  assertions: z.array(assertion),
  effect: z.enum(['read', 'write-staging', 'write-prod', 'unknown']),
  provenRead: z.boolean(),
  parameters: z.array(name),
  holes: z.array(text),
  slots: z.array(slot),
  toggles: z.array(z.strictObject({ id: name, label: text })),
  children: z.array(name).min(1).exactOptional(),
  timeoutMs: z.int().min(1),
  maxAgeMs: z.int().min(1).exactOptional(),
  retries: z.int().min(0),
  exclusive: name.exactOptional(),
  unsound: z.array(text),
  source: z.strictObject({ line: z.int().min(0), sha256: digest }),
})

export const planFileSchema = z.strictObject({
  format: z.literal('seaworthy-plan/1'),
  source: z.strictObject({ name: text, sha256: digest }),
  service: name,
  version: name,
  environment: name,
  gates: z.array(gate).min(1),
  signOffs: z.array(z.strictObject({ role: name, minimum: z.int().min(1) })),
})

/** Every key that a plan may hold anywhere, for suggestions. */
export const PLAN_KEYS: readonly string[] = [
  ...new Set([
    ...Object.keys(planFileSchema.shape),
    ...Object.keys(gate.shape),
    ...Object.keys(assertion.shape),
    ...Object.keys(slot.shape),
    ...check.options.flatMap((option) => Object.keys(option.shape)),
    ...reading.options.flatMap((option) => Object.keys(option.shape)),
    'sha256',
    'line',
    'name',
    'role',
    'minimum',
  ]),
]
