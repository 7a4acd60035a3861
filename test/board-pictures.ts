// Pictures of the board for docs/board.md, taken by its tests when they are asked to.
import { mkdirSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import type { BoardPage } from './board-stops.ts'
import type { Tab } from './chromium.ts'

export const PICTURES_FOLDER = fileURLToPath(new URL('../docs/pictures/', import.meta.url))
export const PICTURE_LIMIT_COUNT = 12
export const PICTURE_LIMIT_BYTES = 60_000

interface Shot {
  /** What the picture begins with; the top of the page when absent. */
  readonly from?: string
  readonly heightPx: number
}

/** Pages that the guide shows. */
export const SHOTS: Readonly<Partial<Record<BoardPage, Shot>>> = {
  releases: { heightPx: 260 },
  release: { heightPx: 760 },
  import: { heightPx: 760 },
  draft: { heightPx: 760 },
  plan: { heightPx: 700 },
  evidence: { heightPx: 620 },
  ledger: { heightPx: 620 },
  entry: { heightPx: 700 },
  verify: { heightPx: 760 },
  claims: { heightPx: 760 },
  guards: { heightPx: 480 },
  runners: { heightPx: 620 },
}

const WIDTH_PX = 1000
const QUALITY = 70

/** With SEAWORTHY_WRITE_PICTURES=1, of a page that the guide shows. */
export async function takePicture(tab: Tab, page: BoardPage): Promise<void> {
  const shot = SHOTS[page]
  if (shot === undefined || process.env['SEAWORTHY_WRITE_PICTURES'] !== '1') return
  const { from, heightPx } = shot
  await tab.send('Emulation.setEmulatedMedia', {
    features: [{ name: 'prefers-color-scheme', value: 'light' }],
  })
  const size = { width: WIDTH_PX, height: 2_000, deviceScaleFactor: 1, mobile: false }
  await tab.send('Emulation.setDeviceMetricsOverride', size)
  await tab.evaluate('scrollTo(0, 0)')
  const top = `document.querySelector(${JSON.stringify(from ?? 'body')}).getBoundingClientRect().top`
  const y = Number(await tab.evaluate(top))
  const { data } = await tab.send('Page.captureScreenshot', {
    format: 'webp',
    quality: QUALITY,
    clip: { x: 0, y, width: WIDTH_PX, height: heightPx, scale: 1 },
  })
  mkdirSync(PICTURES_FOLDER, { recursive: true })
  writeFileSync(`${PICTURES_FOLDER}${page}.webp`, Buffer.from(String(data), 'base64'))
  await tab.send('Emulation.clearDeviceMetricsOverride')
}
