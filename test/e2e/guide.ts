// Runs the commands of a page as they stand there: real shells, a home folder for each person, and whatever the page says is typed.
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { ShellEnd } from './command-line.ts'

const PROGRAM = fileURLToPath(new URL('../../bin/seaworthy.js', import.meta.url))
const SHELL_TIMEOUT_MS = 4 * 60_000

const FENCED = /^(```+)([^\n]*)\n([^]*?)^\1$/gm

/** One fenced block of a page. */
export interface Block {
  /** What stands behind the fence: language and further words. */
  readonly info: string
  readonly text: string
}

/** @param heading the blocks of this part alone; the page's when absent */
export function readBlocks(page: string, heading?: string): readonly Block[] {
  const text = readFileSync(new URL(`../../docs/${page}`, import.meta.url), 'utf8')
  // A heading within a block is no heading of the page.
  const prose = text.replaceAll(FENCED, (block) => ' '.repeat(block.length))
  const from = heading === undefined ? 0 : prose.indexOf(`\n${heading}\n`)
  assert.ok(from >= 0, `docs/${page} has a part ${heading}`)
  const end = heading === undefined ? -1 : prose.indexOf('\n## ', from + 1 + heading.length)
  const part = text.slice(from, end < 0 ? text.length : end)
  return [...part.matchAll(FENCED)].map(([, , info, body]) => ({
    info: (info ?? '').trim(),
    text: body ?? '',
  }))
}

export interface Desk {
  readonly folder: string
  write(name: string, content: string): void
  /** What `export` in an earlier text set is still set. Ends with the first command that fails. */
  type(text: string): Promise<ShellEnd>
  /** As `type`, and holds it to exit 0. @returns what was printed */
  mustType(text: string): Promise<string>
  remove(): void
}

/** A home folder in which `seaworthy` and `npx seaworthy` are ours; nothing of the caller's own settings is there. */
export function openDesk(settings: Readonly<Record<string, string>> = {}): Desk {
  const folder = mkdtempSync(join(tmpdir(), 'seaworthy-desk-'))
  const tools = join(folder, '.tools')
  mkdirSync(tools)
  const tool = (name: string, before: string): void => {
    const path = join(tools, name)
    writeFileSync(path, `#!/bin/sh\n${before}exec "${process.execPath}" "${PROGRAM}" "$@"\n`)
    chmodSync(path, 0o755)
  }
  tool('seaworthy', '')
  tool('npx', '[ "$1" = seaworthy ] || exit 127\nshift\n')
  const kept = join(tools, 'exported')
  writeFileSync(kept, '')
  const env = {
    PATH: `${tools}:${dirname(process.execPath)}:/usr/local/bin:/usr/bin:/bin`,
    HOME: folder,
    ...settings,
  }
  const type = (text: string): Promise<ShellEnd> =>
    runShell(`. "${kept}"\n${text}\nexport -p > "${kept}"\n`, folder, env)
  return {
    folder,
    type,
    write(name, content) {
      mkdirSync(dirname(join(folder, name)), { recursive: true })
      writeFileSync(join(folder, name), content)
    },
    async mustType(text) {
      const end = await type(text)
      assert.equal(end.exit, 0, `${text}\n${end.stdout}\n${end.stderr}`)
      return end.stdout
    },
    remove: () => rmSync(folder, { recursive: true, force: true }),
  }
}

function runShell(script: string, cwd: string, env: Record<string, string>): Promise<ShellEnd> {
  const child = spawn('bash', ['-eu', '-c', script], {
    cwd,
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: SHELL_TIMEOUT_MS,
    killSignal: 'SIGKILL',
  })
  const { promise, resolve, reject } = Promise.withResolvers<ShellEnd>()
  const [out, err]: [Buffer[], Buffer[]] = [[], []]
  child.stdout.on('data', (part: Buffer) => out.push(part))
  child.stderr.on('data', (part: Buffer) => err.push(part))
  child.on('error', reject)
  child.on('close', (exit, signal) => {
    const text = (parts: readonly Buffer[]): string => Buffer.concat(parts).toString('utf8')
    resolve({ exit, signal, stdout: text(out), stderr: text(err) })
  })
  return promise
}
