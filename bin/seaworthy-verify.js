#!/usr/bin/env node
// Verifies a bundle without the rest of Seaworthy; the command of the package @seaworthy/verify.
import { existsSync } from 'node:fs'
import { isNodeNewEnough, refuseOldNode } from './runtime.js'

const packed = new URL('../dist/verify/node-cli.js', import.meta.url)
const source = new URL('../src/verify/node-cli.ts', import.meta.url)

if (isNodeNewEnough(process.versions.node)) {
  const { runVerifyCli } = await import(existsSync(source) ? source : packed)
  process.exitCode = await runVerifyCli(process.argv.slice(2))
} else {
  refuseOldNode()
}
