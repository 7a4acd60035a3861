// The command face of verify: options in, exit code, report and plain words out.
import type { ExitCode } from '../kernel/index.ts'
import type { VerifyReport } from './model.ts'
import { verifyBundleFile } from './node.ts'
import { renderVerifyReport } from './rendering.ts'
import { exitCodeOfReport } from './service.ts'

export interface VerifyCommand {
  /** Path of the bundle. */
  readonly bundle: string
  /** Trust file, PEM key file, base64 key or key id. */
  readonly trust?: string
}

export interface VerifyAnswer {
  /** 0 intact, 12 intact but signer unknown, 40 INVALID. */
  readonly exitCode: ExitCode
  readonly data: VerifyReport
  /** The report for people. */
  readonly text: string
}

/** @throws VERIFY_BUNDLE_MISSING (exit 6), VERIFY_TRUST_REFUSED (exit 2) */
export async function runVerify(command: VerifyCommand): Promise<VerifyAnswer> {
  const data = await verifyBundleFile(command.bundle, command.trust)
  return { exitCode: exitCodeOfReport(data), data, text: renderVerifyReport(data) }
}
