// What a runner and the control plane tell each other around a run: who holds it, how it is let go, whether it is satisfied.
import type { Client, CommandContext } from '../client/index.ts'
import type { RunHolder, RunView } from '../gates/index.ts'
import { currentResults, isSatisfied } from '../verdict/index.ts'

export function holderOf(context: CommandContext): RunHolder {
  const { machine, pid } = context.process
  const id = Buffer.from(context.ports.random.bytes(12)).toString('base64url')
  return { id, machine, pid }
}

/** A run that has something left to go on with stays open: a new one would not know what was done. */
export async function closeRun(
  client: Client,
  runId: string,
  { id }: RunHolder,
  isCutOff: boolean,
  isWaiting: boolean,
): Promise<RunView> {
  const path = `/v1/runs/${runId}`
  if (!isCutOff && !isWaiting) return client.call('POST', `${path}/finish`, {})
  await client.call('POST', `${path}/pause`, { holder: id, isWaiting: !isCutOff })
  return client.call('GET', path)
}

/** Whether the required ones of the gates hold; of all gates without a choice. */
export function areSatisfied(view: RunView, chosen: ReadonlySet<string> | undefined): boolean {
  const severities = new Map(view.plan.gates.map((gate) => [gate.id, gate.severity]))
  return currentResults(view.plan.gates, view.results)
    .filter(({ gate }) => chosen === undefined || chosen.has(gate))
    .every(({ gate, status }) => severities.get(gate) !== 'required' || isSatisfied(status))
}
