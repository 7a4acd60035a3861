// The worker in which a contract is tried; it is ended from outside when it takes too long or too much memory.
import { parentPort, workerData } from 'node:worker_threads'
import { tryContract } from './contract-trial.ts'
import type { ContractCompiler } from './contract-trial.ts'
import type { BodyLimits, SchemaLimits } from './schema-check.ts'

export interface TrialStart {
  /** Module that exports `compileContract`. */
  readonly compiler: string
  readonly schemaText: string
  readonly body: BodyLimits
  readonly limits: SchemaLimits | undefined
}

const { compiler, schemaText, body, limits } = workerData as TrialStart
const port = parentPort
const { compileContract } = (await import(compiler)) as { compileContract?: ContractCompiler }
if (typeof compileContract !== 'function')
  throw new TypeError('expected the module of the compiler to export compileContract')
// Loading the compiler is not the schema's fault: its time begins when it is asked for.
port?.once('message', () =>
  port.postMessage(tryContract(schemaText, compileContract, body, limits)),
)
port?.postMessage('ready')
