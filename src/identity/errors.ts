// Codes of people, runners and their keys.
import { defineErrors, faultsOf } from '../kernel/index.ts'

export const identityErrors = defineErrors({
  IDENTITY_KEY_TAKEN: {
    status: 409,
    exit: 7,
    title: 'The key or name is registered already',
    hint: 'Choose another name, or use the identity that exists.',
  },
  IDENTITY_KEY_MALFORMED: {
    status: 422,
    exit: 2,
    title: 'The public key is not an ECDSA P-256 key',
    hint: 'Send a SubjectPublicKeyInfo of a P-256 key, DER in base64.',
  },
  IDENTITY_FULL: {
    status: 409,
    exit: 7,
    title: 'The tenant has as many people and runners as it can have',
    hint: 'Run with a runner that is enrolled already: `seaworthy runner list`.',
  },
  IDENTITY_UNKNOWN: {
    status: 404,
    exit: 6,
    title: 'Nobody of that id is registered with this tenant',
    hint: 'See `seaworthy runner list` and `seaworthy key list`, and mind the tenant.',
  },
  IDENTITY_REVOKED: {
    status: 403,
    exit: 5,
    title: 'The key was revoked: nothing it signs is accepted any more',
    hint: 'Enrol another runner: `seaworthy runner enrol NAME`. What was accepted before stands.',
  },
  IDENTITY_REASON_MISSING: {
    status: 422,
    exit: 2,
    title: 'A revocation needs a reason',
    hint: 'Add --reason TEXT, one line.',
  },
  IDENTITY_RUNNER_AMBIGUOUS: {
    status: 422,
    exit: 2,
    title: 'It is not clear which runner this is',
    hint: 'Enrol one with `seaworthy runner enrol NAME`, and run with `--runner NAME`.',
  },
  IDENTITY_STATEMENT_REFUSED: {
    status: 422,
    exit: 5,
    title: 'The signed statement is not accepted',
    hint: 'It must be a canonical in-toto statement in a DSSE envelope, signed by a registered key of the right kind.',
  },
})

export const identityFault = faultsOf(identityErrors)
