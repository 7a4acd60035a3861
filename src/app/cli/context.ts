// What a command is handed: the API client over this process or a server, files, keys, ports.
import { lstat, mkdir, readdir, readFile, stat } from 'node:fs/promises'
import { basename, dirname, join, resolve } from 'node:path'
import { shellWordOf } from '../../client/index.ts'
import type { Client, CommandContext, CommandFiles, KeyRing } from '../../client/index.ts'
import {
  atomicWriteFile,
  openKeyFile,
  systemClock,
  openS3LockedStore,
  systemDialSql,
  systemDigest,
  systemFetch,
  systemRandom,
  systemSpawn,
  systemVerifier,
  systemWire,
} from '../../platform/index.ts'
import { messageOf, utf8Text } from '../../kernel/index.ts'
import type { AppConfig } from '../config.ts'
import { readEnvironment, readScreenSettings } from '../config.ts'
import { appFault } from '../errors.ts'
import { thisProcess } from './process.ts'
import { readFileChunks } from './file-chunks.ts'
import { listFilesBelow } from './file-list.ts'

/** Where a terminal does not say its size. */
const DEFAULT_COLUMNS = 80
const DEFAULT_ROWS = 24

export interface ContextTerms {
  readonly config: AppConfig
  readonly client: Client
  readonly version: string
  readonly isJson: boolean
  readonly isTerminal: boolean
  notify(text: string): void
  readonly signal: AbortSignal
}

export function makeCommandContext(terms: ContextTerms): CommandContext {
  const { config, client, version, isJson, isTerminal, signal } = terms
  return {
    client,
    version,
    isJson,
    isTerminal,
    placeWords: placeWordsOf(config),
    userId: process.getuid?.(),
    screen: {
      ...readScreenSettings(isTerminal),
      size: () => ({
        columns: process.stderr.columns ?? DEFAULT_COLUMNS,
        rows: process.stderr.rows ?? DEFAULT_ROWS,
      }),
    },
    signal,
    defaults: config.defaults,
    notify: (text) => terms.notify(text),
    files: commandFiles(outputFolderOf(config)),
    keys: fileKeys(join(config.dataFolder, 'keys', 'people')),
    // A runner is bound to its tenant: it has another key with each.
    runnerKeys: fileKeys(
      join(config.dataFolder, 'keys', 'runners', encodeURIComponent(config.tenantId)),
    ),
    isRemote: config.server !== undefined,
    process: thisProcess(),
    environmentValue: readEnvironment,
    ports: {
      clock: systemClock,
      random: systemRandom,
      digest: systemDigest,
      verifier: systemVerifier,
      spawn: systemSpawn,
      fetch: systemFetch,
      dialSql: systemDialSql,
      wire: systemWire,
      openLockedStore: openS3LockedStore,
    },
  }
}

function placeWordsOf({ settings }: AppConfig): string {
  return settings
    .filter(({ source }) => source.startsWith('--'))
    .map(({ source, value }) => ` ${source} ${shellWordOf(value)}`)
    .join('')
}

// Another tenant's documents of the same name must not be written over.
function outputFolderOf(config: AppConfig): string {
  const { dataFolder, tenantId } = config
  return tenantId === 'local'
    ? dataFolder
    : join(dataFolder, 'tenants', encodeURIComponent(tenantId))
}

function commandFiles(outputFolder: string): CommandFiles {
  return {
    outputFolder,
    resolve: (...parts) => resolve(...parts),
    folderOf: (path) => dirname(path),
    baseName: (path) => (path === '-' ? 'standard-input.md' : basename(path)),
    async exists(path) {
      return (await stat(path).catch(() => undefined))?.isFile() === true
    },
    read: readBounded,
    chunks: readFileChunks,
    readText: readPlainText,
    listBelow: listFilesBelow,
    async write(path, bytes) {
      try {
        await mkdir(dirname(path), { recursive: true })
        await atomicWriteFile(path, bytes, 0o644)
      } catch (error) {
        // The platform's fault names the path already; a folder that cannot be made is one of the system's.
        const text = messageOf(error)
        const shown = text.includes(path) ? text : `expected to write ${path}: ${text}`
        throw appFault('APP_FILE_UNWRITABLE', shown, { cause: error })
      }
    },
  }
}

