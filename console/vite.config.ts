import { fileURLToPath } from 'node:url'
import react from '@vitejs/plugin-react'
import { defineConfig } from 'vite'

const api = process.env.ADIT_API ?? 'http://127.0.0.1:8080'

export default defineConfig({
  root: fileURLToPath(new URL('.', import.meta.url)),
  base: '/',
  plugins: [react()],
  // Domestic browsers on office desktops stand at Chromium 110: no color-mix, no CSS nesting.
  build: {
    outDir: 'dist',
    emptyOutDir: true,
    target: 'chrome110',
    cssTarget: 'chrome110',
    assetsInlineLimit: 0,
    reportCompressedSize: false,
  },
  worker: { format: 'es' },
  server: { proxy: { '/api': api, '/metrics': api } },
})
