// A release and its gates as fields ask for them.
import { formatReleaseName } from '../gates/index.ts'
import type { PlacedRelease } from '../gates/index.ts'
import type { SignedCheckpoint } from '../ledger/index.ts'
import { connectionOf, itemCountOf, pageOf, readPageArgs } from './connection.ts'
import type { PageArgs } from './connection.ts'
import { graphFault } from './errors.ts'
import { idOf } from './ids.ts'
import { viewGate } from './gate-view.ts'
import type { GatheredGraph, GraphReader } from './reader.ts'
import { topSectionOf, viewSections } from './sections.ts'
import { instantOf, viewEntry, viewReason, viewStatement } from './views.ts'
import type { View } from './views.ts'

interface GateArgs extends PageArgs {
  readonly section?: string | null
  readonly status?: readonly string[] | null
}

/** A release that is known to be there; what costs a look is looked up when a field asks. */
export function viewRelease(reader: GraphReader, name: PlacedRelease): View {
  const gathered = async (): Promise<GatheredGraph> => {
    const found = await reader.release(name)
    // A run was there a moment ago, and runs are never removed.
    if (found === undefined) throw new TypeError('expected the release that was there before')
    return found
  }
  const review = async (): Promise<GatheredGraph['review']> => (await gathered()).review
  const { service, version, environment } = name
  return {
    __typename: 'Release',
    id: idOf('Release', service, version, environment),
    service,
    version,
    environment,
    environments: async () => (await review()).environments,
    runId: async () => (await review()).runId,
    artefacts: async () =>
      Object.entries((await review()).subject.digests).map(([of, digest]) => ({
        name: of,
        digest,
      })),
    verdict: async () => viewVerdict(await gathered()),
    decision: async () => viewDecision(reader, await gathered()),
    sections: async () => viewSections(reader, await gathered()),
    gates: async (args: GateArgs) => viewGates(reader, await gathered(), args),
    signOffs: async (args: PageArgs) => viewSignOffs(reader, await gathered(), args),
    signOffRoles: async () =>
      (await review()).plan.signOffs.map(({ role, minimum }) => ({ role, minimum })),
    entries: async (args: PageArgs) => viewEntries(reader, await gathered(), args),
    checkpoint: () => viewCheckpoint(reader),
  }
}

async function viewCheckpoint(reader: GraphReader): Promise<SignedCheckpoint | null> {
  return (await reader.checkpoint()) ?? null
}

function viewVerdict({ review }: GatheredGraph): View {
  const { value, raw, asOfMs, expiresAtMs, reasons } = review.verdict
  return {
    value,
    raw,
    asOf: instantOf(asOfMs),
    expiresAt: instantOf(expiresAtMs),
    reasonCount: reasons.length,
    reasons: ({ first }: PageArgs) => reasons.slice(0, itemCountOf(first)).map(viewReason),
  }
}

function viewDecision(reader: GraphReader, graph: GatheredGraph): View | null {
  const { latestDecision } = graph.review
  if (latestDecision === null) return null
  const { statementId, runId, inputsDigest, verdict, decidedAtMs } = latestDecision
  return {
    value: verdict,
    decidedAt: instantOf(decidedAtMs),
    runId,
    inputs: inputsDigest,
    statement: viewStatement(reader, statementId, formatReleaseName(graph.release)),
  }
}

function viewGates(reader: GraphReader, graph: GatheredGraph, args: GateArgs): unknown {
  const { section, status } = args
  const chosen = graph.gates.filter(
    (each) =>
      (section === undefined || section === null || topSectionOf(each) === section) &&
      (status === undefined || status === null || status.includes(each.status)),
  )
  const page = pageOf('gates', chosen, args, ({ gate }) => gate.id)
  const shown = page.edges.map(({ cursor, node }) => ({
    cursor,
    node: viewGate(reader, graph, node),
  }))
  return { ...page, edges: shown, nodes: shown.map(({ node }) => node) }
}

function viewSignOffs(reader: GraphReader, graph: GatheredGraph, args: PageArgs): unknown {
  const { signOffs, names } = graph.review
  const shown = signOffs.map(({ role, decision, principal, atMs, statement }) => ({
    role,
    decision,
    principal,
    displayName: names[principal] ?? null,
    at: instantOf(atMs),
    digest: statement,
    statement: viewStatement(reader, statement, formatReleaseName(graph.release)),
  }))
  return pageOf('sign-offs', shown, args, ({ digest }) => digest)
}

async function viewEntries(
  reader: GraphReader,
  graph: GatheredGraph,
  args: PageArgs,
): Promise<unknown> {
  const { limit, after } = readPageArgs('entries', args)
  if (after !== undefined && !/^(?:0|[1-9][0-9]{0,15})$/.test(after))
    throw graphFault('GRAPH_PAGE_REFUSED', 'expected a cursor of entries')
  const fromSeq = after === undefined ? 0 : Number(after) + 1
  const query = { fromSeq, limit, subject: formatReleaseName(graph.release) }
  const { entries, nextSeq } = await reader.ports.ledger.list(reader.tenantId, query)
  const shown = entries.map((entry) => ({ seq: entry.seq, view: viewEntry(reader, entry) }))
  const page = connectionOf('entries', shown, ({ seq }) => String(seq), nextSeq !== undefined)
  return {
    ...page,
    edges: page.edges.map(({ cursor, node }) => ({ cursor, node: node.view })),
    nodes: shown.map(({ view }) => view),
  }
}
