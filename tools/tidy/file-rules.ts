// Rules about single files and rooms: names, sizes, opening sentences, ambient state, tests, front doors.
import { basename } from 'node:path'
import { isNodeEntry, isProduct, roomOf, TEST_FILE } from './project.ts'
import type { FileFacts, NamedFact } from './facts.ts'
import type { Finding, Project } from './project.ts'

const FILE_LIMIT_LINES = 300
const FUNCTION_LIMIT_LINES = 60
const FRONT_DOOR_LIMIT_LINES = 40
/** A room's largest share of the product's lines, once there are enough lines for a share to mean something. */
const ROOM_SHARE_LIMIT = 0.15
const ROOM_SHARE_FROM_LINES = 8_000

const BANNED_NAMES = new Set([
  'utils',
  'util',
  'helpers',
  'helper',
  'common',
  'misc',
  'shared',
  'lib',
  'types',
  'interfaces',
  'constants',
  'manager',
  'handler',
  'base',
  'impl',
  'data',
  'info',
])
const NAME_FORM = /^[a-z0-9]+(?:-[a-z0-9]+)*$/
const OPENING = /^\/\/ \S[^\n]*(?:\n\/\/ [^\n]*)*/

export function findNameFaults(project: Project): Finding[] {
  return [...project.facts.keys()].flatMap((path) => {
    const parts = path.split('/').map((part) => part.split('.')[0] ?? '')
    return parts.flatMap((part) => {
      const last = part.split('-').at(-1) ?? part
      if (BANNED_NAMES.has(part) || (part !== last && BANNED_NAMES.has(last)))
        return [fault('names', path, 1, `the name ${part} says nothing`)]
      return NAME_FORM.test(part) ? [] : [fault('names', path, 1, `${part} is not kebab-case`)]
    })
  })
}

export function findSizeFaults(project: Project): Finding[] {
  return eachFile(project, (path, facts) => [
    ...(facts.lineCount > FILE_LIMIT_LINES
      ? [
          fault(
            'size',
            path,
            FILE_LIMIT_LINES,
            `${facts.lineCount} lines, limit ${FILE_LIMIT_LINES}`,
          ),
        ]
      : []),
    ...facts.functions
      .filter(({ lineCount }) => lineCount > FUNCTION_LIMIT_LINES)
      .map(({ name, line, lineCount }) =>
        fault('size', path, line, `${name} has ${lineCount} lines, limit ${FUNCTION_LIMIT_LINES}`),
      ),
  ])
}

