import { ref } from 'vue'

const KEPT = 'bihuan.theme'

export type Theme = 'light' | 'dark' | 'system'

export const theme = ref<Theme>((localStorage.getItem(KEPT) as Theme | null) ?? 'system')
const dark = matchMedia('(prefers-color-scheme: dark)')

let onPaper = false

function show(): void {
  const isDark = !onPaper && (theme.value === 'dark' || (theme.value === 'system' && dark.matches))
  document.documentElement.classList.toggle('dark', isDark)
}

/** Choose a theme, now and on the next visit. */
export function dress(chosen: Theme): void {
  theme.value = chosen
  localStorage.setItem(KEPT, chosen)
  show()
}

// Paper is white, whatever the screen is.
for (const [event, prints] of [['beforeprint', true], ['afterprint', false]] as const) {
  addEventListener(event, () => {
    onPaper = prints
    show()
  })
}
dark.addEventListener('change', show)
show()
