import 'element-plus/theme-chalk/dark/css-vars.css'
import '@fontsource-variable/noto-sans-sc/wght.css'
import './styles/base.css'
import './shell/theme'
import { createPinia } from 'pinia'
import { createApp } from 'vue'
import App from './App.vue'
import { i18n } from './i18n'
import { router } from './router'

createApp(App).use(createPinia()).use(i18n).use(router).mount('#app')

// So that the app opens without a network; what it shows of cases always comes from the server.
if (import.meta.env.PROD && 'serviceWorker' in navigator) {
  addEventListener('load', () => void keep())
}

async function keep(): Promise<void> {
  try {
    await navigator.serviceWorker.register('/sw.js')
    const ready = await navigator.serviceWorker.ready
    if (navigator.onLine) ready.active?.postMessage('renew')
  } catch {
    // Without it the app works with a network only.
  }
}
