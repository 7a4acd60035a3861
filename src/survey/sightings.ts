// Puts the sightings of several surveys together; a gate with the same command is proposed once.
import type { ProposedGate, Sightings } from './model.ts'

export function merge(parts: readonly Sightings[]): Sightings {
  const gates: ProposedGate[] = []
  for (const gate of parts.flatMap((part) => part.gates)) {
    const isKnown = gates.some((known) =>
      gate.command === undefined ? known.title === gate.title : known.command === gate.command,
    )
    if (!isKnown) gates.push(gate)
  }
  return { gates, remarks: parts.flatMap((part) => part.remarks) }
}
