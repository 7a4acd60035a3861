// Joins the compiled modules of a package into one file for each entry; what entries share goes into files beside them.
import { join } from 'node:path'
import { buildSync } from 'esbuild'

/** An entry: its module among the compiled ones, and the file it becomes; both without `.js`. */
export interface BundledEntry {
  readonly module: string
  readonly file: string
}

/**
 * Names and line breaks stay as they were compiled, and a comment names the module that each part came from.
 * @param from folder of the compiled modules
 * @param into folder of the files, which lie as deep as `entries` say
 * @returns how many files were written
 * @throws Error when something from outside `from` would come along: these packages have no dependencies
 */
export function bundleEntries(
  from: string,
  into: string,
  entries: readonly BundledEntry[],
): number {
  const shared = entries[0]?.file.split('/').slice(0, -1).join('/') ?? ''
  const { metafile } = buildSync({
    absWorkingDir: from,
    entryPoints: entries.map(({ module, file }) => ({ in: join(from, `${module}.js`), out: file })),
    outdir: into,
    // In the entries' own folder, so that an address relative to a module names the same file from wherever the module went.
    chunkNames: `${shared}/shared-[hash]`,
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'neutral',
    external: ['node:*'],
    target: 'es2024',
    charset: 'utf8',
    metafile: true,
    logLevel: 'warning',
  })
  const foreign = Object.keys(metafile.inputs).filter((path) => path.startsWith('..'))
  if (foreign.length > 0)
    throw new Error(`expected modules of the package alone, got ${foreign.join(', ')}`)
  return Object.keys(metafile.outputs).length
}
