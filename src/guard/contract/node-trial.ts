// Tries contracts in a worker of Node: a deadline, a memory limit, and nothing shared with the process that serves.
import { Worker } from 'node:worker_threads'
import { SCAN_LIMITS } from '../ingest/json-scan.ts'
import type { GuardClock } from '../model.ts'
import type { ContractRefusal, ContractTrial, TrialAnswer } from './contract-trial.ts'
import { refuseContract } from './contract-trial.ts'
import type { TrialStart } from './contract-worker.ts'
import type { BodyLimits, SchemaLimits } from './schema-check.ts'

export interface NodeTrialTerms {
  /** Module that exports `compileContract(schema)`; the worker imports it, so nothing else may hang on it. */
  readonly compiler: URL
  /** The limits of the guard that will ask the contract; patterns and recursion are judged by them. */
  readonly body?: BodyLimits
  readonly limits?: SchemaLimits
  /** For judging, compiling and asking one schema. Default 3 s: compilers take milliseconds, and machines may be busy. */
  readonly deadlineMs?: number
  /** Default 128 MiB. */
  readonly memoryMb?: number
}

const DEADLINE_MS = 3_000
const MEMORY_MB = 128
/** For the worker to start and load its compiler, in milliseconds. */
const START_LIMIT_MS = 10_000
const YOUNG_MB = 16
const STACK_MB = 4

const WORKER_FILE = new URL(
  import.meta.url.endsWith('.ts') ? './contract-worker.ts' : './contract-worker.js',
  import.meta.url,
)

type Heard = { readonly message: unknown } | ContractRefusal

export function makeWorkerTrial(terms: NodeTrialTerms, wait: GuardClock['wait']): ContractTrial {
  const { deadlineMs = DEADLINE_MS, memoryMb = MEMORY_MB } = terms
  return async (schemaText) => {
    const workerData: TrialStart = {
      compiler: terms.compiler.href,
      schemaText,
      body: terms.body ?? SCAN_LIMITS,
      limits: terms.limits,
    }
    const worker = new Worker(WORKER_FILE, {
      workerData,
      name: 'contract-trial',
      resourceLimits: {
        maxOldGenerationSizeMb: memoryMb,
        maxYoungGenerationSizeMb: YOUNG_MB,
        stackSizeMb: STACK_MB,
      },
    })
    try {
      const late = (reason: 'trial-failed' | 'trial-slow', ms: number): Promise<ContractRefusal> =>
        wait(ms).then(() => refuseContract(reason, `expected an end within ${ms} ms`))
      const ready = await Promise.race([hear(worker), late('trial-failed', START_LIMIT_MS)])
      if ('ok' in ready) return ready
      const done = hear(worker)
      worker.postMessage('go')
      const heard = await Promise.race([done, late('trial-slow', deadlineMs)])
      return 'ok' in heard ? heard : (heard.message as TrialAnswer)
    } finally {
      await worker.terminate()
    }
  }
}

/** The next word of a worker, or that there will be none. Resolves once and never rejects. */
function hear(worker: Worker): Promise<Heard> {
  return new Promise((resolve) => {
    worker.once('message', (message) => resolve({ message }))
    worker.once('error', (error) =>
      resolve(
        refuseContract('trial-failed', error instanceof Error ? error.message : String(error)),
      ),
    )
    worker.once('exit', () => resolve(refuseContract('trial-failed', 'the worker ended')))
  })
}
