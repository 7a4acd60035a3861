// Binds the guard to Node: clock, digest, Redis clients that have EVALSHA, sources of switches, trials of contracts, quarantine.
import { createHash } from 'node:crypto'
import { constants, watch } from 'node:fs'
import { open, readFile, rename, writeFile } from 'node:fs/promises'
import { basename, dirname } from 'node:path'
import type { ContractTrial } from './contract/contract-trial.ts'
import { makeWorkerTrial } from './contract/node-trial.ts'
import type { NodeTrialTerms } from './contract/node-trial.ts'
import { makeFolderQuarantine } from './ingest/node-quarantine.ts'
import type { QuarantineStore } from './ingest/quarantine.ts'
import type { GuardClock } from './model.ts'
import type { RunRedisScript } from './redis-buckets.ts'
import type { LastGoodStore, SwitchSource } from './switches/model.ts'
import { SWITCH_DOCUMENT_LIMIT_BYTES } from './switches/switch-terms.ts'

/** Time of this process. Waits do not keep it alive. */
export const nodeGuardClock: GuardClock = {
  monotonicUs: () => Math.floor(performance.now() * 1_000),
  epochMs: () => Date.now(),
  wait: (ms) => new Promise((resolve) => void setTimeout(resolve, ms).unref()),
}

/** As much of an ioredis client as is used. */
export interface IoredisLike {
  evalsha(sha1: string, keyCount: number, ...words: string[]): Promise<unknown>
  eval(script: string, keyCount: number, ...words: string[]): Promise<unknown>
}

/**
 * Scripts over an ioredis client, sent whole only when the server does not know them. Create the client with
 * `{ enableOfflineQueue: false, maxRetriesPerRequest: 0 }`: a queue would keep requests waiting for a server that is gone.
 */
export function overIoredis(client: IoredisLike): RunRedisScript {
  const digests = new Map<string, string>()
  return async (script, keys, args) => {
    let sha1 = digests.get(script)
    if (sha1 === undefined) {
      sha1 = createHash('sha1').update(script).digest('hex')
      digests.set(script, sha1)
    }
    try {
      return await client.evalsha(sha1, keys.length, ...keys, ...args)
    } catch (error) {
      if (!(error instanceof Error) || !error.message.startsWith('NOSCRIPT')) throw error
      return client.eval(script, keys.length, ...keys, ...args)
    }
  }
}

/** SHA-256 of some bytes, hexadecimal. */
export function nodeSha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex')
}

/** The file of last good words holds the documents of all sources. */
const LAST_GOOD_LIMIT_BYTES = 8 * SWITCH_DOCUMENT_LIMIT_BYTES
const ANSWER_TIMEOUT_MS = 450

/**
 * A file of switches. It is read whole at each look, since times of change are too coarse to trust; replacing it by renaming is
 * seen at once, also as Kubernetes does with mounted configuration.
 */
export function switchFile(path: string, name = 'file'): SwitchSource {
  return {
    name,
    async read() {
      let file
      try {
        // Without waiting: a pipe in its place would otherwise hang for ever.
        file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK)
      } catch (error) {
        if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined
        throw error
      }
      try {
        const { size } = await file.stat().then((stat) => {
          if (!stat.isFile()) throw new Error('it is no regular file')
          return stat
        })
        if (size > SWITCH_DOCUMENT_LIMIT_BYTES)
          throw new Error(`it has ${size} bytes, more than ${SWITCH_DOCUMENT_LIMIT_BYTES}`)
        const buffer = new Uint8Array(SWITCH_DOCUMENT_LIMIT_BYTES + 1 > size + 1 ? size + 1 : size)
        const { bytesRead } = await file.read(buffer, 0, buffer.length, 0)
        // It grew meanwhile: somebody is writing, the next look sees the whole.
        if (bytesRead > size) throw new Error('it was being written')
        return buffer.subarray(0, bytesRead)
      } finally {
        await file.close()
      }
    },
    watch(wake) {
      try {
        const folder = watch(dirname(path), { persistent: false }, (_event, changed) => {
          // `..data` is the link that Kubernetes swaps.
          if (changed === null || changed === basename(path) || changed.startsWith('..')) wake()
        })
        // The folder itself may go; polling goes on.
        folder.on('error', () => folder.close())
        return () => folder.close()
      } catch {
        // No folder, or no watches left on this machine: polling alone is still in time.
        return () => undefined
      }
    },
  }
}

export interface ControlPlaneTerms {
  /** Of `seaworthy serve`, such as `http://127.0.0.1:7420`. */
  readonly url: string
  /** Its API key, or the view key, which can change nothing. */
  readonly key: string
  readonly tenant?: string
  readonly name?: string
}

/** The switches that a Seaworthy control plane keeps in its database; asked with ETag, so that nothing new costs a short answer. */
export function switchControlPlane({
  url,
  key,
  tenant,
  name = 'rows',
}: ControlPlaneTerms): SwitchSource {
  let known: { readonly etag: string; readonly bytes: Uint8Array } | undefined
  return {
    name,
    async read() {
      const answer = await fetch(new URL('/v1/switches/document', url), {
        redirect: 'error',
        signal: AbortSignal.timeout(ANSWER_TIMEOUT_MS),
        headers: {
          authorization: `Bearer ${key}`,
          ...(tenant === undefined ? {} : { 'x-seaworthy-tenant': tenant }),
          ...(known === undefined ? {} : { 'if-none-match': known.etag }),
        },
      })
      if (answer.status === 304 && known !== undefined) {
        await answer.body?.cancel()
        return known.bytes
      }
      if (answer.status !== 200) {
        await answer.body?.cancel()
        throw new Error(`it answered ${answer.status}`)
      }
      const bytes = await readBounded(answer)
      const etag = answer.headers.get('etag')
      known = etag === null ? undefined : { etag, bytes }
      return bytes
    },
  }
}

async function readBounded(answer: Response): Promise<Uint8Array> {
  const chunks: Uint8Array[] = []
  let size = 0
  for await (const chunk of answer.body ?? []) {
    size += chunk.length
    if (size > SWITCH_DOCUMENT_LIMIT_BYTES)
      throw new Error(`it answered more than ${SWITCH_DOCUMENT_LIMIT_BYTES} bytes`)
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}

/** Keeps the last good words in a file beside the service; replaced whole, so that a crash leaves the old or the new ones. */
export function lastGoodFile(path: string): LastGoodStore {
  return {
    async read() {
      try {
        const text = await readFile(path, 'utf8')
        if (text.length > LAST_GOOD_LIMIT_BYTES) throw new Error(`${path} is too large`)
        return text
      } catch (error) {
        if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined
        throw error
      }
    },
    async write(text) {
      const partial = `${path}.${process.pid}`
      await writeFile(partial, text, { mode: 0o600 })
      await rename(partial, path)
    },
  }
}

/** Quarantined bodies in a folder, two files each, readable by their owner alone; what is there is found again. */
export function folderQuarantine(folder: string): QuarantineStore {
  return makeFolderQuarantine(folder)
}

/** Tries contracts in a worker, one at a time and each within a deadline; hand it to `makeContracts`. */
export function nodeContractTrial(terms: NodeTrialTerms): ContractTrial {
  return makeWorkerTrial(terms, nodeGuardClock.wait)
}
