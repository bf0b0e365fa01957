const STEADY = 6

/**
 * What was pressed is what is meant. Leaving a field may bring or take away a message, which moves everything below it
 * between press and release, so that the browser sees no click at all. Returns what ends it.
 */
export function meanWhatWasPressed(place: HTMLElement): () => void {
  let pressed: { target: HTMLElement; at: MouseEvent; top: number } | null = null

  const press = (event: MouseEvent): void => {
    const target = event.target
    pressed = event.button === 0 && target instanceof HTMLElement ? { target, at: event, top: target.getBoundingClientRect().top } : null
  }
  const release = (event: MouseEvent): void => {
    const was = pressed
    pressed = null
    if (!was || !was.target.isConnected || was.target.contains(event.target as Node)) return
    const stood = Math.hypot(event.clientX - was.at.clientX, event.clientY - was.at.clientY) <= STEADY
    const moved = was.target.getBoundingClientRect().top !== was.top
    if (!stood || !moved) return
    was.target.focus({ preventScroll: true })
    was.target.click()
  }
  place.addEventListener('mousedown', press, true)
  document.addEventListener('mouseup', release, true)
  return () => {
    place.removeEventListener('mousedown', press, true)
    document.removeEventListener('mouseup', release, true)
  }
}
