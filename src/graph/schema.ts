// The schema of the provenance graph in GraphQL's own language, with what each field costs.

/** `@cost` and `@listSize` are IBM's cost specification; the graph guard reads them. What gathers a release costs 100, which a list has on all of its items together; its gates are charged once they are counted. */
export const GRAPH_SCHEMA = `
directive @cost(weight: String!) on ARGUMENT_DEFINITION | ENUM | FIELD_DEFINITION | OBJECT | SCALAR
directive @listSize(assumedSize: Int, slicingArguments: [String!], sizedFields: [String!], requireOneSlicingArgument: Boolean = true) on FIELD_DEFINITION

"A moment as RFC 3339 in UTC, with milliseconds."
scalar Instant
"\`sha256:\` and 64 hexadecimal digits."
scalar Digest

"Whatever has an id that is its own in the whole tenant."
interface Node { id: ID! }

"All that can be asked. Nothing here changes anything, and nothing of another tenant is there."
type Query {
  "A release that was run at least once; null where there is none. Without an environment it is looked at in its own: production where it was run there, else the one it was run in first."
  release(service: String!, version: String!, environment: String): Release @cost(weight: "100")
  "Releases with a run, each in its own environment, those that were run last first."
  releases("At most 100." first: Int = 20, after: String): ReleaseConnection! @listSize(slicingArguments: ["first"], sizedFields: ["edges", "nodes"], requireOneSlicingArgument: false)
  "Anything by its id; null where there is no such thing in this tenant."
  node(id: ID!): Node @cost(weight: "100")
}

type PageInfo {
  hasNextPage: Boolean!
  "Always false: lists are read forwards."
  hasPreviousPage: Boolean!
  startCursor: String
  endCursor: String
}

type ReleaseConnection { edges: [ReleaseEdge!]! nodes: [Release!]! pageInfo: PageInfo! }
type ReleaseEdge { cursor: String! node: Release! }
type GateConnection { edges: [GateEdge!]! nodes: [Gate!]! pageInfo: PageInfo! "Gates in all that fit the filter." totalCount: Int! }
type GateEdge { cursor: String! node: Gate! }
type SignOffConnection { edges: [SignOffEdge!]! nodes: [SignOff!]! pageInfo: PageInfo! totalCount: Int! }
type SignOffEdge { cursor: String! node: SignOff! }
type EntryConnection { edges: [EntryEdge!]! nodes: [Entry!]! pageInfo: PageInfo! }
type EntryEdge { cursor: String! node: Entry! }

"One version of a service. What it says is what \`GET /v1/releases/:service/:version\` says at this moment."
type Release implements Node {
  id: ID!
  service: String!
  version: String!
  "Where it is looked at."
  environment: String!
  "Where it was run, the first one in front."
  environments: [String!]! @cost(weight: "80") @listSize(assumedSize: 5)
  "The newest run in this environment, whose results count."
  runId: String! @cost(weight: "100")
  "What is released."
  artefacts: [Artefact!]! @cost(weight: "80") @listSize(assumedSize: 5)
  "What would be decided now."
  verdict: Verdict! @cost(weight: "100")
  "The newest decision that was signed about this environment, which may be of an earlier run; null before the first."
  decision: Decision @cost(weight: "100")
  "Gates by top-level section of the checklist, in its order."
  sections: [Section!]! @cost(weight: "20") @listSize(assumedSize: 20)
  "Gates in the order of the plan."
  gates("At most 100." first: Int = 20, after: String, "Of this top-level section only." section: String, "With one of these statuses only." status: [GateStatus!]): GateConnection! @cost(weight: "100") @listSize(slicingArguments: ["first"], sizedFields: ["edges", "nodes"], requireOneSlicingArgument: false)
  "Sign-offs that were ever given, in order; which of them count is the verdict's to say."
  signOffs("At most 100." first: Int = 20, after: String): SignOffConnection! @cost(weight: "100") @listSize(slicingArguments: ["first"], sizedFields: ["edges", "nodes"], requireOneSlicingArgument: false)
  "Roles that the plan asks to sign off."
  signOffRoles: [SignOffRole!]! @cost(weight: "80") @listSize(assumedSize: 5)
  "What the ledger holds about this release, in order."
  entries("At most 100." first: Int = 20, after: String): EntryConnection! @cost(weight: "100") @listSize(slicingArguments: ["first"], sizedFields: ["edges", "nodes"], requireOneSlicingArgument: false)
  "The last signed checkpoint of the tenant's ledger; null before the first."
  checkpoint: Checkpoint @cost(weight: "5")
}

enum VerdictValue { GO GO_WITH_WAIVERS CONDITIONAL_GO NOT_READY NO_GO INVALID }

"STALE is what a PASS or WARN becomes whose evidence does not count any more."
enum GateStatus { PENDING BLOCKED RUNNING PASS WARN FAIL ERROR INCONCLUSIVE NOT_APPLICABLE SKIPPED STALE }

type Verdict {
  value: VerdictValue!
  "Had no waiver been granted."
  raw: VerdictValue!
  asOf: Instant!
  "When a Go is void; null for other verdicts."
  expiresAt: Instant
  reasonCount: Int!
  "At most 100."
  reasons(first: Int = 20): [Reason!]! @listSize(slicingArguments: ["first"], requireOneSlicingArgument: false)
}

type Reason {
  "Rule of the decision, e.g. \`7.2\`."
  rule: String!
  text: String!
  "What would flip it."
  flip: String!
  "Id of the gate in the plan."
  gate: String
}

type Decision {
  value: VerdictValue!
  decidedAt: Instant!
  runId: String!
  "Digest of everything that it was decided from."
  inputs: Digest!
  statement: Statement!
}

type StatusCount { status: GateStatus! count: Int! }

type Section {
  "Empty for gates above the first heading."
  title: String!
  gateCount: Int!
  statuses: [StatusCount!]! @listSize(assumedSize: 5)
  "Gates of which nothing was recorded in this run."
  unrecordedCount: Int!
  evidenceCount: Int!
  statementCount: Int!
  "Where the ledger holds the statements; null where there is none."
  entries: EntrySpan @cost(weight: "5")
  "Gates that keep the release back or rest on nothing."
  brokenCount: Int!
  "The first of them in the order of the plan. At most 20."
  broken(first: Int = 5): [Gate!]! @listSize(slicingArguments: ["first"], requireOneSlicingArgument: false)
}

type EntrySpan {
  first: Int!
  last: Int!
  count: Int!
  "Statements that no entry names."
  missingCount: Int!
  "Entries that the last checkpoint does not cover."
  uncoveredCount: Int!
}

type Gate implements Node {
  id: ID!
  "Its id in the plan."
  gate: String!
  title: String!
  "Headings above it."
  section: String!
  severity: String!
  "Type of its check, e.g. \`command\`."
  check: String!
  status: GateStatus!
  "What was expected and what was got."
  reason: String!
  "When the evidence was collected."
  finishedAt: Instant
  "When its evidence will not count any more by age."
  expiresAt: Instant
  needs: [String!]! @listSize(assumedSize: 5)
  "Why the verdict does not like it."
  objections: [Reason!]! @listSize(assumedSize: 3)
  "The signed statement that the status rests on; null where nothing was recorded."
  statement: Statement
  evidence: [Evidence!]! @listSize(assumedSize: 8)
}

"Stored bytes. Whoever may read them finds them at \`/v1/evidence/DIGEST\`."
type Evidence implements Node {
  id: ID!
  digest: Digest!
  "What they are to the gate, e.g. \`stdout\`; null where no gate was asked."
  name: String
  mediaType: String!
  sizeBytes: Float!
}

type Artefact { name: String! digest: String! }

type SignOffRole { role: String! "Distinct people that it takes." minimum: Int! }

type SignOff {
  role: String!
  decision: String!
  principal: String!
  displayName: String
  at: Instant!
  statement: Statement!
}

"An in-toto statement that somebody signed."
type Statement implements Node {
  id: ID!
  digest: Digest!
  predicateType: String!
  recordedAt: Instant!
  keyId: String!
  "Whose key it is; null where the register does not know it."
  signer: Signer @cost(weight: "2")
  "The first entry of the ledger that names it; null where none does."
  entry: Entry @cost(weight: "2")
}

type Signer {
  principal: String!
  kind: String!
  displayName: String!
  "Since when nothing that the key signs is accepted; null while it is in force."
  revokedAt: Instant
}

"One fact of the tenant's ledger."
type Entry implements Node {
  id: ID!
  seq: Int!
  type: String!
  at: Instant!
  actor: String!
  subject: String!
  leafHash: Digest!
  refs: [Digest!]! @listSize(assumedSize: 8)
  "Position of the entry that attests that the payload was erased; null while the payload is there."
  erasedBy: Int
  "Whether the last signed checkpoint covers it."
  isCovered: Boolean! @cost(weight: "1")
}

type Checkpoint {
  origin: String!
  "Entries that it covers."
  size: Int!
  "base64 of 32 bytes."
  root: String!
  "The signed note (C2SP)."
  note: String!
}
`
