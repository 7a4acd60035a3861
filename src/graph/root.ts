// Where a query begins: a release by its name, releases in pages, anything by its id.
import { isContentDigest } from '../kernel/index.ts'
import { connectionOf, readPageArgs } from './connection.ts'
import type { PageArgs } from './connection.ts'
import type { ReleaseName } from '../gates/index.ts'
import { readId } from './ids.ts'
import type { NodeName } from './ids.ts'
import type { GraphReader } from './reader.ts'
import { viewGate } from './gate-view.ts'
import { viewRelease } from './release-view.ts'
import { viewEntry, viewEvidence, viewStatement } from './views.ts'

interface ReleaseArgs {
  readonly service: string
  readonly version: string
  readonly environment?: string | null
}

export function makeRoot(reader: GraphReader): Readonly<Record<string, unknown>> {
  return {
    release: async ({ environment, ...name }: ReleaseArgs) =>
      findRelease(reader, { ...name, environment: environment ?? undefined }),
    releases: async (args: PageArgs) => listReleases(reader, args),
    async node({ id }: { readonly id: string }) {
      const name = readId(id)
      return name === undefined ? null : findNode(reader, name)
    },
  }
}

async function listReleases(reader: GraphReader, args: PageArgs): Promise<unknown> {
  const { limit, after } = readPageArgs('releases', args)
  const { runs } = reader.ports
  // One more than asked for says whether there is a next page.
  const found = await runs.listReleasePage(reader.tenantId, limit + 1, after)
  const shown = found.slice(0, limit)
  const runOf = new Map<unknown, string>()
  const views = shown.map(({ latestRunId, ...release }) => {
    const view = viewRelease(reader, release)
    runOf.set(view, latestRunId)
    return view
  })
  return connectionOf('releases', views, (view) => runOf.get(view) ?? '', found.length > limit)
}

async function findRelease(reader: GraphReader, name: ReleaseName): Promise<unknown> {
  const found = await reader.release(name)
  return found === undefined ? null : viewRelease(reader, found.release)
}

async function findNode(reader: GraphReader, { kind, names }: NodeName): Promise<unknown> {
  const [first = '', second = '', third = '', fourth = ''] = names
  const release = { service: first, version: second, environment: third }
  switch (kind) {
    case 'Release':
      return findRelease(reader, release)
    case 'Gate': {
      const graph = await reader.release(release)
      const found = graph?.gates.find(({ gate }) => gate.id === fourth)
      return graph === undefined || found === undefined ? null : viewGate(reader, graph, found)
    }
    case 'Evidence': {
      const found = isContentDigest(first) ? await reader.object(first) : undefined
      return found === undefined ? null : viewEvidence(found)
    }
    case 'Statement': {
      const found = isContentDigest(first) ? await reader.statement(first) : undefined
      return found === undefined ? null : viewStatement(reader, found.id)
    }
    case 'Entry': {
      const isPosition = /^(?:0|[1-9][0-9]{0,14})$/.test(first)
      const found = isPosition ? await reader.entry(first) : undefined
      return found === undefined ? null : viewEntry(reader, found)
    }
  }
}
