// Rules about who may import whom: floors, front doors, circles, purity, and what nothing reaches.
import {
  arrowsOf,
  isBoard,
  isNodeEntry,
  isProduct,
  roomOf,
  targetOf,
  TEST_FILE,
} from './project.ts'
import type { Arrow, Finding, Project } from './project.ts'

/** Imports go to a lower floor; up and sideways are refused. Tests may look anywhere. */
export function findFloorFaults(project: Project): Finding[] {
  const floorOf = new Map(
    project.floors.floors.flatMap(({ floor, rooms }) =>
      rooms.map((room) => [room, floor] as const),
    ),
  )
  const faults: Finding[] = []
  const unknown = new Set<string>()
  for (const path of project.facts.keys()) {
    const room = roomOf(path)
    if (room !== undefined && !floorOf.has(room)) unknown.add(room)
  }
  for (const room of unknown) {
    faults.push({
      rule: 'floors',
      path: `src/${room}`,
      line: 1,
      text: `the room ${room} stands on no floor of src/floors.json`,
    })
  }
  for (const arrow of arrowsOf(project)) {
    const [own, other] = [roomOf(arrow.from), roomOf(arrow.target)]
    if (!isProduct(arrow.from) || own === undefined || own === other) continue
    if (other === undefined) {
      faults.push({
        rule: 'floors',
        path: arrow.from,
        line: arrow.line,
        text: `src does not import ${arrow.target}`,
      })
      continue
    }
    const [ownFloor, otherFloor] = [floorOf.get(own), floorOf.get(other)]
    if (ownFloor === undefined || otherFloor === undefined || otherFloor < ownFloor) continue
    const direction = otherFloor === ownFloor ? 'sideways' : 'upward'
    faults.push({
      rule: 'floors',
      path: arrow.from,
      line: arrow.line,
      text: `${direction}: ${own} (floor ${ownFloor}) imports ${other} (floor ${otherFloor})`,
    })
  }
  return faults
}

/** Another room is entered through `index.ts`, a node entry, or (from `app`) the command face. */
export function findSideDoorFaults(project: Project): Finding[] {
  return arrowsOf(project).flatMap((arrow) => {
    const [own, other] = [roomOf(arrow.from), roomOf(arrow.target)]
    if (TEST_FILE.test(arrow.from) || own === undefined || other === undefined || own === other)
      return []
    const doors = [
      `src/${other}/index.ts`,
      ...project.floors.nodeEntries.map((entry) => `src/${entry}`),
    ]
    // `cli.ts`, and `noun-cli.ts` where a slice has too many commands for one file.
    const face = arrow.target.slice(`src/${other}/`.length)
    const { commandFace } = project.floors
    if (own === 'app' && (face === commandFace || face.endsWith(`-${commandFace}`))) return []
    if (doors.includes(arrow.target)) return []
    return [
      {
        rule: 'front-door',
        path: arrow.from,
        line: arrow.line,
        text: `${arrow.target} is not a door of ${other}`,
      },
    ]
  })
}

/** The outside world is imported by `app` only; everybody else is handed ports. */
export function findHostFaults(project: Project): Finding[] {
  return arrowsOf(project).flatMap((arrow) => {
    const [own, other] = [roomOf(arrow.from), roomOf(arrow.target)]
    if (!isProduct(arrow.from) || own === other || own === 'app' || other === undefined) return []
    if (!project.floors.onlyAppImports.includes(other)) return []
    return [
      {
        rule: 'only-app',
        path: arrow.from,
        line: arrow.line,
        text: `only app imports ${other}, not ${own}`,
      },
    ]
  })
}

