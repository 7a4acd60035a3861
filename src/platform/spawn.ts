// The Spawn port: refuses what no process could have, and chooses who starts the command.
import { randomUUID } from 'node:crypto'
import type { Spawn, SpawnRequest } from '../kernel/index.ts'
import { platformFault } from './errors.ts'
import { runChild } from './spawn-child.ts'
import { SpawnHost } from './spawn-host.ts'

const TIMEOUT_LIMIT_MS = 2 ** 31 - 1
const EXTRA_OUTPUT_LIMIT = 8
/** Commands started by this process itself before a small one is started for the others. */
const OWN_START_COUNT = 2
/** Small processes started at most, should they keep ending. */
const HOST_LIMIT = 3

/**
 * Runs a process to its end with bounded output and time, and leaves nothing of it behind. Its environment
 * is the request's plus `SEAWORTHY_SPAWN`, by which its descendants are found. `run` throws
 * PLATFORM_SPAWN_REFUSED for settings that no process could have and PLATFORM_SPAWN_LOST when it cannot be
 * told how the command ended; everything else is told in the result.
 */
export const systemSpawn: Spawn = {
  run: async (request) => {
    refuseSettings(request)
    const host = request.signal?.aborted === true ? undefined : chooseHost()
    return host === undefined ? runChild(request, randomUUID()) : host.run(request)
  },
}

let ownCount = 0
let hostCount = 0
let current: SpawnHost | undefined

/**
 * On Linux Node forks, and a fork copies the page tables: with the embedded database in this process that costs
 * several times what the command does. Undefined where that is not so, and while there is no host yet.
 */
function chooseHost(): SpawnHost | undefined {
  if (process.platform !== 'linux') return undefined
  if (current?.state === 'ready') return current
  ownCount++
  const isWanted = ownCount > OWN_START_COUNT && hostCount < HOST_LIMIT
  if (isWanted && current?.state !== 'starting') {
    hostCount++
    current = new SpawnHost()
  }
  return undefined
}

function refuseSettings(request: SpawnRequest): void {
  const texts = [request.file, request.cwd, ...request.args, ...Object.entries(request.env).flat()]
  if (request.file === '' || texts.some((text) => text.includes('\0'))) {
    throw platformFault('PLATFORM_SPAWN_REFUSED', 'expected a command without zero bytes')
  }
  const { timeoutMs, outputLimitBytes, extraOutputs = 0 } = request
  const isSane = timeoutMs > 0 && timeoutMs <= TIMEOUT_LIMIT_MS && outputLimitBytes >= 0
  if (!isSane || extraOutputs < 0 || extraOutputs > EXTRA_OUTPUT_LIMIT) {
    throw platformFault(
      'PLATFORM_SPAWN_REFUSED',
      `expected a time limit of 1 to ${TIMEOUT_LIMIT_MS} ms and at most ${EXTRA_OUTPUT_LIMIT} extra outputs`,
    )
  }
}
