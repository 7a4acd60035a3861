// Every page of the board with something on it: how a reader of a small harbour comes there, and what its heading says.
import assert from 'node:assert/strict'
import { pressOn, waitForText } from './board-hands.ts'
import { operatorKeyOf } from './board-tab.ts'
import type { Reader } from './board-tab.ts'
import type { Workplace } from './e2e/command-line.ts'

const FERRY = `---
service: ferry
version: 2.4.0
---
# Ferry 2.4.0

## Code

- [ ] **The working folder is there**
  \`\`\`bash
  test -d .
  \`\`\`
- [ ] **The clock is right**
  \`\`\`bash
  date -u +%Y
  \`\`\`

## Behaviour

- [ ] **The ferry answers on its staging address**
  \`\`\`bash
  test -e berth/answer.json
  \`\`\`
- [ ] **Old bookings can still be read**
  \`\`\`bash
  ./bookings --from 2019 | tee /tmp/bookings.json
  \`\`\`

## Crew

- [ ] **Somebody is on call for the window**
  - **Name:** \`____\`

## Sign-off

| Role    | Name     | Status | Timestamp |
| ------- | -------- | ------ | --------- |
| Captain | _[Name]_ | ✅❌   | \`____\`    |
`

const LANTERN = `---
service: lantern
version: 1.2.0
---
# Lantern 1.2.0

- [ ] **The working folder is there**
  \`\`\`bash
  test -d .
  \`\`\`
`

const REPORT = `# End of the ferry update

Status: ✅ ALL TASKS COMPLETE

- [x] Bookings moved
- [ ] Restore drill (ACTION REQUIRED)

Recovery time: 4 hours (proven with the script)

## Next steps

- Run the restore drill
- Measure the recovery time
`

export interface StockedBoard {
  readonly key: string
  readonly endpointId: string
  /** Files that a reader hands in. */
  readonly checklist: string
  readonly report: string
  readonly bundle: string
  readonly trust: string
}

/** Fills a served folder with a release that may not go yet, one that may, and something of everything that runs. */
export async function stockBoard(place: Workplace): Promise<StockedBoard> {
  const hold = async <Data>(words: string, ...exits: number[]): Promise<Data> => {
    const { exit, data, stdout } = await place.ask<Data>(words.split(' '))
    assert.ok([0, ...exits].includes(exit ?? -1), `${words}: ${stdout}`)
    return data
  }
  const checklist = place.write('ferry.md', FERRY)
  await hold('key create ann --role Captain')
  await hold(`run ${place.write('lantern.md', LANTERN)}`)
  await hold(`run ${checklist}`, 30)
  await hold('decide ferry@2.4.0', 30)
  const sealed = await hold<{ paths: { bundle: string; trust: string } }>('bundle ferry@2.4.0', 30)
  const endpoint = await hold<{ id: string }>(
    'webhook create http://127.0.0.1:9/hooks --kind release.*',
  )
  await hold('guard switch set billing-writes --kind kill-switch')
  await hold('api-key create ci --role developer --environment staging')
  await place.ask([
    'jobs',
    'schedule',
    'hourly',
    '--kind',
    'ledger.checkpoint',
    '--cron',
    '0 * * * *',
  ])
  return {
    key: operatorKeyOf(place.dataFolder),
    endpointId: endpoint.id,
    checklist,
    report: place.write('end-of-update.md', REPORT),
    ...sealed.paths,
  }
}

export interface Stop {
  /** What the page's heading says. */
  readonly title: string
  /** Comes to the page, and waits until it shows what it is about. */
  visit(reader: Reader, board: StockedBoard): Promise<void>
}

/** A page that is reached by its address. @param text shown once it is there */
function at(title: string, address: string, text: string): Stop {
  return {
    title,
    async visit(reader, { key }) {
      await reader.open(`${address}#key=${key}`)
      await waitForText(reader, text)
    },
  }
}

const FERRY_PAGE = '/releases/ferry/2.4.0'

