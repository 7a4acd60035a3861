// Codes of the realtime feed: what is answered to a client instead of a connection, a watch or an acknowledgement.
import { defineErrors, faultsOf } from '../kernel/index.ts'

export const realtimeErrors = defineErrors({
  REALTIME_KEY_REFUSED: {
    status: 401,
    exit: 5,
    title: 'Nothing that fits was shown when the connection began',
    hint: 'Send an API key or a service token as `auth.token`; it has no place in the address.',
  },
  REALTIME_TENANT_FOREIGN: {
    status: 403,
    exit: 5,
    title: 'The key belongs to another tenant',
    hint: 'Leave `auth.tenant` out, or name the tenant that the key was made for.',
  },
  REALTIME_ADDRESS_REFUSED: {
    status: 400,
    exit: 2,
    title: 'The address of a connection says more than the protocol and its version',
    hint: 'Send what you show as `auth`, where no log and no proxy keeps it; the transport is websocket alone.',
  },
  REALTIME_HANDSHAKE_REFUSED: {
    status: 400,
    exit: 2,
    title: 'The connection did not begin as it should',
    hint: 'Send one CONNECT with `auth` of a token, a tenant, or neither.',
  },
  REALTIME_CONNECTIONS_EXHAUSTED: {
    status: 503,
    exit: 9,
    title: 'There is no room for another connection',
    hint: 'Wait and connect again, or connect to another server.',
    retryable: true,
  },
  REALTIME_EVENT_UNKNOWN: {
    status: 404,
    exit: 2,
    title: 'No such event',
    hint: 'Clients send `watch`, `unwatch` and `acknowledge`, each with one object.',
  },
  REALTIME_EVENT_INVALID: {
    status: 422,
    exit: 2,
    title: 'The event does not hold what it should',
    hint: 'The message says which member was expected.',
  },
  REALTIME_RATE_LIMITED: {
    status: 429,
    exit: 9,
    title: 'Too many events, or too many connections',
    hint: 'Wait for `retryAfterMs`.',
    retryable: true,
  },
  REALTIME_WATCHES_EXHAUSTED: {
    status: 409,
    exit: 7,
    title: 'The connection watches as much as it may',
    hint: 'Unwatch something, or open another connection.',
  },
  REALTIME_WATCH_UNKNOWN: {
    status: 404,
    exit: 6,
    title: 'The connection does not watch this',
    hint: 'Send `watch` first.',
  },
  REALTIME_CURSOR_UNKNOWN: {
    status: 409,
    exit: 7,
    title: 'The cursor is not of this log',
    hint: 'The log is another one, or was restored: read anew what you show, and watch without `since`.',
  },
  REALTIME_CURSOR_OLD: {
    status: 410,
    exit: 7,
    title: 'The cursor is too far back',
    hint: 'Read anew what you show, and watch without `since`.',
  },
  REALTIME_FAULT: {
    status: 500,
    exit: 1,
    title: 'The server could not do this',
    hint: 'Connect again with your last cursor; the server’s log has the reason.',
    retryable: true,
  },
})

export const realtimeFault = faultsOf(realtimeErrors)
