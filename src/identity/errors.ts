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
  IDENTITY_NAME_TAKEN: {
    status: 409,
    exit: 7,
    title: 'Somebody else is registered under the name of this account',
    hint: 'If it is the same person, an admin says so: `seaworthy account link ACCOUNT KEY`.',
  },
  IDENTITY_ACCOUNT_LINKED: {
    status: 409,
    exit: 7,
    title: 'The account counts as another person already',
    hint: 'Revoke the key, and let the person register a new one while signed in.',
  },
  IDENTITY_SIGNER_FOREIGN: {
    status: 403,
    exit: 5,
    title: 'The key that signed is not one of the person’s who is signed in',
    hint: 'Sign with a key of this account, or sign in with the account that the key belongs to.',
  },
  IDENTITY_FULL: {
    status: 409,
    exit: 7,
    title: 'The tenant has as many people, runners, accounts or API keys as it can have',
    hint: 'Use one that is there: `seaworthy runner list`, `seaworthy api-key list`.',
  },
  IDENTITY_UNKNOWN: {
    status: 404,
    exit: 6,
    title: 'Nobody of that id is registered with this tenant',
    hint: 'See `seaworthy runner list`, `key list` and `account list`, and mind the tenant.',
  },
  IDENTITY_REVOKED: {
    status: 403,
    exit: 5,
    title: 'The key was revoked: nothing it signs is accepted any more',
    hint: 'Use another key: `seaworthy runner enrol NAME` for a runner; a person signs in and makes one. What was accepted before stands.',
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
  IDENTITY_API_KEY_UNKNOWN: {
    status: 404,
    exit: 6,
    title: 'No such API key',
    hint: 'See `seaworthy api-key list`, and mind the tenant.',
  },
  IDENTITY_API_KEY_ENDED: {
    status: 401,
    exit: 5,
    title: 'The API key has expired or was revoked',
    hint: 'Ask an admin for another one: `seaworthy api-key create NAME --role ROLE`.',
  },
  IDENTITY_API_KEY_OVER: {
    status: 409,
    exit: 7,
    title: 'The API key cannot be rotated',
    hint: 'Make a new one: `seaworthy api-key create NAME --role ROLE`.',
  },
  IDENTITY_SCOPE_REFUSED: {
    status: 422,
    exit: 2,
    title: 'An admin cannot be limited to environments',
    hint: 'Leave out --environment, or make a key for a developer.',
  },
  IDENTITY_SESSION_ENDED: {
    status: 401,
    exit: 5,
    title: 'The session is over',
    hint: 'Sign in again.',
  },
  IDENTITY_SESSION_MISSING: {
    status: 409,
    exit: 7,
    title: 'The caller has no session',
    hint: 'Only who signed in with a browser has keys of their own here and can sign out; a key is revoked by an admin.',
  },
  IDENTITY_SIGN_IN_REFUSED: {
    status: 403,
    exit: 5,
    title: 'The issuer’s answer does not hold',
    hint: 'Begin again from the sign-in page. The server’s log has the reason.',
  },
  IDENTITY_ACCOUNT_UNKNOWN: {
    status: 403,
    exit: 5,
    title: 'Nobody invited this person',
    hint: 'Ask an admin: `seaworthy account invite EMAIL`. The issuer has to vouch for the address.',
  },
  IDENTITY_ACCOUNT_TAKEN: {
    status: 409,
    exit: 7,
    title: 'The person has an account or an open invitation',
    hint: 'See `seaworthy account list`; `account change` gives other rights.',
  },
  IDENTITY_TENANT_AMBIGUOUS: {
    status: 409,
    exit: 7,
    title: 'The person has accounts in several tenants',
    hint: 'Name the tenant on the sign-in page.',
  },
  IDENTITY_ISSUER_UNKNOWN: {
    status: 404,
    exit: 6,
    title: 'No such issuer is configured, or it is not clear which is meant',
    hint: 'The operator names issuers in the file that SEAWORTHY_ISSUERS points to; name one with --issuer.',
  },
  IDENTITY_ISSUER_SILENT: {
    status: 503,
    exit: 9,
    title: 'The issuer does not answer',
    hint: 'Try again later; the server’s log has the reason.',
    retryable: true,
  },
  IDENTITY_REGISTRATION_REFUSED: {
    status: 403,
    exit: 5,
    title: 'Only an admin registers keys',
    hint: 'Send an admin the command in the message: the public key is no secret.',
  },
  IDENTITY_TOKEN_REFUSED: {
    status: 403,
    exit: 5,
    title: 'No such service token is given to this caller',
    hint: 'Ask with an API key, for no more than it may do itself.',
  },
  IDENTITY_FAILURES_LIMITED: {
    status: 429,
    exit: 9,
    title: 'Too many API keys that do not fit came from this address',
    hint: 'Check SEAWORTHY_KEY, and wait as long as Retry-After says.',
    retryable: true,
  },
  IDENTITY_KEYS_BUSY: {
    status: 503,
    exit: 9,
    title: 'Too many API keys are being looked at',
    hint: 'Wait as long as Retry-After says.',
    retryable: true,
  },
  IDENTITY_HASH_REFUSED: {
    status: 500,
    exit: 1,
    title: 'A stored hash of an API key is not one of ours',
    hint: 'Somebody changed the table; revoke the key and make another.',
  },
  IDENTITY_DURATION_MALFORMED: {
    status: 422,
    exit: 2,
    title: 'The duration cannot be read',
    hint: 'Write a whole number and m, h or d: 30m, 12h, 90d; --expires also takes never.',
  },
  IDENTITY_STATEMENT_REFUSED: {
    status: 422,
    exit: 5,
    title: 'The signed statement is not accepted',
    hint: 'It must be a canonical in-toto statement in a DSSE envelope, signed by a registered key of the right kind.',
  },
})

export const identityFault = faultsOf(identityErrors)
