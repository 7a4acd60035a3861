// Door of the graph for a browser: under which digests the server keeps the board's documents, and how to ask for them.

/** Digest of each text in `board-documents.ts`; a test holds them together. */
export const DOCUMENT_IDS = {
  provenance: 'sha256:2a4ed6852f2941a31f9d2341910efef7e36c5edfa1f690cb72b9115b8abcf51d',
  section: 'sha256:9fb23236275402fe6eebf9c17c037e390440bb08c955032a037569916769f8ae',
} as const

/** The address that answers a kept document. */
export function documentAddress(
  name: keyof typeof DOCUMENT_IDS,
  variables: Readonly<Record<string, unknown>>,
): string {
  const terms = { documentId: DOCUMENT_IDS[name], variables: JSON.stringify(variables) }
  return `/graphql?${new URLSearchParams(terms).toString()}`
}
