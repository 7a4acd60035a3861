// Codes of the HTTP edge.
import { defineErrors, faultsOf } from '../kernel/index.ts'

export const webErrors = defineErrors({
  WEB_ROUTE_UNKNOWN: {
    status: 404,
    exit: 6,
    title: 'No such route',
    hint: 'Check the path and the method.',
  },
  WEB_KEY_REFUSED: {
    status: 401,
    exit: 5,
    title: 'The API key is missing or wrong',
    hint: 'Set SEAWORTHY_KEY to an API key; an admin makes one with `seaworthy api-key create`.',
  },
  WEB_PROOF_TOO_OLD: {
    status: 401,
    exit: 5,
    title: 'The person has to prove again who they are',
    hint: 'Sign in again with the issuer (`/v1/sign-in/ISSUER?fresh=yes`), then send the request again.',
  },
  WEB_TENANT_FOREIGN: {
    status: 403,
    exit: 5,
    title: 'The API key belongs to another tenant',
    hint: 'Set SEAWORTHY_TENANT (or --tenant) to the tenant that the key was made for.',
  },
  WEB_ROLE_REFUSED: {
    status: 403,
    exit: 5,
    title: 'The API key may not do this',
    hint: 'Ask an admin, or use a key with the role that the message names.',
  },
  WEB_ENVIRONMENT_REFUSED: {
    status: 403,
    exit: 5,
    title: 'The API key is limited to other environments',
    hint: 'Use a key that was made for this environment.',
  },
  WEB_ORIGIN_REFUSED: {
    status: 403,
    exit: 5,
    title: 'The request does not come from a page of this server',
    hint: 'What is not sent by the board shows an API key instead of a session.',
  },
  WEB_ACCOUNT_CHANGED: {
    status: 409,
    exit: 7,
    title: 'Somebody else signed in in this browser',
    hint: 'Nothing was done. Load the page again, and look who you are before you go on.',
  },
  WEB_HOST_FOREIGN: {
    status: 421,
    exit: 5,
    title: 'The request was meant for another host',
    hint: 'Use the URL that the server printed.',
  },
  WEB_BODY_MALFORMED: {
    status: 400,
    exit: 2,
    title: 'The request body is not strict JSON',
    hint: 'Send UTF-8 JSON without doubled keys, broken characters or numbers beyond double precision.',
  },
  WEB_BODY_SLOW: {
    status: 408,
    exit: 9,
    title: 'The request body came too slowly',
    hint: 'Send it again in one go; repeat it with the same Idempotency-Key.',
    retryable: true,
  },
  WEB_RATE_LIMITED: {
    status: 429,
    exit: 9,
    title: 'Too many requests',
    hint: 'Wait as long as Retry-After says.',
    retryable: true,
  },
  WEB_STREAMS_EXHAUSTED: {
    status: 503,
    exit: 9,
    title: 'Too many streams are open',
    hint: 'Close some, or connect again later; each is taken up where it ended.',
    retryable: true,
  },
  WEB_BODY_INVALID: {
    status: 422,
    exit: 2,
    title: 'The request body has the wrong shape',
    hint: 'Compare the fields named in the message with the reference.',
  },
  WEB_QUERY_INVALID: {
    status: 400,
    exit: 2,
    title: 'The query has a parameter that is unknown or of the wrong form',
    hint: 'Compare the parameters named in the message with the reference.',
  },
  WEB_CURSOR_REFUSED: {
    status: 400,
    exit: 2,
    title: 'The cursor is none that this list gave',
    hint: 'Begin without a cursor, and take each next one from `next` of the answer.',
  },
  WEB_PATH_INVALID: {
    status: 400,
    exit: 2,
    title: 'A part of the path has the wrong form',
    hint: 'Compare the part named in the message with the reference.',
  },
  WEB_PATH_TOO_LONG: {
    status: 414,
    exit: 2,
    title: 'A part of the path is too long',
    hint: 'Names in paths have at most 100 characters.',
  },
  WEB_HEADERS_TOO_LARGE: {
    status: 431,
    exit: 2,
    title: 'The header lines are too large',
    hint: 'Send at most 16 KiB of path, query and header lines together.',
  },
  WEB_REQUEST_SLOW: {
    status: 408,
    exit: 9,
    title: 'The request came too slowly',
    hint: 'Send it again in one go; repeat it with the same Idempotency-Key.',
    retryable: true,
  },
  WEB_BODY_TOO_LARGE: {
    status: 413,
    exit: 2,
    title: 'The request body is too large',
    hint: 'Send at most 256 MiB, of JSON at most 64 MiB.',
  },
  WEB_IDEMPOTENCY_KEY_INVALID: {
    status: 400,
    exit: 2,
    title: 'The idempotency key has the wrong form',
    hint: 'Send one key of up to 255 printable characters in quotes, a new random one for each thing you want done.',
  },
  WEB_IDEMPOTENCY_KEY_IN_FLIGHT: {
    status: 409,
    exit: 7,
    title: 'A request with this idempotency key is being carried out',
    hint: 'Wait as long as Retry-After says and send the same request with the same key again.',
    retryable: true,
  },
  WEB_IDEMPOTENCY_KEY_REUSED: {
    status: 422,
    exit: 2,
    title: 'The idempotency key belongs to another request',
    hint: 'Send the very request that the key came with first, or take a new key for this one.',
  },
  WEB_IDEMPOTENCY_ANSWER_WITHHELD: {
    status: 409,
    exit: 7,
    title: 'What was asked is done; its answer cannot be given again',
    hint: 'Do not ask again with another key: the message says where to find, or replace, what the answer held.',
  },
  WEB_REQUEST_REFUSED: {
    status: 400,
    exit: 2,
    title: 'The request is malformed',
    hint: 'Check path, query and headers.',
  },
  WEB_INTERNAL_FAULT: {
    status: 500,
    exit: 1,
    title: 'Something failed inside the server',
    hint: 'The server log has the details under the request id.',
  },
})

export const webFault = faultsOf(webErrors)
