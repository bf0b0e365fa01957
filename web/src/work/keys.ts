import { onBeforeUnmount, onMounted } from 'vue'

const WRITING = 'input:not([type=checkbox]):not([type=radio]), textarea, select, [contenteditable=true], [role=combobox], [role=textbox]'

/** Whether a key press belongs to what is being written, or to an open dialog or menu. */
export function belongsElsewhere(event: KeyboardEvent): boolean {
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return true
  const target = event.target
  if (target instanceof Element && target.closest(WRITING)) return true
  return document.querySelector('.el-overlay:not([style*="display: none"]) [role=dialog]') !== null
}

/** Single keys that do something while the page is open. */
export function useKeys(actions: Record<string, () => void>): void {
  function press(event: KeyboardEvent): void {
    const action = actions[event.key]
    if (!action || belongsElsewhere(event)) return
    event.preventDefault()
    action()
  }
  onMounted(() => addEventListener('keydown', press))
  onBeforeUnmount(() => removeEventListener('keydown', press))
}
