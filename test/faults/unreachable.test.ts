// The control plane goes away in the middle of a run and comes back: the run goes on, and each gate is recorded once.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import test, { after } from 'node:test'
import { openWorkplace } from '../e2e/command-line.ts'

const AWAY_MS = 1_500

const place = openWorkplace()
after(() => place.remove())

test('a run outlasts a server that is stopped and started again, and each gate is recorded once', async () => {
  const served = await place.serve()
  const { port } = new URL(served.url)
  const secret = readFileSync(join(place.dataFolder, 'keys', 'api.secret'), 'utf8').trim()
  const away = openWorkplace(undefined, {
    SEAWORTHY_URL: served.url,
    SEAWORTHY_KEY: Buffer.from(secret, 'base64').toString('base64url'),
  })
  try {
    const gates = ['One', 'Two', 'Three'].map(
      (title) => `- [ ] **${title}**\n  \`\`\`bash\n  sleep 2\n  test -d .\n  \`\`\`\n`,
    )
    const file = away.write('ebb.md', `# Ebb 1.0.0\n\n${gates.join('')}`)
    assert.equal((await away.ask(['runner', 'enrol', 'away'])).exit, 0)
    const run = away.start(['run', file, '--parallel', '1', '--json'])
    const started = Promise.withResolvers<void>()
    let told = ''
    run.child.stderr?.on('data', (chunk: Buffer) => {
      told += chunk.toString('utf8')
      if (told.includes('"gate-started"')) started.resolve()
    })
    await started.promise
    await served.stop()
    await new Promise((resolve) => setTimeout(resolve, AWAY_MS))
    const again = place.start(['serve', '--port', port])
    const { exit, stdout, stderr } = await run.ended
    assert.equal(exit, 0, `${stdout}\n${stderr}`)
    const { data } = JSON.parse(stdout) as { data: { results: { status: string }[] } }
    assert.deepEqual(
      data.results.map(({ status }) => status),
      ['PASS', 'PASS', 'PASS'],
    )
    const recorded = await away.ask<{ entries: unknown[] }>(['ledger', 'list', '--limit', '1000'])
    assert.equal(recorded.stdout.split('"gate.recorded"').length - 1, 3)
    again.child.kill('SIGTERM')
    await again.ended
  } finally {
    away.remove()
  }
})
