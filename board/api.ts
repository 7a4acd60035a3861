// Every question the board asks the server, in one place; the rest of the board knows no path.
import { everyRow } from '../src/client/index.ts'
import { documentAddress } from '../src/graph/browser.ts'
import type {
  Checkpoint,
  EntryPage,
  EntryProof,
  Issuers,
  Register,
  RenderedReport,
  Review,
  RunState,
  Who,
} from './answers.ts'
import type {
  ApiKey,
  Endpoint,
  Flip,
  FlipPreview,
  GuardStatus,
  JobKind,
  Principal,
  Replayed,
  ReplayWish,
  Schedule,
  ShownAction,
} from './operations-answers.ts'
import type { Provenance, SectionGates } from './provenance-answers.ts'
import type { AskPreview, AskWish, RunnerSeat, RunRequest } from './run-answers.ts'
import { client, fetchAsReader, intentions, kept } from './sending.ts'

async function read<T>(path: string): Promise<T> {
  const fresh = await client.call<T>('GET', path)
  const known = kept.get(path)
  if (known === undefined) return fresh
  known.value ??= fresh
  return known.value as T
}

/** The release of an answer of the graph. Half an answer would be drawn as if it were whole, so it is none. */
async function askGraph<T>(address: string): Promise<T> {
  const text = new TextDecoder().decode(await client.download(address))
  const { data, errors } = JSON.parse(text) as {
    readonly data: { readonly release: T | null }
    readonly errors?: readonly { readonly message: string }[]
  }
  if (errors !== undefined || data.release === null)
    throw new Error(errors?.[0]?.message ?? 'there is no such release any more')
  return data.release
}

/** The same of one page of a list. */
async function readPage<Row, Data = readonly Row[]>(path: string): Promise<Page<Data>> {
  const fresh = await client.page<Data>(path)
  const known = kept.get(path)
  if (known === undefined) return fresh
  known.value ??= fresh
  return known.value as Page<Data>
}

const wholes = new WeakMap<object, readonly unknown[]>()

/** A list to its end, for what needs all of it; the same rows while nothing changed. */
async function readEvery<Row>(path: string): Promise<readonly Row[]> {
  let first: object | undefined
  const rows = await everyRow<Row>(
    {
      async page<T>(asked: string) {
        const page = await readPage<Row, T>(asked)
        first ??= page
        return page
      },
    },
    path,
  )
  const before = first && wholes.get(first)
  if (before?.length === rows.length && before.every((row, at) => row === rows[at]))
    return before as readonly Row[]
  if (first !== undefined) wholes.set(first, rows)
  return rows
}

function pathOf(...parts: readonly (string | number)[]): string {
  return `/v1/${parts.map((part) => encodeURIComponent(part)).join('/')}`
}

function queryOf(terms: Readonly<Record<string, string | number | undefined>>): string {
  const given = Object.entries(terms).flatMap(([name, value]) =>
    value === undefined || value === '' ? [] : [[name, String(value)]],
  )
  return given.length === 0 ? '' : `?${new URLSearchParams(given).toString()}`
}

interface Page<Data> {
  readonly data: Data
  /** Cursor of the next page; null where there is none. */
  readonly next: string | null
}

/** For the questions that lie in files of their own beside this one. */
export const asking = { client, pathOf, queryOf, read, readEvery, readPage } as const

export interface ReleaseName {
  readonly service: string
  readonly version: string
  /** Where it is looked at; in its own environment when nobody says. */
  readonly environment?: string | undefined
}

function releasePath({ service, version, environment }: ReleaseName, ...rest: string[]): string {
  return pathOf('releases', service, version, ...rest) + queryOf({ environment })
}

export interface EntryQuery {
  readonly from?: number
  /** Exclusive. */
  readonly before?: number | undefined
  /** The oldest first without it. */
  readonly order?: 'newest'
  readonly limit?: number
  readonly type?: string
  readonly subject?: string
}

