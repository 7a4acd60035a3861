// Picks the collector for a gate's check.
import type { PlanGate } from '../../verdict/index.ts'
import { runnerFault } from '../errors.ts'
import type { CheckSite, Collected } from './collected.ts'
import { collectCommand } from './command.ts'
import { collectDocument } from './document.ts'
import { collectHttp } from './http.ts'
import { collectProbe } from './probe.ts'
import { collectPromql } from './promql.ts'
import { collectSoak } from './soak.ts'
import { collectSql } from './sql.ts'

/** A soak repeats the check; everything else is one look. @throws RUNNER_GATE_KIND_REFUSED for checks that nothing here can run */
export async function collectGate(gate: PlanGate, site: CheckSite): Promise<Collected> {
  const { soak } = gate
  return soak === undefined
    ? collectOnce(gate, site)
    : collectSoak({ ...gate, soak }, site, (sampled) => collectOnce(sampled, site))
}

async function collectOnce(gate: PlanGate, site: CheckSite): Promise<Collected> {
  const { check } = gate
  switch (check.type) {
    case 'command':
      return collectCommand(gate, check, site)
    case 'http':
      return collectHttp(gate, check, site)
    case 'sql':
      return collectSql(gate, check, site)
    case 'promql':
      return collectPromql(gate, check, site)
    case 'document':
      return collectDocument(check, site)
    case 'builtin':
      return collectProbe(gate, check, site)
    default:
      throw runnerFault(
        'RUNNER_GATE_KIND_REFUSED',
        `expected a check that runs, got ${gate.id} of type ${check.type}`,
      )
  }
}
