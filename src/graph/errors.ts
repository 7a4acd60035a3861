// Codes of the provenance graph.
import { defineErrors, EXIT, faultsOf } from '../kernel/index.ts'

export const graphErrors = defineErrors({
  GRAPH_QUERY_REFUSED: {
    status: 429,
    exit: EXIT.usage,
    title: 'The query costs more than one query may',
    hint: 'Ask for fewer things, or in pages; `details` has the cost and the limit. docs/graph.md says how it is counted.',
  },
  GRAPH_POINTS_SPENT: {
    status: 429,
    exit: EXIT.unavailable,
    title: 'The queries of this minute cost more than they may together',
    hint: 'Wait as long as Retry-After says, or ask for less.',
    retryable: true,
  },
  GRAPH_BUSY: {
    status: 503,
    exit: EXIT.unavailable,
    title: 'As many queries of this tenant are being answered as may be at once',
    hint: 'Wait as long as Retry-After says.',
    retryable: true,
  },
  GRAPH_QUERY_INVALID: {
    status: 400,
    exit: EXIT.usage,
    title: 'The query does not fit the schema',
    hint: '`details.errors` says where. The schema can be asked for by introspection; docs/graph.md has examples.',
  },
  GRAPH_DOCUMENT_UNKNOWN: {
    status: 404,
    exit: EXIT.notFound,
    title: 'No such document is kept here',
    hint: 'GET answers the board’s own documents alone; send any other query by POST.',
  },
  GRAPH_PAGE_REFUSED: {
    status: 422,
    exit: EXIT.usage,
    title: 'The page is no page of this list',
    hint: 'Ask for 1 to 100 items, after a cursor that an answer of the same list gave.',
  },
  GRAPH_FIELD_FAILED: {
    status: 500,
    exit: EXIT.fault,
    title: 'A field of the answer failed by a fault of the server',
    hint: 'The rest of the answer stands. The log of the server says what failed, under the request id.',
  },
  GRAPH_ANSWER_TOO_LARGE: {
    status: 422,
    exit: EXIT.usage,
    title: 'The answer would be larger than answers may be',
    hint: 'Ask for fewer fields, or for shorter pages.',
  },
})

export const graphFault = faultsOf(graphErrors)
