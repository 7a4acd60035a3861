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
    hint: 'Set SEAWORTHY_KEY to the key in the file the server named when it started.',
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
    title: 'The request body is not JSON',
    hint: 'Send UTF-8 JSON.',
  },
  WEB_BODY_INVALID: {
    status: 422,
    exit: 2,
    title: 'The request body has the wrong shape',
    hint: 'Compare the fields named in the message with the reference.',
  },
  WEB_BODY_TOO_LARGE: {
    status: 413,
    exit: 2,
    title: 'The request body is too large',
    hint: 'Send at most 256 MiB.',
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
    hint: 'The server log has the details under this time.',
  },
})

export const webFault = faultsOf(webErrors)
