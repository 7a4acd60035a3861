// How often a hot path can ask its switches, and what a rollout and an OpenFeature client cost beside it, in one run.
import { InMemoryProvider, OpenFeature } from '@openfeature/server-sdk'
import { makeSwitches } from '../src/guard/index.ts'
import type { SwitchDefinition } from '../src/guard/index.ts'
import { nodeGuardClock } from '../src/guard/node.ts'

const READS = 5_000_000
const ROUNDS = 7

const names = Array.from({ length: 100 }, (_, at) => `switch-${at}`)
const killSwitch: SwitchDefinition = { kind: 'kill-switch', boot: 'on' }
const switches = makeSwitches<string>({
  definitions: {
    ...Object.fromEntries(names.map((name) => [name, killSwitch])),
    checkout: { kind: 'flag', boot: 'off' },
  },
  sources: [
    {
      name: 'rows',
      read: () =>
        Promise.resolve(
          new TextEncoder().encode(
            JSON.stringify({
              format: 'seaworthy-switches/1',
              switches: { checkout: { state: 'on', rollout: [{ variant: 'on', percent: 25 }] } },
            }),
          ),
        ),
    },
  ],
  clock: nodeGuardClock,
})
await switches.refresh()

const keys = Array.from({ length: 1_000 }, (_, at) => `user-${at}`)
let onCount = 0

function say(line: string): void {
  process.stdout.write(`${line}\n`)
}

function perSecond(count: number, work: (at: number) => void): number {
  const startedMs = performance.now()
  for (let at = 0; at < count; at++) work(at)
  return count / ((performance.now() - startedMs) / 1_000)
}

async function clientPerSecond(count: number): Promise<number> {
  const client = OpenFeature.getClient()
  const startedMs = performance.now()
  // One after the other, as one request after the other asks.
  for (let at = 0; at < count; at++) if (await client.getBooleanValue('switch-7', false)) onCount++
  return count / ((performance.now() - startedMs) / 1_000)
}

await OpenFeature.setProviderAndWait(
  new InMemoryProvider({
    'switch-7': { variants: { on: true }, defaultVariant: 'on', disabled: false },
  }),
)
const reads: number[] = []
const mixed: number[] = []
const rollouts: number[] = []
const clients: number[] = []
for (let round = 0; round < ROUNDS; round++) {
  reads.push(perSecond(READS, () => void (switches.isOn('switch-7') && onCount++)))
  mixed.push(perSecond(READS, (at) => void (switches.isOn(names[at % 100]!) && onCount++)))
  rollouts.push(
    perSecond(READS / 20, (at) => {
      if (switches.evaluate('checkout', { targetingKey: keys[at % 1_000]! }).value === true)
        onCount++
    }),
  )
  clients.push(await clientPerSecond(READS / 500))
}

function median(values: readonly number[]): string {
  const middle = values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)]!
  return `${(middle / 1e6).toFixed(2)} M/s`
}

say(`| reads of one switch | node bench/switches.ts | ${median(reads)} |`)
say(`| reads of a hundred in turn | same | ${median(mixed)} |`)
say(`| evaluations of a 25 % rollout | same | ${median(rollouts)} |`)
say(`| OpenFeature client over its in-memory provider | same | ${median(clients)} |`)
if (onCount === 0) throw new Error('expected some of the reads to say on')