/** Follows the first such link on the page of the ferry. */
async function follow(reader: Reader, { key }: StockedBoard, terms: string): Promise<void> {
  await reader.open(`${FERRY_PAGE}#key=${key}`)
  const link = `document.querySelector('main a${terms}')`
  await reader.until(link)
  const address = String(await reader.tab.evaluate(`${link}.getAttribute('href')`))
  await reader.open(`${address}#key=${key}`)
}

export type BoardPage = (typeof PAGES)[number]

/** As `board/places.ts` names them; only a browser runs that file, so `board-guide.test.ts` holds these to its text. */
const PAGES = [
  'releases',
  'release',
  'report',
  'evidence',
  'import',
  'draft',
  'plan',
  'ledger',
  'entry',
  'verify',
  'claims',
  'webhooks',
  'webhook',
  'jobs',
  'guards',
  'people',
  'runners',
  'audit',
  'settings',
  'confirm',
] as const

export const STOPS: Readonly<Record<BoardPage, Stop>> = {
  // Verdict and gates of each are asked for apart: the list is whole with those of the older one.
  releases: at('Releases', '/', '1 of 1 gate'),
  release: {
    title: 'ferry 2.4.0',
    async visit(reader, { key }) {
      await reader.open(`${FERRY_PAGE}#key=${key}`)
      await waitForText(reader, 'The ferry answers on its staging address')
      // The run is asked for beside the verdict, and comes later.
      await reader.until(`document.querySelector('.under-title time')`)
    },
  },
  report: {
    title: 'Release report',
    async visit(reader, { key }) {
      await reader.open(`${FERRY_PAGE}/reports/decision#key=${key}`)
      await reader.until('document.querySelector("iframe")')
    },
  },
  evidence: {
    title: 'Evidence',
    async visit(reader, board) {
      await follow(reader, board, '[href$="?as=decision"]')
      await reader.shows('These bytes have this digest; this browser computed it')
    },
  },
  import: {
    title: 'Import a checklist',
    async visit(reader, { key, checklist }) {
      await reader.open(`/import#key=${key}`)
      await reader.until(`document.querySelector('input[type=file]')`)
      await reader.handIn(checklist)
      await waitForText(reader, 'Old bookings can still be read')
    },
  },
  draft: {
    title: 'Draft of ferry 2.4.0',
    async visit(reader, board) {
      await STOPS.import.visit(reader, board)
      await pressOn(reader, 'Save as draft and review it')
      await reader.shows('On a runner of yours, never on this server')
    },
  },
  plan: {
    title: 'Plan',
    async visit(reader, board) {
      await follow(reader, board, '[href^="/plans/"]')
      await waitForText(reader, 'The ferry answers on its staging address')
    },
  },
  ledger: at('Ledger', '/ledger', 'release.decided'),
  entry: at('Entry 3', '/ledger/3', 'Proven here'),
  verify: {
    title: 'Verify a bundle',
    async visit(reader, { bundle, trust }) {
      await reader.open('/verify')
      await reader.shows('no request is made')
      await reader.handIn(bundle)
      await reader.shows('Intact, signer unknown')
      await reader.handIn(trust, 1)
      await reader.shows('the signer is the one you trust')
    },
  },
  claims: {
    title: 'Claims audit',
    async visit(reader, { report }) {
      await reader.open('/claims')
      await reader.until(`document.querySelector('input[type=file]')`)
      await reader.handIn(report)
      await reader.shows('spoken against')
    },
  },
  webhooks: at('Webhooks', '/webhooks', '127.0.0.1:9/hooks'),
  webhook: {
    title: 'Endpoint',
    async visit(reader, { key, endpointId }) {
      await reader.open(`/webhooks/${endpointId}#key=${key}`)
      await waitForText(reader, 'Send a test event')
    },
  },
  jobs: at('Jobs', '/jobs', 'hourly'),
  guards: at('Guards', '/guards', 'billing-writes'),
  people: at('People and keys', '/people', 'ann'),
  runners: at('Runners', '/runners', 'Make its API key'),
  audit: at('Audit', '/audit', 'api-key'),
  settings: at('Settings', '/settings', 'Yours, in this browser'),
  confirm: at('Confirm a preview', '/confirm', 'Link or token that you were given'),
}
