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
  IDENTITY_STATEMENT_REFUSED: {
    status: 422,
    exit: 5,
    title: 'The signed statement is not accepted',
    hint: 'It must be a canonical in-toto statement in a DSSE envelope, signed by a registered key of the right kind.',
  },
})

export const identityFault = faultsOf(identityErrors)
