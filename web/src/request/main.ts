import '@fontsource-variable/noto-sans-sc/wght.css'
import '../styles/base.css'
import './request.css'
import { createApp } from 'vue'
import Request from './Request.vue'
import { speak, spoken } from './words'

speak(spoken.language)
document.documentElement.classList.toggle('dark', matchMedia('(prefers-color-scheme: dark)').matches)
createApp(Request).mount('#request')
