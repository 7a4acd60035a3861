// Where the board begins: the key leaves the address, then the first page is drawn.
import { createRoot } from 'react-dom/client'
import { App } from './app.tsx'
import { openSession } from './session.ts'

openSession()
const place = document.getElementById('board')
if (place !== null) createRoot(place).render(<App />)
