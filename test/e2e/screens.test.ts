// What a run looks like in the log of a CI system, on the page of its job, and to machines.
import assert from 'node:assert/strict'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import test, { after } from 'node:test'
import { openWorkplace } from './command-line.ts'

const CHECKLIST = `# Tide 1.0.0

- [ ] **::set-env name=PATH::/evil ##vso[task.setvariable variable=x]y | <script>alert(1)</script>**
  \`\`\`bash
  test -d /nowhere/at/all
  \`\`\`
- [ ] **Well**
  \`\`\`bash
  test -d .
  \`\`\`
`

const places: ReturnType<typeof openWorkplace>[] = []
after(() => {
  for (const place of places) place.remove()
})

function openPlace(settings: Readonly<Record<string, string>>): ReturnType<typeof openWorkplace> {
  const place = openWorkplace(undefined, settings)
  places.push(place)
  place.write('tide.md', CHECKLIST)
  return place
}

test('on GitHub a run groups its gates, annotates what failed, and writes the job summary', async () => {
  const place = openPlace({ GITHUB_ACTIONS: 'true', CI: 'true' })
  const summaryFile = join(place.folder, 'summary.md')
  writeFileSync(summaryFile, 'before\n')
  const there = openWorkplace(place.dataFolder, {
    GITHUB_ACTIONS: 'true',
    GITHUB_STEP_SUMMARY: summaryFile,
  })
  places.push(there)
  const { exit, stderr, stdout } = await there.shell(['run', join(place.folder, 'tide.md')])
  assert.equal(exit, 30)
  const commands = `${stderr}\n${stdout}`.split('\n').filter((line) => /^\s*::/.test(line))
  assert.equal(commands.length, 3, commands.join('\n'))
  assert.match(commands[0] ?? '', /^::group::2 gates$/)
  assert.match(commands[2] ?? '', /^::error file=.*tide\.md,line=3,title=/)
  assert.doesNotMatch(`${stderr}${stdout}`, /##(?:vso)?\[/)
  const summary = readFileSync(summaryFile, 'utf8')
  assert.match(summary, /^before\n## `tide@1\.0\.0`: required gates are not satisfied\n/)
  assert.match(summary, /\| FAIL \| .*\| required \| /)
  assert.doesNotMatch(summary, /[^\\]<script/)
})

test('a part of a plan is summed up as a part, and the command for the rest keeps secrets secret', async () => {
  const place = openPlace({})
  const summaryFile = join(place.folder, 'part.md')
  const there = openWorkplace(place.dataFolder, {
    GITHUB_ACTIONS: 'true',
    GITHUB_STEP_SUMMARY: summaryFile,
    PIER_CODE: 'not to be stored',
  })
  places.push(there)
  const file = place.write(
    'pier.md',
    '# Pier 1.0.0\n\n- [ ] Open\n\n  ```bash\n  test -n "$PIER_CODE"\n  ```\n\n- [ ] Dry\n\n  ```bash\n  test ! -e wet\n  ```\n',
  )
  const { exit, stdout } = await there.shell([
    'run',
    file,
    '--secret',
    'PIER_CODE',
    '--only',
    'dry',
  ])
  assert.equal(exit, 20)
  assert.match(stdout, /^The rest of the same run: .* --secret PIER_CODE --resume$/m)
  const summary = readFileSync(summaryFile, 'utf8')
  assert.match(
    summary,
    /^## `pier@1\.0\.0`: only a part was asked for, and it is satisfied\n\n1 PASS\n/,
  )
  assert.doesNotMatch(summary, /PENDING/)
})

test('a failure in the empty folder of an unreviewed checklist says where its commands ran', async () => {
  const place = openPlace({})
  place.write('mole.md', '# Mole 1.0.0\n\n- [ ] Here\n\n  ```bash\n  test -e mole.md\n  ```\n')
  const lost = await place.shell(['run', 'mole.md'])
  assert.match(
    lost.stdout,
    /^Nobody has reviewed the plan, so its commands ran in an empty folder; /m,
  )
  const found = await place.shell(['run', 'mole.md', '--workspace', place.folder])
  assert.equal(found.exit, 0)
  assert.doesNotMatch(found.stdout, /empty folder/)
})

test('NO_COLOR wins over FORCE_COLOR, and without both there is no colour where there is no terminal', async () => {
  const seen = await Promise.all(
    [{}, { FORCE_COLOR: '1' }, { FORCE_COLOR: '1', NO_COLOR: '1' }, { FORCE_COLOR: '0' }].map(
      async (settings) =>
        (await openPlace(settings).shell(['run', 'tide.md'])).stderr.includes('\u001b['),
    ),
  )
  assert.deepEqual(seen, [false, true, false, false])
})

test('machines get one versioned object per line, from the first event to the last', async () => {
  const { stderr } = await openPlace({ CI: '1' }).shell(['run', 'tide.md', '--json'])
  const events = stderr
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as { schemaVersion: number; kind: string })
  assert.ok(events.every(({ schemaVersion }) => schemaVersion === 1))
  assert.equal(events[0]?.kind, 'run-started')
  assert.equal(events.at(-1)?.kind, 'run-finished')
})
