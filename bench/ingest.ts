// Bodies scanned, parsed and held to a contract a second: an event of 632 bytes, against JSON.parse and secure-json-parse in the same run.
import { cpus, loadavg } from 'node:os'
import { Ajv2020 } from 'ajv/dist/2020.js'
import secureJson from 'secure-json-parse'
import { judgePattern, judgeSchema, makeIngestGuard, scanJson } from '../src/guard/index.ts'
import { nodeGuardClock, nodeSha256 } from '../src/guard/node.ts'

const ROUNDS = 7
const COUNT = 100_000

const event = {
  id: '01a21388-8f48-75b1-89c9-547c95084455',
  type: 'booking.created',
  at: '2026-11-25T16:27:30.198Z',
  tenant: 'harbour-north',
  actor: { id: 'person-f9e08d8faea2b7b3', roles: ['skipper', 'owner'], isVerified: true },
  booking: {
    berth: 'B-17',
    lengthM: 12.4,
    draughtM: 1.95,
    nights: 3,
    price: { amount: 184.5, currency: 'EUR' },
    extras: [
      { name: 'power', quantity: 3, unit: 'night' },
      { name: 'water', quantity: 1, unit: 'stay' },
    ],
    note: 'Arrives after \u201csunset\u201d; calls on channel 12.\nLeaves early, before the lock opens at seven, pays..',
  },
  trace: { span: '00f067aa0ba902b7', parent: '4bf92f3577b34da6a3ce929d0e0e4736', sampled: true },
}
const text = JSON.stringify(event)
const bytes = new TextEncoder().encode(text)
const decoder = new TextDecoder()

const name = { type: 'string', maxLength: 60 }
const id = { type: 'string', pattern: '^[0-9a-f-]{16,64}$', maxLength: 64 }
const schema = {
  type: 'object',
  required: ['id', 'type', 'at', 'tenant', 'actor', 'booking'],
  additionalProperties: false,
  properties: {
    id,
    type: { enum: ['booking.created', 'booking.cancelled'] },
    at: { type: 'string', pattern: String.raw`^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{3}Z$` },
    tenant: name,
    actor: {
      type: 'object',
      required: ['id'],
      properties: {
        id: name,
        roles: { type: 'array', items: name, maxItems: 10 },
        isVerified: { type: 'boolean' },
      },
    },
    booking: {
      type: 'object',
      required: ['berth', 'nights', 'price'],
      properties: {
        berth: { type: 'string', pattern: '^[A-Z]-[0-9]+$' },
        lengthM: { type: 'number', exclusiveMinimum: 0 },
        draughtM: { type: 'number', exclusiveMinimum: 0 },
        nights: { type: 'integer', minimum: 1, maximum: 365 },
        price: {
          type: 'object',
          required: ['amount', 'currency'],
          properties: {
            amount: { type: 'number' },
            currency: { type: 'string', pattern: '^[A-Z]{3}$' },
          },
        },
        extras: {
          type: 'array',
          maxItems: 50,
          items: {
            type: 'object',
            properties: { name, quantity: { type: 'integer' }, unit: name },
          },
        },
        note: { type: 'string', maxLength: 500 },
      },
    },
    trace: { type: 'object', properties: { span: id, parent: id, sampled: { type: 'boolean' } } },
  },
}
const contract = new Ajv2020({ strict: true }).compile(schema)
const guard = makeIngestGuard({ clock: nodeGuardClock, sha256: nodeSha256, contract })
if (!guard.admit(bytes).ok || !judgeSchema(schema, guard.limits).ok)
  throw new Error('expected the event to fit its contract')

/** Processor time, not wall time: the machine is shared. */
function spentUs(work: () => void): number {
  const began = process.cpuUsage()
  work()
  const { user, system } = process.cpuUsage(began)
  return user + system
}

function rateOf(work: () => unknown): number {
  const us = spentUs(() => {
    for (let index = 0; index < COUNT; index++) work()
  })
  return (COUNT / us) * 1_000_000
}

const rates = {
  whole: [] as number[],
  ours: [] as number[],
  plain: [] as number[],
  secure: [] as number[],
}
for (let round = 0; round < ROUNDS; round++) {
  rates.whole.push(rateOf(() => guard.admit(bytes)))
  rates.ours.push(rateOf(() => scanJson(bytes)))
  rates.plain.push(rateOf(() => JSON.parse(decoder.decode(bytes)) as unknown))
  rates.secure.push(rateOf(() => secureJson.parse(decoder.decode(bytes)) as unknown))
}
const median = (values: readonly number[]): string =>
  Math.round(values.toSorted((a, b) => a - b)[Math.floor(ROUNDS / 2)]!).toLocaleString('en')
process.stdout.write(
  `${cpus()[0]?.model ?? ''}, ${cpus().length} cores, Node ${process.version}, load ${loadavg()[0]?.toFixed(1)}\n` +
    `| ${bytes.length} bytes | with a contract | strict scan and parse | JSON.parse alone | secure-json-parse |\n| --- | --- | --- | --- | --- |\n` +
    `| bodies a second | ${median(rates.whole)} | ${median(rates.ours)} | ${median(rates.plain)} | ${median(rates.secure)} |\n`,
)

/** The dearest pattern that is taken, on a megabyte of the text that suits it least. */
function worstPatternMs(): string {
  const pattern = String.raw`\s+$`
  const lengthLimit = 286
  if (!judgePattern(pattern, lengthLimit, guard.limits.sizeBytes).ok)
    throw new Error('expected the pattern to be taken')
  const matcher = new RegExp(pattern, 'u')
  const hostile = `${' '.repeat(lengthLimit - 1)}x`
  const us = spentUs(() => {
    for (let sent = 0; sent < guard.limits.sizeBytes; sent += lengthLimit) matcher.test(hostile)
  })
  return (us / 1_000).toFixed(0)
}

const judgedUs = spentUs(() => {
  for (let round = 0; round < 100; round++) judgeSchema(schema, guard.limits)
})
process.stdout.write(
  `schema judged in ${(judgedUs / 100_000).toFixed(2)} ms; worst pattern taken, on 1 MiB: ${worstPatternMs()} ms\n`,
)
