// A gate as fields ask for it.
import { formatReleaseName } from '../gates/index.ts'
import { idOf } from './ids.ts'
import type { GatheredGraph, GraphReader, StandingGate } from './reader.ts'
import { instantOf, viewReason, viewRef, viewStatement } from './views.ts'
import type { View } from './views.ts'

export function viewGate(reader: GraphReader, graph: GatheredGraph, each: StandingGate): View {
  const { gate, result, status, reason, expiresAtMs, objections } = each
  const { service, version, environment } = graph.release
  return {
    __typename: 'Gate',
    id: idOf('Gate', service, version, environment, gate.id),
    gate: gate.id,
    title: gate.title,
    section: gate.section,
    severity: gate.severity,
    check: gate.check.type,
    status,
    reason,
    finishedAt: instantOf(result?.finishedAtMs),
    expiresAt: instantOf(expiresAtMs),
    needs: gate.needs,
    objections: objections.map(viewReason),
    statement: () =>
      result?.statement === undefined
        ? null
        : viewStatement(reader, result.statement, formatReleaseName(graph.release)),
    evidence: () => result?.evidence.map(viewRef) ?? [],
  }
}
