import { readonly, ref } from 'vue'

export interface Note {
  id: number
  text: string
  tone: 'plain' | 'wrong'
  action?: { label: string; run: () => void }
}

const shown = ref<Note[]>([])
let count = 0

export const notes = readonly(shown)

/** Whether a note has had its time once another is said: on a phone each lies over what one is working on. */
const over = (old: Note, now: Note): boolean => old.tone === 'plain' && now.tone === 'plain' && !old.action === !now.action

/** Say something in passing; with an action it stays longer. What was said before of the same sort goes at once. */
export function say(text: string, options: { tone?: Note['tone']; action?: Note['action'] } = {}): void {
  const note: Note = { id: ++count, text, tone: options.tone ?? 'plain', action: options.action }
  shown.value = [...shown.value.filter((one) => !over(one, note)).slice(-2), note]
  setTimeout(() => unsay(note.id), note.action || note.tone === 'wrong' ? 9_000 : 4_000)
}

export function unsay(id: number): void {
  shown.value = shown.value.filter((note) => note.id !== id)
}
