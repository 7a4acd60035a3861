// A release's gates by top-level section: what each rests on, and where it breaks.
import { formatReleaseName } from '../gates/index.ts'
import { isSatisfied } from '../verdict/index.ts'
import { itemCountOf } from './connection.ts'
import { viewGate } from './gate-view.ts'
import type { GatheredGraph, GraphReader, StandingGate } from './reader.ts'

const BROKEN_LIMIT_ITEMS = 20

/** The first heading above a gate. */
export function topSectionOf({ gate }: StandingGate): string {
  return gate.section.split(' › ', 1)[0] ?? ''
}

/** A gate that keeps the release back, or whose good status rests on nothing. */
export function isBroken({ result, status, gate, objections }: StandingGate): boolean {
  return (
    objections.length > 0 ||
    !isSatisfied(status) ||
    (gate.children === undefined && status !== 'NOT_APPLICABLE' && result?.statement === undefined)
  )
}

export function viewSections(reader: GraphReader, graph: GatheredGraph): readonly unknown[] {
  return [...Map.groupBy(graph.gates, topSectionOf)].map(([title, members]) =>
    viewSection(reader, graph, title, members),
  )
}

function viewSection(
  reader: GraphReader,
  graph: GatheredGraph,
  title: string,
  members: readonly StandingGate[],
): unknown {
  const statements = statementsOf(members)
  const broken = members.filter(isBroken)
  const statuses = Map.groupBy(members, ({ status }) => status)
  const digests = members.flatMap(
    ({ result }) => result?.evidence.map(({ digest }) => digest) ?? [],
  )
  return {
    title,
    gateCount: members.length,
    statuses: [...statuses].map(([status, { length: count }]) => ({ status, count })),
    unrecordedCount: members.filter(
      ({ gate, result }) => gate.children === undefined && result?.statement === undefined,
    ).length,
    evidenceCount: new Set(digests).size,
    statementCount: statements.length,
    entries: () => spanOf(reader, graph, statements),
    brokenCount: broken.length,
    broken: ({ first }: { readonly first?: number | null }) =>
      broken
        .slice(0, itemCountOf(first, BROKEN_LIMIT_ITEMS))
        .map((each) => viewGate(reader, graph, each)),
  }
}

function statementsOf(members: readonly StandingGate[]): readonly string[] {
  return [...new Set(members.flatMap(({ result }) => result?.statement ?? []))]
}

async function spanOf(
  reader: GraphReader,
  graph: GatheredGraph,
  statements: readonly string[],
): Promise<unknown> {
  if (statements.length === 0) return null
  const subject = formatReleaseName(graph.release)
  const found = await Promise.all(statements.map((digest) => reader.position(digest, subject)))
  const seqs = found.filter((seq) => seq !== undefined)
  if (seqs.length === 0) return null
  const covered = (await reader.checkpoint())?.size ?? 0
  return {
    first: Math.min(...seqs),
    last: Math.max(...seqs),
    count: new Set(seqs).size,
    missingCount: statements.length - seqs.length,
    uncoveredCount: seqs.filter((seq) => seq >= covered).length,
  }
}
