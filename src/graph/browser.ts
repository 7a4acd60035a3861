// Door of the graph for a browser: under which digests the server keeps the board's documents, and how to ask for them.

/** Digest of each text in `board-documents.ts`; a test holds them together. */
export const DOCUMENT_IDS = {
  provenance: 'sha256:7136c0423da13ab440fba739b2fcf0a99d013401a484ed4e3156b28621b132af',
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
