// Every page of the board in one browser: held to axe in light, dark and at 320 pixels, walked by keyboard, and photographed for docs/board.md.
import test, { after, before } from 'node:test'
import { untilCalm, walkByKeyboard } from '../board-keyboard.ts'
import { takePicture } from '../board-pictures.ts'
import { STOPS, stockBoard } from '../board-stops.ts'
import type { BoardPage, StockedBoard } from '../board-stops.ts'
import { browse } from '../board-tab.ts'
import { openWorkplace } from './command-line.ts'
import type { ServedFolder } from './command-line.ts'

const place = openWorkplace(undefined, { SEAWORTHY_WEBHOOK_LOOPBACK: 'yes' })
let served: ServedFolder
let board: StockedBoard

before(async () => {
  served = await place.serve()
  board = await stockBoard(place)
})

after(async () => {
  await served.stop()
  place.remove()
})

test(
  'every page is right in each look and for the keyboard, and is called what the guide calls it',
  browse(
    () => served.url,
    async (reader, t) => {
      const { tab } = reader
      let stopCount = 0
      for (const [page, { title, visit }] of Object.entries(STOPS)) {
        await visit(reader, board)
        const heading = `document.querySelector('main h1')?.textContent.trim()`
        await reader.until(`${heading}.startsWith(${JSON.stringify(title)})`)
        await untilCalm(reader)
        await takePicture(tab, page as BoardPage)
        stopCount += await walkByKeyboard(reader, page)
        await reader.inspect(`sweep-${page}`)
      }
      t.diagnostic(`${Object.keys(STOPS).length} pages, ${stopCount} stops of the keyboard`)
    },
  ),
)
