// Checks the two files that say by which policy was decided and whose keys there are: neither may say what the rest does not.
import { bytesEqual, canonicalBytes } from '../kernel/index.ts'
import { formatTrustedRoot, readKeyBeginnings, statementPath } from '../proof/index.ts'
import type { Trust } from '../proof/index.ts'
import { policyOf } from '../verdict/index.ts'
import { CLOCK_SKEW_LIMIT_MS } from './attempts.ts'
import type { BundleContents } from './contents.ts'
import { quoteName } from './inspection.ts'
import type { Inspection } from './inspection.ts'
import type { ProvenStatement } from './statements.ts'

export const POLICY_PATH = 'policy.json'
export const TRUSTED_ROOT_PATH = 'trusted-root.json'

/** The policy as a file must be the one that the decision inputs and the plan hold. Earlier versions wrote none. */
export function inspectPolicy(inspection: Inspection, contents: BundleContents): void {
  const { opened, plan, inputs } = contents
  const bytes = opened.files.get(POLICY_PATH)
  if (bytes === undefined) return
  const policy = policyOf(plan, inputs)
  if (!bytesEqual(bytes, canonicalBytes(policy))) {
    inspection.find(
      'VERIFY_POLICY_DIFFERS',
      'expected the policy of the decision inputs and the plan, got another one',
      POLICY_PATH,
    )
    return
  }
  const { requiredGates, signOffs, rules, freeze } = policy
  inspection.show(
    `${POLICY_PATH} is the policy that the verdict was decided by: ${requiredGates.length} required gates, ${signOffs.length} roles to sign off, ${rules.nonWaivable.length} gates that no waiver may cover, ${freeze.length} freezes.`,
  )
}

/**
 * The trusted root must name the keys of `keys.json`, and no statement may be older than the key that signed it.
 * Earlier versions wrote none.
 * @param carried what `keys.json` says
 */
export function inspectTrustedRoot(
  inspection: Inspection,
  contents: BundleContents,
  carried: Trust,
  statements: readonly ProvenStatement[],
): void {
  const bytes = contents.opened.files.get(TRUSTED_ROOT_PATH)
  if (bytes === undefined) return
  const since = readKeyBeginnings(bytes)
  if (!since.ok) {
    inspection.find('VERIFY_FILE_MALFORMED', since.reason, TRUSTED_ROOT_PATH)
    return
  }
  if (!bytesEqual(bytes, formatTrustedRoot(carried, since.value))) {
    inspection.find(
      'VERIFY_TRUSTED_ROOT_DIFFERS',
      'expected the keys of keys.json and the same ledger, got others',
      TRUSTED_ROOT_PATH,
    )
    return
  }
  for (const { id, key, entry } of statements) {
    const from = since.value.get(key.keyId)
    if (from === undefined || Date.parse(from) <= entry.timeMs + CLOCK_SKEW_LIMIT_MS) continue
    inspection.find(
      'VERIFY_KEY_NOT_YET_VALID',
      `entry ${entry.seq} was recorded before ${from}, when the key of ${quoteName(key.principal)} was registered`,
      statementPath(id),
    )
  }
  const people = new Set(carried.keys.map(({ person, principal }) => person ?? principal))
  inspection.show(
    `${TRUSTED_ROOT_PATH} names the ledger ${quoteName(carried.ledger.origin)} and ${carried.keys.length} keys of ${people.size} people and machines, with their roles; nothing was recorded under a key before it was registered.`,
  )
  inspection.leaveOpen(
    `Since when each key counts: ${TRUSTED_ROOT_PATH} has it on the word of the control plane.`,
  )
}
