// Builds the published packages from the source: compiles, copies assets, writes manifests, packs.
import { spawnSync } from 'node:child_process'
import {
  cpSync,
  existsSync,
  globSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { bundleBoard } from './board.ts'
import { bundleEntries } from './pack/bundle.ts'
import { planGuard, planSeaworthy, planVerify } from './pack/manifests.ts'
import type { PackagePlan, RepositoryManifest } from './pack/manifests.ts'
import { arrowsOf, readProject, readTree } from './tidy/project.ts'

const root = fileURLToPath(new URL('..', import.meta.url))

/** Roots of the verifier's package; everything they import comes along. */
const VERIFY_ENTRIES = [
  'src/verify/index.ts',
  'src/verify/node.ts',
  'src/verify/node-cli.ts',
  'src/verify/browser.ts',
]

export interface BuiltPackage {
  readonly name: string
  /** Folder that was packed. */
  readonly folder: string
  readonly tarball: string
  readonly fileCount: number
}

/** Builds every package below `out`, which is created. */
export function buildPackages(out: string): BuiltPackage[] {
  const manifest: RepositoryManifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
  const compiled = join(out, 'compiled')
  compileSource(compiled)
  return [planSeaworthy(manifest), planVerify(manifest, filesOfVerify()), planGuard(manifest)].map(
    (plan) => packOne(plan, compiled, out),
  )
}

function compileSource(outDir: string): void {
  runTool(
    process.execPath,
    [
      join(root, 'node_modules/typescript/bin/tsc'),
      '-p',
      'tsconfig.build.json',
      '--outDir',
      outDir,
    ],
    root,
  )
  for (const path of globSync('**/*.{sql,json}', { cwd: join(root, 'src') })) {
    if (path !== 'floors.json') cpSync(join(root, 'src', path), join(outDir, path))
  }
}

/** Paths below `src`, without `src/`, that the verifier's entries lead to. */
function filesOfVerify(): Set<string> {
  const arrows = arrowsOf(readProject(readTree(root)))
  const reached = new Set(VERIFY_ENTRIES)
  for (const path of reached)
    for (const { from, target } of arrows) if (from === path) reached.add(target)
  return new Set([...reached].map((path) => path.slice('src/'.length)))
}

function packOne(plan: PackagePlan, compiled: string, out: string): BuiltPackage {
  const folder = join(out, plan.folder)
  const files = globSync('**/*.{js,d.ts,sql,json}', { cwd: compiled }).filter((path) =>
    plan.holds(path.replace(/\.d\.ts$|\.js$/, '.ts')),
  )
  const dist = join(folder, 'dist')
  const isBundled = plan.entries.length > 0
  const copied = files.filter((path) => !isBundled || !path.endsWith('.js'))
  for (const path of copied) copyFile(join(compiled, path), join(dist, path))
  const bundledCount = isBundled ? bundleEntries(compiled, dist, plan.entries) : 0
  const board = plan.hasBoard ? bundleBoard() : []
  for (const { path, bytes } of board) {
    mkdirSync(dirname(join(dist, 'board', path)), { recursive: true })
    writeFileSync(join(dist, 'board', path), bytes)
  }
  for (const name of plan.launchers) copyFile(join(root, 'bin', name), join(folder, 'bin', name))
  for (const path of plan.schemas) copyFile(join(root, path), join(folder, path))
  copyFile(join(root, 'LICENSE'), join(folder, 'LICENSE'))
  copyFile(join(root, plan.readme), join(folder, 'README.md'))
  writeFileSync(join(folder, 'package.json'), `${JSON.stringify(plan.manifest, null, 2)}\n`)
  const npm = process.env['npm_execpath']
  const [program, before] = npm === undefined ? ['npm', []] : [process.execPath, [npm]]
  const answer = runTool(
    program,
    [...before, 'pack', '--json', '--ignore-scripts', '--pack-destination', out],
    folder,
  )
  return {
    ...readPackAnswer(answer, out),
    folder,
    fileCount: copied.length + bundledCount + board.length,
  }
}

function readPackAnswer(answer: string, out: string): { name: string; tarball: string } {
  const [packed]: { name: string; filename: string }[] = JSON.parse(answer)
  if (packed === undefined) throw new Error('expected npm pack to name one package, got none')
  return { name: packed.name, tarball: join(out, packed.filename) }
}

function copyFile(from: string, to: string): void {
  mkdirSync(dirname(to), { recursive: true })
  cpSync(from, to)
}

function runTool(program: string, args: readonly string[], cwd: string): string {
  const done = spawnSync(program, args, {
    cwd,
    encoding: 'utf8',
    shell: process.platform === 'win32' && program === 'npm',
  })
  if (done.error !== undefined) throw done.error
  if (done.status !== 0)
    throw new Error(
      `${program} ${args.join(' ')} ended with ${done.status}\n${done.stdout}${done.stderr}`,
    )
  return done.stdout
}

if (import.meta.main) {
  const wanted = process.argv[2]
  const out =
    wanted === undefined ? mkdtempSync(join(tmpdir(), 'seaworthy-pack-')) : resolve(wanted)
  if (wanted !== undefined && existsSync(out)) rmSync(out, { recursive: true })
  for (const { name, tarball, fileCount } of buildPackages(out)) {
    process.stdout.write(`${name}: ${fileCount} files in ${tarball}\n`)
  }
}
