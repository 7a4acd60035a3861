// Where the board begins: the key leaves the address, what the reader prefers is taken up, then the first page is drawn.
import { createRoot } from 'react-dom/client'
import { App } from './app.tsx'
import { openPreferences } from './preferences.ts'
import { openSession } from './session.ts'

openSession()
openPreferences()
const place = document.getElementById('board')
if (place !== null) createRoot(place).render(<App />)
