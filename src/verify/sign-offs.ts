// Holds the sign-offs that a decision used against the ones that people signed and the ledger recorded.
import { canonicalize } from '../kernel/index.ts'
import { statementPath } from '../proof/index.ts'
import type { SignOff } from '../verdict/index.ts'
import type { BundleContents } from './contents.ts'
import { quoteName } from './inspection.ts'
import type { Inspection } from './inspection.ts'
import { CLOCK_SKEW_LIMIT_MS } from './attempts.ts'
import type { ProvenStatement } from './statements.ts'

type ProvenSignOff = Extract<ProvenStatement, { readonly kind: 'sign-off' }>

/** Every sign-off used must be signed and recorded; every one recorded before the decision must be used. */
export function inspectSignOffs(
  inspection: Inspection,
  contents: BundleContents,
  statements: readonly ProvenStatement[],
): void {
  const { inputs } = contents
  const signed = new Map<string, ProvenSignOff>()
  for (const statement of statements) {
    if (statement.kind !== 'sign-off') continue
    inspection.checked.signOffs++
    const { role, decision, at } = statement.predicate
    if (Date.parse(at) > statement.entry.timeMs + CLOCK_SKEW_LIMIT_MS) {
      inspection.find(
        'VERIFY_TIME_IMPOSSIBLE',
        `the sign-off is dated ${at}, after the ledger recorded it`,
        statementPath(statement.id),
      )
    }
    if (statement.entry.seq >= inputs.checkpoint.size) {
      inspection.leaveOpen(
        `A sign-off as ${quoteName(role)} (${decision}) was recorded after the decision and is no part of it.`,
      )
      continue
    }
    signed.set(statement.id, statement)
    if (!inputs.signOffs.some((used) => used.statement === statement.id)) {
      inspection.find(
        'VERIFY_SIGN_OFF_DIFFERS',
        `expected the decision to use the recorded sign-off as ${quoteName(role)} (${decision}), it left it out`,
        statementPath(statement.id),
      )
    }
  }
  for (const signOff of inputs.signOffs)
    compareSignOff(inspection, signOff, signed.get(signOff.statement))
}

function compareSignOff(
  inspection: Inspection,
  used: SignOff,
  signed: ProvenSignOff | undefined,
): void {
  const path = 'decision-inputs.json'
  if (signed === undefined) {
    inspection.find(
      'VERIFY_SIGN_OFF_DIFFERS',
      `expected a signed and recorded sign-off as ${quoteName(used.role)}, there is none`,
      path,
    )
    return
  }
  const { role, principal, decision, reviewHash, at } = signed.predicate
  const shown: SignOff = {
    role,
    principal,
    decision,
    reviewHash,
    atMs: Date.parse(at),
    statement: signed.id,
    ...(signed.key.person === undefined ? {} : { person: signed.key.person }),
  }
  if (canonicalize(shown) === canonicalize(used)) return
  inspection.find(
    'VERIFY_SIGN_OFF_DIFFERS',
    `expected ${decision} as ${quoteName(role)} by ${quoteName(principal)} as it was signed, the decision used something else`,
    path,
  )
}