/** Each file says first, in a comment of its own, what it is for. */
export function findMissingOpenings(project: Project): Finding[] {
  return eachFile(project, (path) => {
    const text = (project.tree.get(path) ?? '').replace(/^#![^\n]*\n/, '')
    const opening = OPENING.exec(text)?.[0]
    return opening !== undefined && /[.:]/.test(opening)
      ? []
      : [fault('opening', path, 1, 'the first line is no sentence saying what the file is for')]
  })
}

/** Time, chance and timers come through ports; the environment is read in one file. */
export function findAmbientReads(project: Project): Finding[] {
  return eachFile(project, (path, { ambient }) => {
    if (!isProduct(path) || isNodeEntry(project, path)) return []
    const isHost = roomOf(path) === 'platform'
    return ambient
      .filter(({ name }) => (name === 'process.env' ? path !== 'src/app/config.ts' : !isHost))
      .map(({ name, line }) => fault('ambient', path, line, `${name} is taken from the air`))
  })
}

export function findTypeHoles(project: Project): Finding[] {
  return eachFile(project, (path, facts) => [
    ...facts.doubleCasts.map(({ name, line }) =>
      fault('type-holes', path, line, `${name} hides a type`),
    ),
    ...facts.syntaxErrors.map((text) => fault('syntax', path, 1, text)),
  ])
}

export function findTestFaults(project: Project): Finding[] {
  return eachFile(project, (path, { testNames, loopedTests }) => {
    if (!TEST_FILE.test(path)) return []
    return [
      ...repeatsOf(testNames).map(({ name, line }) =>
        fault('test-names', path, line, `a second test named "${name}"`),
      ),
      ...loopedTests.map(({ name, line }) =>
        fault('test-loops', path, line, `a loop declares "${name}"; put a table inside one test`),
      ),
      ...(testNames.length === 0 && path.endsWith('.test.ts')
        ? [fault('test-names', path, 1, 'a test file without a test')]
        : []),
    ]
  })
}

/** A function exported under one name from two files is the same idea twice, or two ideas under one name. */
export function findRepeatedFunctions(project: Project): Finding[] {
  const owner = new Map<string, string>()
  return eachFile(project, (path, { exportedFunctions }) => {
    if (!isProduct(path)) return []
    return exportedFunctions.flatMap(({ name, line }) => {
      const known = owner.get(name)
      if (known === undefined) owner.set(name, path)
      return known === undefined
        ? []
        : [fault('function-names', path, line, `${name} is exported by ${known} too`)]
    })
  })
}

/** Every room has its one screen of prose and a front door that only re-exports its own files. */
export function findRoomFaults(project: Project): Finding[] {
  const rooms = new Set(
    [...project.facts.keys()]
      .map(roomOf)
      .filter((room) => room !== undefined && !room.includes('.')),
  )
  return [...rooms].flatMap((room) => {
    const [door, prose] = [`src/${room}/index.ts`, `src/${room}/README.md`]
    const facts = project.facts.get(door)
    return [
      ...(project.tree.has(prose) ? [] : [fault('rooms', prose, 1, 'every room has a README.md')]),
      ...(facts === undefined
        ? [fault('rooms', door, 1, 'every room has a front door')]
        : frontDoorFaults(door, facts)),
    ]
  })
}

function frontDoorFaults(path: string, facts: FileFacts): Finding[] {
  return [
    ...(facts.lineCount > FRONT_DOOR_LIMIT_LINES
      ? [
          fault(
            'rooms',
            path,
            FRONT_DOOR_LIMIT_LINES,
            `${facts.lineCount} lines, limit ${FRONT_DOOR_LIMIT_LINES}`,
          ),
        ]
      : []),
    ...facts.ownStatements.map(({ name, line }) =>
      fault('rooms', path, line, `a front door only re-exports, yet ${name}`),
    ),
    ...facts.imports
      .filter(({ specifier, isReexport }) => isReexport && !specifier.startsWith('./'))
      .map(({ specifier, line }) =>
        fault('rooms', path, line, `a front door re-exports its own folder, yet ${specifier}`),
      ),
  ]
}

/** Only `index.ts` may pass on what another file declares. */
export function findStrayBarrels(project: Project): Finding[] {
  return eachFile(project, (path, { imports }) => {
    if (!isProduct(path) || basename(path) === 'index.ts') return []
    return imports
      .filter(({ isReexport }) => isReexport)
      .map(({ specifier, line }) => fault('barrels', path, line, `re-exports ${specifier}`))
  })
}

export function findOversizedRooms(project: Project): Finding[] {
  const lines = new Map<string, number>()
  let total = 0
  for (const [path, { lineCount }] of project.facts) {
    const room = roomOf(path)
    if (room === undefined || !isProduct(path)) continue
    lines.set(room, (lines.get(room) ?? 0) + lineCount)
    total += lineCount
  }
  if (total < ROOM_SHARE_FROM_LINES) return []
  return [...lines]
    .filter(([, count]) => count > total * ROOM_SHARE_LIMIT)
    .map(([room, count]) =>
      fault(
        'room-share',
        `src/${room}`,
        1,
        `${count} of ${total} lines, more than ${ROOM_SHARE_LIMIT * 100} %`,
      ),
    )
}

function repeatsOf(facts: readonly NamedFact[]): NamedFact[] {
  const seen = new Set<string>()
  return facts.filter(({ name }) => seen.size === seen.add(name).size)
}

function eachFile(
  project: Project,
  judge: (path: string, facts: FileFacts) => Finding[],
): Finding[] {
  return [...project.facts].flatMap(([path, facts]) => judge(path, facts))
}

function fault(rule: string, path: string, line: number, text: string): Finding {
  return { rule, path, line, text }
}
