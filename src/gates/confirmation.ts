// Preview and confirm: which gates need a person's word before they run, and the token that pins what was shown.
import { base64Of, canonicalBytes } from '../kernel/index.ts'
import type { Digest } from '../kernel/index.ts'
import type { Plan, PlanGate } from '../verdict/index.ts'

export interface Preview {
  /** Pins plan hash, parameters and the gates below; worth nothing for anything else. */
  readonly token: string
  readonly gates: readonly {
    readonly gate: string
    readonly effect: string
    readonly what: string
  }[]
}

/** Gates that may run without anybody's word on this plan. */
export function runsUnconfirmed(gate: PlanGate, isReviewed: boolean): boolean {
  if (!isRunnable(gate)) return true
  return isReviewed ? gate.effect === 'read' : gate.effect === 'read' && gate.provenRead
}

/** @param secret key of this control plane; only it can mint a token. */
export function previewPlan(
  digest: Digest,
  secret: Uint8Array,
  subject: {
    readonly plan: Plan
    readonly tenantId: string
    readonly planHash: string
    readonly parametersDigest: string
    readonly isReviewed: boolean
  },
): Preview {
  const gates = subject.plan.gates
    .filter((gate) => !runsUnconfirmed(gate, subject.isReviewed))
    .map((gate) => ({ gate: gate.id, effect: gate.effect, what: describeCheck(gate) }))
  const pinned = canonicalBytes({
    gates: gates.map((gate) => gate.gate),
    parameters: subject.parametersDigest,
    plan: subject.planHash,
    tenant: subject.tenantId,
    use: 'seaworthy.confirm/1',
  })
  const token = base64Of(digest.hmacSha256(secret, pinned).subarray(0, 18))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
  return { token, gates }
}

function isRunnable(gate: PlanGate): boolean {
  const type = gate.check.type
  return gate.children === undefined && type !== 'manual' && type !== 'unsupported'
}

function describeCheck(gate: PlanGate): string {
  const check = gate.check
  switch (check.type) {
    case 'command':
      return check.script
    case 'http':
      return `${check.method} ${check.url}`
    case 'sql':
      return check.text
    case 'promql':
      return check.query
    case 'document':
      return check.path
    case 'manual':
      return check.question
    case 'unsupported':
      return check.reason
  }
}
