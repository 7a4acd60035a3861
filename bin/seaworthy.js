#!/usr/bin/env node
// Starts the command line on a Node that is new enough: from the source in a clone, from dist in the published package.
import { existsSync } from 'node:fs'
import * as module from 'node:module'
import { fileURLToPath } from 'node:url'
import {
  continueOn,
  findPinnedNode,
  giveMemoryBack,
  isNodeNewEnough,
  refuseOldNode,
} from './runtime.js'

const packed = new URL('../dist/main.js', import.meta.url)
const source = new URL('../src/main.ts', import.meta.url)

if (isNodeNewEnough(process.versions.node)) {
  giveMemoryBack(process.argv[2])
  module.enableCompileCache()
  await import(existsSync(source) ? source : packed)
} else {
  const pinned = findPinnedNode(import.meta.url)
  if (pinned === undefined) refuseOldNode()
  else continueOn(pinned, [fileURLToPath(import.meta.url), ...process.argv.slice(2)], {})
}
