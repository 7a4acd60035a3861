// The queries of the board, by name. GET answers these and no others, each under the digest of its text.

const BROKEN_GATE = `
fragment BrokenGate on Gate {
  gate title status reason
  objections { rule text flip }
  statement { digest entry { seq } }
  evidence { name digest }
}`

export const BOARD_DOCUMENTS = {
  /** One release from its verdict down to the checkpoint, gates gathered by section. */
  provenance: `query Provenance($service: String!, $version: String!, $environment: String) {
  release(service: $service, version: $version, environment: $environment) {
    service version environment
    artefacts { name digest }
    verdict { value reasonCount }
    decision { value decidedAt statement { digest entry { seq isCovered } } }
    sections {
      title gateCount unrecordedCount evidenceCount statementCount
      statuses { status count }
      entries { first last count missingCount uncoveredCount }
      brokenCount broken(first: 5) { ...BrokenGate }
    }
    signOffRoles { role minimum }
    signOffs(first: 50) { totalCount nodes { role decision principal displayName statement { digest entry { seq isCovered } } } }
    checkpoint { origin size root }
  }
}${BROKEN_GATE}`,
  /** The gates of one section, in pages. */
  section: `query Section($service: String!, $version: String!, $environment: String, $section: String!, $after: String) {
  release(service: $service, version: $version, environment: $environment) {
    gates(first: 100, after: $after, section: $section) {
      totalCount
      pageInfo { hasNextPage endCursor }
      nodes { ...BrokenGate }
    }
  }
}${BROKEN_GATE}`,
} as const
