// What a command of the command line is: a record with examples, loaded only when it is called.
import type {
  Clock,
  DialSql,
  Digest,
  ExitCode,
  Fetch,
  OpenLockedStore,
  Random,
  SignatureVerifier,
  Signer,
  Spawn,
  Wire,
} from '../kernel/index.ts'
import type { Client } from './client.ts'

export interface CommandOption {
  /** As the parser takes it, e.g. `--trust <file>`. */
  readonly flags: string
  readonly description: string
  /** May be given several times; the values arrive as a list. */
  readonly repeated?: boolean
  /** Set where a command that works alone needs the control plane once this option is given. */
  readonly needs?: 'api'
}

export interface CommandArgument {
  /** `<file>` is required, `[release]` is not. */
  readonly name: string
  readonly description: string
}

export type OptionValues = Readonly<
  Record<string, string | boolean | readonly string[] | undefined>
>

/** A command as the command line shows it, and how what it does is loaded. */
export type CommandSpec = CommandFace & (ContextCommand | WordsCommand)

export interface CommandFace {
  /** Words as typed, e.g. `plan review`. */
  readonly name: string
  readonly summary: string
  readonly arguments: readonly CommandArgument[]
  readonly options: readonly CommandOption[]
  /** Whole lines a person could type. */
  readonly examples: readonly string[]
}

export interface ContextCommand {
  /** `api` needs the control plane; `folder` opens the data folder itself; `alone` works on a machine that has neither. */
  readonly needs: 'api' | 'folder' | 'alone'
  load(): Promise<CommandRun>
}

/** Takes its words and nothing else, so that files, keys and ports are not even loaded: half of a start. */
export interface WordsCommand {
  readonly needs: 'words'
  load(): Promise<WordsRun>
}

export type WordsRun = (args: readonly string[], options: OptionValues) => Promise<CommandOutcome>

export type CommandRun = (
  context: CommandContext,
  args: readonly string[],
  options: OptionValues,
) => Promise<CommandOutcome>

export interface CommandOutcome {
  readonly exit: ExitCode
  /** `data` of the envelope. */
  readonly data: unknown
  /** What a person reads. */
  readonly text: string
}

/** A person's or runner's key on this machine. */
export interface LocalKey {
  readonly name: string
  readonly signer: Signer
}

export interface KeyRing {
  /** Where the keys lie; nothing else may read it. */
  readonly folder: string
  /** @throws when there is none of that name */
  open(name: string): Promise<LocalKey>
  /** Makes the key when it is not there yet. */
  create(name: string): Promise<LocalKey>
  list(): Promise<readonly string[]>
}

export interface CommandFiles {
  /** Bytes of a file; `-` is standard input. */
  read(path: string, limitBytes: number): Promise<Uint8Array>
  /** A file of any size in pieces; `-` is standard input. */
  chunks(path: string): AsyncIterable<Uint8Array>
  /** Writes through a temporary file, so that a crash leaves the old content. */
  write(path: string, bytes: Uint8Array): Promise<void>
  exists(path: string): Promise<boolean>
  /** Text of a regular file of at most that size; undefined when it is anything else. Links are not followed. */
  readText(path: string, limitBytes: number): Promise<string | undefined>
  /** Files below a folder as sorted relative paths, bounded; links are not followed, build output is left out. */
  listBelow(folder: string): Promise<{ readonly paths: readonly string[]; readonly isCut: boolean }>
  /** The folder that results are written to. */
  readonly outputFolder: string
  resolve(...parts: readonly string[]): string
  folderOf(path: string): string
  baseName(path: string): string
}

/** This process among others, so that a run whose runner died is told from one that is executed. */
export interface CommandProcess {
  /** Of the machine, or of the container: process ids mean something only within it. */
  readonly machine: string
  readonly pid: number
  isAlive(pid: number): boolean
}

export interface CommandPorts {
  readonly clock: Clock
  readonly random: Random
  readonly digest: Digest
  readonly verifier: SignatureVerifier
  readonly spawn: Spawn
  readonly fetch: Fetch
  readonly dialSql: DialSql
  readonly wire: Wire
  readonly openLockedStore: OpenLockedStore
}

/** What a command takes when its words do not say it: the repository's own configuration. */
export interface CommandDefaults {
  /** Path of a checklist or plan. */
  readonly checklist: string | undefined
  readonly service: string | undefined
  readonly environment: string | undefined
  /** Whom commands of gates run as; see `run --user`. */
  readonly gateUser: string | undefined
}

/** CI systems whose logs have a syntax of their own, or that are at least known by name. */
export type CiSystem =
  | 'github'
  | 'gitlab'
  | 'azure'
  | 'buildkite'
  | 'circleci'
  | 'jenkins'
  | 'other'

/** What people see a command on. */
export interface Screen {
  /** True where lines can be drawn again in place: a terminal that is no log of a CI system. */
  readonly isLive: boolean
  readonly isColoured: boolean
  readonly ci: CiSystem | undefined
  /** File to which the CI system wants a summary of the job appended. */
  readonly summaryFile: string | undefined
  /** In characters; asked anew each time, because windows change. */
  size(): { readonly columns: number; readonly rows: number }
}

export interface CommandContext {
  readonly client: Client
  readonly defaults: CommandDefaults
  readonly version: string
  readonly files: CommandFiles
  readonly keys: KeyRing
  /** Keys of runners that were enrolled with this tenant on this machine. */
  readonly runnerKeys: KeyRing
  /** True when the control plane is a server that was named, not this machine's own data folder. */
  readonly isRemote: boolean
  readonly ports: CommandPorts
  readonly process: CommandProcess
  /** Environment variable of the caller, for `--param NAME` without a value. */
  readonly environmentValue: (name: string) => string | undefined
  /** Number of the user this process runs as; undefined where users have none. */
  readonly userId: number | undefined
  readonly isTerminal: boolean
  /**
   * The place this command was told on its command line, as a further command has to be told it: ` --data D --tenant T`.
   * Empty where the environment, the file or a default says so: the next command finds it there as well.
   */
  readonly placeWords: string
  readonly screen: Screen
  readonly isJson: boolean
  /** Progress for people; never on stdout. */
  notify(text: string): void
  readonly signal: AbortSignal
}
