// Bundles the board into static files with hashed names; run by itself it prints them as one JSON document.
import { fileURLToPath } from 'node:url'
import { gzipSync } from 'node:zlib'
import { buildSync } from 'esbuild'
import type { Metafile } from 'esbuild'

const root = fileURLToPath(new URL('..', import.meta.url))

export interface BoardFile {
  /** Below the site's root, e.g. `assets/main-4KX2QNTE.js`. */
  readonly path: string
  readonly bytes: Uint8Array
}

/** A script that the first page loads before it shows anything, or the style. */
const ENTRIES = { script: 'board/main.tsx', style: 'board/style/board.css' }

/** @returns `index.html` and everything it leads to; the names of the rest change with their content */
export function bundleBoard(): BoardFile[] {
  const { outputFiles, metafile } = buildSync({
    absWorkingDir: root,
    entryPoints: Object.values(ENTRIES),
    outdir: 'assets',
    outbase: 'board',
    entryNames: '[name]-[hash]',
    chunkNames: '[name]-[hash]',
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'browser',
    target: 'es2024',
    jsx: 'automatic',
    define: { 'process.env.NODE_ENV': '"production"' },
    minify: true,
    charset: 'utf8',
    legalComments: 'eof',
    metafile: true,
    write: false,
    logLevel: 'warning',
  })
  const assets = outputFiles.map(({ path, contents }) => ({
    path: path.slice(root.length).replaceAll('\\', '/'),
    bytes: contents,
  }))
  return [{ path: 'index.html', bytes: Buffer.from(renderIndex(metafile)) }, ...assets]
}

/** Bytes that a browser takes, compressed, to show the first page: the page, its style, its script and what that imports. */
export function firstRouteBytes(files: readonly BoardFile[]): number {
  const index = files.find(({ path }) => path === 'index.html')
  const text = Buffer.from(index?.bytes ?? []).toString()
  return files
    .filter(({ path }) => path === 'index.html' || text.includes(`"/${path}"`))
    .reduce((sum, { bytes }) => sum + gzipSync(bytes).length, 0)
}

/** No inline script and no inline style: the policy that the page is served with allows neither. */
function renderIndex({ outputs }: Metafile): string {
  const outputOf = (entry: string): string => {
    const found = Object.entries(outputs).find(([, { entryPoint }]) => entryPoint === entry)
    if (found === undefined) throw new Error(`expected the bundler to write ${entry}`)
    return found[0]
  }
  const script = outputOf(ENTRIES.script)
  const imported = (outputs[script]?.imports ?? [])
    .filter(({ kind }) => kind === 'import-statement')
    .map(({ path }) => `<link rel="modulepreload" href="/${path}">\n`)
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>Seaworthy</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="/${outputOf(ENTRIES.style)}">
${imported.join('')}<script type="module" src="/${script}"></script>
</head>
<body>
<div id="board"></div>
<noscript>The board is drawn by a script from this server, and scripts are switched off.</noscript>
</body>
</html>
`
}

if (import.meta.main) {
  const files = bundleBoard().map(({ path, bytes }) => ({
    path,
    base64: Buffer.from(bytes).toString('base64'),
  }))
  process.stdout.write(JSON.stringify(files))
}