async function readBounded(path: string, limitBytes: number): Promise<Uint8Array> {
  try {
    if (path === '-') return await readStandardInput(limitBytes)
    const facts = await stat(path)
    if (!facts.isFile())
      throw appFault('APP_FILE_UNREADABLE', `expected a file, got something else at ${path}`)
    if (facts.size > limitBytes) throw tooLarge(path, limitBytes)
    return new Uint8Array(await readFile(path))
  } catch (error) {
    if (
      error instanceof Error &&
      'code' in error &&
      typeof error.code === 'string' &&
      !error.code.startsWith('APP_')
    ) {
      throw appFault('APP_FILE_UNREADABLE', `expected a readable file at ${path}: ${error.code}`, {
        cause: error,
      })
    }
    throw error
  }
}

// Whatever cannot be read as a text is no text: the caller looks at many files and needs none of them.
async function readPlainText(path: string, limitBytes: number): Promise<string | undefined> {
  const facts = await lstat(path).catch(() => undefined)
  if (facts?.isFile() !== true || facts.size > limitBytes) return undefined
  const bytes = await readFile(path).catch(() => undefined)
  try {
    return bytes === undefined ? undefined : utf8Text(new Uint8Array(bytes))
  } catch {
    return undefined
  }
}

async function readStandardInput(limitBytes: number): Promise<Uint8Array> {
  const chunks: Uint8Array[] = []
  let sizeBytes = 0
  for await (const chunk of process.stdin as AsyncIterable<Buffer>) {
    sizeBytes += chunk.length
    if (sizeBytes > limitBytes) throw tooLarge('standard input', limitBytes)
    chunks.push(chunk)
  }
  return new Uint8Array(Buffer.concat(chunks))
}

function tooLarge(what: string, limitBytes: number): Error {
  return appFault('APP_FILE_TOO_LARGE', `expected at most ${limitBytes} bytes in ${what}`)
}

/** Names become file names, so they are kept plain; the display name is registered with the public key. */
const KEY_NAME = /^[\p{L}\p{N}.][\p{L}\p{M}\p{N} ._-]{0,63}$/u

function fileKeys(folder: string): KeyRing {
  const pathOf = (name: string): string => {
    if (!KEY_NAME.test(name) || name.includes('..')) {
      throw appFault(
        'APP_OPTION_INVALID',
        `expected a name of letters, digits, blanks, dots and hyphens, got ${JSON.stringify(name.slice(0, 80))}`,
      )
    }
    return join(folder, `${name}.pem`)
  }
  return {
    folder,
    async open(name) {
      if (name === '') {
        const known = await listKeys(folder)
        throw appFault(
          'APP_IDENTITY_MISSING',
          `expected --as NAME; identities here: ${known.join(', ') || 'none yet'}`,
        )
      }
      const path = pathOf(name)
      if ((await stat(path).catch(() => undefined)) === undefined) {
        throw appFault(
          'APP_IDENTITY_MISSING',
          `expected a local identity named ${JSON.stringify(name)}, found none`,
        )
      }
      return { name, signer: await openKeyFile(path, 'ecdsa-p256-sha256') }
    },
    async create(name) {
      return { name, signer: await openKeyFile(pathOf(name), 'ecdsa-p256-sha256') }
    },
    list: () => listKeys(folder),
  }
}

async function listKeys(folder: string): Promise<readonly string[]> {
  const files = await readdir(folder).catch((error: NodeJS.ErrnoException) => {
    // Nobody made an identity yet; any other reason is worth hearing.
    if (error.code === 'ENOENT') return [] as string[]
    throw error
  })
  return files
    .filter((file) => file.endsWith('.pem') && !file.startsWith('.'))
    .map((file) => file.slice(0, -'.pem'.length))
    .sort()
}
