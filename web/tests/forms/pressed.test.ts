import { afterEach, expect, it, vi } from 'vitest'
import { meanWhatWasPressed } from '@/forms/pressed'

let end: (() => void) | undefined

function form(): { place: HTMLElement; choice: HTMLInputElement; clicked: ReturnType<typeof vi.fn>; top: { now: number } } {
  document.body.innerHTML = '<div id="place"><input type="radio" id="choice"></div><p id="other"></p>'
  const place = document.getElementById('place')!
  const choice = document.getElementById('choice') as HTMLInputElement
  const clicked = vi.fn()
  const top = { now: 100 }
  choice.getBoundingClientRect = () => ({ top: top.now }) as DOMRect
  choice.addEventListener('click', clicked)
  end = meanWhatWasPressed(place)
  return { place, choice, clicked, top }
}

const mouse = (kind: string, at: { x: number; y: number }): MouseEvent =>
  new MouseEvent(kind, { bubbles: true, button: 0, clientX: at.x, clientY: at.y })

afterEach(() => end?.())

it('clicks what was pressed when it moved away under the pointer', () => {
  const { choice, clicked, top, place } = form()
  choice.dispatchEvent(mouse('mousedown', { x: 10, y: 100 }))
  top.now = 80
  place.dispatchEvent(mouse('mouseup', { x: 10, y: 100 }))
  expect(clicked).toHaveBeenCalledTimes(1)
})

it('leaves a click alone that the browser sees itself', () => {
  const { choice, clicked, top } = form()
  choice.dispatchEvent(mouse('mousedown', { x: 10, y: 100 }))
  top.now = 99
  choice.dispatchEvent(mouse('mouseup', { x: 10, y: 100 }))
  expect(clicked).not.toHaveBeenCalled()
})

it('takes a pointer that was drawn away for a change of mind', () => {
  const { choice, clicked, top, place } = form()
  choice.dispatchEvent(mouse('mousedown', { x: 10, y: 100 }))
  top.now = 80
  place.dispatchEvent(mouse('mouseup', { x: 90, y: 100 }))
  expect(clicked).not.toHaveBeenCalled()
})
