// This process among others on the same machine.
import { readlinkSync } from 'node:fs'
import { hostname } from 'node:os'
import type { CommandProcess } from '../../client/index.ts'

export function isProcessAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch (error) {
    // Somebody else's process is alive too.
    return error instanceof Error && 'code' in error && error.code === 'EPERM'
  }
}

export function thisProcess(): CommandProcess {
  return {
    machine: `${hostname()}${processNamespace()}`,
    pid: process.pid,
    isAlive: isProcessAlive,
  }
}

/** Containers of one machine may share its name, but not its process ids. */
function processNamespace(): string {
  try {
    return ` ${readlinkSync('/proc/self/ns/pid')}`
  } catch {
    // Only Linux has such namespaces.
    return ''
  }
}
