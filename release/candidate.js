// Runs one script of release/candidate on the pinned Node, whichever `node` a gate finds first.
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { continueOn, findPinnedNode, isNodeNewEnough, refuseOldNode } from '../bin/runtime.js'

const script = fileURLToPath(new URL(`candidate/${process.argv[2]}.ts`, import.meta.url))
const node = isNodeNewEnough(process.versions.node)
  ? process.execPath
  : findPinnedNode(import.meta.url)
if (!existsSync(script)) {
  process.stderr.write('usage: node release/candidate.js NAME\n')
  process.exitCode = 2
} else if (node === undefined) refuseOldNode()
else continueOn(node, [script], {})
