/// <reference types="vitest/config" />
import { fileURLToPath, URL } from 'node:url'
import vue from '@vitejs/plugin-vue'
import { ElementPlusResolver } from 'unplugin-vue-components/resolvers'
import components from 'unplugin-vue-components/vite'
import { defineConfig } from 'vite'
import { offline } from './offline.ts'

const backend = process.env.BIHUAN_SERVER ?? 'http://127.0.0.1:8080'

export default defineConfig({
  plugins: [
    vue(),
    // Element Plus comes component by component, so that the first page carries only what it shows.
    components({ dts: 'src/components.d.ts', dirs: [], resolvers: [ElementPlusResolver({ importStyle: 'css' })] }),
    offline(),
  ],
  resolve: { alias: { '@': fileURLToPath(new URL('./src', import.meta.url)) } },
  server: { proxy: { '/api': backend } },
  build: {
    target: 'es2022',
    chunkSizeWarningLimit: 800,
    // Two pages: the app of the staff, and a small one for the public.
    rolldownOptions: { input: { index: 'index.html', request: 'request.html' } },
  },
  test: { environment: 'happy-dom', pool: 'vmThreads', setupFiles: ['tests/setup.ts'], include: ['tests/**/*.test.ts'] },
})
