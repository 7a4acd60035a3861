// Plants one fault per rule about imports and expects exactly that rule to name it.
import assert from 'node:assert/strict'
import test from 'node:test'
import { inspectTree } from '../tools/tidy.ts'
import { CLEAN, FLOORS, rulesBrokenBy, withLines } from './tidy-tree.ts'

test('the clean tree has no finding', () => {
  assert.deepEqual(inspectTree(new Map(Object.entries(CLEAN))).findings, [])
})

test('an import of a higher floor is found', () => {
  assert.deepEqual(
    rulesBrokenBy(
      withLines('src/verify/bundle.ts', "import { appendFacts } from '../ledger/index.ts'"),
    ),
    ['floors'],
  )
})

test('an import of the same floor is found', () => {
  const evidence = {
    'src/evidence/README.md': '# evidence\n',
    'src/evidence/index.ts':
      "// Front door of evidence.\nexport { storeEvidence } from './service.ts'\n",
    'src/evidence/service.ts':
      "// Keeps bytes.\nimport { appendFacts } from '../ledger/index.ts'\nexport function storeEvidence() { return appendFacts }\n",
    'test/evidence.test.ts':
      "// Uses it.\nimport '../src/evidence/index.ts'\ntest('kept', () => {})\n",
  }
  assert.deepEqual(rulesBrokenBy(evidence), ['floors'])
})

test('a room that stands on no floor is found', () => {
  const attic = {
    'src/attic/README.md': '# attic\n',
    'src/attic/index.ts': '// Front door.\n',
    'test/a.test.ts': "// Uses it.\nimport '../src/attic/index.ts'\ntest('a', () => {})\n",
  }
  assert.deepEqual(rulesBrokenBy(attic), ['floors'])
})

test('an import of src from outside it is found', () => {
  const outside = {
    ...withLines('src/app/run.ts', "import '../../tools/x.ts'"),
    'tools/x.ts': '// A tool.\n',
  }
  assert.deepEqual(rulesBrokenBy(outside), ['floors'])
})

test('an import by the board of more than its doors and packages is found, and so is one of the board', () => {
  for (const door of ['../src/ledger/index.ts', '../src/verify/bundle.ts', 'fastify', 'reactor'])
    assert.deepEqual(
      rulesBrokenBy(withLines('board/main.tsx', `import '${door}'`)),
      ['board'],
      door,
    )
  const outside = {
    'test/page.test.ts': "// Looks.\nimport '../board/main.tsx'\ntest('drawn', () => {})\n",
  }
  assert.deepEqual(rulesBrokenBy(outside), ['board'])
})

test('an import past the front door is found, also when it is a type or dynamic', () => {
  assert.deepEqual(
    rulesBrokenBy(withLines('src/app/run.ts', "import type { X } from '../ledger/store.ts'")),
    ['front-door'],
  )
  assert.deepEqual(
    rulesBrokenBy(
      withLines('src/app/run.ts', "export const later = () => import('../ledger/store.ts')"),
    ),
    ['front-door'],
  )
})

test('the command face of a slice is a door for app alone', () => {
  assert.deepEqual(
    rulesBrokenBy(withLines('src/main.ts', "import { ledgerCommand } from './ledger/cli.ts'")),
    ['front-door'],
  )
})

test('an import of the platform by a slice is found', () => {
  const floors = JSON.stringify({
    ...FLOORS,
    floors: [...FLOORS.floors, { floor: 3.5, rooms: ['slo'] }],
  })
  const slo = {
    'src/floors.json': floors,
    'src/slo/README.md': '# slo\n',
    'src/slo/index.ts': "// Front door.\nexport { burnRate } from './burn-rate.ts'\n",
    'src/slo/burn-rate.ts':
      "// Burn rates.\nimport { openHost } from '../platform/index.ts'\nexport function burnRate() { return openHost }\n",
    'test/slo.test.ts': "// Uses it.\nimport '../src/slo/index.ts'\ntest('burn', () => {})\n",
  }
  assert.deepEqual(rulesBrokenBy(slo), ['only-app'])
})

test('a package or a node module in a pure room is found', () => {
  assert.deepEqual(rulesBrokenBy(withLines('src/verify/bundle.ts', "import { z } from 'zod'")), [
    'purity',
  ])
  assert.deepEqual(
    rulesBrokenBy(withLines('src/verify/bundle.ts', "import { hash } from 'node:crypto'")),
    ['purity'],
  )
  assert.deepEqual(rulesBrokenBy(withLines('src/verify/node.ts', "import { z } from 'zod'")), [
    'purity',
  ])
})

test('a circle of files is found', () => {
  const circle = {
    ...withLines('src/verify/bundle.ts', "import { readTar } from './tar.ts'"),
    'src/verify/tar.ts':
      "// Reads tar.\nimport { verifyBundle } from './bundle.ts'\nexport function readTar() { return verifyBundle }\n",
  }
  assert.deepEqual(rulesBrokenBy(circle), ['circles'])
})

test('a file that nothing leads to is found', () => {
  assert.deepEqual(rulesBrokenBy({ 'src/verify/forgotten.ts': '// Nobody asks for this.\n' }), [
    'unreachable',
  ])
})

test('a file loaded by its address counts as reached, also when the address is chosen', () => {
  for (const address of ["'./worker.ts'", "isSource ? './worker.ts' : './worker.js'"]) {
    const worker = {
      ...withLines(
        'src/platform/host.ts',
        `export const worker = new URL(${address}, import.meta.url)`,
      ),
      'src/platform/worker.ts': '// Runs apart.\n',
    }
    assert.deepEqual(rulesBrokenBy(worker), [], address)
  }
})
