// The command face of verify: options in, exit code, report and plain words out.
import type { ExitCode } from '../kernel/index.ts'
import { exitCodeOfProof } from './entry-proof.ts'
import type { EntryProofReport } from './entry-proof.ts'
import { verifyFault } from './errors.ts'
import type { VerifyReport } from './model.ts'
import { isEntryProofFile, verifyBundleFile, verifyEntryProofFile } from './node.ts'
import { renderEntryProof, renderVerifyReport } from './rendering.ts'
import { exitCodeOfReport } from './service.ts'

export interface VerifyCommand {
  /** Path of a bundle, or of the proof of one entry. */
  readonly bundle: string
  /** Trust file, PEM key file, base64 key or key id; for a proof a trust file or the log's verifier key. */
  readonly trust?: string
  /** File with the bytes of the entry that a proof is about. */
  readonly entry?: string
  /** File of a C2SP policy: whose quorum has to have cosigned a bundle's checkpoint. */
  readonly witnesses?: string
}

export interface VerifyAnswer {
  /** 0 intact, 12 intact but signer unknown, 40 INVALID. */
  readonly exitCode: ExitCode
  readonly data: VerifyReport | EntryProofReport
  /** The report for people. */
  readonly text: string
}

/** @throws VERIFY_BUNDLE_MISSING (exit 6), VERIFY_TRUST_REFUSED (exit 2), VERIFY_USAGE_REFUSED (exit 2) */
export async function runVerify(command: VerifyCommand): Promise<VerifyAnswer> {
  if (await isEntryProofFile(command.bundle)) {
    if (command.witnesses !== undefined)
      throw verifyFault('VERIFY_USAGE_REFUSED', 'expected the policy of a proof as --trust')
    const proof = await verifyEntryProofFile(command.bundle, command.trust, command.entry)
    return { exitCode: exitCodeOfProof(proof), data: proof, text: renderEntryProof(proof) }
  }
  if (command.entry !== undefined)
    throw verifyFault('VERIFY_USAGE_REFUSED', 'expected --entry with a .tlog-proof only')
  const data = await verifyBundleFile(command.bundle, command.trust, command.witnesses)
  return { exitCode: exitCodeOfReport(data), data, text: renderVerifyReport(data) }
}
