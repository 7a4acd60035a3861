// Verifies a bundle from its bytes alone: layer by layer, each resting on the one before; any fault makes it INVALID.
import { EXIT, messageOf } from '../kernel/index.ts'
import type { ExitCode } from '../kernel/index.ts'
import { compareFiles, openBundle } from '../proof/index.ts'
import type { WitnessPolicy } from '../proof/index.ts'
import { inspectAuthor } from './author.ts'
import { inspectPersons } from './persons.ts'
import { checkAgreement, checkEvidence, checkPaths, readContents } from './contents.ts'
import { inspectDecision } from './decision.ts'
import { beginInspection, checkSomethingShown } from './inspection.ts'
import type { Inspection } from './inspection.ts'
import { inspectLedger } from './ledger-part.ts'
import type { TrustInput, VerifyPorts, VerifyReport } from './model.ts'
import { inspectPolicy, inspectTrustedRoot } from './policy-and-root.ts'
import { inspectPlanReviews } from './plan-reviews.ts'
import { inspectRegenerated } from './regenerated.ts'
import { inspectRegister } from './register.ts'
import { checkEvidenceUse, inspectResults } from './results.ts'
import { describeLimits, describeProven, nameScope } from './scope.ts'
import { inspectSignOffs } from './sign-offs.ts'
import { identifySigner } from './signer.ts'
import { inspectStatements } from './statements.ts'

export interface VerifyOptions {
  /** Absent: the bundle's own keys count, and the best verdict is INTACT_SIGNER_UNKNOWN. */
  readonly trust?: TrustInput
  /** Whose quorum has to have cosigned the checkpoint; its log lines do not count. */
  readonly witnesses?: WitnessPolicy
  readonly ports: VerifyPorts
}

/**
 * Verifies a bundle: container, manifest, files, keys, ledger, statements, evidence, every gate's status, the
 * verdict. Never throws for anything in `bytes`: what cannot be shown is a finding, and a finding is INVALID.
 */
export async function verifyBundle(
  bytes: Uint8Array,
  options: VerifyOptions,
): Promise<VerifyReport> {
  const inspection = beginInspection(options.ports)
  try {
    return await inspectBundle(inspection, bytes, options)
  } catch (thrown) {
    // Hostile content must not pass by breaking the verifier: what could not be finished is not proven.
    inspection.find('VERIFY_INSPECTION_BROKEN', `the inspection stopped: ${messageOf(thrown)}`)
    return reportInvalid(inspection, null)
  }
}

/** 0 intact, 12 intact but signer unknown, 40 INVALID; also 40 when the bundle proves that the decision itself was INVALID. */
export function exitCodeOfReport(report: VerifyReport): ExitCode {
  if (report.verdict === 'INVALID' || report.release === 'INVALID') return EXIT.invalid
  return report.verdict === 'INTACT' ? EXIT.ok : EXIT.signerUnknown
}

/** The report on something that is no bundle at all, such as a file too large to be read. */
export function refuseBundle(ports: VerifyPorts, text: string): VerifyReport {
  const inspection = beginInspection(ports)
  inspection.find('VERIFY_CONTAINER_REFUSED', text)
  return reportInvalid(inspection, null)
}

async function inspectBundle(
  inspection: Inspection,
  bytes: Uint8Array,
  { trust, witnesses }: Omit<VerifyOptions, 'ports'>,
): Promise<VerifyReport> {
  const opened = openBundle(bytes)
  if (!opened.ok) {
    inspection.find('VERIFY_CONTAINER_REFUSED', opened.reason)
    return reportInvalid(inspection, null)
  }
  const { signer } = opened.value.manifest
  for (const { path, text } of compareFiles(inspection.ports.digest, opened.value)) {
    inspection.find('VERIFY_FILE_DIFFERS', text, path)
  }
  inspection.checked.files = opened.value.files.size
  inspection.checked.bytes = bytes.length
  checkPaths(inspection, opened.value)
  const authority = await identifySigner(inspection, opened.value, trust)
  if (authority === undefined || inspection.findingCount() > 0)
    return reportInvalid(inspection, signer)

  const contents = readContents(inspection, opened.value)
  if (contents === undefined) return reportInvalid(inspection, signer)
  checkAgreement(inspection, contents)
  await checkEvidence(inspection, contents)
  const ledger = await inspectLedger(inspection, contents, authority.trust, witnesses)
  if (ledger === undefined || inspection.findingCount() > 0)
    return reportInvalid(inspection, signer)

  const statements = await inspectStatements(inspection, contents, ledger, authority.trust)
  if (inspection.findingCount() > 0) return reportInvalid(inspection, signer)
  inspectPolicy(inspection, contents)
  inspectTrustedRoot(inspection, contents, authority.carried, statements)
  checkEvidenceUse(inspection, contents, statements)
  await inspectResults(inspection, contents, ledger, statements)
  inspectSignOffs(inspection, contents, statements)
  inspectPersons(inspection, statements)
  inspectAuthor(inspection, contents, ledger, authority.trust)
  inspectPlanReviews(inspection, contents, statements)
  await inspectRegister(inspection, contents, ledger, statements)
  const regenerated = await inspectRegenerated(inspection, contents, ledger, statements)
  const decision = inspectDecision(inspection, contents, ledger, statements)
  checkSomethingShown(inspection)
  if (decision === undefined || inspection.findingCount() > 0)
    return reportInvalid(inspection, signer)
  return {
    verdict: authority.isSignerKnown ? 'INTACT' : 'INTACT_SIGNER_UNKNOWN',
    release: decision.verdict,
    decision,
    regenerated,
    signer,
    scope: nameScope(contents, ledger),
    proven: describeProven(inspection, contents, ledger, authority.isSignerKnown),
    notProven: describeLimits(inspection, contents, ledger, statements, authority.isSignerKnown),
    checked: inspection.checked,
    findings: [],
  }
}

function reportInvalid(inspection: Inspection, signer: string | null): VerifyReport {
  const hiddenCount = inspection.findingCount() - inspection.findings.length
  const shown = inspection.findings
  const more = hiddenCount === 0 ? [] : [`${hiddenCount} further findings are not listed.`]
  return {
    verdict: 'INVALID',
    release: 'INVALID',
    decision: null,
    regenerated: null,
    signer,
    scope: 'nothing',
    proven: [],
    notProven: ['Nothing: a bundle with a fault proves nothing.', ...more],
    checked: inspection.checked,
    findings: shown,
  }
}