/** Pure rooms import no package and no `node:` module; rooms without packages may use `node:` in their entries. */
export function findImpureImports(project: Project): Finding[] {
  const faults: Finding[] = []
  for (const [path, { imports }] of project.facts) {
    const room = roomOf(path)
    if (!isProduct(path) || room === undefined) continue
    for (const fact of imports) {
      if (targetOf(path, fact) !== undefined) continue
      const isNode = fact.specifier.startsWith('node:')
      const isRefused = isNode
        ? project.floors.pure.includes(room) && !isNodeEntry(project, path)
        : project.floors.noPackages.includes(room)
      if (!isRefused) continue
      faults.push({
        rule: 'purity',
        path,
        line: fact.line,
        text: `${room} imports no ${isNode ? 'node: module' : 'package'}, yet ${fact.specifier}`,
      })
    }
  }
  return faults
}

/** The board imports its own files, the doors that `floors.json` opens to it, and the packages it names; nothing imports the board. */
export function findBoardFaults(project: Project): Finding[] {
  const { doors, packages } = project.floors.board
  const faults: Finding[] = []
  for (const [path, { imports }] of project.facts) {
    for (const fact of imports) {
      const target = targetOf(path, fact)
      const isAllowed =
        target === undefined
          ? packages.some((each) => `${fact.specifier}/`.startsWith(`${each}/`))
          : isBoard(target) || doors.some((door) => target === `src/${door}`)
      if (isBoard(path) && !isAllowed)
        faults.push(boardFault(path, fact.line, `the board does not import ${fact.specifier}`))
      if (!isBoard(path) && target !== undefined && isBoard(target))
        faults.push(boardFault(path, fact.line, `only a browser runs ${target}`))
    }
  }
  return faults
}

function boardFault(path: string, line: number, text: string): Finding {
  return { rule: 'board', path, line, text }
}

/** Files that import each other in a ring, types included. */
export function findCircles(project: Project): Finding[] {
  const ships = (path: string): boolean => isProduct(path) || isBoard(path)
  const next = linksOf(arrowsOf(project).filter(({ from, target }) => ships(from) && ships(target)))
  const done = new Set<string>()
  const faults: Finding[] = []
  for (const start of next.keys()) {
    const ring = done.has(start) ? undefined : findRing(start, next, done)
    if (ring !== undefined)
      faults.push({ rule: 'circles', path: start, line: 1, text: `circle: ${ring.join(' → ')}` })
  }
  return faults
}

/** Depth-first with an explicit stack; returns the first ring met and marks what it has finished. */
function findRing(
  start: string,
  next: ReadonlyMap<string, readonly string[]>,
  done: Set<string>,
): string[] | undefined {
  const path: { readonly file: string; index: number }[] = [{ file: start, index: 0 }]
  let ring: string[] | undefined
  while (path.length > 0) {
    const top = path.at(-1)
    if (top === undefined) break
    const target = next.get(top.file)?.[top.index]
    top.index += 1
    if (target === undefined) {
      done.add(top.file)
      path.pop()
      continue
    }
    const from = path.findIndex(({ file }) => file === target)
    if (from !== -1) ring ??= [...path.slice(from).map(({ file }) => file), target]
    else if (!done.has(target)) path.push({ file: target, index: 0 })
  }
  return ring
}

/** Code of `src` that neither `main.ts`, a node entry nor any test, tool or bench leads to. */
export function findUnreachable(project: Project): Finding[] {
  const next = linksOf(arrowsOf(project))
  const roots = [...project.facts.keys()].filter(
    (path) => path === 'src/main.ts' || isNodeEntry(project, path) || !isProduct(path),
  )
  const reached = new Set(roots)
  const queue = [...roots]
  for (let file = queue.pop(); file !== undefined; file = queue.pop()) {
    for (const target of next.get(file) ?? []) {
      if (reached.has(target)) continue
      reached.add(target)
      queue.push(target)
    }
  }
  return [...project.facts.keys()]
    .filter((path) => isProduct(path) && !reached.has(path))
    .map((path) => ({
      rule: 'unreachable',
      path,
      line: 1,
      text: 'nothing leads here from main.ts, a node entry or a test',
    }))
}

function linksOf(arrows: readonly Arrow[]): Map<string, string[]> {
  const next = new Map<string, string[]>()
  for (const { from, target } of arrows) {
    const known = next.get(from)
    if (known === undefined) next.set(from, [target])
    else known.push(target)
  }
  return next
}
