import { ref } from 'vue'

/** Whether the device has a network, as far as the browser knows. */
export const online = ref(navigator.onLine)

addEventListener('online', () => (online.value = true))
addEventListener('offline', () => (online.value = false))
