// Every question the board asks the server, in one place; the rest of the board knows no path and no header.
import { everyRow, makeClient } from '../src/client/index.ts'
import type { ApiAnswer, ApiRequest } from '../src/client/index.ts'
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
  Principal,
  Replayed,
  ReplayWish,
  Schedule,
} from './operations-answers.ts'
import type { Provenance, SectionGates } from './provenance-answers.ts'
import type { AskPreview, AskWish, RunnerSeat, RunRequest } from './run-answers.ts'
import { boardFault } from './board-fault.ts'
import { noteAnswer, noteSilence } from './reach.ts'
import { currentKey, isSignedIn, signOut } from './session.ts'
import { forgetAllTyped } from './typed.ts'

/** Answers kept to ask "has it changed?" with; the oldest goes first. */
const KEPT_LIMIT_COUNT = 60

interface Kept {
  readonly tag: string
  readonly answer: ApiAnswer
  /** Read once, so that an unchanged answer is the very same value and nothing is drawn again. */
  value?: unknown
}

const kept = new Map<string, Kept>()

const client = makeClient({ send }, {})

async function send(request: ApiRequest): Promise<ApiAnswer> {
  const { method, path, headers, body } = request
  const known = method === 'GET' ? kept.get(path) : undefined
  const askedAtMs = Date.now()
  const response = await fetchAsReader(path, {
    method,
    headers: { ...headers, ...(known === undefined ? {} : { 'if-none-match': known.tag }) },
    ...(body === undefined ? {} : { body: Uint8Array.from(body) }),
  }).catch((error: unknown) => {
    noteSilence()
    throw boardFault('BOARD_NO_ANSWER', error instanceof Error ? error.message : String(error))
  })
  noteAnswer(response, askedAtMs)
  if (response.status === 304 && known !== undefined) return known.answer
  const answer = {
    status: response.status,
    mediaType: response.headers.get('content-type') ?? '',
    body: new Uint8Array(await response.arrayBuffer()),
  }
  const tag = response.headers.get('etag')
  if (method === 'GET' && response.ok && tag !== null) keep(path, { tag, answer })
  return answer
}

/** With the reader's key, or else with the cookie of the session. */
async function fetchAsReader(path: string, terms: RequestInit): Promise<Response> {
  const key = currentKey()
  const response = await fetch(path, {
    ...terms,
    headers: {
      ...(terms.headers as Readonly<Record<string, string>> | undefined),
      ...(key === undefined ? {} : { authorization: `Bearer ${key}` }),
    },
    cache: 'no-store',
    // Whoever has a key means it: no cookie goes along.
    credentials: key === undefined ? 'same-origin' : 'omit',
  })
  if (response.status === 401 && isSignedIn() && !asksNewProof(response)) forget()
  return response
}

/** RFC 9470: the session goes on, but the person has to sign in again for this. */
function asksNewProof({ headers }: Response): boolean {
  return headers.get('www-authenticate')?.includes('insufficient_user_authentication') === true
}

function keep(path: string, fresh: Kept): void {
  kept.delete(path)
  kept.set(path, fresh)
  const oldest = kept.keys().next()
  if (kept.size > KEPT_LIMIT_COUNT && oldest.done !== true) kept.delete(oldest.value)
}

/** Key or session was refused: what it could read goes with it. */
function forget(): void {
  kept.clear()
  signOut(
    currentKey() === undefined
      ? 'The session is over: sign in again.'
      : 'The server does not know this key, or no longer.',
  )
}

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

/** Ends the session in the server; a key is only put away. Until the server has ended it, everything stays as it is. */
export async function leave(): Promise<void> {
  if (currentKey() === undefined) await client.call('POST', pathOf('sign-out'))
  kept.clear()
  forgetAllTyped()
  signOut()
}

export const api = {
  /** What changes in the whole tenant, from a cursor on, as long as the signal lets it. */
  changes: (since: number | undefined, signal: AbortSignal) =>
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
  /** The newest request for a run of the release, or none. */
  requests: ({ service, version }: ReleaseName) =>
    read<readonly RunRequest[]>(pathOf('run-requests') + queryOf({ service, version, limit: 1 })),
  seats: () => readEvery<RunnerSeat>(pathOf('runner-seats')),
  ask: (wish: AskWish & { readonly confirmToken: string | undefined }) =>
    client.call<{ readonly request: RunRequest | null; readonly preview: AskPreview | null }>(
      'POST',
      pathOf('run-requests'),
      wish,
    ),
  /** Takes the decision as it stands now, and seals it with its evidence. */
  async decideAndSeal(release: ReleaseName) {
    await client.call('POST', releasePath(release, 'decisions'))
    return client.call<{ readonly bundle: string; readonly trust: string }>(
      'POST',
      releasePath(release, 'bundles'),
    )
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
