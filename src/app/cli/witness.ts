// Serves as a witness until interrupted: keys and memory in a folder of its own, and no database.
import { mkdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { EXIT, hexOf, utf8Bytes } from '../../kernel/index.ts'
import type { Caller } from '../../kernel/index.ts'
import type { CommandContext, CommandOutcome, OptionValues } from '../../client/index.ts'
import { makeWitnessRoutes, Witness } from '../../ledger/index.ts'
import type { WitnessMemory } from '../../ledger/index.ts'
import {
  atomicWriteFile,
  lockFolder,
  openKeyFile,
  openLog,
  systemClock,
  systemDigest,
  systemRandom,
  systemVerifier,
} from '../../platform/index.ts'
import { cosignerKeyOf, formatCosignerKey, parseNoteKey } from '../../proof/index.ts'
import type { NoteKey } from '../../proof/index.ts'
import { makeRequestLimits, makeWebServer } from '../../web/index.ts'
import { appFault } from '../errors.ts'
import { newRequestId } from '../health.ts'
import { listen, readListenTerms } from './listening.ts'
import { aborted } from './serve.ts'

/** Whoever asks: a checkpoint speaks for itself. */
const ANYBODY: Caller = {
  id: 'anybody',
  tenantId: 'witness',
  role: 'viewer',
  environments: null,
  credential: 'view-key',
}

export async function runWitnessCommand(
  context: CommandContext,
  _args: readonly string[],
  options: OptionValues,
): Promise<CommandOutcome> {
  const name = textOption(options, 'name')
  const folder = context.files.resolve(textOption(options, 'folder'))
  const logs = readLogs(options)
  const terms = readListenTerms(options)
  const lock = lockFolder(folder)
  try {
    const signers = [
      await openKeyFile(join(folder, 'ed25519.pem'), 'ed25519'),
      await openKeyFile(join(folder, 'ml-dsa-44.pem'), 'ml-dsa-44'),
    ]
    const keys = signers.map((signer) =>
      formatCosignerKey(cosignerKeyOf(systemDigest, name, signer.publicKey)),
    )
    const memory = await openMemory(join(folder, 'logs'))
    const ports = { clock: systemClock, digest: systemDigest, verifier: systemVerifier, memory }
    const web = makeWebServer({
      routes: makeWitnessRoutes(new Witness({ ...ports, name, signers, logs })),
      log: openLog({ level: 'info', clock: systemClock }),
      clock: systemClock,
      newRequestId: () => newRequestId(systemRandom),
      readiness: [],
      hosts: terms.hosts,
      limits: makeRequestLimits({ clock: systemClock }),
      authenticate: () => Promise.resolve(ANYBODY),
    })
    try {
      const url = await listen({ web }, terms)
      context.notify(`Witnessing on ${url}\n${keys.map((key) => `  key: ${key}\n`).join('')}`)
      await aborted(context.signal)
      return { exit: EXIT.ok, data: { url, keys }, text: '' }
    } finally {
      await web.close()
    }
  } finally {
    lock.release()
  }
}

function textOption(options: OptionValues, name: string): string {
  const value = options[name]
  if (typeof value === 'string' && value !== '') return value
  throw appFault('APP_OPTION_INVALID', `expected --${name}, got none`)
}

function readLogs(options: OptionValues): readonly NoteKey[] {
  const given = options['log']
  const texts = Array.isArray(given) ? (given as readonly string[]) : []
  if (texts.length === 0) throw appFault('APP_OPTION_INVALID', 'expected --log KEY, got none')
  return texts.map((text) => {
    const key = parseNoteKey(systemDigest, text)
    if (key.ok) return key.value
    throw appFault('APP_OPTION_INVALID', `expected --log to be a verifier key: ${key.reason}`)
  })
}

/** One file per log, named by the hash of its origin and replaced whole. */
async function openMemory(folder: string): Promise<WitnessMemory> {
  await mkdir(folder, { recursive: true, mode: 0o700 })
  const pathOf = (origin: string): string =>
    join(folder, `${hexOf(systemDigest.sha256(utf8Bytes(origin)))}.note`)
  return {
    async read(origin) {
      try {
        return await readFile(pathOf(origin), 'utf8')
      } catch (error) {
        if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined
        throw error
      }
    },
    write: (origin, note) => atomicWriteFile(pathOf(origin), utf8Bytes(note)),
  }
}
