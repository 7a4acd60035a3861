// A release in the test house as the provenance graph shows it, with the graph over it and nothing in between.
import { makeGraphEngine } from '../src/graph/index.ts'
import type { GraphEngine } from '../src/graph/index.ts'
import type { Log } from '../src/kernel/index.ts'
import { nodeDigest } from './crypto.ts'
import { aGate, aPlan } from './decisions.ts'
import { openHouse, RELEASE, startPlan } from './house.ts'
import type { House, Person } from './house.ts'

export interface GraphHouse {
  readonly house: House
  readonly engine: GraphEngine
  readonly manager: Person
  /** What the engine told its log. */
  readonly faults: readonly unknown[]
  /** The answer to a query, as somebody of the tenant. */
  ask(query: string, variables?: Readonly<Record<string, unknown>>): Promise<GraphAnswer>
}

export interface GraphAnswer {
  readonly data: Readonly<Record<string, unknown>>
  readonly errors?: readonly {
    readonly message: string
    readonly extensions?: Readonly<Record<string, unknown>>
  }[]
}

/** As many gates as wanted in sections of ten: the last fails, the one before it was never run. */
export async function openGraphHouse(gateCount: number): Promise<GraphHouse> {
  const house = await openHouse()
  const runner = await house.person('Runner of the house', [], 'runner')
  const manager = await house.person('Ann', ['Manager'])
  const gates = Array.from({ length: gateCount }, (_, index) =>
    aGate({ id: `gate-${index}`, section: `Part ${Math.floor(index / 10)} › Detail` }),
  )
  const plan = aPlan(gates, { ...RELEASE, signOffs: [{ role: 'Manager', minimum: 1 }] })
  await house.releases.open(house.tenantId, 'operator', RELEASE, null)
  const started = await startPlan(house, plan)
  for (const [index, { id }] of gates.entries()) {
    if (index === gateCount - 2) continue
    await house.submit(runner, started, id, index === gateCount - 1 ? 1 : 0)
  }
  await house.runs.finish(house.tenantId, 'operator', started.run.runId)
  await house.sign(manager, 'Manager')
  const faults: unknown[] = []
  const engine = openEngine(house, faults)
  return {
    house,
    engine,
    manager,
    faults,
    ask: (query, variables) => askAs(engine, house.tenantId, query, variables),
  }
}

function openEngine(house: House, faults: unknown[]): GraphEngine {
  const ignore = (): undefined => undefined
  const log: Log = { info: ignore, warn: ignore, error: (...told) => void faults.push(told) }
  return makeGraphEngine({ ...house, digest: nodeDigest, log })
}

export async function askAs(
  engine: GraphEngine,
  tenantId: string,
  query: string,
  variables?: Readonly<Record<string, unknown>>,
): Promise<GraphAnswer> {
  const principal = { id: 'viewer', tenantId }
  const bytes = await engine.answer(principal, { query, variables })
  return JSON.parse(Buffer.from(bytes).toString()) as GraphAnswer
}
