// Codes of what a verifier could not even begin with; what is wrong inside a bundle are findings instead.
import { defineErrors, faultsOf } from '../kernel/index.ts'

export const verifyErrors = defineErrors({
  VERIFY_BUNDLE_MISSING: {
    status: 404,
    exit: 6,
    title: 'The file cannot be read',
    hint: 'Check the path; a bundle is one file named <service>-<version>.bundle.tar.',
  },
  VERIFY_TRUST_REFUSED: {
    status: 400,
    exit: 2,
    title: 'What was given as trust is not trust',
    hint: 'Give a trust file, a PEM public key, a base64 key or the 64 hexadecimal digits of a key id.',
  },
  VERIFY_USAGE_REFUSED: {
    status: 400,
    exit: 2,
    title: 'The command line is not understood',
    hint: 'Run it with --help.',
  },
  VERIFY_FAULT_UNKNOWN: {
    status: 500,
    exit: 1,
    title: 'The verifier itself failed',
    hint: 'This is a fault of the verifier; please report it.',
  },
})

export const verifyFault = faultsOf(verifyErrors)
