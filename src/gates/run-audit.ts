// Opens every recorded statement of a run again and judges its evidence anew, so that no stored status is taken on faith.
import { canonicalize, messageOf } from '../kernel/index.ts'
import { judgeEvidence } from './run-record.ts'
import { readRun } from './run-view.ts'
import type { RunAudit, RunContext } from './run-model.ts'
import { selectLastResults } from './store.ts'

export async function auditRun(
  context: RunContext,
  tenantId: string,
  runId: string,
): Promise<RunAudit> {
  const { sql, evidence, identity } = context.ports
  const run = await readRun(context, tenantId, runId)
  const { plan } = await context.plans.read(tenantId, run.planHash)
  const results = await sql.transaction({ tenantId }, (tx) =>
    selectLastResults(tx, tenantId, runId),
  )
  const findings: string[] = []
  for (const result of results) {
    try {
      const envelope = await evidence.read(tenantId, result.statement)
      const opened = await identity.openStatement(tenantId, envelope, 'gate-run', [
        'runner',
        'person',
        'control-plane',
      ])
      const gate = plan.gates.find((candidate) => candidate.id === opened.predicate.gate)
      if (gate === undefined || gate.id !== result.gate || opened.predicate.run !== runId) {
        findings.push(`${result.gate}: the statement speaks of another gate or run`)
        continue
      }
      const judgement = await judgeEvidence(context, tenantId, gate, run, opened.predicate)
      if (canonicalize(judgement) !== canonicalize(result.judgement)) {
        findings.push(
          `${result.gate}: expected ${judgement.status} from the evidence, got ${result.judgement.status} stored`,
        )
      }
    } catch (error) {
      // Whatever keeps evidence from being read again is itself the finding; the decision then shows nothing green.
      findings.push(`${result.gate}: ${messageOf(error)}`)
    }
  }
  return { checkedCount: results.length, findings }
}
