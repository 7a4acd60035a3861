// What a reader of the board does with their hands: presses what says something, fills fields, ticks boxes.
import type { Reader } from './board-tab.ts'

const named = (label: string): string => JSON.stringify(label)

/** Presses the button or link that says exactly this, as soon as it may be pressed. */
export async function pressOn(reader: Reader, label: string): Promise<void> {
  const found = `[...document.querySelectorAll('button, a')].find((it) => !it.disabled && (it.innerText === ${named(label)} || it.getAttribute('aria-label') === ${named(label)}))`
  await reader.until(found)
  await reader.tab.evaluate(`${found}.click()`)
}

export async function fillIn(reader: Reader, name: string, value: string): Promise<void> {
  const field = `document.querySelector('input[name=${named(name)}], select[name=${named(name)}], textarea[name=${named(name)}]')`
  await reader.until(field)
  await reader.tab.evaluate(`(() => {
    const field = ${field}
    Object.getOwnPropertyDescriptor(Object.getPrototypeOf(field), 'value').set.call(field, ${named(value)})
    field.dispatchEvent(new Event(field.tagName === 'SELECT' ? 'change' : 'input', { bubbles: true }))
  })()`)
}

/** Ticks the box whose label has the words. */
export async function tickOff(reader: Reader, words: string): Promise<void> {
  const box = `[...document.querySelectorAll('label.tick')].find((it) => it.textContent.includes(${named(words)}))?.querySelector('input')`
  await reader.until(box)
  await reader.tab.evaluate(`${box}.click()`)
}

/** Waits until the page holds the text, also where it is out of sight and so not drawn. */
export async function waitForText(reader: Reader, text: string): Promise<void> {
  await reader.until(`document.querySelector('main')?.textContent.includes(${named(text)})`)
}