export const api = {
  /** What changes in the whole tenant, from a cursor on, as long as the signal lets it. */
  changes: (since: string | undefined, signal: AbortSignal) =>
    fetchAsReader(pathOf('changes') + queryOf({ since }), { signal }),
  issuers: () => client.call<Issuers>('GET', pathOf('sign-in')),
  who: () => client.call<Who>('GET', pathOf('session')),
  run: (runId: string) => read<RunState>(pathOf('runs', runId)),
  release: (release: ReleaseName) => read<Review>(releasePath(release)),
  register: (service: string) => read<Register>(pathOf('services', service, 'register')),
  provenance: ({ service, version, environment }: ReleaseName) =>
    askGraph<Provenance>(documentAddress('provenance', { service, version, environment })),
  /** @param after what the page before ended with */
  sectionGates: (release: ReleaseName, section: string, after: string | null) => {
    const { service, version, environment } = release
    const terms = { service, version, environment, section, after }
    return askGraph<SectionGates>(documentAddress('section', terms))
  },
  report: (release: ReleaseName, kind: string) =>
    read<RenderedReport>(releasePath(release, 'reports', kind)),
  documents: (release: ReleaseName) =>
    read<{ readonly filled: string | null }>(releasePath(release, 'documents')),
  exported: (release: ReleaseName, format: string) =>
    client.download(releasePath(release, 'exports', format)),
  evidence: (digest: string) => client.download(pathOf('evidence', digest)),
  entries: (query: EntryQuery) =>
    read<EntryPage>(pathOf('ledger', 'entries') + queryOf({ ...query })),
  proof: (seq: number) => read<EntryProof>(pathOf('ledger', 'proofs', seq)),
  checkpoint: () => read<Checkpoint>(pathOf('ledger', 'checkpoint')),
} as const

/** Runs that readers ask the waiting runners for. */
export const runs = {
  /** The newest request for a run of the release where it is looked at, or none. */
  requests: ({ service, version, environment }: Required<ReleaseName>) =>
    read<readonly RunRequest[]>(
      pathOf('run-requests') + queryOf({ service, version, environment, limit: 1 }),
    ),
  seats: () => readEvery<RunnerSeat>(pathOf('runner-seats')),
  ask: (wish: AskWish & { readonly confirmToken: string | undefined }) =>
    client.call<{ readonly request: RunRequest | null; readonly preview: AskPreview | null }>(
      'POST',
      pathOf('run-requests'),
      wish,
    ),
  /** Takes the decision as it stands now, and seals it with its evidence. */
  decideAndSeal(release: ReleaseName) {
    const decisions = releasePath(release, 'decisions')
    const bundles = releasePath(release, 'bundles')
    return intentions.together([decisions, bundles], async () => {
      await client.call('POST', decisions)
      return client.call<{ readonly bundle: string; readonly trust: string }>('POST', bundles)
    })
  },
  cancel: (requestId: string) =>
    client.call<RunRequest>('POST', pathOf('run-requests', requestId, 'cancel')),
} as const

/** Questions about the running of things; those that change something ask for a key that may. */
export const operations = {
  endpoints: () => readEvery<Endpoint>(pathOf('webhooks')),
  replay: (endpointId: string, wish: ReplayWish) =>
    client.call<Replayed>('POST', pathOf('webhooks', endpointId, 'replay'), wish),
  sendTest: (endpointId: string) =>
    client.call<unknown>('POST', pathOf('webhooks', endpointId, 'test')),
  retryJob: (jobId: string) => client.call<unknown>('POST', pathOf('jobs', jobId, 'retry')),
  cancelJob: (jobId: string) => client.call<unknown>('POST', pathOf('jobs', jobId, 'cancel')),
  schedules: () => readEvery<Schedule>(pathOf('schedules')),
  jobKinds: () => read<readonly JobKind[]>(pathOf('job-kinds')),
  /** Comes without an envelope, as every service's guards tell it. */
  async guards() {
    const text = new TextDecoder().decode(await client.download(pathOf('guards')))
    return JSON.parse(text) as GuardStatus
  },
  flip: (name: string, { state, ...rest }: Flip) =>
    client.call<unknown>('POST', pathOf('switches', name, 'flips'), { word: { state }, ...rest }),
  previewFlip: (name: string, { state, ...rest }: Flip) =>
    client.call<FlipPreview>('POST', pathOf('actions', 'flag.flip', 'previews'), {
      params: { name, word: { state }, ...rest },
    }),
  readOffer: (token: string) =>
    client.call<ShownAction>('POST', pathOf('action-tokens', 'read'), { token }),
  confirm: (token: string) =>
    client.call<unknown>('POST', pathOf('action-tokens', 'confirm'), { token }),
  apiKeys: () => readEvery<ApiKey>(pathOf('api-keys')),
  rotateKey: (keyId: string) =>
    client.call<ApiKey & { readonly key: string }>(
      'POST',
      pathOf('api-keys', keyId, 'rotation'),
      {},
    ),
  revokeKey: (keyId: string, reason: string) =>
    client.call<unknown>('POST', pathOf('api-keys', keyId, 'revocation'), { reason }),
  principals: () => readEvery<Principal>(pathOf('principals')),
} as const
