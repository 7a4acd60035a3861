// The outside world as types: what rooms may ask for and `platform` provides.

/** Time. Rules take `now` as a value; only services and runners hold a clock. */
export interface Clock {
  /** Milliseconds since the Unix epoch. */
  nowMs(): number
  /** Milliseconds on a clock that never goes back; for durations. */
  monotonicMs(): number
  /** Resolves after `ms`, or rejects with the signal's reason. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>
}

export interface Random {
  bytes(count: number): Uint8Array
}

export type SqlValue =
  | string
  | number
  | bigint
  | boolean
  | null
  | Uint8Array
  | readonly string[]
  | readonly number[]

/**
 * One open transaction. Rows come back as plain objects: int8 as number (a fault beyond 2^53-1), bytea as
 * Uint8Array, timestamptz as RFC 3339 text in UTC with milliseconds, numeric as text, json parsed.
 */
export interface SqlTx {
  query<Row = Record<string, unknown>>(text: string, values?: readonly SqlValue[]): Promise<Row[]>
}

/** Whose rows a transaction may see: one tenant's (row security applies), or the deployment's own. */
export type SqlScope = { readonly tenantId: string } | 'system'

export interface TransactionTerms {
  /** `work` asks once, and only reads: it is over with the answer, so that it takes one trip to the database. */
  readonly asksOnce?: true
}

/** PGlite and PostgreSQL behind one door. Isolation is READ COMMITTED; a thrown error rolls back. */
export interface Sql {
  readonly engine: 'pglite' | 'postgres'
  transaction<T>(
    scope: SqlScope,
    work: (tx: SqlTx) => Promise<T>,
    terms?: TransactionTerms,
  ): Promise<T>
}

/** A database whose transactions can be made parts of one. */
export interface JoinableSql extends Sql {
  /**
   * Every transaction that `work` begins, in whichever room and of whichever scope, is a part of one: all of them are
   * committed together, or none is. A part that throws is undone alone, as if it had been a transaction.
   */
  join<T>(work: () => Promise<T>): Promise<T>
  /** True within `work`: what waits for another transaction there, or for the outside world, waits for ever or too long. */
  isJoined(): boolean
}

/**
 * Words between processes on one database. A word may be lost, so whoever listens looks for itself now and then; it never
 * comes before what it speaks of can be seen.
 */
export interface PubSub {
  /** Told to everybody who listens once the transaction has committed. */
  publish(tx: SqlTx, channel: string, word: string): Promise<void>
  /** @returns what ends it */
  subscribe(channel: string, listener: (word: string) => void): () => void
}

/** Content-addressed bytes per tenant. `put` is durable when it resolves. */
export interface BlobStore {
  put(tenantId: string, digest: string, bytes: Uint8Array): Promise<void>
  get(tenantId: string, digest: string): Promise<Uint8Array | undefined>
}

/** SHA-256 in one call, 32 bytes out. Synchronous, so that chains are plain loops. */
export interface Digest {
  sha256(bytes: Uint8Array): Uint8Array
  hmacSha256(key: Uint8Array, bytes: Uint8Array): Uint8Array
}

/** What one slow hash takes: memory, how often it is passed through, and in how many lanes. */
export interface SlowHashCost {
  readonly memoryKib: number
  readonly passes: number
  readonly lanes: number
}

/** Argon2id (RFC 9106): slow and hungry on purpose, for secrets at rest. */
export interface SlowHash {
  argon2id(
    message: Uint8Array,
    salt: Uint8Array,
    cost: SlowHashCost,
    sizeBytes: number,
  ): Promise<Uint8Array>
}

export type SignatureAlgorithm = 'ecdsa-p256-sha256' | 'ed25519' | 'ml-dsa-44'

/** A private key that signs. ECDSA signatures are DER, Ed25519 raw (64 bytes). */
export interface Signer {
  readonly algorithm: SignatureAlgorithm
  /** SubjectPublicKeyInfo, DER. */
  readonly publicKey: Uint8Array
  sign(message: Uint8Array): Promise<Uint8Array>
}

/** Checks signatures. Asynchronous, so that a browser's WebCrypto can stand behind it. */
export interface SignatureVerifier {
  /** @param publicKey SubjectPublicKeyInfo, DER. Resolves false for any malformed input. */
  verify(
    algorithm: SignatureAlgorithm,
    publicKey: Uint8Array,
    message: Uint8Array,
    signature: Uint8Array,
  ): Promise<boolean>
}

/** Gzip decompression bounded by `limitBytes`; rejects past the limit or on damage. */
export interface Inflate {
  gunzip(bytes: Uint8Array, limitBytes: number): Promise<Uint8Array>
}

export interface Log {
  info(message: string, fields?: Readonly<Record<string, unknown>>): void
  warn(message: string, fields?: Readonly<Record<string, unknown>>): void
  error(message: string, fields?: Readonly<Record<string, unknown>>): void
}

/** How a child process is started: its own process group, a scrubbed environment, bounded output. */
export interface SpawnRequest {
  readonly file: string
  readonly args: readonly string[]
  readonly cwd: string
  /** The whole environment of the child; nothing is inherited. */
  readonly env: Readonly<Record<string, string>>
  readonly stdin?: Uint8Array
  readonly timeoutMs: number
  /** Bytes kept per stream; what comes after is counted and dropped. */
  readonly outputLimitBytes: number
  /** Extra file descriptors (from 3) to capture, each under the same limit. */
  readonly extraOutputs?: number
  /** Whom the command runs as; only a process of root may name one. Default: the user of this process. */
  readonly user?: SpawnUser
  readonly signal?: AbortSignal
  onOutput?(stream: 'stdout' | 'stderr', chunk: Uint8Array): void
}

/** A user by numbers. The command gets no other group and no way to gain rights. */
export interface SpawnUser {
  readonly uid: number
  readonly gid: number
}

/** What a command that ended by itself left running, and what became of it. */
export interface SpawnLeftovers {
  readonly count: number
  /** How many of them could not be killed. */
  readonly survivedCount: number
  /** Names of the first ones, as the kernel knows them; letters, digits and `._+-?` only. */
  readonly names: readonly string[]
}

export interface SpawnOutput {
  readonly bytes: Uint8Array
  readonly totalBytes: number
}

export interface SpawnResult {
  /** Exit code, or null when a signal ended it or it never started. */
  readonly exitCode: number | null
  readonly signal: string | null
  readonly timedOut: boolean
  readonly aborted: boolean
  /** Why it never started (ENOENT, EACCES …), if so. */
  readonly startError?: string
  readonly stdout: SpawnOutput
  readonly stderr: SpawnOutput
  readonly extra: readonly SpawnOutput[]
  /** Absent when nothing was left, or where only the process group can be seen. */
  readonly leftovers?: SpawnLeftovers
  readonly durationMs: number
}

/** Runs one process to its end and leaves no descendant behind. */
export interface Spawn {
  run(request: SpawnRequest): Promise<SpawnResult>
}

export interface FetchRequest {
  readonly method: string
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  readonly body?: Uint8Array
  readonly timeoutMs: number
  readonly bodyLimitBytes: number
  readonly signal?: AbortSignal
}

export interface FetchAnswer {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: Uint8Array
  /** True when the body was longer than the limit and cut there. */
  readonly truncated: boolean
  readonly durationMs: number
}

/** Outbound HTTP. Redirects are not followed. Rejects only when no answer came. */
export interface Fetch {
  send(request: FetchRequest): Promise<FetchAnswer>
}

/** Outbound HTTP to addresses that somebody else chose: what leads to a private network is refused at every dial. */
export interface GuardedFetch extends Fetch {
  /** What can be said of an address before it is dialled. @throws PLATFORM_REQUEST_REFUSED */
  admit(url: string): void
}

export interface DialSqlRequest {
  readonly url: string
  readonly text: string
  readonly timeoutMs: number
  readonly rowLimit: number
}

export interface DialSqlAnswer {
  readonly columns: readonly string[]
  /** Values as JSON: text, number, boolean or null; bytea as hexadecimal text. */
  readonly rows: readonly (readonly (string | number | boolean | null)[])[]
  readonly truncated: boolean
  readonly durationMs: number
}

/** Asks somebody else's PostgreSQL one question inside a read-only transaction that is rolled back. */
export interface DialSql {
  ask(request: DialSqlRequest): Promise<DialSqlAnswer>
}

/** Kept-alive connections to other services, at most so many at a time; requests beyond that wait for one. */
export interface ConnectionPool extends Fetch {
  /** Ends every connection, busy ones too. */
  close(): void
}

/** One connection on which bytes are written as they are. */
export interface RawConnection {
  /** False once the other side has closed. */
  readonly isOpen: boolean
  write(bytes: Uint8Array): void
  /** What came so far, at most 64 KiB of it. */
  received(): Uint8Array
  /** Resolves when the other side closes, or after `ms`. */
  waitForClose(ms: number): Promise<void>
  close(): void
}

/** How late this process came to its timers, in milliseconds. */
export interface LoopDelay {
  readonly p50Ms: number
  readonly p99Ms: number
  readonly maxMs: number
}

/** What puts load on other services and tells whether this process could. */
export interface Wire {
  openPool(connectionLimit: number): ConnectionPool
  /** Connects to the host and port of an http or https address. Rejects when that fails within the time. */
  dial(url: string, timeoutMs: number): Promise<RawConnection>
  /** Watches the event loop of this process until it is stopped. */
  watchLoop(): { stop(): LoopDelay }
}
