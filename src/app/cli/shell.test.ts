// The command line as a whole: every command of the table can be reached and explains itself.
import assert from 'node:assert/strict'
import test from 'node:test'
import { commandTable } from '../commands.ts'
import { runShell } from './shell.ts'

async function helpOf(words: readonly string[]): Promise<string> {
  const out: string[] = []
  const streams = {
    stdout: (text: string) => void out.push(text),
    stderr: (text: string) => void out.push(text),
    plain: (text: string) => text,
  }
  const exit = await runShell([...words, '--help'], '0.0.0', streams, () => {
    throw new Error('help runs nothing')
  })
  assert.equal(exit, 0, out.join(''))
  return out.join('')
}

test('the program, every group of commands and every command explain themselves', async () => {
  assert.match(await helpOf([]), /Commands:/)
  assert.ok(commandTable.length > 50)
  for (const { name } of commandTable)
    assert.match(await helpOf(name.split(' ')), new RegExp(`Usage: seaworthy ${name}`), name)
})
