// A run without a command line, in a real Chromium: asked for on the board, taken by a waiting runner, watched live, sealed, taken along and verified offline.
import assert from 'node:assert/strict'
import { existsSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import test, { after } from 'node:test'
import { linesIn, openAskedPier, untilTrue } from '../asked-runs.ts'
import type { CommandChild } from './command-line.ts'
import { browse as browseAt, fillIn, pressButton, viewKeyOf } from '../board-tab.ts'
import type { Reader } from '../board-tab.ts'

const pier = await openAskedPier((clean) => after(clean))
const marker = join(pier.server.folder, 'marker.txt')
const go = join(pier.server.folder, 'go')

const CHECKLIST = `# Tide 1.0.0

- [ ] **Look**
  \`\`\`bash
  test -d "$PLACE"
  \`\`\`
- [ ] **Change**
  \`\`\`bash
  echo once >> ${marker}
  until test -e ${go}; do sleep 0.1; done
  test -n "$DEPLOY_TOKEN"
  \`\`\`
`

const browse = (use: (reader: Reader) => Promise<void>): ReturnType<typeof browseAt> =>
  browseAt(() => pier.url, use)

/** Says of a parameter that the runner has it. */
async function leaveToRunner(reader: Reader, name: string): Promise<void> {
  const tick = `[...document.querySelectorAll('label.tick')].find((it) => it.textContent.includes(': ${name}'))?.querySelector('input')`
  await reader.until(tick)
  await reader.tab.evaluate(`${tick}.click()`)
}

test(
  'a plan page says who must review, that no runner waits and how one starts, and what a key may not do',
  browse(async (reader) => {
    const text = '# Ebb 1.0.0\n\n- [ ] **Look**\n  ```bash\n  test -d .\n  ```\n'
    const pinned = await pier.call<{ planHash: string }>(
      'POST',
      '/v1/plans?name=ebb.md&environment=staging',
      text,
    )
    await reader.open(`/plans/${pinned.data.planHash}#key=${pier.key}`)
    await reader.shows('Nobody has reviewed this plan yet')
    await reader.inspect('start-run-unreviewed')
    const planHash = await pier.review('neap', text.replace('Ebb', 'Neap'))
    await reader.open(`/plans/${planHash}#key=${pier.key}`)
    await reader.shows('No runner waits for this')
    await reader.shows(
      `SEAWORTHY_URL=${pier.url} npx seaworthy runner start --environment staging --service neap`,
    )
    await reader.inspect('start-run-nobody')
    await reader.open(`/plans/${planHash}#key=${viewKeyOf(pier.server.dataFolder)}`)
    await pressButton(reader, 'Start a run')
    await reader.shows('Your key may not do this')
    await reader.inspect('start-run-refused')
    await reader.open(`/plans/${planHash}#key=${pier.key}`)
    await pressButton(reader, 'Start a run')
    await reader.shows('Waits for a runner')
    await reader.inspect('start-run-waiting')
    await pressButton(reader, 'Cancel it')
    await reader.shows('Cancelled')
  }),
)

test(
  'a run is asked for on the board, confirmed, watched live on a waiting runner, sealed, and its bundle verifies offline',
  browse(async (reader) => {
    const planHash = await pier.review('tide', CHECKLIST)
    const runner: CommandChild = pier.startRunner('--secret', 'DEPLOY_TOKEN=verysecretvalue')
    await reader.open(`/plans/${planHash}#key=${pier.key}`)
    await reader.shows('any service in staging')
    await fillIn(reader, 'PLACE', '/')
    await leaveToRunner(reader, 'DEPLOY_TOKEN')
    await pressButton(reader, 'Start a run')
    await reader.shows('1 gate does more than read')
    await reader.inspect('start-run-confirm')
    assert.deepEqual(linesIn(marker), [], 'nothing runs before somebody confirmed it')
    await pressButton(reader, 'Confirm and start')
    await untilTrue('the change began', () => linesIn(marker).length === 1)
    await reader.until(
      `[...document.querySelectorAll('a')].find((it) => it.innerText === 'Watch it live')`,
    )
    await reader.inspect('start-run-running')
    await reader.tab.evaluate(
      `[...document.querySelectorAll('a')].find((it) => it.innerText === 'Watch it live').click()`,
    )
    await reader.shows('A run is going on; this changes while you look')
    await reader.inspect('release-asked-live')
    writeFileSync(go, '')
    await reader.shows('Ran to its end')
    await reader.until(`!document.body.innerText.includes('A run is going on')`)
    assert.deepEqual(linesIn(marker), ['once'])
    const downloads = join(pier.server.folder, 'downloads')
    await reader.tab.send('Page.setDownloadBehavior', {
      behavior: 'allow',
      downloadPath: downloads,
    })
    await pressButton(reader, 'Filled checklist')
    await pressButton(reader, 'Record the decision and seal a bundle')
    await reader.shows('Recorded and sealed')
    await reader.inspect('release-sealed')
    await pressButton(reader, 'Download the bundle')
    const names = ['tide-1.0.0.bundle.tar', 'tide-1.0.0.md', 'tide-1.0.0.trust.json']
    await untilTrue(
      'three files',
      () => existsSync(downloads) && names.every((name) => readdirSync(downloads).includes(name)),
    )
    const [bundle, filled, trust] = names.map((name) => join(downloads, name))
    assert.match(linesIn(filled ?? '').join('\n'), /\[x\] \*\*Change\*\*/)
    const verified = await pier.machine.ask(['verify', bundle ?? '', '--trust', trust ?? ''])
    assert.equal(verified.exit, 0, verified.stdout)
    runner.child.kill('SIGTERM')
    assert.equal((await runner.ended).exit, 0)
  }),
)
