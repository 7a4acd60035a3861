// Door of the graph for a browser: under which digests the server keeps the board's documents, and how to ask for them.

/** Digest of each text in `board-documents.ts`; a test holds them together. */
export const DOCUMENT_IDS = {
  provenance: 'sha256:5509389b2712e0964145deebc9c50e28d2ab22ea10003a3df4b7c8dbca13f9a6',
  section: 'sha256:c9a8d95963303e324b20936774c3f5a76d6fd3f46f06955fa0b64fbb09abf4af',
} as const

/** The address that answers a kept document. */
export function documentAddress(
  name: keyof typeof DOCUMENT_IDS,
  variables: Readonly<Record<string, unknown>>,
): string {
  const terms = { documentId: DOCUMENT_IDS[name], variables: JSON.stringify(variables) }
  return `/graphql?${new URLSearchParams(terms).toString()}`
}
