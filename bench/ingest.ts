// Bodies scanned, parsed and judged a second: an event of 632 bytes, against JSON.parse and secure-json-parse in the same run.
import { cpus, loadavg } from 'node:os'
import secureJson from 'secure-json-parse'
import { scanJson } from '../src/guard/json-scan.ts'

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
    note: 'Arrives after \u201csunset\u201d; calls on channel 12.\n',
  },
  trace: { span: '00f067aa0ba902b7', parent: '4bf92f3577b34da6a3ce929d0e0e4736', sampled: true },
}
const text = JSON.stringify(event)
const bytes = new TextEncoder().encode(text)
const decoder = new TextDecoder()

function rateOf(work: () => unknown): number {
  const began = performance.now()
  for (let index = 0; index < COUNT; index++) work()
  return (COUNT / (performance.now() - began)) * 1_000
}

const rates = { ours: [] as number[], plain: [] as number[], secure: [] as number[] }
for (let round = 0; round < ROUNDS; round++) {
  rates.ours.push(rateOf(() => scanJson(bytes)))
  rates.plain.push(rateOf(() => JSON.parse(decoder.decode(bytes)) as unknown))
  rates.secure.push(rateOf(() => secureJson.parse(decoder.decode(bytes)) as unknown))
}
const median = (values: readonly number[]): string =>
  Math.round(values.toSorted((a, b) => a - b)[Math.floor(ROUNDS / 2)]!).toLocaleString('en')
process.stdout.write(
  `${cpus()[0]?.model ?? ''}, ${cpus().length} cores, Node ${process.version}, load ${loadavg()[0]?.toFixed(1)}\n` +
    `| ${bytes.length} bytes | strict scan and parse | JSON.parse alone | secure-json-parse |\n| --- | --- | --- | --- |\n` +
    `| bodies a second | ${median(rates.ours)} | ${median(rates.plain)} | ${median(rates.secure)} |\n`,
)
