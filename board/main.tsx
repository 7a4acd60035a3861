// Where the board begins: key and token leave the address, what the reader prefers is taken up, then the first page is drawn.
import { createRoot } from 'react-dom/client'
import { App } from './app.tsx'
import { openOffer } from './offered.ts'
import { openPreferences } from './preferences.ts'
import { openSession } from './session.ts'

openSession()
openOffer()
openPreferences()
const place = document.getElementById('board')
if (place !== null) createRoot(place).render(<App />)
